"""Every field of an alert rule, of its conditions and of what was told is documented."""

import re
from dataclasses import fields
from typing import Any

import pytest
from pydantic import BaseModel

from longpole.domain.alert_json import CONDITIONS
from longpole.domain.alerts import AlertEvent, Channel, DeliveryState, Message, RuleKind
from longpole.rest.schemas import alerts

_ENDPOINTS, _HOW_TO = "docs/reference/endpoints.md", "docs/how-to/alerts.md"


@pytest.mark.parametrize("shown", [alerts.AlertRule, alerts.NewAlertRule, alerts.AlertRuleChange, alerts.AlertDelivery])
def test_every_field_is_documented(pages: Any, shown: type[BaseModel]) -> None:
    words = set(re.findall(r"`(\w+)`", pages.section(_ENDPOINTS, "## Alerts")))
    assert set(shown.model_fields) - words == set()


@pytest.mark.parametrize("kind", RuleKind)
def test_every_part_of_a_condition_is_documented(pages: Any, kind: RuleKind) -> None:
    [row] = [line for line in pages.text(_HOW_TO).splitlines() if line.startswith(f"| `{kind}` |")]
    words = set(re.findall(r"`(\w+)`", row)) | {"remind_hours"}
    assert {each.name for each in fields(CONDITIONS[kind])} - words == set()


def test_every_field_of_a_message_is_documented(pages: Any) -> None:
    words = set(re.findall(r"`(\w+)`", pages.section(_HOW_TO, "## A receiver")))
    assert {each.name for each in fields(Message)} - words == set()


@pytest.mark.parametrize("words", [AlertEvent, Channel, DeliveryState, RuleKind])
def test_every_word_is_documented(pages: Any, words: Any) -> None:
    section = pages.section(_ENDPOINTS, "## Alerts")
    assert {each.value for each in words} - set(re.findall(r"`(\w+)`", section)) == set()
