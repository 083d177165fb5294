"""Oracles: each one sees one sort of drift.

An oracle is a generator function that takes a :class:`~apigen.fuzz.session.Session` and gives, as
it goes, three sorts of findings:

- ``Tested("GET /things")``: this operation was judged, whatever came out;
- ``Untested("GET /things", "nothing exists to be read")``: it could not be, and why;
- a :class:`~apigen.fuzz.drifts.Drift` for each difference, with the exchanges that prove it.

It is written in a module of its own, and its one public name is a value::

    def _run(session: Session) -> Iterator[Finding]:
        for operation in session.usable():            # whose method may be used
            try:
                call = session.values.call(operation, 0)
            except NoValueError as why:
                yield Untested(operation.label, str(why))
                continue
            exchange = session.send(call)             # raises Spent: let it pass
            yield Tested(operation.label)
            if exchange.answer.status == 418:
                yield Drift(
                    TEAPOT, operation.label, operation.place,
                    says="the contract knows no teapot",
                    did="the server is one (418)",
                    exchanges=(exchange,), subject="418",
                )

    ORACLE = Oracle("teapot", "asks for coffee", _run, requests=1)

and is listed in :data:`ORACLES` below. What holds for all of them:

- They send with ``session.send``, never otherwise: budgets, manners and redaction are there.
  ``anonymous=True`` leaves the credentials out, ``identity=`` names another one.
- They don't judge single answers against the contract: the oracle ``answers`` does so for every
  recorded exchange, whoever sent it. ``session.recording.of(label)`` has what others have sent.
- Chance comes from ``session.random(name, operation.label)``, values from ``session.values``.
- A seed and the oracle's name are filled in by the campaign; so is the order of findings, and of
  equal ones (same code, operation, ``subject``) the shortest proof remains.
- ``subject`` and ``operation`` never hold anything random: a baseline knows a finding by them.
- On a write, only things that the run made itself are changed: ``session.values.call`` sees to it,
  as does ``pool.of_parameter(..., own=True)``.
- Its codes stand in a module of their own in ``apigen.diagnostics``.
"""

from apigen.fuzz.oracles import (
    boundaries,
    identities,
    inputs,
    lists,
    repeats,
    routes,
    state,
    stored,
    valid,
)
from apigen.fuzz.session import Oracle

ORACLES: tuple[Oracle, ...] = (
    valid.ORACLE,
    stored.ORACLE,
    lists.ORACLE,
    repeats.ORACLE,
    identities.ORACLE,
    inputs.ORACLE,
    routes.ORACLE,
    boundaries.ORACLE,
    state.ORACLE,
)
"""In the order in which they run: those first whose answers the others can use."""
