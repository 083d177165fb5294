"""The HTML report as a browser shows it: it works, and nothing in it is more than text."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.fuzz.browser import browser, opened, serving
from tests.fuzz.running import found
from tests.fuzz.shop import SPEC

from apigen.diagnostics import Report
from apigen.fuzz.campaign import Outcome
from apigen.fuzz.drifts import Drift
from apigen.fuzz.operations import read
from apigen.fuzz.oracles import valid
from apigen.fuzz.reporting import html as page
from apigen.fuzz.traffic import Exchange

HOSTILE = (
    "</pre></script></title></style><script>top.owned = 1</script><img src='/fetched' onerror='"
    'top.owned = 2\'><a href="javascript:top.owned = 3" autofocus onfocus="top.owned = 4">\''
    '" & {{ 7 * 7 }} {% raw %} \x1b[31m \u202e \ud800 \x00'
)

# Looks into the report from outside: its own policy lets no foreign script run within.
LOOKING = """<!doctype html><title>looking</title><pre id="seen">nothing</pre>
<iframe id="report" src="/report" width="1200" height="900"></iframe>
<script>
const frame = document.getElementById("report");
frame.addEventListener("load", () => {
  const page = frame.contentDocument;
  const shown = () => [...page.querySelectorAll("article")]
    .filter((each) => each.getClientRects().length > 0).map((each) => each.dataset.operation);
  const chosen = page.getElementById("operation");
  const all = shown();
  const one = chosen.options[1].value;
  chosen.value = one;
  chosen.dispatchEvent(new Event("change"));
  const some = shown();
  chosen.value = "";
  chosen.dispatchEvent(new Event("change"));
  for (const each of page.querySelectorAll("details")) each.open = true;
  document.getElementById("seen").textContent = JSON.stringify({
    all, one, some, again: shown(), owned: window.owned ?? null, title: page.title,
    elements: [...new Set([...page.querySelectorAll("*")].map((each) => each.localName))],
    scripts: page.scripts.length,
    handlers: [...page.querySelectorAll("*")].flatMap((each) => [...each.attributes])
      .map((each) => each.name).filter((each) => each.startsWith("on")),
    text: page.body.innerText, heading: page.querySelector("h1").innerText,
    font: frame.contentWindow.getComputedStyle(page.body).fontFamily,
    wide: page.documentElement.scrollWidth > page.documentElement.clientWidth,
  });
});
</script>"""


def hostile(drift: Drift) -> Drift:
    """Return a finding in which all that a server or a contract can say attacks the page."""

    def said(exchange: Exchange) -> Exchange:
        headers = (("content-type", "text/html"), ("x-hostile", HOSTILE))
        answer = replace(
            exchange.answer, headers=headers, body=HOSTILE.encode("utf-8", "surrogatepass")
        )
        body = HOSTILE.encode("utf-8", "surrogatepass")
        return replace(exchange, answer=answer, call=replace(exchange.call, body=body))

    return replace(
        drift,
        operation=f"{drift.operation}{HOSTILE}",
        says=HOSTILE,
        did=HOSTILE,
        subject=HOSTILE,
        place=replace(drift.place, file=HOSTILE, pointer=f"/{HOSTILE}"),
        exchanges=tuple(map(said, drift.exchanges)),
    )


def seen(outcome: Outcome, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """Return what a browser shows of a run, and what it asked for."""
    pages = {"/": LOOKING, "/report": page.render(outcome, read(SPEC, Report()))}
    with serving(pages) as (url, asked):
        elements = opened(url + "/", folder)
        told = re.search(r'<pre id="seen">(.*?)</pre>', elements, re.DOTALL)
    assert told is not None, elements
    return json.loads(html.unescape(told[1])), asked


def test_a_browser_shows_the_findings_and_the_filter_works(tmp_path: Path) -> None:
    browser()
    outcome = found("status", "member", oracles=(valid.ORACLE,))
    shown, _ = seen(outcome, tmp_path)
    operations = [each.operation for each in outcome.drifts]
    assert shown["all"] == operations == shown["again"]
    assert len(set(operations)) > 1
    assert shown["some"] == [each for each in operations if each == shown["one"]]
    assert "curl -sS" in shown["text"]
    assert shown["heading"].startswith(f"{len(operations)} findings in ")
    assert shown["font"] != ""
    assert "sans" in shown["font"], "the style was refused"
    assert not shown["wide"]


def test_whatever_a_server_says_is_text(tmp_path: Path) -> None:
    browser()
    outcome = found("status", "member", oracles=(valid.ORACLE,))
    attacked = replace(
        outcome,
        drifts=tuple(map(hostile, outcome.drifts)),
        untested={HOSTILE: HOSTILE},
        left_out={HOSTILE: HOSTILE},
        namespace=HOSTILE,
        url=f"http://{HOSTILE}",
    )
    shown, asked = seen(attacked, tmp_path)
    assert shown["owned"] is None
    assert shown["scripts"] == 1
    assert shown["handlers"] == []
    assert not {"img", "a"} & set(shown["elements"])
    assert set(asked) <= {"/", "/report", "/favicon.ico"}
    assert "<script>top.owned = 1</script>" in shown["text"]
    assert "{{ 7 * 7 }}" in shown["text"]
    assert "\x1b" not in shown["text"]
    assert "\u202e" not in shown["text"]
