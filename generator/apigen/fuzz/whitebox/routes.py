"""The route table of an application of Starlette, FastAPI or a generated stub.

Nothing of these frameworks is imported: what has ``routes`` is read by the attributes that they
have in common, so that any version will do, and other applications simply have no table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MethodType
from typing import Any

_CONVERTER = re.compile(r"\{([^{}:]+):[^{}]*\}")
_OWN_PAGES = ("openapi_url", "docs_url", "redoc_url", "swagger_ui_oauth2_redirect_url")
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_MOST_WRAPPERS = 50


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path that is served."""

    method: str
    """In capitals."""
    path: str
    """The template, converters left out: ``/things/{id}``."""
    endpoint: Any = field(compare=False)
    """What answers; None if the framework does not tell."""
    dependant: Any = field(default=None, compare=False)
    """FastAPI's tree of what the endpoint and its dependencies ask for."""
    is_deep: bool = False
    """Whether a parameter of its path may hold slashes."""

    @property
    def label(self) -> str:
        """Return ``METHOD /path``."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Table:
    """All that is served."""

    routes: tuple[Route, ...]
    unseen: tuple[str, ...]
    """Prefixes under which something is mounted that has no route table."""
    by_contract: tuple[str, ...] = ()
    """Labels of operations that a generated stub serves: it checks its own parameters."""


@dataclass(slots=True)
class _Found:
    pages: frozenset[str]
    routes: list[Route] = field(default_factory=list[Route])
    unseen: list[str] = field(default_factory=list[str])
    stub: list[str] = field(default_factory=list[str])

    def walk(self, routes: Any, prefix: str) -> None:
        for each in routes:
            if contexts := getattr(each, "effective_route_contexts", None):  # an included router
                for one in contexts():
                    self.one(getattr(one, "starlette_route", None) or one, prefix)
            else:
                self.one(each, prefix)

    def one(self, route: Any, prefix: str) -> None:
        if operations := getattr(route, "apigen_operations", None):
            self.stub += [f"{method} {prefix}{path}" for method, path in operations]
            return
        path = getattr(route, "path", None)
        if not isinstance(path, str):
            return
        whole = prefix + _CONVERTER.sub(r"{\1}", path)
        if getattr(route, "methods", None):
            self.served(route, whole, is_deep=":path}" in path)
        elif (app := getattr(route, "app", None)) is not None and not hasattr(route, "endpoint"):
            inner = innermost(app)
            if inner is None:
                self.unseen.append(whole or "/")
            else:
                self.walk(inner.routes, whole)
        elif isinstance(endpoint := getattr(route, "endpoint", None), type):
            for method in _METHODS:
                if handler := getattr(endpoint, method, None):
                    bound = MethodType(handler, endpoint)  # there is no object yet
                    self.routes.append(Route(method.upper(), whole, bound))
        elif endpoint is not None:
            self.unseen.append(whole)  # an application of its own for all methods

    def served(self, route: Any, path: str, *, is_deep: bool) -> None:
        if path in self.pages:
            return
        methods = {str(each).upper() for each in route.methods}
        implied = {"HEAD"} if "GET" in methods else set[str]()
        for method in sorted(methods - implied):
            endpoint = getattr(route, "endpoint", None)
            dependant = getattr(route, "dependant", None)
            self.routes.append(Route(method, path, endpoint, dependant, is_deep))


def innermost(application: Any) -> Any:
    """Return the application that has routes, within its wrappers; None if none has."""
    for _ in range(_MOST_WRAPPERS):
        if application is None or isinstance(getattr(application, "routes", None), list):
            return application
        application = getattr(application, "app", None)
    return None


def table(application: Any) -> Table | None:
    """Return what an application serves; None if it has no table that can be read."""
    inner = innermost(application)
    if inner is None:
        return None
    found = _Found(frozenset(_pages(inner)))
    found.walk(inner.routes, "")
    return Table(tuple(found.routes), tuple(found.unseen), tuple(found.stub))


def _pages(application: Any) -> Iterator[str]:
    """Give the paths where FastAPI shows its own schema."""
    for name in _OWN_PAGES:
        if isinstance(path := getattr(application, name, None), str):
            yield path
