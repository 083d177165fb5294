"""Calls and attributes: what HTTP libraries, texts and functions of the project give back."""

import ast
import re

from apigen.guard import commands, libraries, texts
from apigen.guard.libraries import Sender
from apigen.guard.python.known import known_call, text_method
from apigen.guard.python.local import call_local, instance_attribute
from apigen.guard.python.project import Frame, Sent
from apigen.guard.values import (
    UNKNOWN,
    Answer,
    Arguments,
    Client,
    Hole,
    Items,
    Local,
    Member,
    Name,
    Partial,
    Request,
    Table,
    Text,
    Unknown,
    Value,
    as_texts,
    choice,
    options,
    text,
)

IN_PROCESS = "in-process"
_LONGEST = 200
_RAW = re.compile(r"(GET|POST|PUT|PATCH|DELETE|HEAD) (/\S*|http\S*)(?: HTTP/[\d.]+)?")
_WRITERS = frozenset({"send", "sendall", "write", "sendto"})
_SAME = frozenset({"__enter__", "__aenter__", "value", "copy", "clone", "with_options"})
_BODIES = frozenset({"json", "text", "read", "content", "body", "get_json", "raw"})


def attribute(owner: Value, name: str, frame: Frame) -> Value:
    """Return an attribute of a value."""
    match owner:
        case Name(path):
            return Name(f"{path}.{name}"[:_LONGEST])
        case Local(kind="module", file=file):
            module = frame.project.module(file)
            if module is not None and name in module.names:
                return module.names[name]
            below = frame.project.find(name, file, 1) if file.endswith("__init__.py") else None
            return Local("module", below) if below else UNKNOWN
        case Local(kind="class" | "instance" | "super"):
            return instance_attribute(owner, name, frame)
        case Text() if name in {"value", "path", "_url", "url"}:
            return owner
        case Table() if owner.get(name) != UNKNOWN:
            return owner.get(name)
        case Answer() if name in _BODIES - {"json", "read"}:
            return owner
        case _:
            return Member(owner, name)


def call(callee: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
    """Return what a call gives; a request that it sends is noted in *frame*."""
    match callee:
        case Name(path):
            return _named(path, arguments, node, frame)
        case Member(owner, name):
            found = [_method(each, name, arguments, node, frame) for each in options(owner)]
            return choice(*found)
        case Local():
            found_here = _forwarded(arguments, node, frame)
            return choice(call_local(callee, arguments, node, frame, call), found_here)
        case Partial(inner, positional, named):
            merged = Arguments(
                (*positional, *arguments.positional), {**dict(named), **(arguments.named or {})}
            )
            return call(inner, merged, node, frame)
        case _:
            return _forwarded(arguments, node, frame)


def _named(path: str, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
    """Return what a call of something imported gives."""
    if sender := libraries.function(path):
        return send(sender, None, arguments, node, frame)
    if sender := libraries.REQUESTS.get(path):
        return _request(sender, arguments)
    if libraries.is_test_client(path):
        return Client(IN_PROCESS)
    if (at := libraries.client(path)) is not None:
        return constructed(path, at, arguments)
    if path in libraries.SHELLS:
        return _command(arguments, node, frame)
    if path in {"builtins.getattr", "operator.attrgetter"}:
        return _getattr(arguments, frame)
    if path in {"json.loads", "json.load", "orjson.loads", "ujson.loads", "simplejson.loads"}:
        _read(arguments.get(0, "s", "fp"), node, frame)
        return UNKNOWN
    if path == "builtins.map" and arguments.positional:
        rows = [one for each in arguments.positional[1:] for one in options(each)]
        firsts = [row.values for row in rows if isinstance(row, Items)]
        return Items(
            tuple(
                call(arguments.positional[0], Arguments(tuple(given)), node, frame)
                for given in zip(*firsts, strict=False)
            )
        )
    found = known_call(path, arguments, frame)
    if found is not None:
        return found
    frame.module.calls.append((node, Name(path)))
    forwarded = _forwarded(arguments, node, frame)
    return forwarded if forwarded != UNKNOWN else Name(f"{path}()"[:_LONGEST])


def constructed(path: str, at: int, arguments: Arguments) -> Client:
    """Return a client of a library."""
    if any(arguments.has(name) for name in libraries.NO_NETWORK):
        given = [arguments.get(-1, name) for name in libraries.NO_NETWORK]
        named = [str(each.path) for each in given if isinstance(each, Name)]
        if arguments.has("app") or any(
            libraries.is_in_process(name.removesuffix("()")) for name in named
        ):
            return Client(IN_PROCESS)
    base = arguments.get(at, "base_url", "host", "prefix_url", "url")
    if base == UNKNOWN or isinstance(base, Items | Table):
        return Client(path)
    found = as_texts(base, "base_url")[0]
    if path.endswith(("Connection", "ConnectionPool")):
        port = arguments.get(1, "port")
        if port != UNKNOWN:
            found = texts.concat(found, text(":"), as_texts(port, "port")[0])
        found = texts.concat(text("http://"), found)
    return Client(path, found)


def _request(sender: Sender, arguments: Arguments) -> Request:
    given = arguments.get(sender.method_at, "method")
    method = given.literal if isinstance(given, Text) and given.literal else ""
    if not method and sender.method_at < 0:
        method = "POST" if _has_body(arguments) else "GET"
    return Request(method, as_texts(arguments.get(sender.url_at, *sender.url_names), "url")[0])


def _has_body(arguments: Arguments) -> bool:
    return arguments.has("data", "json", "content", "body") or len(arguments.positional) > 1


def send(
    sender: Sender,
    base: Text | None,
    arguments: Arguments,
    node: ast.Call,
    frame: Frame,
    receiver: Value | None = None,
) -> Value:
    """Note a request, and return what comes back."""
    given = arguments.get(sender.url_at, *sender.url_names)
    methods = [text(sender.method)]
    if not sender.method:
        asked = arguments.get(sender.method_at, "method")
        usual = "POST" if sender.method_at < 0 and _has_body(arguments) else sender.usual
        absent = sender.method_at < 0 and asked == UNKNOWN
        methods = [text(usual)] if absent else list(as_texts(asked, "method"))
    operations: list[str] = []
    for each in options(given):
        if isinstance(each, Request):
            operations += _note(text(each.method), each.url, node, frame, arguments, receiver)
            continue
        if each == UNKNOWN or isinstance(each, Items | Table | Local):
            continue
        for url in as_texts(each, "url"):
            for method in methods:
                whole = texts.below(base, url)
                operations += _note(method, whole, node, frame, arguments, receiver)
    return Answer(tuple(dict.fromkeys(operations))) if operations else Name("answer")


def _note(
    method: Text,
    url: Text,
    node: ast.Call,
    frame: Frame,
    arguments: Arguments,
    receiver: Value | None,
) -> tuple[str, ...]:
    sent = Sent(method, url, node, receiver, arguments)
    if found := frame.project.matches(sent):
        frame.module.sent.append(sent)
        return found
    asked = receiver.parameter if isinstance(receiver, Unknown) else ""
    if asked or any(isinstance(p, Hole) and p.parameter for p in (*url.parts, *method.parts)):
        frame.sent.append(sent)
    return ()


def _method(owner: Value, name: str, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
    """Return what a method gives."""
    match owner:
        case Text():
            return text_method(owner, name, arguments)
        case Client(kind, base):
            return _of_client(kind, base, name, arguments, node, frame)
        case Table() if name in {"get", "pop", "setdefault", "__getitem__"}:
            key = arguments.get(0)
            literal = key.literal if isinstance(key, Text) else None
            values = [v for k, v in owner.entries if literal is None or k == literal]
            return choice(*values, arguments.get(1))
        case Table() if name in {"values", "items"}:
            pairs = [Items((text(k), v)) if name == "items" else v for k, v in owner.entries]
            return Items(tuple(pairs))
        case Answer():
            if name in {"json", "get_json", "read"}:
                _read(owner, node, frame, json=name != "read")
                return owner if name == "read" else UNKNOWN
            return owner
        case Request():
            return owner
        case Local(kind="super") if name == "__init__":
            return call_local(owner, arguments, node, frame, call)
        case Local():
            return call_local(owner, arguments, node, frame, call, method=name)
        case Unknown():
            return _of_unknown(owner, name, arguments, node, frame)
        case _:
            return _forwarded(arguments, node, frame)


def _of_client(
    kind: str, base: Text | None, name: str, arguments: Arguments, node: ast.Call, frame: Frame
) -> Value:
    if kind == IN_PROCESS:
        return UNKNOWN
    if name in _SAME:
        return Client(kind, base)
    if name == "setopt" and len(arguments.positional) > 1:
        option = arguments.positional[0]
        if "URL" in str(option):
            return send(Sender(url_at=1, method_at=9, usual=""), None, arguments, node, frame)
    sender = libraries.method(kind, name)
    if name == "send":
        sender = Sender(usual="", method_at=9)
    if sender is None:
        return _forwarded(arguments, node, frame)
    if name == "build_request":
        made = _request(sender, arguments)
        return Request(made.method, texts.below(base, made.url))
    return send(sender, base, arguments, node, frame)


def _of_unknown(
    owner: Unknown, name: str, arguments: Arguments, node: ast.Call, frame: Frame
) -> Value:
    """Return what a method of something unknown gives: it may be a client."""
    if name in _WRITERS:
        for each in as_texts(arguments.get(0), ""):
            line = "".join(p if isinstance(p, str) else "{}" for p in each.parts)
            if match := _RAW.match(line):
                shown = text(*(match[2].split("{}")[0],)) if "{}" in match[2] else text(match[2])
                _note(text(match[1]), shown, node, frame, arguments, None)
    sender = libraries.method("", name)
    if sender is not None and name != "open":
        return send(sender, None, arguments, node, frame, owner)
    return _forwarded(arguments, node, frame)


def _command(arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
    words: list[Text] = []
    first = arguments.get(0, "args", "cmd", "command")
    for each in options(first):
        if isinstance(each, Items):
            words += [as_texts(one, "argument")[0] for one in each.values]
            if len(words) > 2 and words[1].literal in {"-c", "-lc", "-ec"}:
                words = commands.split(words[2])
        elif isinstance(each, Text) and len(arguments.positional) > 1 and each.literal:
            words += [as_texts(one, "argument")[0] for one in arguments.positional]
        elif isinstance(each, Text):
            words += [*commands.split(each), text(";")]
    operations: list[str] = []
    for request in commands.requests_of(words):
        operations += _note(text(request.method), request.url, node, frame, Arguments(), None)
    return Answer(tuple(operations)) if operations else Name("process")


def _forwarded(arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
    """Call what is handed on to be called: ``to_thread(requests.get, url)``."""
    given = arguments.positional
    for index, each in enumerate(given):
        for one in options(each):
            if _sends(one, frame):
                rest = given[index + 1 :]
                spread = arguments.get(-1, "args")
                if not rest and isinstance(spread, Items):
                    rest = spread.values
                named = {k: v for k, v in (arguments.named or {}).items() if k != "args"}
                return call(one, Arguments(rest, named), node, frame)
    target, spread = arguments.get(-1, "target", "func", "function"), arguments.get(-1, "args")
    if _sends(target, frame) and isinstance(spread, Items):
        return call(target, Arguments(spread.values), node, frame)
    return UNKNOWN


def _sends(value: Value, frame: Frame) -> bool:
    match value:
        case Name(path):
            return libraries.function(path) is not None or path in libraries.SHELLS
        case Member(Client(), name):
            return libraries.method("", name) is not None
        case Partial(inner):
            return _sends(inner, frame)
        case Local(kind="function"):
            return True
        case Member(Local(kind="instance")):
            return True
        case _:
            return False


def _getattr(arguments: Arguments, frame: Frame) -> Value:
    owner, name = arguments.get(0), arguments.get(1)
    if isinstance(name, Text) and name.literal:
        return attribute(owner, name.literal, frame)
    if isinstance(owner, Client) or (isinstance(owner, Name) and owner.path in libraries.ROOTS):
        verb = attribute(owner, "request", frame)
        return Partial(verb, (Text((Hole("method"),)),), ())
    return UNKNOWN


def _read(value: Value, node: ast.Call, frame: Frame, *, json: bool = True) -> None:
    for each in options(value):
        if isinstance(each, Answer) and json:
            frame.module.answers.append((node, each.operations))
