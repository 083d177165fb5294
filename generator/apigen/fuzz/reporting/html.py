"""A run as one HTML file: nothing is fetched, nothing but its own script runs."""

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from apigen.fuzz.campaign import Outcome
from apigen.fuzz.operations import Contract
from apigen.fuzz.reporting.json import finding
from apigen.render.text import visible


def render(outcome: Outcome, contract: Contract) -> str:
    """Return the page. Whatever the server said is text in it, never markup."""
    folder = files("apigen.fuzz.reporting")
    style = folder.joinpath("report.css").read_text(encoding="utf-8")
    script = folder.joinpath("report.js").read_text(encoding="utf-8")
    page = folder.joinpath("report.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["visible"] = _shown
    return environment.from_string(page).render(
        outcome=outcome,
        findings=[finding(each, contract) for each in outcome.drifts],
        operations=sorted({each.operation for each in outcome.drifts}),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _shown(text: object) -> str:
    """Return a text whose control characters show; line breaks stay."""
    return "\n".join(visible(line) for line in str(text).split("\n"))


def _hash(text: str) -> str:
    """Return the source expression of the Content Security Policy that allows this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
