"""What schemathesis is shown of a document."""

from __future__ import annotations

from typing import Any

from apigen.fuzz.narrowing import thinned
from apigen.types import Json

REFERENCES: list[Json] = [{"$ref": f"#/components/schemas/Payload{number}"} for number in range(20)]
FEW: list[Json] = REFERENCES[:8]


def document(union: list[Json]) -> dict[str, Any]:
    example = {"oneOf": "a member of this name"}
    properties: Json = {"oneOf": {"type": "string"}, "data": {"oneOf": union}}
    return {"components": {"schemas": {"Event": {"properties": properties, "example": example}}}}


def test_of_a_large_union_the_seed_chooses_a_few_in_their_order() -> None:
    [one, other] = [thinned(document(REFERENCES), seed) for seed in (0, 1)]
    chosen = one["components"]["schemas"]["Event"]["properties"]["data"]["oneOf"]
    assert len(chosen) == 8
    assert chosen == [each for each in REFERENCES if each in chosen]
    assert one == thinned(document(REFERENCES), 0)
    assert one != other


def test_all_else_stays_and_so_does_what_was_given() -> None:
    given = document(FEW)
    assert thinned(given, 0) == document(FEW) == given
    many = document(REFERENCES)
    thinned(many, 0)
    assert many == document(REFERENCES)
