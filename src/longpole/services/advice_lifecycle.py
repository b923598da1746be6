"""Brings a workflow's recommendations up to what was found just now, in one transaction.

Two processes that analyse the same workflow at the same time make each
recommendation once: one waits for the other, and finds what it has made.

Upstream: `advisor`. Downstream: `advice.lifecycle.reconciled` decides, `store.recommendations` keeps.
"""

import logging
from collections.abc import Collection, Sequence

from longpole import runtime
from longpole.advice.lifecycle.reconciled import Analysed, reconciled
from longpole.advice.observations import Observations
from longpole.domain.findings import Finding
from longpole.domain.recommendations import Recommendation
from longpole.domain.units import instant
from longpole.services.recommendations import standing
from longpole.store import recommendations as store
from longpole.store.advice_due import remember_findings

_log = logging.getLogger(__name__)


def reconcile(
    app_id: str,
    workflow_id: str,
    findings: Sequence[Finding],
    observed: Observations,
    unfinished: Collection[str] = (),
) -> tuple[Recommendation, ...]:
    """Store what an analysis has found; what stands now, the most severe first, of those the most worth.

    What somebody made by hand stands as well, and is never touched. So does
    what the rules found before that are `unfinished`, by their names.
    """
    now_ns = runtime.current().clock()
    now = instant(now_ns)
    analysed = Analysed(app_id, workflow_id, observed, tuple(findings), now, unfinished=frozenset(unfinished))
    with runtime.unit_of_work() as connection:
        done = reconciled(store.found_by_rules(connection, app_id, workflow_id), analysed)
        for new in done.new:
            store.add(connection, new)
        for changed in done.changed:
            store.save(connection, changed)
        store.seen(connection, done.seen, now)
        remember_findings(connection, app_id, workflow_id, now_ns)
        if done.left_out:
            _log.info("advice: %d findings of a workflow are worth less than what stands already", done.left_out)
        return standing(connection, store.Wanted(app_id, workflow_id))
