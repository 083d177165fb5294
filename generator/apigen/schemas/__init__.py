"""From the schemas of a document to named definitions and types.

What a document can say in many ways is said here in one: null is :class:`~apigen.types.Nullable`
whatever the dialect, ``allOf`` is merged or a base, inline objects and enumerations have names,
and a discriminated union's variants carry their tags. No emitter thinks about any of it again.
"""

from apigen.schemas.reader import SchemaReader

__all__ = ["SchemaReader"]
