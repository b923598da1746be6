"""A workflow whose hotel search is slow, a rule that says so, and a clock that tests move: for the life of advice."""

import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

import numpy as np

from longpole.advice.observations import Observations
from longpole.domain.findings import Estimate, Finding, Gain
from longpole.domain.recommendations import Category
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus

SECOND, HOUR, DAY = 10**9, 3_600 * 10**9, 86_400 * 10**9
START_NS = 20_500 * DAY
RECENT = 40


def hotel_runs(
    count: int,
    since_ns: int,
    until_ns: int,
    seconds: float,
    *,
    version: str | None = "1",
    cached: bool = False,
    seed: int = 0,
) -> list[RunRecord]:
    """Runs that end evenly in the time: a plan of about a second, then a hotel search of about so many."""
    chance = random.Random(f"{seed} {since_ns}")
    ends = (since_ns + (until_ns - since_ns) * place // count for place in range(count))
    return [
        _run(f"run-{end}", end, seconds * chance.lognormvariate(0, 0.2), chance.lognormvariate(0, 0.1), version, cached)
        for end in ends
    ]


def _run(run_id: str, end_ns: int, hotel_s: float, plan_s: float, version: str | None, cached: bool) -> RunRecord:  # noqa: FBT001, PLR0917 - a run's own
    hotel_ns, plan_ns = round(hotel_s * SECOND), round(plan_s * SECOND)
    begin = end_ns - hotel_ns - plan_ns
    cost = Decimal("0.001")
    times = {"plan": (begin, begin + plan_ns, None), "hotel": (begin + plan_ns, end_ns, cached)}
    nodes = tuple(
        NodeExecution(
            run_id,
            f"{run_id}/{name}",
            name,
            "tool",
            name.capitalize(),
            start_ns=start,
            end_ns=end,
            elapsed_ns=end - start,
            status=NodeStatus.SUCCEEDED,
            is_cached=is_cached,
            input_bytes=400,
        )
        for name, (start, end, is_cached) in times.items()
    )
    run = Run(
        run_id,
        "shop",
        "trip_planner",
        workflow_version=version,
        status=RunStatus.SUCCEEDED,
        is_ended=True,
        start_ns=begin,
        end_ns=end_ns,
        elapsed_ns=end_ns - begin,
        last_received_ns=end_ns,
        node_count=2,
        successful_nodes=2,
        cost_usd=cost,
        known_cost_usd=cost,
    )
    return RunRecord(run, nodes)


def slow_hotel(observed: Observations) -> Iterator[Finding]:
    """The rule: the last hotel searches took a second or more, of which a cache would save nine tenths."""
    index = next((place for place, node in enumerate(observed.nodes) if node.node_id == "hotel"), None)
    if index is None:
        return
    elapsed = observed.executions.elapsed_ns[observed.executions.node == index][-RECENT:] / SECOND
    mean, run_s = float(elapsed.mean()), float(observed.runs.elapsed_ns[-RECENT:].mean()) / SECOND
    if elapsed.size >= RECENT and mean >= 1:
        yield _finding(mean, run_s, int(elapsed.size))


def _finding(mean: float, run_s: float, n: int) -> Finding:
    saved = round(0.9 * mean, 1)
    return Finding(
        rule="cache_opportunities.exact",
        category=Category.PERFORMANCE,
        title="Cache the hotel search",
        description=f"It takes {mean:.1f} s.",
        improvement=f"{saved} s less at the median",
        affected_nodes=("hotel",),
        gain=Gain(seconds_per_run=saved, share_of_run=round(saved / run_s, 2)),
        estimate=Estimate("execution_time_p50", run_s, run_s - saved, run_s - saved, run_s, "s", "test", n),
        steps=("Turn on caching for the node.",),
        facts={"mean_s": np.float64(mean)},  # type: ignore[dict-item]  # rules compute with NumPy
        evidence=({"kind": "runs", "run_ids": ["run-1"]},),
    )


class MovingClock:
    """Nanoseconds since the epoch; it stands still until it is moved."""

    def __init__(self, now_ns: int = START_NS) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        return self.now_ns


Write = Callable[[Sequence[RunRecord]], None]
