"""Looking again at some files only comes to the same as looking at all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.guard import connected, linting
from apigen.guard.kept import Known
from apigen.guard.policy import Policy
from apigen.guard.surface import Endpoint, Surface

EVENTS = Endpoint("queryAuditEvents", "GET", "/api/v1/audit/events", "query_audit_events", (), "")
SURFACE = Surface(
    "Data Storage", "datastorage", "DataStorage", ("datastorage:8080",), (EVENTS,), (), ()
)
URL = '"http://datastorage:8080/api/v1/audit/events"'
TEXTS = (
    "x = 1\n",
    f"import requests\nURL = {URL}\nrequests.get(URL)\n",
    f"URL = {URL}\n",
    'URL = "http://example.org/api/v1/audit/events"\n',
    "import requests\nfrom a import URL\nrequests.get(URL)\n",
    "import requests\nfrom b import URL\nrequests.get(URL)\n",
    "import requests\nfrom c import URL\ndef send(u=URL):\n    return requests.get(u)\nsend()\n",
    "import requests\nimport d\nURL = d.URL\ndef send():\n    return requests.get(URL)\n",
    "import a, b\nURL = a.URL\nb.send(URL)\na.send()\n",
    "import requests\nfrom b import send\nfrom c import URL\nrequests.get(URL)\n",
    "def (",
)
SHELL = ("echo\n", f"curl {URL}\n")
TREES = st.fixed_dictionaries(
    {f"{name}.py": st.sampled_from(TEXTS) for name in "abcd"} | {"e.sh": st.sampled_from(SHELL)}
)


def looked(texts: dict[str, str], before: Known | None = None) -> Known:
    return linting.looked(texts, [SURFACE], Policy(), before)


@settings(max_examples=400, deadline=None)
@given(TREES, st.lists(TREES, min_size=1, max_size=3))
def test_a_second_look_finds_what_a_first_one_would(
    first: dict[str, str], later: list[dict[str, str]]
) -> None:
    known = looked(first)
    for changed in later:
        known = looked(changed, known)
        assert known.found == looked(changed).found


@settings(max_examples=400, deadline=None)
@given(TREES, st.sampled_from("abcd"), st.sampled_from(TEXTS))
def test_one_change_finds_what_a_first_look_would(
    first: dict[str, str], name: str, text: str
) -> None:
    changed = first | {f"{name}.py": text}
    assert looked(changed, looked(first)).found == looked(changed).found


def test_what_is_not_connected_is_not_looked_at() -> None:
    known = Known(
        dict.fromkeys(("a.py", "b.py", "c.py", "d.py"), "0"),
        ("a.py", "c.py"),
        {"a.py": ("b.py",), "b.py": (), "c.py": ()},
        {},
    )
    seen = dict(known.digests) | {"b.py": "1"}
    assert connected.stale(seen, known.looked, known) == {"a.py", "b.py"}
    assert connected.stale(known.digests, ("a.py", "c.py", "d.py"), known) == {"d.py"}
    assert connected.stale(seen | {"e.py": "1"}, known.looked, known) == {*seen, "e.py"}


def test_a_new_import_into_a_circle_makes_all_be_looked_at() -> None:
    """Who of a circle is run first decides what the others see."""
    circle = {
        "b.py": 'import requests\nfrom c import URL\nBASE = "http://example.org"\n',
        "c.py": "import requests\nfrom b import BASE\n"
        'URL = BASE + "/api/v1/audit/events"\nrequests.get(URL)\n',
    }
    before = looked({"a.py": "x = 1\n"} | circle)
    changed = {"a.py": "import requests\nfrom c import URL\nrequests.get(URL)\n"} | circle
    assert "c.py" in before.found
    assert "c.py" not in looked(changed).found
    assert looked(changed, before).found == looked(changed).found
