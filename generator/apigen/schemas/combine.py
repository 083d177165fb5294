"""Putting types together: unions and null, said once however often a document says them."""

from apigen.types import AnyValue, Const, Nullable, OneOf, TypeExpr


def nullable_of(found: TypeExpr) -> TypeExpr:
    """Return a type that may also be null; said once however often the document says it."""
    return found if isinstance(found, Nullable | AnyValue) else Nullable(found)


def one_of(variants: list[TypeExpr]) -> TypeExpr:
    """Return the union of types: nested ones flattened, equal ones once, null outside."""
    flat: dict[str, TypeExpr] = {}  # by their text, since 1 == True
    null = False
    for variant in variants:
        inner = variant.inner if isinstance(variant, Nullable) else variant
        null = null or isinstance(variant, Nullable)
        for each in inner.variants if isinstance(inner, OneOf) else (inner,):
            if isinstance(each, Const) and each.values == (None,):
                null = True
            else:
                flat[repr(each)] = each
    if any(isinstance(each, AnyValue) for each in flat.values()):
        return AnyValue()
    if not flat:
        return Const((None,)) if null else AnyValue()
    found = next(iter(flat.values())) if len(flat) == 1 else OneOf(tuple(flat.values()))
    return nullable_of(found) if null else found
