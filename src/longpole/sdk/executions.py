"""An execution of a node while it runs: in which run it is, what it is inside of, and what is said of it at its end.

Outside of any workflow an execution is a run of its own.

Upstream: `nodes`. Downstream: `runs`.
"""

import time
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from longpole.sdk.configuration import scope_of
from longpole.sdk.runs import Place, RunInProgress, Started, place, told
from longpole.sdk.transport import BYPASS, SERVED, CostOf
from longpole.sdk.unheard import grumble

if TYPE_CHECKING:
    from contextvars import Token


@dataclass(slots=True)
class Execution:
    """One execution, from its start to its end; whatever it raises goes on.

    Attributes:
        node_id: The node.
        node_type: Its type.
        cost: US dollars that running it costs, or a function that tells them by the output.
        how: How its result came, in the words of `transport`; None where nothing was asked of a cache.
        output: Its result.
    """

    node_id: str
    node_type: str
    cost: Decimal | float | CostOf | None = None
    how: str | None = None
    output: Any = None
    run: RunInProgress = field(init=False)
    _id: str = field(init=False)
    _inside: str | None = field(init=False)
    _is_alone: bool = field(init=False)
    _started: Started = field(init=False)
    _token: "Token[Place | None]" = field(init=False)

    def __enter__(self) -> Self:
        here = place.get()
        self._is_alone = here is None
        self.run = RunInProgress(scope_of(None, None)) if here is None else here.run
        self._inside = None if here is None else here.inside
        self._id = uuid.uuid4().hex
        self._token = place.set(Place(self.run, self._id))
        self._started = Started.now(time.perf_counter_ns)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            place.reset(self._token)
            self.run.add(self._record(error))
            if self._is_alone:
                self.run.end(self._started, error)
        except Exception as ours:  # noqa: BLE001 - nothing of ours raises into a program
            grumble(ours)

    def _record(self, error: BaseException | None) -> dict[str, Any]:
        record: dict[str, Any] = {
            "node_execution_id": self._id,
            "node_id": self.node_id,
            "node_type": self.node_type,
            "status": "succeeded" if error is None else "failed",
            **self._started.times("start_time", "end_time", "execution_time"),
        }
        if self.how not in {None, BYPASS}:
            record["is_cached"] = self.how in SERVED
        if self._inside is not None:
            record["parent_node_execution_id"] = self._inside
        if error is not None:
            record |= told(error)
        elif self.how not in SERVED and (dollars := self._dollars()) is not None:
            record["tokens_cost"] = dollars
        return record

    def _dollars(self) -> float | None:
        try:
            amount = self.cost(self.output) if callable(self.cost) else self.cost
            return None if amount is None else float(amount)
        except Exception as error:  # noqa: BLE001 - a cost that cannot be told is unknown
            grumble(error)
            return None
