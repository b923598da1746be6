"""Analyses workflows by itself, one at a time, each no more than once a day.

Upstream: `upkeep.advice`. Downstream: `advising`, `verification`, `store.advice_due`.
"""

from datetime import timedelta

from longpole import runtime
from longpole.domain.units import NS_PER_DAY, instant
from longpole.store import recommendations as store
from longpole.store.advice_due import due_workflows, remember_analysis
from longpole.store.workflow_scope import find_scope

NEW_RUNS = 20
"""Fewer say nothing new: rules look at as many and more."""
_DAYS = 7
_AT_ONCE = 5


def due() -> list[tuple[str, str]]:
    """Application and workflow of those that are to be analysed, the longest waiting first."""
    with runtime.reading() as connection:
        return due_workflows(connection, runtime.current().clock() - NS_PER_DAY, NEW_RUNS)


def analyse(app_id: str, workflow_id: str) -> str:
    """Analyse a workflow; what stands, in words. It is remembered first, so that a failure is not repeated at once."""
    from longpole.services.advising import advise  # noqa: PLC0415 - the rules take memory: only who analyses has them

    with runtime.unit_of_work() as connection:
        scope = find_scope(connection, app_id, workflow_id)
        if scope is not None:
            remember_analysis(connection, scope.workflow_key, runtime.current().clock())
    standing = len(advise(app_id, workflow_id, _DAYS))
    return f"analysed 1 workflow: {standing} recommendation{' stands' if standing == 1 else 's stand'}"


def has_unverified() -> bool:
    """Whether something that was followed waits to be verified."""
    now = instant(runtime.current().clock())
    with runtime.reading() as connection:
        return bool(store.to_verify(connection, store.Due(now - timedelta(days=1), now - timedelta(hours=1)), 1))


def verify_some() -> str | None:
    """Verify some of what waits; how many, in words."""
    from longpole.services.verification import verify_due  # noqa: PLC0415 - the same

    verified = verify_due(limit=_AT_ONCE)
    return f"verified {verified} that {'was' if verified == 1 else 'were'} followed" if verified else None
