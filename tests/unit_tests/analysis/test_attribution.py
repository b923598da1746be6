"""What is behind a change is named first: where it is, and why, by how much of it each explains."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longpole.analysis.attribution import attribution
from longpole.analysis.attribution_table import WAITING, tables
from longpole.domain.degradations import Cause, CauseKind, DegradedMetric
from longpole.domain.runs import NodeExecution, NodeStatus, TokenUsage

SECOND = 1_000_000_000


@dataclass(frozen=True)
class MadeRun:
    workflow_run_id: str
    nodes: tuple[NodeExecution, ...]
    workflow_version: str | None = "v1"
    has_failed: bool = False
    cost_usd: Decimal | None = None
    start_ns: int | None = 0

    @property
    def end_ns(self) -> int | None:
        return max((node.end_ns or 0 for node in self.nodes), default=0)

    @property
    def elapsed_ns(self) -> int | None:
        return self.end_ns


def node(run_id: str, name: str, begin: float, seconds: float, **more: Any) -> NodeExecution:
    start, end = round(begin * SECOND), round((begin + seconds) * SECOND)
    given = {"status": NodeStatus.SUCCEEDED, **more}
    return NodeExecution(
        run_id, f"{run_id}/{name}", name, "llm", name, start_ns=start, end_ns=end, elapsed_ns=end - start, **given
    )


def runs(name: str, count: int = 60, seed: int = 1, **how: Any) -> list[MadeRun]:
    """`plan` (1 s) and then `answer` (2 s); `how` says what is otherwise, by run."""
    random = np.random.default_rng((seed, len(name)))

    def of(what: str, place: int, usual: Any) -> Any:
        given = how.get(what, usual)
        return given(place, random) if callable(given) else given

    made = []
    for place in range(count):
        run_id = f"{name}-{place}"
        noise = np.exp(random.normal(0, 0.1, 2))
        size = of("size", place, 1_000) * np.exp(random.normal(0, 0.3))
        cached = bool(of("cached", place, 0))
        plan = of("plan", place, 1.0) * noise[0] * (size / 1_000) ** 0.8
        answer = 0.01 if cached else of("answer", place, 2.0) * noise[1]
        failed = NodeStatus.FAILED if of("failed", place, 0) else NodeStatus.SUCCEEDED
        nodes = [
            node(run_id, "plan", 0, plan, tokens=TokenUsage(round(size), 10)),
            node(run_id, "answer", plan, answer, is_cached=cached, model=of("model", place, "small"), status=failed),
        ]
        if of("long", place, 0):
            nodes.append(node(run_id, "research", plan + answer, 3.0))
        cost = Decimal(str(round(of("cost", place, 0.01), 6)))
        nodes = [replace(each, cost_usd=cost / len(nodes)) for each in nodes]
        made.append(
            MadeRun(run_id, tuple(nodes), of("version", place, "v1"), failed is NodeStatus.FAILED, cost_usd=cost)
        )
    return made


def share(of: float) -> Callable[[int, Any], bool]:
    return lambda _, random: bool(random.random() < of)


def named(before: list[MadeRun], after: list[MadeRun], metric: DegradedMetric = DegradedMetric.RUN_TIME_P50) -> Cause:
    return attribution(before, after, metric)[0]


def test_a_node_that_is_slower_is_where_it_is() -> None:
    cause = named(runs("before"), runs("after", answer=3.0))

    assert (cause.kind, cause.name) == (CauseKind.NODE, "answer")
    assert cause.share == pytest.approx(1, abs=0.15)
    assert cause.evidence["before"] == pytest.approx(2, abs=0.1)
    assert cause.evidence["after"] == pytest.approx(3, abs=0.15)
    assert len(cause.evidence["run_ids"]) == 3
    assert all(run_id.startswith("after-") for run_id in cause.evidence["run_ids"])


def test_a_version_that_came_with_it_is_why_and_the_node_is_told_next() -> None:
    first, second, *_ = attribution(
        runs("before"), runs("after", answer=3.0, version="v2"), DegradedMetric.RUN_TIME_P50
    )

    assert (first.kind, first.name) == (CauseKind.WORKFLOW_VERSION, "v2")
    assert (second.kind, second.name) == (CauseKind.NODE, "answer")


def test_a_version_that_ran_as_long_beside_the_old_one_is_innocent() -> None:
    half = runs("before", 120, version=lambda place, _: "v2" if place >= 60 else "v1")

    cause = named(half, runs("after", answer=3.0, version="v2"))

    assert (cause.kind, cause.name) == (CauseKind.NODE, "answer")


def test_another_model_larger_inputs_other_traffic_and_a_colder_cache_are_why() -> None:
    slow_if_large = {"answer": lambda place, _: 4.0 if place % 10 else 2.0}

    assert named(runs("before"), runs("after", model="large", **slow_if_large)).name == "answer: small → large"
    assert named(runs("before"), runs("after", size=3_000)).kind is CauseKind.INPUT_SIZE
    mixed = named(runs("before", 200, long=share(0.2)), runs("after", 200, long=share(0.8)))
    assert (mixed.kind, mixed.name) == (CauseKind.TRAFFIC_MIX, "research")
    colder = named(runs("before", 200, cached=share(0.8)), runs("after", 200, cached=share(0.2)))
    assert (colder.kind, colder.name) == (CauseKind.CACHE_HIT_RATE, "answer")
    assert colder.evidence["hit_rate_before"] > 0.6


def test_errors_are_named_by_the_node_that_fails_and_costs_by_the_version() -> None:
    failing = named(runs("before", 200), runs("after", 200, failed=share(0.3)), DegradedMetric.ERROR_RATE)
    assert (failing.kind, failing.name) == (CauseKind.ERROR_RATE, "answer")

    dearer = named(runs("before"), runs("after", cost=0.02, version="v2"), DegradedMetric.COST)
    assert (dearer.kind, dearer.name) == (CauseKind.WORKFLOW_VERSION, "v2")


def test_a_change_of_the_slowest_runs_only_is_looked_for_among_them() -> None:
    slow = runs("after", 200, answer=lambda place, _: 12.0 if place % 12 == 0 else 2.0)

    cause = named(runs("before", 200), slow, DegradedMetric.RUN_TIME_P95)

    assert (cause.kind, cause.name) == (CauseKind.NODE, "answer")


def test_few_runs_or_no_change_say_nothing() -> None:
    some = runs("before", 19)
    assert attribution(some, runs("after", 19, answer=9.0), DegradedMetric.RUN_TIME_P50) == ()
    same = runs("before", 40)
    assert attribution(same, same, DegradedMetric.RUN_TIME_P50) == ()
    assert attribution([], [], DegradedMetric.COST) == ()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000), st.sampled_from(DegradedMetric))
def test_parts_sum_to_the_whole_and_shares_are_shares(seed: int, metric: DegradedMetric) -> None:
    before = runs("before", 30, seed, failed=share(0.1))
    after = runs("after", 30, seed, answer=3.0, failed=share(0.4), cost=0.03)
    table, _, _ = tables(before, after, metric)
    assert sum(column.value for column in table.nodes.values()) == pytest.approx(table.value)
    assert WAITING in table.nodes

    causes = attribution(before, after, metric)
    assert all(cause.share is not None and 0 <= cause.share <= 1 for cause in causes)
