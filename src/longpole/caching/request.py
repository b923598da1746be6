"""One execution of a node that the cache is asked about.

Upstream: `services.cache`. Downstream: `cache`, `dance`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from longpole.caching.policy import Mode
from longpole.domain.cache import Counted
from longpole.domain.scopes import Scope


def _no_cost(_output: Any) -> Decimal | None:
    return None


def _no_parts() -> str:
    return "{}"


@dataclass(frozen=True, slots=True)
class Request:
    """What is known of an execution before it runs.

    Attributes:
        scope: Whose it is.
        key: What its result is found by.
        counted: What it is counted under.
        ttl_ns: How long its result is fresh.
        revalidate_ns: How much longer it may be served while it is made anew.
        if_error_ns: How much longer it may be served if it cannot be made.
        min_elapsed_ns: Results that took no longer are not kept.
        tags: What it can be invalidated by.
        parts: What the key is made of, to be shown; asked when a result is kept.
        mode: Serve, or look on.
        cost_usd: What the node cost, by its output; None: unknown.
    """

    scope: Scope
    key: str
    counted: Counted
    ttl_ns: int
    revalidate_ns: int = 0
    if_error_ns: int = 0
    min_elapsed_ns: int = 0
    tags: tuple[str, ...] = ()
    parts: Callable[[], str] = field(default=_no_parts)
    mode: Mode = Mode.ON
    cost_usd: Callable[[Any], Decimal | None] = field(default=_no_cost)
