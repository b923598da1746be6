"""Alert rules and their messages as tables. Never an address of a webhook: there may be a token in it.

Upstream: `cli.alerts`. Downstream: `fitting`, `amounts`.
"""

from collections.abc import Sequence

from rich.text import Text

from longpole.cli.fitting import Column, FittingTable
from longpole.domain import amounts
from longpole.domain.alert_json import condition_json
from longpole.domain.alerts import AlertRule, Delivery, DeliveryState


def rules_table(rules: Sequence[AlertRule]) -> FittingTable:
    """Rules, the oldest first."""
    columns = (
        Column("Id", justify="left"),
        Column("Name", 1, "left"),
        Column("Of", justify="left"),
        Column("Watches", 2, "left"),
        Column("Condition", 4, "left"),
        Column("Tells", 3, "left"),
        Column("Quiet", 5, "left"),
        Column("", 0, "left"),
    )
    return FittingTable("Alert rules", columns, [_rule_row(each) for each in rules])


def _rule_row(rule: AlertRule) -> Sequence[str | Text]:
    of = rule.app_id if rule.workflow_id is None else f"{rule.app_id}/{rule.workflow_id}"
    where = ", ".join(rule.target.to) or rule.target.host or ""
    quiet = "" if rule.quiet_hours is None else f"{rule.quiet_hours.start:%H:%M}-{rule.quiet_hours.end:%H:%M}"
    return (
        rule.id,
        amounts.name(rule.name),
        amounts.name(of),
        rule.kind.value,
        amounts.name(_condition(rule)),
        f"{rule.channel.value}: {amounts.name(where)}",
        quiet,
        Text("on" if rule.is_enabled else "off", style="" if rule.is_enabled else "dim"),
    )


def _condition(rule: AlertRule) -> str:
    said = condition_json(rule.condition).items()
    shown = ((name, ",".join(map(str, value)) if isinstance(value, list) else value) for name, value in said)
    return " ".join(f"{name}={value}" for name, value in shown if value not in {None, ""})


def deliveries_table(deliveries: Sequence[Delivery]) -> FittingTable:
    """Messages, the newest first."""
    columns = (
        Column("Told", justify="left"),
        Column("Why", 2, "left"),
        Column("What", justify="left"),
        Column("State", 0, "left"),
        Column("Attempts", 4),
        Column("Next", 5, "left"),
        Column("Error", 3, "left"),
    )
    return FittingTable("Messages", columns, [_delivery_row(each) for each in deliveries])


def _delivery_row(delivery: Delivery) -> Sequence[str | Text]:
    is_pending = delivery.state is DeliveryState.PENDING
    return (
        amounts.moment(delivery.delivered_at or delivery.created_at),
        delivery.message.event.value,
        amounts.name(delivery.message.title),
        Text(delivery.state.value, style="red" if delivery.state is DeliveryState.FAILED else ""),
        str(delivery.attempts),
        amounts.moment(delivery.next_attempt_at) if is_pending else "",
        amounts.name(delivery.last_error or ""),
    )
