"""Redaction: members of payloads whose names say that they hold personal data are masked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

MASK: Final = "***"

_NAMES: Final = frozenset(
    {
        *("address", "card_number", "client_addr", "credit_card", "date_of_birth", "first_name"),
        *("full_name", "last_name", "login", "national_id", "passport", "passport_number"),
        *("remote_addr", "session_owner", "social_security_number", "ssn", "street"),
        *("street_address", "surname", "user_groups", "user_identity", "user_uid"),
        *("approved_by", "cancelled_by", "created_by", "disabled_by", "modified_by", "placed_by"),
        *("reenabled_by", "registered_by", "rejected_by", "released_by", "requested_by"),
        *("reviewed_by", "triggered_by", "updated_by"),
    }
)
_LAST_WORDS: Final = frozenset(
    {
        *("email", "emails", "fax", "ip", "ips", "ipv4", "ipv6", "mail", "mobile", "phone"),
        *("phones", "telephone", "user", "username", "users"),
    }
)
"""What the last word of a name says: ``source_ip``, ``contactEmail``, ``acting_user``."""

_LAST_PAIRS: Final = frozenset({"ip_address", "ip_addresses", "email_address", "phone_number"})

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z_\-. ]+")
_EMAIL: Final = re.compile(r"([^@\s])[^@\s]*@([^@\s.])[^@\s]*\.([^@\s.])[^@\s.]*")
_IPV4: Final = re.compile(r"([0-9]{1,3})(?:\.[0-9]{1,3}){3}")


def redacted(value: Any) -> Any:
    """Return a JSON value in which all members that hold personal data are masked."""
    if isinstance(value, list):
        return [redacted(item) for item in cast("Sequence[Any]", value)]
    if isinstance(value, dict):
        members = cast("Mapping[str, Any]", value)
        return {
            name: masked(member) if is_personal(name) else redacted(member)
            for name, member in members.items()
        }
    return value


def is_personal(name: str) -> bool:
    """Return whether a member of this name holds personal data."""
    words = [word.lower() for word in _WORD.findall(name)]
    return (
        "_".join(words) in _NAMES
        or "_".join(words[-2:]) in _LAST_PAIRS
        or bool(words and words[-1] in _LAST_WORDS)
    )


def masked(value: Any) -> Any:
    """Return a value with all its texts and numbers masked; of addresses the form stays."""
    if isinstance(value, list):
        return [masked(item) for item in cast("Sequence[Any]", value)]
    if isinstance(value, dict):
        return {name: masked(member) for name, member in cast("Mapping[str, Any]", value).items()}
    if value is None or value == "" or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if found := _EMAIL.fullmatch(value):
            return f"{found[1]}***@{found[2]}***.{found[3]}***"
        if found := _IPV4.fullmatch(value):
            return f"{found[1]}.***.***.***"
    return MASK
