"""Shell inside of other files: Makefiles and Dockerfiles, turned to scripts line by line."""

import json
import re
from collections.abc import Iterator
from typing import Any

from apigen.guard.languages import shell
from apigen.guard.languages.asked import Asked

_VARIABLE = re.compile(
    r"(?:export\s+|override\s+)*([A-Za-z_]\w*)\s*(?::::?=|::?=|\?=|\+=|=)\s*([^\n]*)"
)
_INSTRUCTION = re.compile(
    r"\s*(?:HEALTHCHECK\s+(?:--\S+\s+)*CMD|ONBUILD\s+RUN|RUN|CMD|ENTRYPOINT)\s+((?:--\S+\s+)*)",
    re.IGNORECASE,
)
_SETTING = re.compile(r"\s*(?:ENV|ARG)\s+(\w+)(?:\s+|=)(.*)", re.IGNORECASE)


def makefile(source: str) -> list[Asked]:
    """Return what the recipes of a Makefile ask for."""
    return shell.asked("\n".join(_recipes(source)))


def _recipes(source: str) -> Iterator[str]:
    continued = False
    for line in source.split("\n"):
        if line.startswith("\t") or continued:
            indented = re.sub(r"^\t\s*[@+-]*", lambda m: " " * len(m[0]), line)
            yield _made(indented)
        elif match := _VARIABLE.match(line):
            value = _made(match[2].partition(" #")[0].strip()).replace('"', "")
            yield f'{match[1]}="{value}"'
        else:
            yield ""
        continued = line.endswith("\\") and (continued or line.startswith("\t"))


def _made(line: str) -> str:
    """Return a line of make as the shell gets it; what make knows is a variable of the shell."""
    line = re.sub(r"(?<!\$)\$(?:\((\w+)\)|\{(\w+)\})", lambda m: f"${{{m[1] or m[2]}}}", line)
    return line.replace("$$", "$")


def dockerfile(source: str) -> list[Asked]:
    """Return what a Dockerfile's commands ask for."""
    return shell.asked("\n".join(_instructions(source)))


def _instructions(source: str) -> Iterator[str]:
    continued = False
    for line in source.split("\n"):
        if continued and line.lstrip().startswith("#"):
            yield "\\"
            continue
        if continued:
            yield line
        elif match := _INSTRUCTION.match(line):
            yield _command(line[match.end() :], match.end())
        elif match := _SETTING.match(line):
            bare = match[2].rstrip("\\ ").replace('"', "")
            yield f'{match[1]}="{bare}"'
        else:
            yield ""
        continued = line.rstrip().endswith("\\") and (continued or bool(_INSTRUCTION.match(line)))


def _command(rest: str, indent: int) -> str:
    if rest.startswith("["):
        try:
            given: list[Any] = list(json.loads(rest))
        except (ValueError, TypeError, RecursionError):
            return " " * indent + rest
        quoted = (f'"{each}"'.replace("\n", " ") for each in given)
        return " " * indent + " ".join(quoted)
    return " " * indent + rest
