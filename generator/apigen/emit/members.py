"""Looking into the objects of a contract."""

from collections.abc import Mapping

from apigen.contract import AliasDef, Contract, ObjectDef, Property
from apigen.types import Named, Nullable, TypeExpr


def members_of(contract: Contract, owner: ObjectDef) -> Mapping[str, Property]:
    """Return the members of an object by their names, those of its base among them."""
    base = contract.definitions.get(owner.base) if owner.base else None
    own = {each.name: each for each in owner.properties}
    return {**members_of(contract, base), **own} if isinstance(base, ObjectDef) else own


def resolved(contract: Contract, type_: TypeExpr) -> TypeExpr:
    """Return what a type is behind its aliases, whether it may be null or not."""
    while True:
        match type_:
            case Nullable(inner):
                type_ = inner
            case Named(ref) if isinstance(known := contract.definitions.get(ref), AliasDef):
                type_ = known.type
            case _:
                return type_
