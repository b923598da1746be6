"""Payloads, slots, memory."""

import random
from dataclasses import replace

import pytest

from healthy import MONDAY, SECOND, Step, execution, run_of
from longpole.advice.observations import Observations
from longpole.advice.scalability import scalability
from longpole.advice.severity import severity_of
from longpole.domain.findings import Finding
from longpole.domain.recommendations import Severity
from longpole.domain.runs import NodeExecution, RunRecord
from observing import observations_of
from planted import chain, planted

FETCH, USE = Step("fetch", "http_request", 0.3, 0.2), Step("use", "code", 0.1, 0.2)


def handing(size: int, *, grows: bool = False, runs: int = 100) -> Observations:
    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        first, second = chain(random_, run, begin, [FETCH, USE])
        size_now = round(size * (1 + 3 * number / runs if grows else 1) * random_.lognormvariate(0, 0.2))
        return [replace(first, output_bytes=size_now), replace(second, input_bytes=size_now, output_bytes=900)]

    return planted(make, runs=runs)


def only(observed: Observations, rule: str) -> Finding:
    found = list(scalability(observed))
    assert [each.rule for each in found] == [rule]
    return found[0]


def test_megabytes_are_told_at_who_makes_them() -> None:
    finding = only(handing(2_000_000), "scalability.large_payload")
    assert finding.affected_nodes == ("fetch",)
    assert severity_of(finding) is Severity.LOW
    assert finding.facts["bytes_p95"] == pytest.approx(2_000_000 * 1.39, rel=0.1)
    assert "n = 100" in finding.description
    assert not list(scalability(handing(600_000)))
    assert not list(scalability(handing(2_000_000, runs=12)))


def test_megabytes_that_grow_matter_more() -> None:
    finding = only(handing(1_000_000, grows=True), "scalability.large_payload")
    assert severity_of(finding) is Severity.MEDIUM
    assert "grew" in finding.description


def test_what_a_step_is_handed_from_outside() -> None:
    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        return [replace(each, input_bytes=3_000_000) for each in chain(random_, run, begin, [FETCH])]

    finding = only(planted(make), "scalability.large_payload")
    assert (finding.affected_nodes, finding.subject) == (("fetch",), "input")


def fanned(slots: int | None, width: int = 8, *, name: str | None = "models") -> Observations:
    """Steps side by side in each run, of which so many may run at once."""
    inner = Step("ask", "llm", 0.5, 0.2)

    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        first = execution(random_, run, 0, FETCH, begin)
        ready = (first.end_ns or begin) + 1_000_000
        free = [ready] * (slots or width)
        nodes = [first]
        for place in range(width):
            free.sort()
            start = free[0] + 500_000
            step = replace_id(inner, f"ask{place}")
            node = replace(
                execution(random_, run, 1 + place, step, start), ready_ns=ready, slot=name, waits_for=("fetch",)
            )
            free[0] = node.end_ns or start
            nodes.append(node)
        return nodes

    return planted(make, runs=120)


def replace_id(step: Step, node_id: str) -> Step:
    return Step(node_id, step.kind, step.seconds, step.spread)


def test_slots_within_a_run_are_replayed() -> None:
    finding = only(fanned(2), "scalability.slot_saturation")
    assert finding.subject == "models"
    assert finding.facts["limit"] == 2
    estimate = finding.estimate
    assert estimate is not None
    assert "replay" in estimate.method
    # Eight of 0.5 s in two slots take 2 s, in four 1 s.
    assert estimate.baseline - estimate.expected == pytest.approx(1.0, abs=0.2)
    assert estimate.low <= estimate.expected <= estimate.high < estimate.baseline
    assert "4" in finding.steps[0]


def test_enough_slots_are_not_told() -> None:
    assert not list(scalability(fanned(None)))


def queued(capacity: int, gap_s: float, seed: int = 3) -> Observations:
    """One step in each run, of which only so many may run at once in all runs; now and then many runs come at once."""
    random_ = random.Random(seed)
    records: list[RunRecord] = []
    free = [0] * capacity
    at = MONDAY
    for number in range(600):
        at += round((0.02 if number % 60 < 25 else gap_s) * random_.expovariate(1) * SECOND)
        free.sort()
        start = max(at + 1_000_000, free[0] + 1_000_000)
        node = replace(execution(random_, f"r{number}", 0, Step("ask", "llm", 0.5, 0.2), start), ready_ns=at)
        free[0] = node.end_ns or start
        run = run_of(f"r{number}", at, [node])
        records.append(run)
    return observations_of(records)


def test_slots_between_runs_are_told_by_runs_that_did_not_wait() -> None:
    finding = only(queued(4, 2.0), "scalability.slot_saturation")
    assert finding.facts["limit"] == 4
    estimate = finding.estimate
    assert estimate is not None
    assert "did not wait" in estimate.method
    assert estimate.expected == pytest.approx(0.51, rel=0.1)
    assert estimate.high < estimate.baseline
    assert finding.gain.share_of_run is not None
    assert finding.gain.share_of_run > 0.2


def test_enough_slots_between_runs_are_not_told() -> None:
    assert not list(scalability(queued(60, 2.0)))


def test_waits_that_come_at_any_load_are_no_lack_of_slots() -> None:
    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        node = execution(random_, run, 0, FETCH, begin + SECOND)
        return [replace(node, ready_ns=begin + round(random_.random() * SECOND))]

    assert not list(scalability(planted(make, runs=200, gap_s=5)))


def remembering(growth: float, *, is_step: bool = False) -> Observations:
    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        part = float(number >= 100) if is_step else number / 200
        peak = round((200 + growth * part) * 1024**2 * random_.lognormvariate(0, 0.03))
        return [replace(execution(random_, run, 0, USE, begin), memory_peak_bytes=peak)]

    return planted(make, runs=200)


def test_memory_that_grows_all_the_time() -> None:
    finding = only(remembering(800), "scalability.memory_growth")
    assert finding.affected_nodes == ("use",)
    assert finding.evidence[0]["run_ids"]
    assert not list(scalability(remembering(20)))
    assert not list(scalability(remembering(800, is_step=True)))  # another version, or other inputs
