"""JSON pointers (RFC 6901), as text and as tokens, and the fragments of URIs that carry them."""

import re
from typing import TypeAlias
from urllib.parse import unquote

from apigen.types import Json

Tokens: TypeAlias = tuple[str, ...]
"""The unescaped steps of a pointer; the items of a list are counted in decimal digits."""

_INDEX = re.compile(r"0|[1-9][0-9]*", re.ASCII)


def split(pointer: str) -> Tokens:
    """Return the tokens of a pointer; the empty pointer has none.

    Raises:
        ValueError: the pointer neither is empty nor begins with a slash.

    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(pointer)
    return tuple(unescape(token) for token in pointer[1:].split("/"))


def join(tokens: Tokens) -> str:
    """Return the pointer that these tokens make."""
    return "".join("/" + escape(token) for token in tokens)


def escape(token: str) -> str:
    """Return a token as it stands in a pointer."""
    return token.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """Return a token as the name it means."""
    return token.replace("~1", "/").replace("~0", "~")


def from_fragment(fragment: str) -> Tokens | None:
    """Return the tokens that a URI fragment means, or None if it is a plain name (an anchor)."""
    text = unquote(fragment)
    return split(text) if not text or text.startswith("/") else None


def to_reference(tokens: Tokens) -> str:
    """Return ``#`` and the pointer, as the value of a ``$ref`` within one document."""
    return "#" + join(tokens).replace("%", "%25")


def step(node: Json, token: str) -> Json:
    """Return the child of a node.

    Raises:
        LookupError: it has none of that name.

    """
    if isinstance(node, dict):
        return node[token]
    if isinstance(node, list) and _INDEX.fullmatch(token) and len(token) < len(str(len(node))) + 1:
        return node[int(token)]
    raise KeyError(token)


def at(node: Json, tokens: Tokens) -> Json:
    """Return what stands at a pointer.

    Raises:
        LookupError: nothing does.

    """
    for token in tokens:
        node = step(node, token)
    return node


def exists(node: Json, tokens: Tokens) -> bool:
    """Tell whether anything stands at a pointer."""
    try:
        at(node, tokens)
    except LookupError:
        return False
    return True
