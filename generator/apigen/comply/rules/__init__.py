"""The rules in their order."""

from collections.abc import Callable, Iterator
from typing import Final

from apigen.comply.facts import Facts
from apigen.comply.judgement import Judged, Judgement, Rule
from apigen.comply.rules import consumers, contracts, generated, running

RULES: Final[tuple[tuple[Rule, Callable[[Facts], Judgement]], ...]] = (
    (
        Rule("R1", "The contract names every input that the service reads.",
             "An input that is not written down is found by the one who does not know of it."),
        running.inputs,
    ),
    (
        Rule("R2", "Every route of the service is an operation, and every operation is routed.",
             "A route outside the contract has no client, no check and no owner."),
        running.routes,
    ),
    (
        Rule("R3", "The contract is a valid OpenAPI document, and nothing was skipped to say so.",
             "What is generated from a broken document is a guess."),
        contracts.valid,
    ),
    (
        Rule("R4", "Consumers call the service through the generated client only.",
             "Calls by hand go on working in tests while the contract says something else."),
        consumers.no_bypass,
    ),
    (
        Rule("R5", "An exception is on the list, with its reason, and not past its day.",
             "A list without reasons only grows."),
        consumers.reasoned,
    ),
    (
        Rule("R6", "Answers are read as generated models, never parsed by hand.",
             "A member that is renamed reads as absent, and nobody is told."),
        consumers.no_parsing,
    ),
    (
        Rule("R7", "Generated code is what the contract gives today, and committed.",
             "Stale code speaks for a contract that is gone."),
        generated.fresh,
    ),
    (
        Rule("R8", "Copies of the contract equal their source.",
             "Two contracts are none."),
        generated.copies,
    ),
    (
        Rule("R9", "Everybody generates with the same version.",
             "Two versions write two packages from one contract."),
        generated.pinned,
    ),
    (
        Rule("R10", "A client that can't be constructed ends the program at its start.",
             "A service that runs without its client loses what it should have sent."),
        consumers.fatal_construction,
    ),
    (
        Rule("R11", "The client tells refusals from failures, and hands on what the service said.",
             "Who can't tell them apart retries what never works, or drops what would have."),
        generated.client_runtime,
    ),
    (
        Rule("R12", "The service checks requests against the contract, or does not start.",
             "A check that may be absent is absent when it matters."),
        generated.server_runtime,
    ),
    (
        Rule("R13", "Answers are what the contract says: status, media type, shape.",
             "Most of what drifts drifts here."),
        running.answers,
    ),
    (
        Rule("R14", "Contract and database agree on values, lengths and types.",
             "What the contract lets in and the database refuses is a 500 in the night."),
        running.database,
    ),
    (
        Rule("R15", "Event types in the code are the contract's, the same outside and inside.",
             "An event of an unknown type is refused where nobody looks."),
        consumers.known_types,
    ),
    (
        Rule("R16", "Names that lists and extensions refer to exist.",
             "An entry that means nothing protects nothing."),
        contracts.resolved,
    ),
    (
        Rule("R17", "Business data travels in the body; headers carry what is about the request.",
             "What hides in a header is in no schema."),
        contracts.headers,
    ),
    (
        Rule("R18", "A breaking change comes with the version that says so.",
             "A consumer learns of it from the version or from an outage."),
        contracts.versioned,
    ),
)  # fmt: skip


def judge(facts: Facts, without: frozenset[str] = frozenset()) -> Iterator[Judged]:
    """Judge every rule whose id is not in *without*, in order."""
    for rule, look in RULES:
        if rule.id not in without:
            yield Judged(rule, look(facts))
