"""Keeps the list of what has become of runs short: a quarter of an hour, and of very many less.

Upstream: `upkeep.live`. Downstream: `store.live_pruning`.
"""

from longpole import runtime
from longpole.domain.units import NS_PER_SECOND, nanoseconds
from longpole.services.retention_pace import Pace
from longpole.store import live_pruning

_KEPT_S, _LEAST_S = 900, 60
_MOST = 50_000


def forget_old_changes(pace: Pace) -> int:
    """Forget changes that are older than that; how many.

    So long as time alone may still complete a run, its change is kept.
    """
    here = runtime.current()
    settled_ns = here.clock() - nanoseconds(here.settings.run_settle_seconds)
    old_ns, surplus_ns = settled_ns - _KEPT_S * NS_PER_SECOND, settled_ns - _LEAST_S * NS_PER_SECOND
    with runtime.reading() as connection:
        below = live_pruning.old_transactions(connection, old_ns, surplus_ns, _MOST)
    gone = 0
    while below is not None and not pace.is_over:
        with pace.step() as connection:
            some = live_pruning.forget_changes(connection, below, pace.rows)
        if not some:
            break
        gone += some
    return gone
