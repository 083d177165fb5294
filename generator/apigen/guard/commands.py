"""Command lines that send requests: curl, wget, HTTPie and their like."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from apigen.guard.values import Hole, Text, text
from apigen.guard.wordlist import words

_PROGRAMS = words(
    "curl curl.exe wget wget2 http https httpie xh xhs curlie aria2c lwp-request GET POST hey ab "
    "wrk vegeta oha siege bombardier k6 Invoke-RestMethod Invoke-WebRequest iwr irm "
    "invoke-restmethod invoke-webrequest"
)
_WITH_VALUE = words(
    "-X --request -d --data --data-raw --data-binary --data-ascii --data-urlencode --json -H "
    "--header -o --output -u --user -A --user-agent -F --form -T --upload-file -m --max-time -w "
    "--write-out --connect-timeout --retry --retry-delay -b --cookie -c --cookie-jar -e --referer "
    "-x --proxy --cacert --cert --key -K --config --url --method --body-data --body-file "
    "--post-data --post-file -O --output-document -t --timeout --tries -P --timeout-sec -Method "
    "-Uri -Body -Headers -ContentType -n -c -q -z -D --dump-header --resolve --oauth2-bearer "
    "--retry-max-time --limit-rate"
)
_URL_OPTIONS = frozenset({"--url", "-Uri", "-uri"})
_METHOD_OPTIONS = frozenset({"-X", "--request", "--method", "-Method", "-m"})
_BODY_OPTIONS = words(
    "-d --data --data-raw --data-binary --data-ascii --data-urlencode --json -F --form --post-data "
    "--post-file --body-data --body-file -Body"
)
_BREAKS = frozenset({";", "|", "&&", "||", "&", "\n"})
_INERT = words(
    "echo printf print cat grep egrep rg sed awk which type command apt apt-get apk yum dnf brew "
    "pip pip3 install git cd rm cp mv ls mkdir touch test [ [[ log info warn warning error err die "
    "fail debug say note alias export : true false case for function usage tee hash dpkg rpm man # "
    "log_info log_warn log_error log_debug section step banner python python3 node ruby perl php "
    "npm"
)
"""Programs whose arguments are no command: they print, search, or install."""
_RUNNING = words(
    "sh bash zsh ksh dash ash eval ssh watch docker podman kubectl oc su runuser sudo env timeout "
    "exec xargs nohup time retry docker-compose nerdctl trap until while if ! then do else "
    "parallel wsl cmd powershell pwsh flock setsid nice busybox expect"
)
"""Programs that may be given a whole command line as one argument."""
_PIECES = re.compile(r"\\.|[\"']|\s+|&&|\|\||[;|&]|[^\\\"'\s;|&]+|\\", re.DOTALL)
_SPACED = re.compile(r"\S\s+\S")
_WORDS = frozenset({"http", "https", "GET", "POST", "ab", "hey"})
"""Programs with names that are words: where a command begins, only."""
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Commanded:
    """A request of a command line."""

    method: str
    url: Text
    program: str = ""


def requests_of(words: Sequence[Text]) -> Iterator[Commanded]:
    """Yield the requests that a command line sends."""
    current: list[Text] = []
    for word in (*words, text(";")):
        if word.literal in _BREAKS:
            yield from _of_command(current)
            current = []
        else:
            current.append(word)


def _of_command(words: list[Text]) -> Iterator[Commanded]:
    names = [(word.literal or "").rpartition("/")[2].lstrip("@(`$") for word in words]
    names[:1] = [each.lstrip("-") for each in names[:1]]
    for index, name in enumerate(names):
        if name in _INERT:
            return
        if name in _PROGRAMS and not (name in _WORDS and index):
            yield from _arguments(name, words[index + 1 :])
            return
        if name in _RUNNING and index == 0:
            yield from _handed_on(words[1:])


def _handed_on(words: list[Text]) -> Iterator[Commanded]:
    """Yield what a command line asks for that is one word of another."""
    for word in words:
        if any(isinstance(each, str) and _SPACED.search(each) for each in word.parts):
            yield from requests_of(split(word))


def _arguments(program: str, words: list[Text]) -> Iterator[Commanded]:
    method, bodied, urls = "", False, list[Text]()
    skip = False
    for index, word in enumerate(words):
        if skip:
            skip = False
            continue
        literal = word.literal or ""
        flag, equals, joined = literal.partition("=")
        if _is_option(word) and not (program in {"http", "https", "xh"} and literal in _METHODS):
            following = words[index + 1] if index + 1 < len(words) else text()
            value = text(joined) if equals else following
            bodied = bodied or flag in _BODY_OPTIONS or literal[:2] in {"-d", "-F"}
            if flag in _METHOD_OPTIONS and (flag != "-m" or program in {"hey", "oha"}):
                method = (value.literal or "").upper()
            elif literal.startswith("-X") and len(literal) > 2:
                method = literal[2:].upper()
            elif flag in _URL_OPTIONS:
                urls.append(value)
            elif literal in {"-I", "--head"}:
                method = "HEAD"
            elif literal in {"-G", "--get"}:
                method = "GET"
            skip = flag in _WITH_VALUE and not equals and flag not in {"-q", "-c", "-n"}
        elif literal in _METHODS:
            method = literal
        else:
            urls.append(word)
    for url in urls:
        yield Commanded(method or ("POST" if bodied else "GET"), url, program)


def _is_option(word: Text) -> bool:
    first = word.parts[0] if word.parts else ""
    return isinstance(first, str) and first.startswith("-") and len(first) > 1


@dataclass(slots=True)
class _Splitting:
    """A command line while it is taken apart."""

    words: list[Text] = field(default_factory=list[Text])
    parts: list[str | Hole] = field(default_factory=list[str | Hole])
    quote: str = ""
    inside: bool = False
    """Whether a word has begun, be it empty."""

    def end(self) -> None:
        """End the word."""
        if self.inside:
            self.words.append(text(*self.parts))
        self.parts.clear()
        self.inside = False

    def add(self, part: str | Hole) -> None:
        """Add to the word."""
        self.parts.append(part)
        self.inside = True


def split(line: Text) -> list[Text]:
    """Return the words of a command line, without quotes; its breaks are words of their own."""
    state = _Splitting()
    for part in line.parts:
        if isinstance(part, Hole):
            state.add(part)
            continue
        for piece in _PIECES.findall(part):
            (_quoted if state.quote else _plain)(piece, state)
    state.end()
    return state.words


def _quoted(piece: str, state: _Splitting) -> None:
    if piece == state.quote:
        state.quote = ""
    else:
        state.add(piece[1:] if piece in {'\\"', "\\\\"} else piece)


def _plain(piece: str, state: _Splitting) -> None:
    if piece in "\"'":
        state.quote, state.inside = piece, True
    elif piece.isspace():
        state.end()
        if "\n" in piece:
            state.words.append(text("\n"))
    elif piece in _BREAKS and piece != "&":
        state.end()
        state.words.append(text(piece))
    elif piece != "\\\n":
        state.add(piece[1:] if piece.startswith("\\") and len(piece) == 2 else piece)
