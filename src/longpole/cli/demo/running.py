"""Runs the planned workflows, a few at a time, as a service with several users would.

Upstream: `session`. Downstream: `plan`, LangGraph.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

from langsmith import tracing_context
from openinference.instrumentation import using_attributes

from longpole.cli.demo.plan import MEANT_TO_FAIL, PlannedRun

_AT_A_TIME = 3


def carry_out(runs: list[PlannedRun], at_a_time: int = _AT_A_TIME) -> Iterator[bool]:
    """Carry the runs out; for each, as it ends, whether it ended well."""
    pool = ThreadPoolExecutor(at_a_time, thread_name_prefix="demo")
    try:
        yield from (each.result() for each in as_completed([pool.submit(_succeeds, run) for run in runs]))
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl+C only those that run already are waited for


def _succeeds(run: PlannedRun) -> bool:
    with (
        tracing_context(enabled=False),  # whatever the user's environment says, nothing is sent to LangSmith
        using_attributes(session_id=run.session_id, user_id=run.user_id, tags=["demo"]),
    ):
        try:
            run.workflow.invoke(dict(run.given))
        except MEANT_TO_FAIL:
            return False
    return True
