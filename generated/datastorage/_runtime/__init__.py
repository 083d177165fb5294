"""What a generated package needs at run time: copied into it as ``_runtime``, never edited there.

Nothing here does input or output except :mod:`.clients`: an operation is a value, a call is a
value, an exchange is a generator of effects, and the two clients only perform those effects.
"""
