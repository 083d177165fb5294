"""Findings about code that calls a service around its generated client: AG7xx."""

from apigen.diagnostics.core import Code, Diagnostic, Place, Severity

BYPASS = Code(
    "AG701",
    "raw-http",
    Severity.ERROR,
    "Code calls an operation of the contract with an HTTP library, or with a command such as curl, "
    "instead of the generated client. Nothing checks its path, its parameters or what it reads "
    "from the answer: when the contract changes it goes on compiling, and fails where it runs.",
    "Write the generated call that the hint shows. Where raw HTTP is what is wanted (a test of the "
    "service's own HTTP layer, a probe), allow it, with a reason: "
    "'# apigen: allow[raw-http] reason' or [[tool.apigen.lint.allow]].",
    'requests.get(f"{url}/api/v1/notes/{id}")   # AG701: write notes.get_note(id)',
)
UNKNOWN_OPERATION = Code(
    "AG702",
    "undocumented-operation",
    Severity.WARNING,
    "Code calls the service at a path, or with a method, that its contract does not have: either "
    "the contract lacks an operation that the service serves, or the call can only fail.",
    "Add the operation to the contract and generate, or correct the call.",
)
HAND_PARSED = Code(
    "AG703",
    "hand-parsed-answer",
    Severity.WARNING,
    "The body of an answer of the contract is parsed by hand. A member that is renamed or moved "
    "then reads as absent, and no tool says a word.",
    "Use the model that the generated call returns.",
    'events = requests.get(url).json()["total_count"]   # AG703',
)
SHADOW = Code(
    "AG704",
    "shadow-model",
    Severity.WARNING,
    "A class written by hand has the members of a generated model. It does not change when the "
    "contract does.",
    "Import the generated model; derive from it, or hold one, where there is more to say.",
)
SWALLOWED = Code(
    "AG705",
    "swallowed-construction",
    Severity.ERROR,
    "A failure to construct the client, or a model that is to be sent, is caught and goes no "
    "further. The program runs on without its client, or drops what it was to send.",
    "Let it end the program at its start, or raise an error of your own from it.",
)
BROAD = Code(
    "AG706",
    "broad-except",
    Severity.WARNING,
    "A call of the generated client stands in a try that catches every exception and raises none. "
    "A fault of the caller, of the network and of the service look the same, and so do bugs.",
    "Catch ApiError, and decide by its class or its layer; let the rest pass.",
)
EXPIRED = Code(
    "AG707",
    "allowance-expired",
    Severity.ERROR,
    "What was allowed until a day is still there, and the day has passed.",
    "Write the generated call, or decide anew and give a later day.",
)
UNUSED = Code(
    "AG708",
    "allowance-unused",
    Severity.WARNING,
    "An allowance has nothing to allow. Left in place it would excuse the next bypass unseen.",
    "Remove it.",
)
UNREASONED = Code(
    "AG709",
    "allowance-without-reason",
    Severity.ERROR,
    "An allowance says what it allows and not why, or its date is none. Nobody can decide later "
    "whether it still holds.",
    "Write the reason behind it: '# apigen: allow[raw-http] until=2027-01-31 why it is so'.",
)
UNREAD = Code(
    "AG710",
    "unread-file",
    Severity.NOTE,
    "A file can't be read as what its name says: not UTF-8, a syntax that this Python does not "
    "know. Nothing can be said of it.",
    "Mend it, or leave it out with 'exclude' in [tool.apigen.lint].",
)
NO_TIMEOUT = Code(
    "AG711",
    "timeout-left-to-chance",
    Severity.NOTE,
    "The client is constructed without a time-out. It has one, which nobody here chose.",
    "Pass 'timeout='.",
)
NOTHING_READ = Code(
    "AG712",
    "nothing-to-lint",
    Severity.ERROR,
    "No file was found at the paths given. A check that looked at nothing must not pass.",
    "Correct the paths.",
)

CODES = (
    BYPASS,
    UNKNOWN_OPERATION,
    HAND_PARSED,
    SHADOW,
    SWALLOWED,
    BROAD,
    EXPIRED,
    UNUSED,
    UNREASONED,
    UNREAD,
    NO_TIMEOUT,
    NOTHING_READ,
)
BY_ID = {code.id: code for code in CODES}
FOUND = frozenset(CODES) - {UNREAD, NO_TIMEOUT, NOTHING_READ}
"""Findings about code as it is, not about what could not be done: exit code 1."""


def nothing_read(paths: str) -> Diagnostic:
    """Return that there was nothing to look at."""
    return NOTHING_READ.at(None, f"no file to look at in {paths}")


def unreasoned(place: Place, why: str) -> Diagnostic:
    """Return that an allowance lacks its reason, or has a date that is none."""
    return UNREASONED.at(place, why, hint="say why, behind it")
