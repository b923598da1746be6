"""What a cache did for a shop in three weeks: counts by the hour, and some results that it holds.

Of `support-triage` two steps are served, more often every week; one was looked
on and could be; one was looked on and answers otherwise. Of `doc-qa` one is
served, one was looked on, and of one only advice tells. Some ran past the cache.

Upstream: `gallery`. Downstream: the cache of a runtime.
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
APP = "shop"


@dataclass(frozen=True)
class Node:
    """A node that is asked `asks` times in a busy hour; a hit saves `seconds` and `usd`.

    `held` results of it are kept. Without any it is looked on: of what would
    be hits, `differing` is the share that gives another output.
    """

    node_id: str
    node_type: str
    node_class: str
    asks: float
    seconds: float
    usd: float
    held: int = 0
    share: float = 0.25
    differing: float = 0.0


WORKFLOWS = {
    "support-triage": (
        Node("classify", "llm", "read_only", 6, 0.5, 0.0009, held=24),
        Node("look up customer", "http_request", "read_only", 5, 0.4, 0.0, held=40),
        Node("find similar tickets", "retriever", "unknown", 5, 0.6, 0.0, share=0.62),
        Node("draft reply", "llm", "sampling", 5, 1.9, 0.0111, share=0.35, differing=0.4),
    ),
    "doc-qa": (
        Node("answer", "llm", "read_only", 9, 2.4, 0.0133, held=32),
        Node("embed question", "embedding", "unknown", 0.4, 0.11, 0.0, share=0.62),
    ),
}


def fill_cache(on: Runtime) -> None:
    """Plant what the cache did up to now, and what it holds now."""
    now_ns = on.clock()
    with runtime_module.use(on):
        for workflow_id, nodes in WORKFLOWS.items():
            scope, random = Scope(APP, workflow_id), np.random.default_rng(6)
            with runtime_module.unit_of_work() as connection:
                for hours_ago in range(DAYS * 24 - 1, -1, -1):
                    counts = _hour(scope, nodes, hours_ago, now_ns, random)
                    cache_counting.add_counts(connection, counts, now_ns - hours_ago * HOUR_NS)
            for node in nodes:
                for number in range(node.held):
                    _keep(node, number, app_id=APP, workflow_id=workflow_id)


def _hour(
    scope: Scope, nodes: tuple[Node, ...], hours_ago: int, now_ns: int, random: np.random.Generator
) -> dict[Counted, Counts]:
    """What happened in an hour: less by night, and more hits the longer the cache is in use."""
    is_day = 7 <= (now_ns // HOUR_NS - hours_ago) % 24 < 22
    busy, age = (1.0 if is_day else 0.15), 1 - hours_ago / (DAYS * 24)
    made = {
        _counted(scope, node): _served(node, busy, age, now_ns, random) if node.held else _looked_on(node, busy, random)
        for node in nodes
    }
    first, last = _counted(scope, nodes[0]), _counted(scope, nodes[-1])
    made[first].bypassed = _more({"too_quick": int(random.poisson(0.2 * busy))})
    made[last].bypassed = _more({"input_type": int(random.poisson(0.1 * busy))})
    made[Counted(scope, "start", "start", "never")] = Counts(bypassed=_more({"never": int(random.poisson(2 * busy))}))
    return made


def _counted(scope: Scope, node: Node) -> Counted:
    return Counted(scope, node.node_type, node.node_id, node.node_class)


def _served(node: Node, busy: float, age: float, now_ns: int, random: np.random.Generator) -> Counts:
    asked = int(random.poisson(node.asks * busy))
    hits = int(random.binomial(asked, node.share + 0.5 * age))
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


def _looked_on(node: Node, busy: float, random: np.random.Generator) -> Counts:
    asked = int(random.poisson(node.asks * busy))
    hits = int(random.binomial(asked, node.share))
    others = int(random.binomial(hits, node.differing))
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
