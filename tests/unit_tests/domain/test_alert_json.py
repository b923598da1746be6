"""Rules read back as they were written."""

import json
from datetime import time
from decimal import Decimal

import pytest

from longpole.domain import alert_json
from longpole.domain.alerts import (
    AbsenceCondition,
    BudgetCondition,
    BudgetMetric,
    Condition,
    DegradationCondition,
    DigestCondition,
    ErrorRateCondition,
    QuietHours,
    RuleKind,
    Target,
    Weekday,
)
from longpole.domain.degradations import DegradedMetric


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        (RuleKind.DEGRADATION, DegradationCondition((DegradedMetric.COST,), 1.2, 24)),
        (RuleKind.BUDGET, BudgetCondition(BudgetMetric.COST, Decimal("0.10"), (0.5, 1.0), 0.9, "Europe/Berlin")),
        (RuleKind.ERROR_RATE, ErrorRateCondition(0.05, 2, 30)),
        (RuleKind.ABSENCE, AbsenceCondition(None)),
        (RuleKind.DIGEST, DigestCondition(Weekday.FRIDAY, 17, "UTC")),
    ],
)
def test_a_condition_reads_back_as_it_was(kind: RuleKind, condition: Condition) -> None:
    kept = json.loads(json.dumps(alert_json.condition_json(condition)))
    assert alert_json.condition_from(kind, kept) == condition
    assert alert_json.condition_from(kind, {**kept, "from_a_later_version": 1}) == condition


def test_quiet_hours_and_targets_read_back_as_they_were() -> None:
    quiet = QuietHours(time(22), time(7, 30), "Europe/Berlin")
    assert alert_json.quiet_json(quiet) == {"start": "22:00", "end": "07:30", "time_zone": "Europe/Berlin"}
    assert alert_json.quiet_from(alert_json.quiet_json(quiet)) == quiet
    for target in (Target("https://x/y", "x", "s" * 16), Target(to=("a@b", "c@d"))):
        assert alert_json.target_from(json.loads(json.dumps(alert_json.target_json(target)))) == target


def test_what_is_secret_is_in_no_representation() -> None:
    assert "t0ken" not in repr(Target("https://x/t0ken", "x", "t0ken and more"))
