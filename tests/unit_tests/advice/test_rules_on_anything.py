"""Whatever was recorded, the rules on slow steps, failures and retries answer, and answer in the same way."""

import json
from dataclasses import asdict
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longpole.advice.error_patterns import error_patterns
from longpole.advice.plain import plain
from longpole.advice.retry_patterns import retry_patterns
from longpole.advice.severity import severity_of
from longpole.advice.slow_nodes import slow_nodes
from longpole.domain.findings import Finding
from longpole.domain.graphs import Engine
from longpole.domain.runs import Attempt, NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage
from observing import observations_of
from workflow_runs import START_NS, S

RULES = (slow_nodes, error_patterns, retry_patterns)
ERRORS = [
    (None, None),
    ("KeyError", "'x'"),
    ("ReadTimeout", "timed out"),
    (None, "HTTP 503"),
    ("", ""),
    ("Odd\nType", "a\x00b {} %s"),
]
Some = np.random.Generator


def maybe(source: Some, value: int, chance: float = 0.85) -> int | None:
    return value if source.uniform() < chance else None


def any_node(source: Some, run: int, place: int, start: int) -> NodeExecution:
    begin = start + int(source.integers(0, 3)) * S
    end = begin + int(source.choice([-S, 0, 1, S, 60 * S]))
    status = (None, *NodeStatus)[int(source.choice(4, p=[0.1, 0.5, 0.3, 0.1]))]
    error = ERRORS[int(source.choice(len(ERRORS), p=[0.1, 0.3, 0.3, 0.1, 0.1, 0.1]))]
    names = ("a", "a", "b", "")
    attempts = int(source.integers(1, 4))
    return NodeExecution(
        workflow_run_id=f"run-{run}",
        node_execution_id=f"{run}/{place}",
        node_id=str(source.choice(names)),
        node_type="tool",
        node_title=str(source.choice(["A", "", "x" * 200])),
        enclosing_node_id=(None, None, None, None, *names)[int(source.integers(8))],
        parent_node_execution_id=None if place == 0 else f"{run}/{int(source.integers(0, place + 1))}",
        start_ns=maybe(source, begin),
        end_ns=maybe(source, end),
        elapsed_ns=maybe(source, max(end - begin, 0), 0.3),
        ready_ns=maybe(source, begin - S, 0.2),
        status=status,
        attempts=attempts,
        error_type=error[0],
        error_message=error[1],
        model=(None, "m", "n")[int(source.integers(3))],
        tokens=TokenUsage(input=maybe(source, int(source.integers(0, 9)))),
        cost_usd=Decimal("0.1") if source.uniform() < 0.3 else None,
        input_bytes=maybe(source, int(source.integers(0, 9))),
        input_fingerprint=maybe(source, int(source.integers(0, 4))),
        attempt_log=tuple(
            Attempt(number, maybe(source, begin), maybe(source, end), status, *error)
            for number in range(1, attempts + 1)
        ),
    )


def any_records(seed: int, count: int) -> list[RunRecord]:
    source = np.random.default_rng(seed)
    made = []
    for run in range(count):
        start = START_NS + int(source.integers(0, 10)) * 3_600 * S
        nodes = tuple(any_node(source, run, place, start) for place in range(int(source.integers(0, 5))))
        status = (None, *RunStatus)[int(source.choice(4, p=[0.1, 0.3, 0.5, 0.1]))]
        version = (None, "1", "2")[int(source.integers(3))]
        made.append(
            RunRecord(
                Run(
                    f"run-{run}",
                    "app",
                    "flow",
                    workflow_version=version,
                    user_id=version,
                    status=status,
                    start_ns=maybe(source, start),
                    end_ns=maybe(source, start + 5 * S),
                    cost_usd=Decimal(1) if source.uniform() < 0.3 else None,
                ),
                nodes,
            )
        )
    return made


def found(records: list[RunRecord], engine: Engine = Engine.GENERIC) -> list[Finding]:
    observed = observations_of(records, engine)
    return [finding for rule in RULES for finding in rule(observed)]


@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2, 30, 120]), st.sampled_from(list(Engine)))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_finding_is_whole(seed: int, count: int, engine: Engine) -> None:
    records = any_records(seed, count)
    run_ids = {record.run.workflow_run_id for record in records}
    for finding in found(records, engine):
        assert finding.title
        assert finding.description
        assert finding.steps
        assert finding.affected_nodes or finding.rule == "slow_nodes.engine_overhead"
        assert severity_of(finding)
        assert json.dumps(plain(asdict(finding)))
        assert all(set(each["run_ids"]) <= run_ids and len(each["run_ids"]) <= 10 for each in finding.evidence)
        estimate = finding.estimate
        assert estimate is None or estimate.low <= estimate.expected <= estimate.high


@pytest.mark.parametrize("seed", range(5))
def test_the_same_in_any_order(seed: int) -> None:
    records = any_records(seed, 80)
    shuffled = [records[place] for place in np.random.default_rng(seed).permutation(len(records))]

    assert found(records) == found(shuffled)
