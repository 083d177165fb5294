"""The Python names of a contract, decided once for all emitters."""

from collections.abc import Mapping
from dataclasses import dataclass

from apigen.contract import Contract, ObjectDef, Operation, Parameter
from apigen.names import (
    CONSTANTS_TAKEN,
    FIELDS_TAKEN,
    KEYWORDS_TAKEN,
    METHODS_TAKEN,
    Scope,
    constant,
    snake,
)


@dataclass(frozen=True, slots=True)
class Names:
    """Python names: of members by definition, of methods by operation, of keywords by both."""

    fields: Mapping[str, Mapping[str, str]]
    methods: Mapping[str, str]
    constants: Mapping[str, str]
    keywords: Mapping[str, Mapping[tuple[str, str], str]]

    def keyword(self, operation: Operation, parameter: Parameter) -> str:
        """Return the keyword of a parameter in the calls of its operation."""
        return self.keywords[operation.id][parameter.location, parameter.name]


def names_of(contract: Contract) -> Names:
    """Return the Python names of a contract."""
    methods = Scope(set(METHODS_TAKEN))
    constants = Scope(set(CONSTANTS_TAKEN))
    named = {
        each.id: methods.claim(snake(each.id, METHODS_TAKEN, empty="operation"))
        for each in contract.operations
    }
    return Names(
        fields=_fields(contract),
        methods=named,
        constants={
            each.id: constants.claim(constant(named[each.id])) for each in contract.operations
        },
        keywords={each.id: _keywords(each) for each in contract.operations},
    )


def _fields(contract: Contract) -> Mapping[str, Mapping[str, str]]:
    done: dict[str, dict[str, str]] = {}
    taken = FIELDS_TAKEN | contract.definitions.keys()

    def of(name: str) -> dict[str, str]:
        known = contract.definitions.get(name)
        if name in done or not isinstance(known, ObjectDef):
            return done.get(name, {})
        inherited = dict(of(known.base)) if known.base else {}
        scope = Scope(set(inherited.values()))
        for each in known.properties:
            inherited[each.name] = scope.claim(snake(each.name, taken, empty="field"))
        done[name] = inherited
        return inherited

    for name in contract.definitions:
        of(name)
    return done


def _keywords(operation: Operation) -> Mapping[tuple[str, str], str]:
    scope = Scope()
    return {
        (each.location, each.name): scope.claim(
            snake(each.name, KEYWORDS_TAKEN, empty="parameter"),
            snake(f"{each.name} {each.location}", KEYWORDS_TAKEN, empty="parameter"),
        )
        for each in operation.parameters
    }
