"""Levels that became worse, and those that are back: events as they are found.

Upstream: `alerting`, `alert_digest`. Downstream: `degradations`.
"""

from collections.abc import Iterator
from datetime import datetime

from longpole.alerting.wording import degraded, recovered
from longpole.domain.alerts import DegradationCondition
from longpole.domain.degradations import Degradation, DegradationState
from longpole.services import degradations
from longpole.services.alert_watches import Look, Watch

_MOST_EVENTS = 500
"""Of the newest; what is older was told or will not be."""


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
    found = degradations.events(look.rule.app_id, look.rule.workflow_id, limit=_MOST_EVENTS)
    return tuple(event for event in found if event.found_at >= since and not event.is_improvement)
