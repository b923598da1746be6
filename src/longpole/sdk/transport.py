"""How results and reports get to where they are kept: in this process, over HTTP, or not at all.

Upstream: `nodes`, `runs`. Implementations: `in_process`, `http`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

Run = Callable[[], Any]
RunAsync = Callable[[], Awaitable[Any]]
CostOf = Callable[[Any], Decimal | float | None]
HIT, STALE, COALESCED, MISS, BYPASS = "hit", "stale", "coalesced", "miss", "bypass"
SERVED = frozenset({HIT, STALE})
"""How results come that their node was not run for, by anybody, this time."""


class AwayError(Exception):
    """A report cannot be stored just now; it is worth trying again."""


class RefusedError(Exception):
    """A report will never be stored; says why."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One execution of a node, as the cache is asked for it; hours as the services have them."""

    app_id: str
    workflow_id: str
    node_type: str
    node_id: str
    inputs: Any
    config: Mapping[str, Any] | None = None
    version: str | None = None
    ttl_hours: float | None = None
    stale_while_revalidate_hours: float | None = None
    stale_if_error_hours: float | None = None
    tags: tuple[str, ...] = ()
    mode: str | None = None
    min_seconds: float = 0.0
    cost: Decimal | float | CostOf | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: a value, or what the node raised, and how it came."""

    value: Any = None
    error: Exception | None = None
    how: str = MISS


@dataclass(frozen=True, slots=True)
class Report:
    """A run with node executions of it, by the names of `POST …/runs`."""

    app_id: str
    workflow_id: str
    run: Mapping[str, Any]
    nodes: tuple[Mapping[str, Any], ...] = field(default=())

    def payload(self) -> dict[str, Any]:
        """The body of `POST …/runs`."""
        return {**self.run, "nodes": list(self.nodes)}


class Transport(Protocol):
    """Whatever keeps results and reports."""

    def attempt(self, ask: Ask, run: Run) -> Answer:
        """The result of a node, by running it if need be. What is raised here was not the node."""

    async def attempt_async(self, ask: Ask, run: RunAsync) -> Answer:
        """The same for a node that is awaited."""

    def sending(self, report: Report) -> Callable[[], None]:
        """What stores a report, called in the reporter's thread; this itself is quick.

        The function raises `AwayError` or `RefusedError`.
        """


class NoTransport:
    """Where nothing is installed and nothing was said: nodes run, and nobody hears of them."""

    def attempt(self, ask: Ask, run: Run) -> Answer:
        """The node is run."""
        del ask
        try:
            return Answer(run(), how=BYPASS)
        except Exception as error:  # noqa: BLE001 - raised again by whoever asked
            return Answer(error=error, how=BYPASS)

    async def attempt_async(self, ask: Ask, run: RunAsync) -> Answer:
        """The same."""
        del ask
        try:
            return Answer(await run(), how=BYPASS)
        except Exception as error:  # noqa: BLE001 - raised again by whoever asked
            return Answer(error=error, how=BYPASS)

    def sending(self, report: Report) -> Callable[[], None]:
        """Nowhere."""
        del report

        def refuse() -> None:
            raise RefusedError("longpole[server] is not installed, and LONGPOLE_URL names no server")

        return refuse
