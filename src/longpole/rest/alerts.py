"""`/alerts`: rules of what somebody wants to be told of, tried out, and what was told by them.

Upstream: `routes`. Downstream: `services.alert_rules`, `services.alert_delivery`.
"""

from typing import TYPE_CHECKING, Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response

from longpole.domain import alerts as domain
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.rest.deferred import Deferred
from longpole.rest.parameters import AlertRuleId, Id
from longpole.rest.schemas.alerts import (
    AlertDeliveries,
    AlertDelivery,
    AlertRule,
    AlertRuleChange,
    AlertRules,
    NewAlertRule,
    shown_delivery,
    shown_rule,
)

if TYPE_CHECKING:
    from longpole.services import alert_delivery as sending
    from longpole.services import alert_rules as service
else:
    sending = Deferred("longpole.services.alert_delivery")
    service = Deferred("longpole.services.alert_rules")

_MOST_TESTS_AT_ONCE = 4

router = APIRouter(prefix="/alerts", tags=["alerts"], route_class=StrictJsonRoute, responses=problems.documented())


def _shown(rule: domain.AlertRule) -> AlertRule:
    return shown_rule(rule, service.shown_target(rule.target))


@router.get("")
def list_alert_rules(
    app_id: Annotated[Id | None, Query(description="Only those of this application.")] = None,
    workflow_id: Annotated[Id | None, Query(description="Only those of this workflow.")] = None,
) -> AlertRules:
    """The rules, the oldest first."""
    return AlertRules(items=tuple(map(_shown, service.listed(app_id, workflow_id))))


@router.post("", status_code=201, responses=problems.documented(400, 413, 415))
def create_alert_rule(rule: NewAlertRule) -> AlertRule:
    """Store a rule. What its kind and channel need is checked; an error names the field."""
    return _shown(service.create(rule.model_dump()))


@router.get("/{rule_id}", responses=problems.documented(404))
def get_alert_rule(rule_id: AlertRuleId) -> AlertRule:
    """One rule, without its secrets."""
    return _shown(service.get(rule_id))


@router.patch("/{rule_id}", responses=problems.documented(400, 404, 413, 415))
def change_alert_rule(rule_id: AlertRuleId, change: AlertRuleChange) -> AlertRule:
    """Change what is given of a rule; the rest stays, secrets too."""
    return _shown(service.change(rule_id, change.model_dump(exclude_unset=True)))


@router.delete("/{rule_id}", status_code=204, responses=problems.documented(404))
def delete_alert_rule(rule_id: AlertRuleId) -> Response:
    """Remove a rule and what was told by it."""
    service.delete(rule_id)
    return Response(status_code=204)


@router.post("/{rule_id}/test", responses=problems.documented(404))
async def test_alert_rule(rule_id: AlertRuleId, request: Request) -> AlertDelivery:
    """Send a test message now, and answer how it went: within half a minute, whatever the receiver does."""
    done = await to_thread.run_sync(sending.send_test, rule_id, limiter=_limiter(request))
    return shown_delivery(done)


def _limiter(request: Request) -> CapacityLimiter:
    """Tests wait for receivers, so there are few at a time."""
    state = request.app.state
    if not hasattr(state, "alert_test_limiter"):
        state.alert_test_limiter = CapacityLimiter(_MOST_TESTS_AT_ONCE)
    limiter: CapacityLimiter = state.alert_test_limiter
    return limiter


@router.get("/{rule_id}/deliveries", responses=problems.documented(404))
def list_alert_deliveries(
    rule_id: AlertRuleId, limit: Annotated[int, Query(ge=1, le=1_000, description="At most so many.")] = 50
) -> AlertDeliveries:
    """What was told by a rule, or is about to be; the newest first."""
    return AlertDeliveries(items=tuple(map(shown_delivery, service.deliveries(rule_id, limit))))
