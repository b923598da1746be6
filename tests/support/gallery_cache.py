"""What a cache did for a workflow in three weeks: counts by the hour, and some results that it holds.

One node is served, more often every week; one was looked on and could be; one
was looked on and answers otherwise each time. Some ran past the cache.

Upstream: `gallery`, tests of the dashboard. Downstream: the cache of a runtime.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from longpole import runtime as runtime_module
from longpole.domain.cache import Counted, Counts
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.store import cache_counting

HOUR_NS, DAYS = 3_600_000_000_000, 21
PASSAGES, QUESTIONS = 40, 8
"""Results that are held of the two nodes that are served."""


@dataclass(frozen=True)
class Node:
    """A node that is asked `asks` times in a busy hour; a hit saves `seconds` and `usd`."""

    node_id: str
    node_type: str
    node_class: str
    asks: float
    seconds: float
    usd: float


SERVED = Node("find passages", "retriever", "unknown", 9, 0.42, 0.0)
SERVED_TOO = Node("rewrite question", "llm", "read_only", 3, 0.9, 0.0011)
SAFE = Node("embed question", "embedding", "pure", 5, 0.11, 0.00002)
DIFFERS = Node("answer", "llm", "sampling", 5, 2.4, 0.0093)


def fill_cache(on: Runtime, app_id: str = "shop", workflow_id: str = "doc-qa") -> None:
    """Plant what a cache did for a workflow up to now, and what it holds now."""
    scope, random = Scope(app_id, workflow_id), np.random.default_rng(6)
    now_ns = on.clock()
    with runtime_module.use(on):
        with runtime_module.unit_of_work() as connection:
            for hours_ago in range(DAYS * 24 - 1, -1, -1):
                counts = _hour(scope, hours_ago, now_ns, random)
                cache_counting.add_counts(connection, counts, now_ns - hours_ago * HOUR_NS)
        for node, entries in ((SERVED, PASSAGES), (SERVED_TOO, QUESTIONS)):
            for number in range(entries):
                _keep(node, number, app_id=app_id, workflow_id=workflow_id)


def _hour(scope: Scope, hours_ago: int, now_ns: int, random: np.random.Generator) -> dict[Counted, Counts]:
    """What happened in an hour: less by night, and more hits the longer the cache is in use."""
    is_day = 7 <= (now_ns // HOUR_NS - hours_ago) % 24 < 22
    busy, age = (1.0 if is_day else 0.15), 1 - hours_ago / (DAYS * 24)
    made = {_counted(scope, node): _served(node, busy, age, now_ns, random) for node in (SERVED, SERVED_TOO)}
    made[_counted(scope, SERVED)].bypassed = _more({"too_quick": int(random.poisson(0.2 * busy))})
    made[_counted(scope, SAFE)] = _looked_on(SAFE, 0.62, 0.0, busy, random)
    made[_counted(scope, DIFFERS)] = _looked_on(DIFFERS, 0.35, 0.4, busy, random)
    made[_counted(scope, DIFFERS)].bypassed = _more({"input_type": int(random.poisson(0.1 * busy))})
    never = Counted(scope, "start", "start", "never")
    made[never] = Counts(bypassed=_more({"never": int(random.poisson(2 * busy))}))
    return made


def _counted(scope: Scope, node: Node) -> Counted:
    return Counted(scope, node.node_type, node.node_id, node.node_class)


def _served(node: Node, busy: float, age: float, now_ns: int, random: np.random.Generator) -> Counts:
    asked = int(random.poisson(node.asks * busy))
    hits = int(random.binomial(asked, 0.25 + 0.5 * age))
    misses, together = asked - hits, int(random.poisson(0.3 * busy))
    return Counts(
        hits=hits,
        misses=misses,
        coalesced=together,
        stores=misses,
        evictions=int(random.poisson(0.02)),
        bytes_stored=misses * 2_000,
        saved_ns=round(hits * node.seconds * 1e9),
        saved_usd=Decimal(str(round(hits * node.usd, 9))),
        last_hit_ns=now_ns - 240_000_000_000 if hits and age > 0.99 else 0,
    )


def _looked_on(node: Node, share: float, differing: float, busy: float, random: np.random.Generator) -> Counts:
    asked = int(random.poisson(node.asks * busy))
    hits = int(random.binomial(asked, share))
    others = int(random.binomial(hits, differing))
    return Counts(
        would_hit=hits,
        would_miss=asked - hits,
        matched=hits - others,
        mismatched=others,
        would_save_ns=round(hits * node.seconds * 1e9),
        would_save_usd=Decimal(str(round(hits * node.usd, 9))),
    )


def _more(bypassed: dict[str, int]) -> dict[str, int]:
    return {reason: number for reason, number in bypassed.items() if number}


def _keep(node: Node, number: int, **scope: Any) -> None:
    config: dict[str, Any] = {"model": "gpt-4o-mini", "temperature": 0, "top_k": 6}
    inputs = {"question": f"question {number}"}
    key = Cache.generate_cache_key(node.node_type, config, inputs, node_id=node.node_id, **scope)
    output = {"passages": [f"passage {each} of question {number} " + "…" * 40 for each in range(6)]}
    is_kept = Cache.store_cached_result(
        key, node.node_type, config, inputs, output, node.seconds, 24 * 30, node_id=node.node_id,
        cost=node.usd, tags=["handbook"] if number % 4 == 0 else [], **scope,
    )  # fmt: skip
    assert is_kept, "else there is nothing to invalidate"
