"""Aliases that are nothing but each other become what they all name beside themselves."""

from __future__ import annotations

from apigen.contract import AliasDef, Definition, ObjectDef
from apigen.schemas.aliases import untangled
from apigen.schemas.graphs import components
from apigen.types import AnyValue, Kind, ListOf, MapOf, Named, Nullable, OneOf, Scalar, TypeExpr

TEXT, NUMBER = Scalar(Kind.STRING), Scalar(Kind.INTEGER)


def made(**aliases: TypeExpr) -> dict[str, TypeExpr]:
    definitions = {name: AliasDef(name, type_, "", "") for name, type_ in aliases.items()}
    return {name: each.type for name, each in untangled(definitions).items()}


def test_a_union_of_itself_and_others_is_the_others() -> None:
    assert made(A=OneOf((Named("A"), TEXT))) == {"A": TEXT}


def test_unions_of_each_other_are_one() -> None:
    found = made(A=OneOf((Named("B"), TEXT)), B=Nullable(OneOf((Named("A"), NUMBER))))
    assert found == {name: Nullable(OneOf((TEXT, NUMBER))) for name in ("A", "B")}


def test_nothing_but_itself_is_any_value() -> None:
    assert made(A=Named("B"), B=Named("A")) == {"A": AnyValue(), "B": AnyValue()}


def test_what_a_list_or_mapping_interrupts_is_left_alone() -> None:
    assert made(A=OneOf((TEXT, ListOf(Named("A")))), B=MapOf(Named("B"))) == {}


def test_an_object_interrupts_too() -> None:
    definitions: dict[str, Definition] = {
        "A": AliasDef("A", Named("O"), "", ""),
        "O": ObjectDef("O", (), None, Named("A"), "", deprecated=False, at=""),
    }
    assert untangled(definitions) == {}


def test_components_stand_after_those_they_lead_to() -> None:
    graph = {"a": ("b",), "b": ("c", "a"), "c": ("d",), "d": (), "e": ("a",)}
    found = components(graph)
    assert found == [{"d"}, {"c"}, {"a", "b"}, {"e"}]


def test_long_chains_need_no_deep_stack() -> None:
    graph = {str(n): (str(n + 1),) for n in range(50_000)} | {"50000": ()}
    assert len(components(graph)) == 50_001
