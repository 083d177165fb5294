"""Shell inside of YAML: the steps of CI, the commands of compose files, tasks of Ansible."""

import re
from collections.abc import Iterator

import yaml

from apigen.guard.languages import shell
from apigen.guard.languages.asked import Asked
from apigen.guard.values import Hole, Text, text
from apigen.guard.wordlist import words

_SCRIPTS = words(
    "run script before_script after_script command args entrypoint test cmd commands bash sh shell "
    "ansible.builtin.shell ansible.builtin.command inlineScript pre post steps cmds preStop "
    "postStart install before_install build check tasks prebuild postbuild"
)
_SETTINGS = frozenset({"env", "environment", "variables", "vars", "env_vars"})
_URI = frozenset({"uri", "ansible.builtin.uri", "win_uri"})
_TEMPLATED = re.compile(r"\$?\{\{-?\s*(.*?)\s*-?\}\}")
_OTHER = re.compile(r"^\s*(?:- +)?(?:[\w-]+:\s+)?(?:[|>][+-]?\s*$)?(?:@?(?=curl|wget|http ))?")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def asked(source: str) -> list[Asked]:
    """Return what the commands in a YAML file ask for."""
    try:
        documents = list(yaml.compose_all(source, Loader=_LOADER))
    except (yaml.YAMLError, RecursionError, ValueError):
        return _line_by_line(source)
    found: list[Asked] = []
    for document in documents:
        known: dict[str, str] = {}
        _settings(document, known, set())
        found += _walked(document, "", known, set())
    return found


def _settings(node: yaml.Node, known: dict[str, str], seen: set[int], depth: int = 0) -> None:
    """Gather the variables that a document sets."""
    if depth > 40 or id(node) in seen:
        return
    seen.add(id(node))  # an alias is its anchor: what is told once is enough
    for key, value in _pairs(node):
        if key in _SETTINGS:
            for name, given in _pairs(value):
                if isinstance(given, yaml.ScalarNode) and "{{" not in given.value:
                    known[name] = given.value
            for each in value.value if isinstance(value, yaml.SequenceNode) else ():
                if isinstance(each, yaml.ScalarNode) and "=" in each.value:
                    name, _, stated = each.value.partition("=")
                    known[name] = stated
                elif {"name", "value"} <= (pair := dict(_pairs(each))).keys():
                    known[str(pair["name"].value)] = str(pair["value"].value)
        _settings(value, known, seen, depth + 1)
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _settings(each, known, seen, depth + 1)


def _pairs(node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key.value, value


def _walked(
    node: yaml.Node, key: str, known: dict[str, str], seen: set[int], depth: int = 0
) -> Iterator[Asked]:
    if depth > 40 or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode) and key in _SCRIPTS:
        yield from _script(node, known)
    elif isinstance(node, yaml.SequenceNode):
        plain = [each for each in node.value if isinstance(each, yaml.ScalarNode)]
        if key in {"command", "args", "entrypoint", "test", "cmd"} and len(plain) > 1:
            yield from _exec(plain, known)
            return
        for each in node.value:
            yield from _walked(each, key, known, seen, depth + 1)
    for name, value in _pairs(node):
        if name in _URI:
            yield from _uri(value)
        yield from _walked(value, name, known, seen, depth + 1)


def _script(node: yaml.ScalarNode, known: dict[str, str]) -> list[Asked]:
    block = node.style in {"|", ">"}
    first = node.start_mark.line + (2 if block else 1)
    column = 0 if block else node.start_mark.column
    found = shell.asked(_plain(node.value), known, first)
    last = node.end_mark.line + 1
    return [
        Asked(min(one.line, last), one.column + column, min(one.end, last), one.method, one.urls,
              one.written)
        for one in found
    ]  # fmt: skip


def _exec(nodes: list[yaml.ScalarNode], known: dict[str, str]) -> Iterator[Asked]:
    """Yield what a command asks for that is given word by word."""
    words = [each.value for each in nodes]
    if words[0] in {"CMD", "CMD-SHELL"}:
        words = words[1:]
    quoted = " ".join('"' + _plain(each).replace('"', '\\"') + '"' for each in words)
    if len(words) == 1:
        quoted = _plain(words[0])
    elif len(words) > 1 and words[1] in {"-c", "-ec", "-lc"}:
        quoted = _plain("\n".join(words[2:]))
    for one in shell.asked(quoted, known):
        mark, last = nodes[0].start_mark, nodes[-1].end_mark
        yield Asked(
            mark.line + 1, mark.column + 1, last.line + 1, one.method, one.urls, one.written
        )


def _uri(node: yaml.Node) -> Iterator[Asked]:
    given = dict(_pairs(node))
    url, method = given.get("url"), given.get("method")
    if isinstance(url, yaml.ScalarNode):
        verb = method.value.upper() if isinstance(method, yaml.ScalarNode) else "GET"
        mark, last = url.start_mark, url.end_mark
        yield Asked(
            mark.line + 1, mark.column + 1, last.line + 1, verb, (_filled(url.value),), "uri"
        )


def _filled(value: str) -> Text:
    parts: list[str | Hole] = []
    end = 0
    for match in _TEMPLATED.finditer(value):
        parts += [value[end : match.start()], Hole(match[1])]
        end = match.end()
    return text(*parts, value[end:])


def _plain(value: str) -> str:
    """Return a script with the expressions of CI as variables of the shell, and ``$$`` as ``$``."""

    def named(match: re.Match[str]) -> str:
        return f"${{{re.sub(r'[^A-Za-z0-9_]+', '_', match[1].removeprefix('env.')) or 'value'}}}"

    return _TEMPLATED.sub(named, value).replace("$$", "$")


def _line_by_line(source: str) -> list[Asked]:
    """Return what a template asks for, which is no YAML before it is filled."""
    lines = (_OTHER.sub(lambda m: " " * len(m[0]), line) for line in source.split("\n"))
    return shell.asked(_plain("\n".join(lines)))
