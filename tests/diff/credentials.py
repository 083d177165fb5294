"""Edits of the credentials that callers need, as those of operations are."""

from tests.diff.things import Case, Document, Edit, both, leave, schemes, there

_OAUTH = "oauth"


def _asks(*alternatives: Document) -> Edit:
    return lambda document: document.update(security=list(alternatives))


SECURITY: list[Case] = [
    *there("open", _asks(), "N", "api-security-opened", "E", "api-security-added"),
    *there(
        "open to strangers as well",
        _asks({}, {"bearer": []}),
        "N",
        "api-security-opened",
        "E",
        "api-security-added",
    ),
    *there(
        "alternative",
        _asks({"bearer": []}, {"key": []}),
        "N",
        "api-security-alternative-added",
        "E",
        "api-security-removed",
    ),
    *there(
        "both credentials",
        _asks({"bearer": [], "key": []}),
        "E",
        "api-security-removed",
        "N",
        "",
    ),
    (
        "another scheme",
        leave,
        _asks({"key": []}),
        "E",
        {"api-security-removed", "api-security-alternative-added"},
    ),
    (
        "scope added",
        _asks({_OAUTH: ["read"]}),
        _asks({_OAUTH: ["read", "write"]}),
        "E",
        {"api-security-scope-added"},
    ),
    (
        "scope removed",
        _asks({_OAUTH: ["read", "write"]}),
        _asks({_OAUTH: ["read"]}),
        "N",
        {"api-security-scope-removed"},
    ),
    (
        "header of a scheme renamed",
        _asks({"key": []}),
        both(_asks({"key": []}), lambda d: schemes(d)["key"].update(name="X-Other")),
        "E",
        {"api-security-component-changed"},
    ),
    (
        "scheme of the same name",
        leave,
        lambda d: schemes(d)["bearer"].update(scheme="basic"),
        "E",
        {"api-security-component-changed"},
    ),
    (
        "address of tokens",
        leave,
        lambda d: schemes(d)[_OAUTH]["flows"]["clientCredentials"].update(
            tokenUrl="https://example.com/t"
        ),
        "W",
        {"api-security-component-oauth-url-changed"},
    ),
    *there(
        "scope of a scheme",
        lambda d: schemes(d)[_OAUTH]["flows"]["clientCredentials"]["scopes"].pop("write"),
        "W",
        "api-security-component-oauth-scope-removed",
        "N",
        "api-security-component-oauth-scope-added",
    ),
]
