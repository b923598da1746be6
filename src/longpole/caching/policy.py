"""Whether a node's result may be kept, for how long, and why.

`standard` keeps whatever took longer than a tenth of a second, is no frame of
a workflow and does not forbid it; what has side effects only if the node's
configuration asks for it. `strict` keeps only what is pure or reads only;
everything else must ask.

    "cache": false                                    not this node
    "cache": {"enabled": true}                        this node, whatever its class
    "cache": {"ttl_hours": 2, "mode": "shadow"}       for two hours; looking on only

Upstream: `services.cache`. Downstream: `node_classes`. Source: the contract; the design's caching sheet.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from longpole.caching.node_classes import node_class
from longpole.domain.cache import Decision, NodeClass
from longpole.domain.errors import InvalidInputError
from longpole.domain.node_types import snake_case

DEFAULT_TTL_HOURS: dict[str, float] = {
    "llm": 24,
    "http_request": 6,
    "code": 48,
    "tool": 12,
    "knowledge_retrieval": 24,
    "template_transform": 72,
    "default": 24,
}
MIN_SECONDS = 0.1
_LONGEST_TTL_HOURS = 24 * 36_500.0
_STRICT = frozenset({NodeClass.PURE, NodeClass.READ_ONLY})


class Policy(StrEnum):
    """Which classes of nodes need not ask."""

    STANDARD = "standard"
    STRICT = "strict"


class Mode(StrEnum):
    """Serve results, look on only, or stay out of it."""

    ON = "on"
    SHADOW = "shadow"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class NodeCaching:
    """What a node's configuration says of caching: `enabled` None where it says nothing."""

    enabled: bool | None = None
    ttl_hours: float | None = None
    mode: Mode | None = None
    stale_while_revalidate_hours: float | None = None
    stale_if_error_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds where a node says nothing; `ttl_hours` by node type."""

    policy: Policy = Policy.STANDARD
    mode: Mode = Mode.ON
    ttl_hours: Mapping[str, float] = field(default_factory=lambda: DEFAULT_TTL_HOURS)


def said_of(node_config: Mapping[str, Any] | None) -> NodeCaching:
    """What a node's configuration says of caching.

    Raises:
        InvalidInputError: It says what cannot be; names the place.
    """
    said = (node_config or {}).get("cache")
    if said is None or isinstance(said, bool):
        return NodeCaching(enabled=said)
    if not isinstance(said, Mapping):
        raise InvalidInputError("node_config.cache", "is true, false or an object", said)
    enabled = said.get("enabled")
    if enabled is not None and not isinstance(enabled, bool):
        raise InvalidInputError("node_config.cache.enabled", "is true or false", enabled)
    return NodeCaching(
        enabled,
        hours(said.get("ttl_hours"), "node_config.cache.ttl_hours"),
        _mode(said.get("mode")),
        hours(said.get("stale_while_revalidate_hours"), "node_config.cache.stale_while_revalidate_hours"),
        hours(said.get("stale_if_error_hours"), "node_config.cache.stale_if_error_hours"),
    )


def hours(value: Any, field_name: str) -> float | None:
    """A number of hours from 0 to a hundred years, as it was given; None where none was.

    Raises:
        InvalidInputError: It is none.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise InvalidInputError(field_name, "is a number of hours, 0 or more", value)
    return min(float(value), _LONGEST_TTL_HOURS)


def _mode(value: Any) -> Mode | None:
    if value is None:
        return None
    try:
        return Mode(value)
    except ValueError:
        raise InvalidInputError("node_config.cache.mode", "is on, shadow or off", value) from None


def decide(
    node_type: str,
    node_config: Mapping[str, Any] | None,
    elapsed_seconds: float | None = None,
    rules: Rules | None = None,
) -> Decision:
    """Whether the result of a node may be kept.

    Args:
        node_type: Of the node.
        node_config: What it was set up with.
        elapsed_seconds: What it took; None before it ran.
        rules: What holds where the node says nothing.

    Raises:
        InvalidInputError: The configuration says what cannot be of caching.
    """
    rules = rules or Rules()
    said, found = said_of(node_config), node_class(node_type, node_config)
    ttl_hours = said.ttl_hours
    if ttl_hours is None:
        ttl_hours = rules.ttl_hours.get(
            snake_case(node_type), rules.ttl_hours.get("default", DEFAULT_TTL_HOURS["default"])
        )
    reason = _objection(said, found, elapsed_seconds, rules)
    return Decision(may_cache=reason is None, node_class=found, reason=reason or "allowed", ttl_hours=float(ttl_hours))


def _objection(said: NodeCaching, found: NodeClass, elapsed_seconds: float | None, rules: Rules) -> str | None:
    if found is NodeClass.NEVER:
        return "never"
    if said.enabled is False or said.mode is Mode.OFF:
        return "disabled"
    if not said.enabled and found is NodeClass.SIDE_EFFECTS:
        return "side_effects"
    if not said.enabled and rules.policy is Policy.STRICT and found not in _STRICT:
        return "not_opted_in"
    if elapsed_seconds is not None and not elapsed_seconds > MIN_SECONDS:
        return "too_quick"
    return None
