"""What a caller says of a node's execution, as the request that the cache is asked.

Upstream: `cache`. Downstream: `caching`.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from longpole import runtime
from longpole.caching import policy
from longpole.caching.explanation import key_parts
from longpole.caching.keys import NotKeyableError, cache_key
from longpole.caching.policy import Mode, Rules
from longpole.caching.request import Request
from longpole.domain.cache import Counted, Decision
from longpole.domain.errors import InvalidInputError, SchemaOutOfDateError, UnavailableError
from longpole.domain.scopes import Scope, current_scope
from longpole.domain.units import NS_PER_HOUR, nanoseconds, usd

_log = logging.getLogger(__name__)
_MOST_TAGS, _LONGEST_TAG = 20, 255

CostOf = Callable[[Any], Decimal | float | None]


@dataclass(frozen=True, slots=True)
class Execution:
    """A node's execution as the caller describes it; `ttl_hours` and the stale options go before the node's own."""

    node_type: str
    node_config: Mapping[str, Any] | None
    input_data: Any
    node_id: str | None = None
    version: str | None = None
    ttl_hours: float | None = None
    stale_while_revalidate_hours: float | None = None
    stale_if_error_hours: float | None = None
    tags: Sequence[str] = ()
    mode: str | None = None
    min_seconds: float = policy.MIN_SECONDS
    cost: Decimal | float | CostOf | None = None


def scope_of(app_id: Any, workflow_id: Any) -> Scope:
    """The scope that is meant: the current one in what is not said.

    Raises:
        InvalidInputError: An id is no text, or empty.
    """
    here = current_scope()
    if app_id is None and workflow_id is None:
        return here
    for name, value in (("app_id", app_id), ("workflow_id", workflow_id)):
        if value is not None and (not isinstance(value, str) or not value):
            raise InvalidInputError(name, "is a text that is not empty", value)
    return Scope(here.app_id if app_id is None else app_id, here.workflow_id if workflow_id is None else workflow_id)


def rules() -> Rules:
    """What holds for nodes that say nothing of caching, by the settings."""
    settings = runtime.current().settings
    return Rules(settings.cache_policy, settings.cache_mode, policy.DEFAULT_TTL_HOURS | settings.cache_ttl_hours)


def decision(execution: Execution, elapsed_seconds: float | None = None) -> Decision:
    """Whether the result of an execution may be kept."""
    return policy.decide(execution.node_type, execution.node_config, elapsed_seconds, rules())


def mode_of(execution: Execution) -> Mode:
    """What the caller says, else the node's configuration, else the settings; off for all if those say so.

    Raises:
        InvalidInputError: There is no such mode.
    """
    in_force = rules().mode
    if in_force is Mode.OFF:
        return in_force
    if execution.mode is not None:
        try:
            return Mode(execution.mode)
        except ValueError:
            raise InvalidInputError("mode", "is on, shadow or off", execution.mode) from None
    return policy.said_of(execution.node_config).mode or in_force


def key_of(scope: Scope, execution: Execution) -> str:
    """The key of an execution.

    Raises:
        NotKeyableError: It has none.
    """
    return cache_key(
        scope,
        execution.node_type,
        execution.node_config,
        execution.input_data,
        _secret,
        node_id=execution.node_id,
        version=execution.version,
    )


def _secret() -> bytes:
    return runtime.current().cache.ledger.secret()


def counted_of(scope: Scope, execution: Execution, decided: Decision) -> Counted:
    """What an execution is counted under."""
    return Counted(scope, execution.node_type, execution.node_id or "", decided.node_class)


def wanted(app_id: str | None, workflow_id: str | None, execution: Execution) -> Request | None:
    """What the cache is to be asked; None where the node is to run past it, which is counted.

    Raises:
        InvalidInputError: Names what the caller gave that cannot be.
    """
    scope = scope_of(app_id, workflow_id)
    decided = decision(execution)
    counts, counted = runtime.current().cache.counts, counted_of(scope, execution, decided)
    if mode_of(execution) is Mode.OFF or not decided.may_cache:
        counts.bypass(counted, "off" if decided.may_cache else decided.reason)
        return None
    try:
        key = key_of(scope, execution)
    except NotKeyableError as error:
        _log.debug("a node of type %s has no cache key: %s", execution.node_type, error.field)
        counts.bypass(counted, "input_type")
        return None
    except (UnavailableError, SchemaOutOfDateError):  # what credentials are hashed with is in the database
        counts.bypass(counted, "no_database")
        return None
    return request_of(scope, key, execution, decided)


def request_of(scope: Scope, key: str, execution: Execution, decided: Decision) -> Request:
    """What the cache is asked.

    Raises:
        InvalidInputError: Names what the caller gave that cannot be.
    """
    said = policy.said_of(execution.node_config)
    ttl_hours = policy.hours(execution.ttl_hours, "ttl_hours")
    return Request(
        scope,
        key,
        counted_of(scope, execution, decided),
        ttl_ns=_ns(decided.ttl_hours if ttl_hours is None else ttl_hours),
        revalidate_ns=_longer(
            execution.stale_while_revalidate_hours, said.stale_while_revalidate_hours, "stale_while_revalidate_hours"
        ),
        if_error_ns=_longer(execution.stale_if_error_hours, said.stale_if_error_hours, "stale_if_error_hours"),
        min_elapsed_ns=nanoseconds(execution.min_seconds),
        tags=_tags(execution.tags),
        parts=partial(_parts_of, execution),
        mode=mode_of(execution),
        cost_usd=_cost_of(execution.cost),
    )


def _parts_of(execution: Execution) -> str:
    return key_parts(
        execution.node_type,
        execution.node_config,
        execution.input_data,
        node_id=execution.node_id,
        version=execution.version,
    )


def _longer(given: float | None, said: float | None, name: str) -> int:
    hours = policy.hours(given, name)
    return _ns((said or 0.0) if hours is None else hours)


def _ns(hours: float) -> int:
    return round(hours * NS_PER_HOUR)


def _tags(tags: Any) -> tuple[str, ...]:
    if isinstance(tags, str) or len(tags) > _MOST_TAGS:
        raise InvalidInputError("tags", f"is a list of at most {_MOST_TAGS} texts", tags)
    for tag in tags:
        if not isinstance(tag, str) or not 0 < len(tag) <= _LONGEST_TAG:
            raise InvalidInputError("tags", f"each is a text of 1 to {_LONGEST_TAG} characters", tag)
    return tuple(dict.fromkeys(tags))


def _cost_of(cost: Decimal | float | CostOf | None) -> Callable[[Any], Decimal | None]:
    def of(output: Any) -> Decimal | None:
        try:
            amount = cost(output) if callable(cost) else cost
            return None if amount is None else usd(Decimal(str(amount)))
        except Exception as error:  # noqa: BLE001 - a cost that cannot be told is unknown, the result is kept all the same
            _log.info("the cost of a cached result is unknown: %s", type(error).__name__)
            return None

    return of
