"""The drainer: one thread that sends what the spool holds, and gives up only when it is stopped."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from .asides import Asides
from .batches import Batch, Batches, Fault
from .delivery import Delivery, Verdict, middle, verdict
from .failures import backoff, demanded
from .filelock import FileLock
from .operations import Call
from .problems import ApiError
from .spoolfile import OutboxError

POLL: Final = 0.25
"""Seconds after which a spool is looked at for what another process has appended."""
BASE: Final = 0.2
"""Seconds: the ceiling of the first pause; each one after it is twice as high."""
CAP: Final = 30.0
"""Seconds: the highest ceiling."""
PATIENCE: Final = 300.0
"""Seconds: the longest that a server's Retry-After is obeyed."""
_TROUBLED: Final = 30.0
"""Seconds: the longest rest after something that has nothing to do with the server."""
_MAX_PROBLEM: Final = 64 * 1024


class Drainer:
    """Sends the events of a spool, one batch after the other, in a thread of its own.

    A batch that the server itself fails on again and again is passed by those that need not stay in
    order with it.

    Of all processes that share a spool one drains; the others stand by, and one of them goes on
    when it ends.

    Args:
        path: The spool.
        lock: Held while this process writes to the spool.
        delivery: What the contract says of sending.
        send: Performs a call, or raises an ApiError.
        log: Is told what happens.
        linger: Seconds to wait for more events before a batch that is not full is sent.

    """

    def __init__(
        self,
        path: Path,
        lock: threading.Lock,
        delivery: Delivery[Any],
        send: Callable[[Call[Any]], object],
        log: logging.Logger,
        linger: float,
    ) -> None:
        self._path = path
        self._lock = lock
        self._delivery = delivery
        self._send = send
        self._log = log
        self._linger = linger
        self._drains = FileLock(path.with_name(path.name + ".lock"))
        self._failures = 0
        self._troubles = 0
        self._asides = Asides()
        self._stopped = False
        self._hurried = False
        self._urgent = threading.Event()
        self._news = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"outbox {path.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something new to send."""
        if not self._news.is_set():
            self._news.set()

    def hurry(self) -> None:
        """Ask for an attempt now; a pause that the server demanded is kept."""
        self._hurried = True
        self._urgent.set()
        self._news.set()

    def stop(self, timeout: float) -> bool:
        """End after the request that is under way, and return whether that was within *timeout*."""
        self._stopped = True
        self._urgent.set()
        self._news.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopped:
            try:
                if self._drains.acquire():
                    self._drain()
                else:
                    self._urgent.wait(1.0)
                    self._urgent.clear()
            except (OutboxError, OSError) as error:
                self._trouble(f"{error}")
            except Exception:  # noqa: BLE001 - whatever it is, what waits must go on
                self._log.exception("a fault of the outbox itself; nothing is lost")
                self._trouble("stopped by the fault above")
        self._drains.release()

    def _trouble(self, told: str) -> None:
        """Wait after something that has nothing to do with the server, longer each time."""
        self._troubles += 1
        seconds = min(2.0**self._troubles / 2, _TROUBLED)
        self._log.error("nothing can be sent: %s; the next attempt is in %.0f s", told, seconds)
        self._rest(seconds, seconds)

    def _drain(self) -> None:
        batches = Batches(self._path, self._lock, self._delivery)
        try:
            self._asides = Asides()
            batch = self._next(batches)
            self._troubles = 0
            while not self._stopped:
                batch = self._deliver(batches, batch) if batch else self._awaited(batches)
        finally:
            batches.close()

    def _awaited(self, batches: Batches) -> Batch | None:
        """Wait for something to send, and a moment for what goes with it."""
        if self._news.wait(POLL) and not self._hurried:
            self._urgent.wait(self._linger)
        self._news.clear()
        self._urgent.clear()
        if self._hurried:
            self._asides.hurry(_LEAST)
        self._hurried = False
        return self._next(batches)

    def _next(self, batches: Batches) -> Batch | None:
        return batches.next(self._asides, time.monotonic())

    def _deliver(self, batches: Batches, batch: Batch) -> Batch | None:
        """Send a batch, do what the answer says, and return the batch that is next."""
        try:
            self._send(self._delivery.call(batch.payloads, batch.key))
        except ApiError as error:
            self._refused(batches, batch, error)
            return self._next(batches)
        except Exception as error:  # noqa: BLE001 - of a hook or an authentication of the user's
            self._wait(batches, batch, None, f"{type(error).__name__}: {error}")
            return self._next(batches)
        if self._failures:
            self._log.info("sending again, after %d failed attempts", self._failures)
        self._failures = 0
        self._asides.forget(batch.key)
        batches.sent(batch)
        return self._next(batches)

    def _refused(self, batches: Batches, batch: Batch, error: ApiError) -> None:
        found = verdict(error, self._delivery)
        count = len(batch.payloads)
        if found is Verdict.WAIT:
            self._wait(batches, batch, error, str(error))
            return
        self._asides.forget(batch.key)
        if found is Verdict.RENEW:
            self._log.warning("batch %s gets another key: %s", batch.key, error)
            batches.renew(batch)
            self._wait(batches, batch, error, str(error))
        elif count == 1:
            fault = Fault(str(error), error.status, error.content[:_MAX_PROBLEM])
            batches.park(batch, fault)
            self._log.error("event %d is parked, others go on: %s", batch.first, error)
        else:
            sizes = [len(payload) for payload in batch.payloads]
            batches.divide(batch, middle(sizes, found))
            self._log.info("a batch of %d events is divided: %s", count, error)

    def _wait(self, batches: Batches, batch: Batch, error: ApiError | None, told: str) -> None:
        """Keep a batch, and let some time pass."""
        batches.attempted(batch)
        asked = min(demanded(error, time.time), PATIENCE)
        by_server = error is not None and error.status == 500
        aside = self._asides.failed(batch.key, by_server=by_server)
        if not aside:
            self._failures += 1
        failures = self._asides.failures(batch.key) if aside else self._failures
        chance = random.random()  # noqa: S311 - spreads load, keeps no secret
        seconds = max(backoff(failures, base=BASE, cap=CAP, chance=chance), asked)
        self._log.warning(
            "%d events wait, attempt %d failed, the next is in %.1f s%s: %s",
            len(batch.payloads),
            batch.attempts + 1,
            seconds,
            ", others of other groups go on" if aside else "",
            told,
        )
        if aside:
            # Never at once again, since it would come before all others.
            self._asides.rest(batch.key, time.monotonic(), max(seconds, _LEAST), asked)
        else:
            self._rest(seconds, asked)

    def _rest(self, seconds: float, demanded: float) -> None:
        """Let time pass: at least what the server demanded, unless it is time to stop."""
        begun = time.monotonic()
        while (left := begun + seconds - time.monotonic()) > 0 and not self._stopped:
            self._urgent.wait(left)
            self._urgent.clear()
            if self._hurried:
                self._hurried = False
                seconds = min(seconds, max(demanded, _LEAST))


_LEAST: Final = 0.2
"""Seconds between attempts, however hurried."""
