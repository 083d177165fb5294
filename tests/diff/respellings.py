"""Edits that change the spelling of a document, and nothing of what it says."""

import copy
import json

from tests.diff.things import Document, Edit, get, headers, media, parameter, put, webhook


def _hoisted(document: Document) -> None:
    document["paths"]["/things"]["parameters"] = get(document).pop("parameters")


def _component(document: Document) -> None:
    document["components"]["parameters"] = {"Q": get(document)["parameters"][0]}
    get(document)["parameters"][0] = {"$ref": "#/components/parameters/Q"}


def _inlined(document: Document) -> None:
    thing = document["components"]["schemas"]["Thing"]
    media(document)["application/json"]["schema"] = copy.deepcopy(thing)


def _prefixed(document: Document) -> None:
    document["servers"] = [{"url": "https://example.com"}]
    document["paths"] = {f"/v1{path}": item for path, item in document["paths"].items()}


def _own_security(document: Document) -> None:
    for operation in (put(document), get(document), webhook(document)):
        operation["security"] = document["security"]
    del document["security"]


def _backwards(document: Document) -> None:
    """Write the members of every object in the reverse order of their names."""
    text = json.dumps(document)
    document.clear()
    pairs = json.loads(text, object_pairs_hook=lambda members: dict(sorted(members, reverse=True)))
    document.update(pairs)


EQUIVALENT: dict[str, Edit] = {
    "parameters of the path's level": _hoisted,
    "a parameter among the components": _component,
    "a schema written out": _inlined,
    "the server's path put before each path": _prefixed,
    "credentials of each operation": _own_security,
    "members in another order": _backwards,
    "parameters in another order": lambda d: get(d)["parameters"].reverse(),
    "letter case of a header": lambda d: headers(d).update({"x-total": headers(d).pop("X-Total")}),
    "a parameter of a media type": lambda d: media(d).update(
        {"application/json; charset=utf-8": media(d).pop("application/json")}
    ),
    "texts": lambda d: get(d).update(summary="S", description="D", externalDocs={"url": "x"}),
    "the default of style": lambda d: parameter(d).update(style="form", explode=True),
    "a server without its slash": lambda d: d.update(servers=[{"url": "https://example.com/v1/"}]),
    "a remark beside a reference": lambda d: media(d)["application/json"]["schema"].update(
        description="the thing"
    ),
}
