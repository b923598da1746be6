"""A change that fits what was advised is told from a cause that has merely gone, and dated where it began."""

from dataclasses import replace
from typing import Any

import pytest

from hotel_runs import DAY, START_NS, hotel_runs
from longpole.advice.lifecycle.behaviour import Changed, baseline, change_since
from longpole.domain.runs import NodeExecution, RunRecord, TokenUsage
from observing import observations_of

SECOND_DAY = START_NS + DAY
BEFORE = hotel_runs(60, START_NS, SECOND_DAY, 2.0)
AFTER = hotel_runs(60, SECOND_DAY, START_NS + 2 * DAY, 2.0)
FIRST_NS = AFTER[0].run.end_ns


def changed(
    rule: str, after: list[RunRecord], *, before: list[RunRecord] = BEFORE, ids: tuple[str, ...] = ("hotel",)
) -> Changed | None:
    """What is seen a day later, in both days' runs."""
    known = baseline(observations_of(before), ids)
    return change_since(known, observations_of([*before, *after]), f"{rule}.case", ids)


def hotels(records: list[RunRecord], **now: Any) -> list[RunRecord]:
    """The same runs with another hotel search."""
    return [
        replace(each, nodes=tuple(replace(node, **now) if node.node_id == "hotel" else node for node in each.nodes))
        for each in records
    ]


@pytest.mark.parametrize("rule", ["cache_opportunities", "slow_nodes", "error_patterns", "parallel_opportunities"])
def test_nothing_changed_is_no_change(rule: str) -> None:
    assert changed(rule, AFTER) is None


def test_a_cache_dates_from_its_first_hit() -> None:
    found = changed("cache_opportunities", hotels(AFTER, is_cached=True))

    assert found == Changed(FIRST_NS or 0, "'hotel' served from a cache, 100% of the last executions")


def test_other_retries_date_from_where_they_begin() -> None:
    tried = hotels(BEFORE, attempts=3)
    found = changed("retry_patterns", AFTER, before=tried)

    assert found is not None
    assert found.at_ns == FIRST_NS
    assert "tried again in 0% of executions, before in 100%" in found.words


def test_another_model_dates_from_its_first_call() -> None:
    found = changed("slow_nodes", hotels(AFTER, model="small"), before=hotels(BEFORE, model="large"))

    assert found == Changed(FIRST_NS or 0, "'hotel' on the model small")


def test_fewer_tokens_date_from_where_they_begin() -> None:
    long, short = TokenUsage(1_000, 100), TokenUsage(500, 100)
    found = changed("token_usage", hotels(AFTER, tokens=short), before=hotels(BEFORE, tokens=long))

    assert found == Changed(FIRST_NS or 0, "'hotel' with 500 input tokens, before 1000")


def test_a_node_that_was_taken_out_is_a_change() -> None:
    found = changed("cache_opportunities", [replace(each, nodes=each.nodes[:1]) for each in AFTER])

    assert found == Changed(BEFORE[-1].run.end_ns or 0, "'hotel' taken out of the workflow")


def test_a_rare_node_that_did_not_come_is_not_taken_out() -> None:
    rare = [each if place % 20 == 0 else replace(each, nodes=each.nodes[:1]) for place, each in enumerate(BEFORE)]

    assert changed("cache_opportunities", [replace(each, nodes=each.nodes[:1]) for each in AFTER], before=rare) is None


def test_nodes_side_by_side_date_from_the_first_such_run() -> None:
    beside = [replace(each, nodes=(each.nodes[0], _from(each.nodes[1], each.nodes[0]))) for each in AFTER]
    found = changed("parallel_opportunities", beside, ids=("plan", "hotel"))

    assert found == Changed(FIRST_NS or 0, "'plan' and 1 more running side by side")


def _from(node: NodeExecution, other: NodeExecution) -> NodeExecution:
    return replace(node, start_ns=other.start_ns)


@pytest.mark.parametrize(("was", "now", "words"), [("1", "2", "version 2 of the workflow"), (None, "2", None)])
def test_another_version_is_a_change_where_one_was_known(was: str | None, now: str, words: str | None) -> None:
    def of(records: list[RunRecord], version: str | None) -> list[RunRecord]:
        return [replace(each, run=replace(each.run, workflow_version=version)) for each in records]

    found = changed("error_patterns", of(AFTER, now), before=of(BEFORE, was))

    assert (None if found is None else found.words) == words
    assert found is None or found.at_ns == FIRST_NS


def test_no_runs_are_no_change() -> None:
    known = baseline(observations_of(BEFORE), ("hotel",))

    assert change_since(known, observations_of([]), "cache_opportunities.exact", ("hotel",)) is None
    assert change_since({}, observations_of(BEFORE), "no_such_rule", ()) is None
