"""One producer per key in this process: the first to ask makes the result, the others wait for it.

    first   ──► begin: leads ───── makes it ───── land(body) ──► gone
    others  ──► begin: waits ──────────────────────► body        next one leads again

Keys that are not the same never wait for each other. Across processes the
leader holds a lease as well, kept alive by `Renewals` for as long as it works.

Upstream: `dance`. Downstream: nothing.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple

from longpole.caching.backend import ScopedKey


class Landed(NamedTuple):
    """How a flight ended.

    Attributes:
        body: The result; None where there is none that others could have.
        error: What the producer raised.
        is_abandoned: The leader is gone without having tried to the end (cancelled, interrupted): another must lead.
    """

    body: bytes | None = None
    error: Exception | None = None
    is_abandoned: bool = False


class Flight:
    """Somebody is making the result of a key.

    Attributes:
        outcome: How it lands.
        generation: That of its scope when the node began; what was invalidated later may be in the result.
    """

    def __init__(self) -> None:
        self.generation = -1
        self.outcome: Future[Landed] = Future()
        self.outcome.set_running_or_notify_cancel()  # one who waits no longer takes nobody with him


class Flights:
    """Who is making what in this process. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[ScopedKey, Flight] = {}

    def begin(self, key: ScopedKey) -> tuple[Flight, bool]:
        """The flight of a key, and whether the caller leads it and must `land` it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Flight()
            return flight, True

    def land(self, key: ScopedKey, flight: Flight, landed: Landed) -> None:
        """It has ended: everybody who waits gets this, whoever comes later begins anew."""
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]
        if not flight.outcome.done():
            flight.outcome.set_result(landed)


Renew = Callable[[], object]


class Renewals:
    """Keeps leases alive while their holders work: one thread for all of them, which ends when there are none."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._news = threading.Condition()
        self._renewing = threading.Lock()
        self._held: dict[str, Renew] = {}
        self._is_running = False

    def hold(self, token: str, renew: Renew) -> None:
        """Call `renew` every so often until `let_go`; what it raises is taken as a renewal that did not come about."""
        with self._news:
            self._held[token] = renew
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="longpole-leases", daemon=True).start()

    def let_go(self, token: str) -> None:
        """Not this one any more: when this returns no renewal of it is under way."""
        with self._news:
            was_held = self._held.pop(token, None)
            self._news.notify()
        if was_held:
            with self._renewing:
                return

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: not self._held, timeout=self._every_s)
                if not self._held:
                    self._is_running = False
                    return
                tokens = list(self._held)
            for token in tokens:
                self._renew(token)

    def _renew(self, token: str) -> None:
        with self._renewing:
            renew = self._held.get(token)
            try:
                if renew is not None:
                    renew()
            except Exception:  # noqa: BLE001 - a lease that is lost lets a second producer run, no more
                return
