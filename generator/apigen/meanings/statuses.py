"""HTTP statuses (RFC 9110) and the problem types (RFC 9457) that speak of them."""

from apigen.meanings.core import Layer, Meaning

_BODY = "read 'detail' and the field errors of the body"
_DOCTOR = "apigen doctor --url URL --database-url URL"

_TABLE: tuple[tuple[int, str, Layer, str, str, str, bool], ...] = (
    (
        202,
        "Accepted",
        Layer.SERVICE,
        "Taken, and not stored yet. Where 201 is usual: the database "
        "behind the service fails, and the request waits in a queue.",
        "a failing database",
        _DOCTOR,
        False,
    ),
    (
        400,
        "Bad Request",
        Layer.CALLER,
        "The request breaks the contract.",
        "a member is missing or of another type|client and server know different contracts",
        _BODY,
        False,
    ),
    (
        401,
        "Unauthorized",
        Layer.CALLER,
        "Credentials are missing or not accepted.",
        "no token|an expired one|another audience",
        "look at WWW-Authenticate",
        False,
    ),
    (
        403,
        "Forbidden",
        Layer.CALLER,
        "The credentials do not allow this.",
        "a missing role",
        _BODY,
        False,
    ),
    (
        404,
        "Not Found",
        Layer.CALLER,
        "There is no such thing, or no such path.",
        "a wrong id|a base URL without its prefix|a server older than the contract",
        "compare the path with the contract",
        False,
    ),
    (
        405,
        "Method Not Allowed",
        Layer.CALLER,
        "The path has no such method.",
        "a server older than the contract",
        "look at Allow",
        False,
    ),
    (
        409,
        "Conflict",
        Layer.CALLER,
        "It excludes what is there already.",
        "a replay after a time-out",
        "query it first",
        False,
    ),
    (
        413,
        "Content Too Large",
        Layer.CALLER,
        "The body is too large.",
        "a batch too long",
        "send smaller batches",
        False,
    ),
    (
        415,
        "Unsupported Media Type",
        Layer.CALLER,
        "The body's media type is not taken.",
        "Content-Type is missing",
        "send application/json",
        False,
    ),
    (
        422,
        "Unprocessable Content",
        Layer.CALLER,
        "Well-formed, and yet not acceptable.",
        "a rule of the service",
        _BODY,
        False,
    ),
    (
        429,
        "Too Many Requests",
        Layer.CALLER,
        "Too many requests in too short a time.",
        "retries without pauses",
        "wait as Retry-After says",
        True,
    ),
    (
        500,
        "Internal Server Error",
        Layer.SERVICE,
        "The service failed.",
        "its database refused a statement|a bug",
        _DOCTOR,
        False,
    ),
    (
        501,
        "Not Implemented",
        Layer.SERVICE,
        "The operation is in the contract and not built.",
        "an older server",
        "ask for its version",
        False,
    ),
    (
        502,
        "Bad Gateway",
        Layer.NETWORK,
        "A proxy got no proper answer.",
        "the service crashed",
        "look into the service's log",
        True,
    ),
    (
        503,
        "Service Unavailable",
        Layer.SERVICE,
        "The service cannot work now.",
        "its database is not reachable or not migrated|it is starting",
        _DOCTOR,
        True,
    ),
    (
        504,
        "Gateway Timeout",
        Layer.NETWORK,
        "A proxy got no answer in time.",
        "a slow or blocked database",
        _DOCTOR,
        True,
    ),
)

STATUSES: tuple[Meaning, ...] = tuple(
    Meaning(str(status), phrase, layer, meaning, tuple(causes.split("|")), after, transient)
    for status, phrase, layer, meaning, causes, after, transient in _TABLE
)

PROBLEM_TYPES: tuple[Meaning, ...] = (
    Meaning(
        "database-error",
        "problem type",
        Layer.DATABASE,
        "The service is well, and its database refused or failed a statement. The fault is often "
        "neither's: nobody applied the migrations.",
        ("a table is missing", "a value that the contract allows and the table does not"),
        "apigen doctor --database-url URL --migrations DIR",
    ),
    Meaning(
        "database-unavailable",
        "problem type",
        Layer.DATABASE,
        "The service cannot reach its database now.",
        ("it is starting or gone", "connections are exhausted"),
        _DOCTOR,
        transient=True,
    ),
    Meaning(
        "validation-error",
        "problem type",
        Layer.CALLER,
        "The request breaks a rule of the contract or of the service.",
        ("a member is missing or wrong", "client and server know different contracts"),
        _BODY,
    ),
)
