"""How a contract becomes the surface that its consumers see.

Apart from the surface itself, which is read without what makes contracts and code.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from apigen.contract import Contract, Definition, EnumDef, ObjectDef
from apigen.emit.naming import Names, names_of
from apigen.emit.python import Spelling
from apigen.guard.surface import Argument, Endpoint, Model, Surface
from apigen.names import words
from apigen.settings import Settings

_SPELLING = Spelling(prefix="m.", constrained=False)


def surface_of(contract: Contract, settings: Settings) -> Surface:
    """Return what consumers of a contract see."""
    names = names_of(contract)
    split = [urlsplit(server) for server in contract.servers]
    base = split[0].path.rstrip("/") if split else ""
    return Surface(
        title=" ".join(words(contract.title)),
        package=settings.package,
        client=settings.client,
        servers=tuple(dict.fromkeys(each.netloc for each in split if each.netloc)),
        endpoints=_endpoints(contract, names, base),
        models=tuple(
            Model(name, tuple(_members(contract.definitions, name)))
            for name, known in sorted(contract.definitions.items())
            if isinstance(known, ObjectDef)
        ),
        enums=tuple(sorted(n for n, d in contract.definitions.items() if isinstance(d, EnumDef))),
        base=base,
    )


def _endpoints(contract: Contract, names: Names, base: str) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(
            id=each.id,
            method=each.method,
            path=base + each.path,
            call=names.methods[each.id],
            arguments=tuple(
                Argument(
                    one.name,
                    names.keyword(each, one),
                    one.location,
                    _SPELLING.of(one.type),
                    one.required,
                )
                for one in each.parameters
            ),
            body=_SPELLING.of(each.body.content[0].type) if each.body else "",
        )
        for each in contract.operations
    )


def _members(definitions: Mapping[str, Definition], name: str) -> list[str]:
    known = definitions.get(name)
    if not isinstance(known, ObjectDef):
        return []
    inherited = _members(definitions, known.base) if known.base else []
    return inherited + [each.name for each in known.properties]
