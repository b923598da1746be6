"""What may be kept: the contract's three criteria, the classes of nodes, and what a node says of itself."""

from typing import Any

import pytest

from longpole.caching.node_classes import node_class
from longpole.caching.policy import DEFAULT_TTL_HOURS, Mode, Policy, Rules, decide, hours, said_of
from longpole.domain.cache import NodeClass
from longpole.domain.errors import InvalidInputError


@pytest.mark.parametrize(
    ("node_type", "config", "expected"),
    [
        ("code", {}, NodeClass.PURE),
        ("template-transform", {}, NodeClass.PURE),
        ("knowledge-retrieval", None, NodeClass.READ_ONLY),
        ("http_request", {}, NodeClass.READ_ONLY),
        ("HTTP Request", {"method": "get"}, NodeClass.READ_ONLY),
        ("http-request", {"method": "HEAD"}, NodeClass.READ_ONLY),
        ("http_request", {"method": "POST"}, NodeClass.SIDE_EFFECTS),
        ("http_request", {"method": "options"}, NodeClass.SIDE_EFFECTS),
        ("http_request", {"method": None}, NodeClass.SIDE_EFFECTS),
        ("llm", {}, NodeClass.SAMPLING),
        ("llm", {"temperature": 0.7}, NodeClass.SAMPLING),
        ("llm", {"temperature": 0}, NodeClass.READ_ONLY),
        ("llm", {"temperature": 0.0}, NodeClass.READ_ONLY),
        ("llm", {"temperature": False}, NodeClass.SAMPLING),
        ("llm", {"seed": 0, "temperature": 1}, NodeClass.READ_ONLY),
        ("llm", {"seed": None}, NodeClass.SAMPLING),
        ("llm", {"model": {"name": "m", "completion_params": {"temperature": 0}}}, NodeClass.READ_ONLY),
        ("tool", {}, NodeClass.UNKNOWN),
        ("tool", {"side_effects": True}, NodeClass.SIDE_EFFECTS),
        ("tool", {"side_effects": False}, NodeClass.READ_ONLY),
        ("tool", {"annotations": {"readOnlyHint": True}}, NodeClass.READ_ONLY),
        ("tool", {"annotations": {"readOnlyHint": False}}, NodeClass.SIDE_EFFECTS),
        ("agent", {}, NodeClass.UNKNOWN),
        ("code", {"side_effects": True}, NodeClass.SIDE_EFFECTS),
        ("start", {"side_effects": False}, NodeClass.NEVER),
        ("human-input", {}, NodeClass.NEVER),
    ],
)
def test_the_class_of_a_node(node_type: str, config: dict[str, Any] | None, expected: NodeClass) -> None:
    assert node_class(node_type, config) is expected


@pytest.mark.parametrize(
    ("node_type", "config", "elapsed_seconds", "reason"),
    [
        ("llm", {}, 0.2, "allowed"),
        ("llm", None, 0.2, "allowed"),
        ("llm", {}, None, "allowed"),
        ("llm", {}, 0.05, "too_quick"),
        ("llm", {}, 0.1, "too_quick"),
        ("llm", {"cache": {"enabled": True}}, 0.1, "too_quick"),
        ("start", {}, 9.0, "never"),
        ("end", {}, 9.0, "never"),
        ("answer", {}, 9.0, "never"),
        ("human_input", {"cache": {"enabled": True}}, 9.0, "never"),
        ("llm", {"cache": False}, 9.0, "disabled"),
        ("llm", {"cache": {"enabled": False}}, 9.0, "disabled"),
        ("llm", {"cache": {"mode": "off"}}, 9.0, "disabled"),
        ("llm", {"cache": True}, 9.0, "allowed"),
        ("http_request", {"method": "post"}, 9.0, "side_effects"),
        ("http_request", {"method": "post", "cache": {"enabled": True}}, 9.0, "allowed"),
        ("http_request", {"method": "post", "cache": {"ttl_hours": 2}}, 9.0, "side_effects"),
        ("http_request", {"method": "get"}, 9.0, "allowed"),
        ("tool", {}, 9.0, "allowed"),
    ],
)
def test_the_standard_policy(
    node_type: str, config: dict[str, Any] | None, elapsed_seconds: float | None, reason: str
) -> None:
    decided = decide(node_type, config, elapsed_seconds)
    assert (decided.may_cache, decided.reason) == (reason == "allowed", reason)


@pytest.mark.parametrize(
    ("node_type", "config", "may_cache"),
    [
        ("code", {}, True),
        ("http_request", {}, True),
        ("llm", {"temperature": 0}, True),
        ("llm", {}, False),
        ("llm", {"cache": {"enabled": True}}, True),
        ("tool", {}, False),
        ("something_new", {}, False),
    ],
)
def test_the_strict_policy_fails_closed(node_type: str, config: dict[str, Any], may_cache: bool) -> None:  # noqa: FBT001 - a column
    assert decide(node_type, config, 1.0, Rules(Policy.STRICT)).may_cache is may_cache


@pytest.mark.parametrize(
    ("node_type", "config", "expected"),
    [
        ("llm", {}, 24),
        ("http_request", {}, 6),
        ("code", {}, 48),
        ("tool", {}, 12),
        ("knowledge-retrieval", {}, 24),
        ("template_transform", {}, 72),
        ("anything_else", {}, 24),
        ("llm", {"cache": {"ttl_hours": 2}}, 2),
        ("llm", {"cache": {"ttl_hours": 0}}, 0),
    ],
)
def test_how_long_a_result_is_fresh(node_type: str, config: dict[str, Any], expected: float) -> None:
    assert decide(node_type, config).ttl_hours == expected


def test_settings_go_before_what_is_built_in_and_after_the_node() -> None:
    rules = Rules(ttl_hours=DEFAULT_TTL_HOURS | {"llm": 12, "default": 1})
    assert decide("llm", {}, rules=rules).ttl_hours == 12
    assert decide("agent", {}, rules=rules).ttl_hours == 1
    assert decide("llm", {"cache": {"ttl_hours": 2}}, rules=rules).ttl_hours == 2


def test_what_a_node_says() -> None:
    said = said_of({"cache": {"ttl_hours": 2, "mode": "shadow", "stale_if_error_hours": 1.5}})
    assert (said.enabled, said.ttl_hours, said.mode, said.stale_if_error_hours) == (None, 2.0, Mode.SHADOW, 1.5)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("yes", "node_config.cache"),
        ({"enabled": "no"}, "node_config.cache.enabled"),
        ({"ttl_hours": -1}, "node_config.cache.ttl_hours"),
        ({"ttl_hours": "2"}, "node_config.cache.ttl_hours"),
        ({"ttl_hours": float("nan")}, "node_config.cache.ttl_hours"),
        ({"ttl_hours": True}, "node_config.cache.ttl_hours"),
        ({"mode": "sometimes"}, "node_config.cache.mode"),
        ({"stale_if_error_hours": []}, "node_config.cache.stale_if_error_hours"),
    ],
)
def test_what_cannot_be_said_is_named(said: Any, field: str) -> None:
    with pytest.raises(InvalidInputError) as wrong:
        decide("llm", {"cache": said})
    assert wrong.value.field == field


def test_no_result_outlives_a_hundred_years() -> None:
    assert hours(1e300, "ttl_hours") == 24 * 36_500
