"""Whatever was recorded, and whatever was not: rules for tokens, practice and scale stand it, and keep their word."""

import random
from dataclasses import replace
from typing import Any

import pytest

from healthy import BOOK, MONDAY, SECOND, Step, execution, run_of
from longpole.advice.best_practice import best_practice
from longpole.advice.observations import Observations
from longpole.advice.scalability import scalability
from longpole.advice.token_usage import token_usage
from longpole.domain.findings import Finding
from longpole.domain.graphs import Engine, GraphNode, GraphSource, WorkflowGraph
from longpole.domain.runs import NodeExecution, NodeStatus, RunRecord, RunStatus, TokenUsage
from observing import observations_of

RULES = (token_usage, best_practice, scalability)
MODELS = [None, ("gpt-4.1", "openai"), ("no-such-model", None), ("claude-sonnet-4-5", "anthropic")]


def odd_node(random_: random.Random, run: str, number: int, begin: int) -> NodeExecution:
    """A node execution of which anything may be missing, or large."""
    step = Step(
        f"n{random_.randrange(4)}",
        random_.choice(["llm", "loop", "http_request", ""]),
        0.1,
        1.0,
        random_.choice(MODELS),
    )
    tokens = random_.choice([TokenUsage(), TokenUsage(0, 0), TokenUsage(10 ** random_.randrange(6), 64, 5, None, 60)])
    node = execution(random_, run, number, step, begin + random_.randrange(SECOND), tokens=tokens)
    odd: dict[str, Any] = {
        "end_ns": random_.choice([None, node.end_ns, node.start_ns]),
        "ready_ns": random_.choice([None, node.ready_ns, begin - 5 * SECOND]),
        "status": random_.choice([None, *NodeStatus]),
        "output_bytes": random_.choice([None, 0, 10**9]),
        "iteration_index": random_.choice([None, 0, random_.randrange(200)]),
        "enclosing_node_id": random_.choice([None, "n1", "nowhere"]),
        "memory_peak_bytes": random_.choice([None, 0, 10 ** random_.randrange(5, 12)]),
        "slot": random_.choice([None, "a"]),
        "input_fingerprint": random_.choice([None, 1]),
    }
    return replace(node, **{name: value for name, value in odd.items() if random_.random() < 0.7})


def odd(seed: int) -> Observations:
    random_ = random.Random(seed)
    records = []
    for number in range(random_.choice([0, 1, 3, 60])):
        begin = MONDAY + number * random_.choice([0, 1, 60]) * SECOND
        nodes = [odd_node(random_, f"r{number}", at, begin) for at in range(random_.randrange(6))]
        record = run_of(f"r{number}", begin, nodes, random_.choice(list(RunStatus)))
        if random_.random() < 0.2:
            record = RunRecord(
                replace(record.run, end_ns=None, elapsed_ns=None, status=None, user_id="u"), record.nodes
            )
        records.append(record)
    engine = random_.choice(list(Engine))
    nodes_of = tuple(
        GraphNode(f"n{n}", "llm", "", config={"loop_count": random_.choice([None, 3, "x"])}) for n in range(4)
    )
    more: dict[str, Any] = {"price_book": random_.choice([None, BOOK])}
    if random_.random() < 0.5:
        more["graph"] = WorkflowGraph(engine, random_.choice(list(GraphSource)), nodes_of, ())
    observed = observations_of(records, engine, **more)
    prompts = {at: random_.choice(["", "x" * 9_000, "\ud800é"]) for at in range(len(observed.executions))}
    return replace(observed, prompts=prompts)


def keeps_its_word(observed: Observations, finding: Finding) -> None:
    known = {node.node_id for node in observed.nodes}
    assert set(finding.affected_nodes) <= known
    assert finding.steps
    for evidence in finding.evidence:
        assert set(evidence["run_ids"]) <= set(observed.runs.run_ids)
    if finding.estimate is not None:
        assert finding.estimate.low <= finding.estimate.expected <= finding.estimate.high
    for gain in (finding.gain.seconds_per_run, finding.gain.share_of_run, finding.gain.usd_per_month):
        assert gain is None or gain >= 0
    assert "nan" not in finding.description.split()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_anything_may_be_missing(rule: Any) -> None:
    for seed in range(60):
        observed = odd(seed)
        found = list(rule(observed))
        assert found == list(rule(observed))
        for finding in found:
            keeps_its_word(observed, finding)
