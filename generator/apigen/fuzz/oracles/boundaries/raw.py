"""Bodies that are no JSON, or are said to be something else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from apigen.fuzz.oracles.boundaries.edges import Side
from apigen.fuzz.traffic import Call

_DEEP = 20_000


@dataclass(frozen=True, slots=True)
class Raw:
    """A change of a whole request."""

    about: str
    side: Side
    body: bytes | None
    media_type: str | None

    def applied(self, call: Call) -> Call:
        """Return the call with this body and media type; None leaves the header out."""
        headers = tuple(each for each in call.headers if each[0].lower() != "content-type")
        if self.media_type is not None:
            headers = (*headers, ("Content-Type", self.media_type))
        return replace(
            call,
            headers=headers,
            body=self.body,
            is_valid={Side.INSIDE: True, Side.OUTSIDE: False}.get(self.side),
            is_beyond=self.side is not Side.INSIDE,
        )


def changes(call: Call, allowed: frozenset[str], *, is_required: bool) -> Iterator[Raw]:
    """Give the changes of a request whose body is JSON.

    Args:
        call: A valid request.
        allowed: Media types that the contract has, in small letters, without parameters.
        is_required: Whether the body may not be left out.

    """
    body, kind = call.body or b"", call.header("content-type") or "application/json"
    if body[-1:] in {b"}", b"]"} and len(body) > 2:
        yield Raw("JSON with a comma too many", Side.OUTSIDE, body[:-1] + b"," + body[-1:], kind)
    yield Raw("JSON that breaks off", Side.OUTSIDE, body[:-1], kind)
    yield Raw("JSON with something behind it", Side.OUTSIDE, body + b" x", kind)
    yield Raw("JSON that is not UTF-8", Side.OUTSIDE, b'{"\xff":"\xfe"}', kind)
    yield Raw("arrays in arrays without end", Side.OUTSIDE, b"[" * _DEEP + b"]" * _DEEP, kind)
    side = Side.OUTSIDE if is_required else Side.INSIDE
    yield Raw("no body", side, None, None)
    for other in ("text/plain", "application/xml"):
        ranges = {"*/*", other.partition("/")[0] + "/*"}
        if not allowed & {other, *ranges}:
            yield Raw(f"the media type {other}", Side.OUTSIDE, body, other)
    if kind.lower() == "application/json":
        yield Raw("the charset utf-8", Side.INSIDE, body, f"{kind}; charset=utf-8")
        yield Raw("the media type in capitals", Side.INSIDE, body, "Application/JSON")
