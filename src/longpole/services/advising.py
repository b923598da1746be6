"""Analyses a workflow once, however many ask for it at the same time, and looks back at what was followed.

    first to ask ──► verify ─► analyse ─► a model's words, where one is set ─► what stands
    others       ────── wait ────────────────────────────────────────────────────┘ the same answer

Upstream: `rest.recommendations`, `cli.advise`, `upkeep.advice`. Downstream: `advisor`, `verification`, `narration`.
"""

import threading
from concurrent.futures import Future, wait

from longpole import runtime
from longpole.domain.recommendations import Recommendation
from longpole.services.advisor import WorkflowOptimizationAdvisor
from longpole.services.narration import narrated
from longpole.services.verification import verify_due
from longpole.store.seen_nodes import seen_nodes

Answer = tuple[Recommendation, ...]

_lock = threading.Lock()
_running: dict[tuple[int, str, str], tuple[int, "Future[Answer]"]] = {}


def advise(app_id: str, workflow_id: str, days: int = 7) -> Answer:
    """What stands after an analysis of the last `days` days, the most severe first, of those the most worth.

    Who asks for the same while it is computed in this process shares the
    answer; who asks for another period of the same workflow waits first.

    Raises:
        InvalidInputError: `days` is not 1 to 365.
    """
    key = (id(runtime.current()), app_id, workflow_id)
    mine: Future[Answer] = Future()
    while True:
        with _lock:
            their_days, theirs = _running.setdefault(key, (days, mine))
        if theirs is mine:
            break
        if their_days == days:
            return theirs.result()
        wait([theirs])
    try:
        verify_due(app_id, workflow_id)
        found = WorkflowOptimizationAdvisor.analyze_and_recommend(app_id, workflow_id, days)
        mine.set_result(_worded(app_id, workflow_id, found))
    except BaseException as error:
        mine.set_exception(error)
        raise
    finally:
        with _lock:
            del _running[key]
    return mine.result()


def _worded(app_id: str, workflow_id: str, found: Answer) -> Answer:
    """With a model's words, which may hold no name of a node."""
    if runtime.current().settings.llm_base_url is None:
        return found
    with runtime.reading() as connection:
        seen = seen_nodes(connection, app_id, workflow_id)
    return narrated(found, {name for node in seen for name in (node.node_id, node.node_title)})
