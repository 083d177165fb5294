"""Functions of the standard library and of others that make texts and addresses."""

from collections.abc import Callable, Mapping

from apigen.guard import libraries, texts
from apigen.guard.commands import split
from apigen.guard.python.project import Frame
from apigen.guard.values import (
    UNKNOWN,
    Arguments,
    Hole,
    Items,
    Local,
    Name,
    Partial,
    Table,
    Text,
    Unknown,
    Value,
    as_texts,
    choice,
    text,
)
from apigen.guard.wordlist import words

_SAME = words(
    "encode decode human_repr as_uri as_posix geturl tostr url strip lower casefold expandtabs "
    "with_query update_query with_fragment set add unicode_string copy_merge_params "
    "get_secret_value "
    "copy_add_param copy_set_param include_query_params format_map __str__ expanduser"
)
_GIVES_ARGUMENT = words(
    "typing.cast contextlib.closing contextlib.aclosing contextlib.nullcontext builtins.list "
    "builtins.tuple builtins.iter builtins.next builtins.sorted builtins.set builtins.reversed "
    "textwrap.dedent inspect.cleandoc asyncio.wait_for asyncio.create_task asyncio.ensure_future "
    "asyncio.run asyncio.shield anyio.run copy.copy copy.deepcopy sys.intern re.sub shlex.quote "
    "asyncio.gather builtins.repr html.unescape functools.wraps os.path.expanduser"
)


def known_call(path: str, arguments: Arguments, frame: Frame) -> Value | None:
    """Return what a function known by name gives; None if it is not known."""
    first = arguments.get(0)
    if path in libraries.ADDRESSES or path in {"builtins.str", "builtins.bytes"}:
        return _address(first, arguments)
    if path in libraries.JOINERS:
        return _pairwise((first, arguments.get(1, "url")), texts.resolved)
    if path in libraries.SLASHERS:
        return texts.combine([(each, "part") for each in arguments.positional], _all_slashed)
    if path in _GIVES_ARGUMENT:
        return arguments.get(1) if path == "typing.cast" else first
    if path in {"importlib.import_module", "builtins.__import__"}:
        return _imported(first, frame)
    if path == "builtins.super":
        return Local("super", frame.module.file, frame.owner) if frame.owner else UNKNOWN
    found = _FUNCTIONS.get(path)
    return found(arguments) if found is not None else None


def _partial(arguments: Arguments) -> Value:
    named = tuple((arguments.named or {}).items())
    return Partial(arguments.get(0), arguments.positional[1:], named)


def _table(arguments: Arguments) -> Value:
    first = arguments.get(0)
    base = first.entries if isinstance(first, Table) else ()
    return Table((*(arguments.named or {}).items(), *base))


def _words(arguments: Arguments) -> Value:
    return Items(tuple(split(as_texts(arguments.get(0), "command")[0])))


def _default(arguments: Arguments) -> Value:
    return choice(arguments.get(-1, "default"), arguments.get(0))


def _zipped(arguments: Arguments) -> Value:
    return Items(tuple(Items(row) for row in zip(*_columns(arguments), strict=False)))


def _enumerated(arguments: Arguments) -> Value:
    return Items(tuple(Items((UNKNOWN, each)) for column in _columns(arguments) for each in column))


def _chained(arguments: Arguments) -> Value:
    return Items(tuple(each for column in _columns(arguments) for each in column))


def _columns(arguments: Arguments) -> list[tuple[Value, ...]]:
    return [each.values if isinstance(each, Items) else () for each in arguments.positional]


def _address(first: Value, arguments: Arguments) -> Value:
    if first == UNKNOWN:
        return arguments.get(-1, "url", "template")
    if len(arguments.positional) > 1 and any(isinstance(e, Text) for e in arguments.positional):
        return texts.combine([(each, "part") for each in arguments.positional], _all_slashed)
    return first


def _pairwise(values: tuple[Value, Value], join: Callable[[Text, Text], Text]) -> Value:
    return texts.combine([(each, "part") for each in values], join)


def _all_slashed(first: Text, *rest: Text) -> Text:
    for each in rest:
        start = each.parts[0] if each.parts else ""
        absolute = isinstance(start, str) and start.startswith("/") and not first.parts
        first = each if absolute else texts.slashed(first, each)
    return first


def _variable(arguments: Arguments) -> Value:
    name, default = arguments.get(0), arguments.get(1, "default")
    literal = name.literal if isinstance(name, Text) else None
    hole = Text((Hole(literal),)) if literal else UNKNOWN
    return choice(hole, default)


def _put_together(arguments: Arguments) -> Value:
    value = arguments.get(0)
    if not isinstance(value, Items) or len(value.values) < 3:
        return UNKNOWN
    pieces = list(zip(value.values[:3], ("scheme", "host", "path"), strict=True))
    return texts.combine(pieces, _address_of)


def _address_of(scheme: Text, host: Text, path: Text) -> Text:
    return texts.concat(scheme, text("://"), texts.slashed(host, path))


def _built(arguments: Arguments) -> Value:
    named = arguments.named or {}
    host = named.get("host", named.get("authority", Unknown("host")))
    port = named.get("port")
    authority = (
        [(host, "host")] if port is None else [(host, "host"), (text(":"), ""), (port, "port")]
    )
    path = named.get("path", text(""))
    pieces = [(named.get("scheme", text("http")), "scheme"), (text("://"), ""), *authority]
    return texts.combine([*pieces, (path, "path")], texts.concat)


def _imported(first: Value, frame: Frame) -> Value:
    name = first.literal if isinstance(first, Text) else None
    if not name:
        return UNKNOWN
    if name.partition(".")[0] in frame.project.foreign:
        return Name(name)
    file = frame.project.find(name, frame.module.file)
    return Local("module", file) if file else Name(name)


def text_method(owner: Text, name: str, arguments: Arguments) -> Value:
    """Return what a method of a text, or of an address, gives."""
    if name in _SAME:
        return owner
    found = _TEXT_METHODS.get(name)
    return UNKNOWN if found is None else found(owner, arguments)


def _format(owner: Text, arguments: Arguments) -> Value:
    return texts.formatted(owner, arguments.positional, arguments.named or {})


def _join(owner: Text, arguments: Arguments) -> Value:
    given = arguments.get(0)
    if isinstance(given, Items):
        separated = [p for each in given.values for p in ((owner, ""), (each, "part"))][1:]
        return texts.combine(separated, texts.concat) if separated else text("")
    return _pairwise((owner, given), texts.resolved) if given != UNKNOWN else UNKNOWN


def _below(owner: Text, arguments: Arguments) -> Value:
    parts = [(owner, ""), *((each, "part") for each in arguments.positional)]
    return texts.combine(parts, _all_slashed)


def _strip(side: str) -> Callable[[Text, Arguments], Value]:
    def strip(owner: Text, arguments: Arguments) -> Value:
        characters = arguments.get(0)
        given = characters.literal if isinstance(characters, Text) else None
        return texts.stripped(owner, given or " \t\r\n", left=side != "r", right=side != "l")

    return strip


def _replace(owner: Text, arguments: Arguments) -> Value:
    old, new = arguments.get(0), arguments.get(1)
    before = old.literal if isinstance(old, Text) else None
    if not before:
        return owner
    fill = as_texts(new, "part")[0]
    parts: list[str | Hole] = []
    for part in owner.parts:
        if isinstance(part, Hole):
            parts.append(part)
            continue
        pieces = part.split(before)
        for index, piece in enumerate(pieces):
            parts += [*(fill.parts if index else ()), piece]
    return text(*parts)


def _removed(owner: Text, arguments: Arguments, *, prefix: bool) -> Value:
    given = arguments.get(0)
    literal = given.literal if isinstance(given, Text) else None
    parts = list(owner.parts)
    if literal and parts:
        at = 0 if prefix else -1
        edge = parts[at]
        if isinstance(edge, str):
            parts[at] = edge.removeprefix(literal) if prefix else edge.removesuffix(literal)
    return text(*parts)


def _with_path(owner: Text, arguments: Arguments) -> Value:
    path = arguments.get(0, "path", "raw_path")

    def join(base: Text, tail: Text) -> Text:
        rooted = texts.concat(text("/"), texts.stripped(tail, "/", right=False))
        return texts.resolved(base, rooted)

    return owner if path == UNKNOWN else _pairwise((owner, path), join)


def _substituted(owner: Text, arguments: Arguments) -> Value:
    table = arguments.get(0)
    named = dict(table.entries) if isinstance(table, Table) else {}
    return texts.dollar(owner, {**named, **(arguments.named or {})})


def _split(owner: Text, arguments: Arguments) -> Value:
    given = arguments.get(0)
    separator = given.literal if isinstance(given, Text) else None
    whole = owner.literal
    return Items(tuple(text(part) for part in whole.split(separator))) if whole else UNKNOWN


_TEXT_METHODS: Mapping[str, Callable[[Text, Arguments], Value]] = {
    "format": _format,
    "join": _join,
    "joinpath": _below,
    "lstrip": _strip("l"),
    "rstrip": _strip("r"),
    "replace": _replace,
    "_replace": _with_path,
    "removeprefix": lambda owner, given: _removed(owner, given, prefix=True),
    "removesuffix": lambda owner, given: _removed(owner, given, prefix=False),
    "with_path": _with_path,
    "copy_with": _with_path,
    "substitute": _substituted,
    "safe_substitute": _substituted,
    "split": _split,
    "add_path": _below,
    "child": _below,
}
_FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "os.getenv": _variable,
    "os.environ.get": _variable,
    "os.environ.setdefault": _variable,
    "decouple.config": _variable,
    "builtins.dict": _table,
    "types.SimpleNamespace": _table,
    "collections.OrderedDict": _table,
    "urllib.parse.urlunsplit": _put_together,
    "urllib.parse.urlunparse": _put_together,
    "yarl.URL.build": _built,
    "shlex.split": _words,
    "dataclasses.field": _default,
    "pydantic.Field": _default,
    "attrs.field": _default,
    "builtins.zip": _zipped,
    "builtins.enumerate": _enumerated,
    "itertools.chain": _chained,
}
