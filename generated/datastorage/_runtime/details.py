"""Problem details (RFC 9457), and the error that carries them."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from .headers import NO_HEADERS, Headers
from .schema import TOLERANT

M = TypeVar("M", bound=BaseModel)

PHRASES: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: "Bad Request",
        401: "Unauthorized",
        402: "Payment Required",
        403: "Forbidden",
        404: "Not Found",
        405: "Method Not Allowed",
        406: "Not Acceptable",
        407: "Proxy Authentication Required",
        408: "Request Timeout",
        409: "Conflict",
        410: "Gone",
        411: "Length Required",
        412: "Precondition Failed",
        413: "Content Too Large",
        414: "URI Too Long",
        415: "Unsupported Media Type",
        416: "Range Not Satisfiable",
        417: "Expectation Failed",
        421: "Misdirected Request",
        422: "Unprocessable Content",
        423: "Locked",
        424: "Failed Dependency",
        425: "Too Early",
        426: "Upgrade Required",
        428: "Precondition Required",
        429: "Too Many Requests",
        431: "Request Header Fields Too Large",
        451: "Unavailable For Legal Reasons",
        500: "Internal Server Error",
        501: "Not Implemented",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Timeout",
        505: "HTTP Version Not Supported",
        507: "Insufficient Storage",
        511: "Network Authentication Required",
    }
)
"""Reason phrases of the error statuses: RFC 9110 and the IANA registry, on any Python alike."""


def phrase(status: int | None) -> str:
    """Return the reason phrase of an error status, or nothing if it has none."""
    return PHRASES.get(status or 0, "")


class Problem(BaseModel):
    """A problem details object (RFC 9457, section 3); extension members are kept as they are."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    type: str = "about:blank"
    title: str = ""
    status: int | None = None
    detail: str | None = None
    instance: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_mistyped(cls, value: object) -> object:
        """Leave out members of the wrong type, as section 3.1 wants of a reader."""
        if not isinstance(value, Mapping):
            return value
        members = cast("Mapping[str, object]", value)
        return {
            name: member
            for name, member in members.items()
            if builtins.type(member) is _MEMBERS.get(name, builtins.type(member))
        }

    @property
    def field_errors(self) -> dict[str, str]:
        """What is wrong with each field; empty if the problem does not say it field by field."""
        found = (self.model_extra or {}).get("field_errors")
        if not isinstance(found, Mapping):
            return {}
        fields = cast("Mapping[object, object]", found)
        return {str(name): text for name, text in fields.items() if isinstance(text, str)}


_MEMBERS: Final[Mapping[str, type]] = MappingProxyType(
    {"type": str, "title": str, "status": int, "detail": str, "instance": str}
)


@dataclass(frozen=True, slots=True)
class RequestLine:
    """What was asked, fit for logs: the URL has neither user information nor a query."""

    method: str
    url: str

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


def one_line(text: str, limit: int = 1000) -> str:
    """Return *text*, which may come from a stranger, as one harmless line of bounded length."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    line = " ".join(cut.split())
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)


class Layer(StrEnum):
    """Where a call failed."""

    CALLER = "caller"
    NETWORK = "network"
    CONTRACT = "contract"
    SERVICE = "service"
    DATABASE = "database"


class ApiError(Exception):
    """Anything that kept a call from returning its result.

    Attributes:
        layer: Where the call failed.
        status: The HTTP status, None if no answer is involved.
        operation: The operation's id in the contract, None on the server.
        request: Method and URL.
        headers: Header fields of the answer (on the server: to be sent with it).
        content: The body of the answer.
        problem: The problem details of the answer, None if its body is not of that kind.
        value: The body read in the form that the contract gives to it, None if it has none.
        attempts: How often the call was tried.
        elapsed: Seconds over which it was tried, pauses included.

    """

    layer: ClassVar[Layer]
    status: int | None = None
    operation: str | None = None
    request: RequestLine | None = None
    headers: Headers = NO_HEADERS
    content: bytes = b""
    problem: Problem | None = None
    value: object = None
    attempts: int = 1
    elapsed: float = 0.0

    def __init__(
        self,
        detail: str = "",
        *,
        status: int | None = None,
        type: str = "about:blank",  # noqa: A002 - the member's name in RFC 9457
        title: str = "",
        instance: str | None = None,
        headers: Mapping[str, str] | None = None,
        **extensions: object,
    ) -> None:
        super().__init__(detail)
        if status is not None:
            self.status = status
        if headers:
            self.headers = Headers(headers.items())
        if self.status is not None:
            members = {"title": title or phrase(self.status), "detail": detail or None}
            standard = {"type": type, "status": self.status, "instance": instance}
            self.problem = Problem.model_validate({**extensions, **standard, **members})

    @property
    def type(self) -> str:
        """The URI reference that names the kind of problem."""
        return self.problem.type if self.problem else "about:blank"

    @property
    def title(self) -> str:
        """What kind of problem it is, in a few words."""
        return (self.problem.title if self.problem else "") or phrase(self.status)

    @property
    def detail(self) -> str:
        """What happened this time."""
        return (self.problem.detail if self.problem else None) or str(self.args[0])

    @property
    def instance(self) -> str | None:
        """The URI reference that names this occurrence."""
        return self.problem.instance if self.problem else None

    @property
    def field_errors(self) -> dict[str, str]:
        """What is wrong with each field; empty if the problem does not say it field by field."""
        return self.problem.field_errors if self.problem else {}

    def problem_as(self, model: builtins.type[M]) -> M:
        """Return the problem details as *model*, the contract's name for them.

        Raises:
            pydantic.ValidationError: The problem is not of that form, or there is none.

        """
        if self.content:
            return model.model_validate_json(self.content, context=TOLERANT)
        members = self.problem.model_dump(exclude_none=True) if self.problem else {}
        return model.model_validate(members, context=TOLERANT)

    def about(self, operation: str | None, request: RequestLine | None = None) -> Self:
        """Say which operation and request this is about, and return this error."""
        self.operation = operation
        self.request = request
        return self

    def answered(self, status: int, headers: Headers, content: bytes) -> Self:
        """Say what the server answered, and return this error."""
        self.status, self.headers, self.content = status, headers, content
        self.problem = None
        return self

    def __str__(self) -> str:
        asked = [part for part in (self.operation, str(self.request or "")) if part]
        told = [
            f"{self.status} {phrase(self.status)}".strip() if self.status else "",
            self.title if self.title != phrase(self.status) else "",
            self.detail,
        ]
        fields = "; ".join(f"{name}: {text}" for name, text in self.field_errors.items())
        words = ": ".join([*asked, *filter(None, told)]) + (f" ({fields})" if fields else "")
        tried = f"; {self.attempts} attempts over {self.elapsed:.1f} s" if self.attempts > 1 else ""
        return f"{one_line(words)} [{self.layer}{tried}]"


def misfits(error: ValidationError) -> str:
    """Say in one sentence what does not fit, without the values: they may be secrets."""
    issues = error.errors(include_url=False, include_input=False, include_context=False)
    told = [f"{'.'.join(map(str, issue['loc'])) or 'body'}: {issue['msg']}" for issue in issues[:3]]
    more = f"; and {len(issues) - 3} more" if len(issues) > 3 else ""
    return "; ".join(told) + more
