"""What the demo runs: which workflow, on what, for whom. Some of it is meant to go wrong.

Upstream: `running`. Downstream: `workflows`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from langchain_core.runnables import Runnable

from longpole.cli.demo.workflows.contract_review import CONTRACTS, UnreadableClauseError, contract_review
from longpole.cli.demo.workflows.invoice_intake import INVOICES, LedgerUnavailableError, invoice_intake
from longpole.cli.demo.workflows.support_answers import QUESTIONS, support_answers
from longpole.cli.demo.workflows.trip_planner import WISHES, trip_planner

MEANT_TO_FAIL = (UnreadableClauseError, LedgerUnavailableError)
"""What two of the runs end with."""

WORKFLOWS = ("trip_planner", "support_answers", "invoice_intake", "contract_review")
"""Their names, in the order in which they are reported."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run of a workflow, for a user, in a session of theirs."""

    workflow: Runnable[Any, Any]
    given: Mapping[str, Any]
    user_id: str
    session_id: str


def planned_runs() -> list[PlannedRun]:
    """The runs, the workflows taking turns."""
    support, trips, invoices, contracts = support_answers(), trip_planner(), invoice_intake(), contract_review()
    by_workflow = [
        [PlannedRun(trips, {"wish": wish}, "mara", f"trip-{n}") for n, wish in enumerate(WISHES)],
        [PlannedRun(support, {"question": text}, f"customer-{n}", f"chat-{n}") for n, text in enumerate(QUESTIONS)],
        [PlannedRun(invoices, given, "post-room", "monday-post") for given in INVOICES],
        [PlannedRun(contracts, {"text": text}, "purchasing", f"contract-{n}") for n, text in enumerate(CONTRACTS)],
    ]
    return [run for run in chain.from_iterable(zip_longest(*by_workflow)) if run is not None]
