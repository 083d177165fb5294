"""What drifted in the real service, incident by incident, and which command owns each.

Those that a running server shows are owned by ``fuzz`` and planted among the faults; ``on_server``
says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Owner = Literal["fuzz", "doctor", "lint", "diff", "check", "comply", "validate"]


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident.

    Attributes:
        name: ``I-`` and its number.
        told: What drifted, in a sentence.
        owner: The command whose matter it is.
        on_server: Whether a running server shows it, so that it is among the planted faults.
        named: The findings that name it: codes, of ``diff`` rules. Of what is planted in a server,
            those at the operation that drifted, in a run without the engine.

    """

    name: str
    told: str
    owner: Owner
    on_server: bool = False
    named: tuple[str, ...] = ()


INCIDENTS: Final = (
    Incident(
        "I-1",
        "Five query parameters were read that no contract named.",
        "fuzz",
        True,
        named=("AG960",),
    ),
    Incident(
        "I-2",
        "The count stood inside `pagination`, not at the top.",
        "fuzz",
        True,
        named=("AG932", "AG933"),
    ),
    Incident(
        "I-3", "Tests still asked with a parameter name that was retired.", "lint", named=("AG701",)
    ),
    Incident("I-4", "A filter took any text where the member has an enum.", "fuzz", True),
    Incident("I-5", "The batch was served and not in the contract.", "fuzz", True),
    Incident(
        "I-6",
        "Without its contract the server went on, and checked nothing.",
        "fuzz",
        True,
        named=("AG950", "AG971", "AG973"),
    ),
    Incident(
        "I-7",
        "Two copies of the contract said different things.",
        "diff",
        named=("response-property-max-length-increased",),
    ),
    Incident(
        "I-8",
        "A document with null security schemes was generated from.",
        "validate",
        named=("AG103",),
    ),
    Incident(
        "I-9",
        "The receipt of 202 was not the one that was documented.",
        "fuzz",
        True,
        named=("AG932", "AG971", "AG973"),
    ),
    Incident("I-10", "Contract, handler and table knew different channels.", "fuzz", True),
    Incident("I-11", "A category that a producer sends was refused.", "fuzz", True),
    Incident(
        "I-12",
        "A text became an enum, and callers no longer compiled.",
        "diff",
        named=("request-property-became-enum",),
    ),
    Incident("I-13", "Types of problems lay under three bases.", "fuzz", True),
    Incident(
        "I-14",
        "A conflict was answered with a status that was not told.",
        "fuzz",
        True,
        named=("AG930",),
    ),
    Incident("I-15", "A batch was queued with a receipt that was not told.", "fuzz", True),
    Incident("I-16", "An answer had an enum value that clients did not know.", "fuzz", True),
    Incident("I-17", "One unknown value made clients refuse a whole answer.", "fuzz", True),
    Incident(
        "I-18", "A producer made up values; its events were dropped.", "comply", named=("AG751",)
    ),
    Incident("I-19", "Members of a payload did not survive being stored.", "fuzz", True),
    Incident(
        "I-20",
        "The type of an event and that of its payload differed.",
        "fuzz",
        True,
        named=("AG971",),
    ),
    Incident("I-21", "Verification was served for months without a contract.", "fuzz", True),
    Incident("I-22", "Types of problems were sent that were not registered.", "fuzz", True),
    Incident("I-23", "The server's copy of the contract was stale.", "check", named=("AG315",)),
    Incident(
        "I-24",
        "With both stores down the status was another than told.",
        "fuzz",
        True,
        named=("AG938", "AG939", "AG972"),
    ),
    Incident(
        "I-25", "The default of `limit` was another than told.", "fuzz", True, named=("AG956",)
    ),
    Incident(
        "I-26",
        "An optional body was required; an unknown thing broke.",
        "fuzz",
        True,
        named=("AG972",),
    ),
    Incident(
        "I-27",
        "A status was added to two schemas and not to the third.",
        "fuzz",
        True,
        named=("AG932",),
    ),
    Incident(
        "I-28",
        "An answer had a member that the contract did not name.",
        "fuzz",
        True,
        named=("AG933",),
    ),
    Incident(
        "I-29",
        "What one must send, and how, differed from what was told.",
        "fuzz",
        True,
        named=("AG970", "AG971"),
    ),
    Incident(
        "I-30",
        "A `$ref` with siblings passed for years, then failed.",
        "validate",
        named=("AG133",),
    ),
    Incident("I-31", "A date was told with a time.", "fuzz", True),
    Incident(
        "I-32", "A report of no violations had not looked everywhere.", "comply", named=("AG701",)
    ),
)
