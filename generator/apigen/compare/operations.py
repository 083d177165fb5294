"""The operations of a document: what each inherits, and at which addresses it answers."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from apigen.compare.values import Node, items, members
from apigen.compare.view import View

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PARAMETER = re.compile(r"\{([^{}]*)\}")
_IGNORED_HEADERS = {"accept", "content-type", "authorization"}
"""Header parameters that OpenAPI (Parameter Object, ``name``) says have no effect."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, with what it has from its path item and from the document."""

    name: str
    """Method and path as they are written."""
    method: str
    path: str
    """The path with its parameters' names taken out."""
    names: tuple[str, ...]
    """The names of the path's parameters."""
    routes: frozenset[str]
    """The paths below the hosts of its servers, names taken out."""
    node: Node
    parameters: dict[tuple[str, str], Node] = field(hash=False)
    security: Node | None
    security_place: str

    @property
    def id(self) -> str:
        """Return its operationId, or the empty text."""
        return self.node.text("operationId")


def operations(view: View) -> list[Operation]:
    """Return all operations below ``paths``."""
    found: list[Operation] = []
    paths = view.root.get("paths")
    for path, item in paths.members().items() if paths else ():
        if path.startswith("/"):
            found += of_item(view, path, view.resolve(item))
    return found


def of_item(view: View, path: str, item: Node, prefix: str = "") -> list[Operation]:
    """Return the operations of one path item."""
    return [
        _operation(view, path, item, method, node, prefix)
        for method in METHODS
        if (node := item.get(method)) is not None and isinstance(node.value, dict)
    ]


def _operation(
    view: View, path: str, item: Node, method: str, node: Node, prefix: str
) -> Operation:
    security = node.get("security") or view.root.get("security")
    bare = _PARAMETER.sub("{}", path)
    bases = _bases(view, item, node)
    parameters = _parameters(view, item) | _parameters(view, node)
    return Operation(
        f"{prefix}{method.upper()} {path}",
        method,
        bare,
        tuple(_PARAMETER.findall(path)),
        frozenset(base + bare for base in bases),
        node,
        parameters,
        security,
        security.pointer if security else node.pointer,
    )


def _parameters(view: View, node: Node) -> dict[tuple[str, str], Node]:
    """Return parameters by place and name; names of headers know no case."""
    found: dict[tuple[str, str], Node] = {}
    listed = node.get("parameters")
    for child in listed.items() if listed else ():
        parameter = view.resolve(child)
        place, name = parameter.text("in"), parameter.text("name")
        if place == "header":
            name = name.lower()
            if name in _IGNORED_HEADERS:
                continue
        if place and name:
            found[place, name] = parameter
    return found


def _bases(view: View, item: Node, node: Node) -> set[str]:
    """Return the paths of the servers that hold for an operation."""
    for holder in (node, item, view.root):
        servers = holder.get("servers")
        if servers and servers.value:
            return {base_path(server) for server in servers.items()}
    return {""}


def base_path(server: Node) -> str:
    """Return the path of a server's address, its variables at their defaults."""
    return urlsplit(address(server)).path.rstrip("/")


def address(server: Node) -> str:
    """Return a server's address, its variables at their defaults."""
    url = server.text("url")
    variables = server.get("variables")
    for name, variable in variables.members().items() if variables else ():
        url = url.replace("{" + name + "}", variable.text("default"))
    try:
        urlsplit(url)
    except ValueError:
        return ""
    return url


def tags(node: Node) -> set[str]:
    """Return an operation's tags."""
    return {tag for tag in items(members(node.value).get("tags")) if isinstance(tag, str)}
