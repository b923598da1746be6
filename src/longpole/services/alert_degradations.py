"""Levels that became worse, and those that are back: events as they are found.

Upstream: `alerting`, `alert_digest`. Downstream: `store.alert_reads`.
"""

from collections.abc import Iterator
from datetime import datetime

from longpole.alerting.wording import degraded, recovered
from longpole.domain.alerts import DegradationCondition
from longpole.domain.degradations import Degradation, DegradationState
from longpole.services.alert_watches import Look, Watch
from longpole.store.alert_reads import degradations_found_since


def watches(look: Look) -> Iterator[Watch]:
    """Each event that was found since the rule is there; what was told is followed until it closes."""
    condition = look.rule.condition
    assert isinstance(condition, DegradationCondition)
    for event in degradations_since(look, look.rule.created_at):
        subject = f"degradation:{event.id}"
        is_wanted = not condition.metrics or event.metric in condition.metrics
        if subject in look.is_open or (is_wanted and event.ratio >= condition.min_ratio):
            is_open = event.state is DegradationState.OPEN
            yield Watch(subject, is_open, degraded(event), event.workflow_id, recovered(event))


def degradations_since(look: Look, since: datetime) -> tuple[Degradation, ...]:
    """What became worse, found since, of the rule's workflow or application."""
    found = degradations_found_since(look.connection, look.rule.app_id, look.rule.workflow_id, since)
    return tuple(event for event in found if not event.is_improvement)
