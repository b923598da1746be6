"""Rules and messages for tests of alerts."""

from datetime import UTC, datetime
from typing import Any

from longpole.domain.alerts import AlertEvent, Message, RuleKind
from longpole.domain.recommendations import Severity
from longpole.domain.runs import Run, RunRecord, RunStatus

SECOND = 10**9
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)  # a Tuesday
NOW_NS = int(NOW.timestamp()) * SECOND
SECRET = "sixteen characters or more"


def a_message(**other: Any) -> Message:
    """That checkout fails."""
    given: dict[str, Any] = {
        "event": AlertEvent.FIRING,
        "kind": RuleKind.ERROR_RATE,
        "severity": Severity.HIGH,
        "title": "checkout: 30 % of runs fail",
        "lines": ("12 of 40 runs failed: 30 % (18 %–45 %), more than 5.0 %.",),
        "facts": {"failed": 12, "runs": 40},
        "links": {"rule": "http://127.0.0.1:4318/alerts/r1"},
        "app_id": "shop",
        "workflow_id": "checkout",
        "rule_id": "r1",
        "rule_name": "checkout fails",
        "subject": "error_rate:checkout",
        "occurred_at": NOW,
    }
    return Message(**given | other)


def a_rule(url: str | None = None, **other: Any) -> dict[str, Any]:
    """A rule of failing runs that tells a webhook."""
    return {
        "app_id": "shop",
        "workflow_id": "checkout",
        "name": "checkout fails",
        "kind": "error_rate",
        "condition": {"above": 0.05},
        "channel": "webhook",
        "target": {"url": url or "http://127.0.0.1:9/hook?token=t0ken", "secret": SECRET},
    } | other


def ended_runs(
    count: int, until_ns: int, *, failed: int = 0, workflow_id: str = "checkout", every_ns: int = MINUTE, **more: Any
) -> list[RunRecord]:
    """Runs of a second that end one after the other, the last one at `until_ns`; the first ones of them failed."""
    records = []
    for place in range(count):
        end_ns = until_ns - (count - 1 - place) * every_ns
        status = RunStatus.FAILED if place < failed else RunStatus.SUCCEEDED
        run = Run(
            f"{workflow_id}-{end_ns}",
            "shop",
            workflow_id,
            status=status,
            is_ended=True,
            start_ns=end_ns - SECOND,
            end_ns=end_ns,
            elapsed_ns=SECOND,
            last_received_ns=end_ns,
            node_count=0,
            **more,
        )
        records.append(RunRecord(run, ()))
    return records
