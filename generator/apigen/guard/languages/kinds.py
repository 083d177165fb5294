"""Which language a file is in, to judge by its name."""

from pathlib import PurePosixPath

from apigen.guard.wordlist import words

_SUFFIXES = {
    "shell": words(".sh .bash .zsh .ksh .bats .envrc"),
    "makefile": words(".mk .mak"),
    "dockerfile": words(".dockerfile"),
    "yaml": words(".yml .yaml"),
    "javascript": words(".js .mjs .cjs .jsx .ts .tsx .mts .cts .vue .svelte"),
    "go": words(".go"),
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes}
_BY_NAME = {
    "makefile": "makefile",
    "gnumakefile": "makefile",
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
}


def kind(file: str) -> str:
    """Return a file's language; empty where it is none that is read, or is Python."""
    path = PurePosixPath(file)
    name = path.name.lower()
    if name.endswith((".min.js", ".d.ts", ".bundle.js", "-lock.yaml")):
        return ""
    named = _BY_NAME.get(name) or _BY_NAME.get(name.partition(".")[0])
    return named or _BY_SUFFIX.get(path.suffix.lower() or name, "")
