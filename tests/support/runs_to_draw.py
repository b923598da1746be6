"""Runs that have everything a waterfall can draw: attempts, waits, hits, loops, branches; and one that is very long."""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from longpole.domain.runs import (
    Attempt,
    CostSource,
    NodeExecution,
    NodeStatus,
    Run,
    RunRecord,
    RunStatus,
    TokenUsage,
)

MS = 1_000_000
GOOD, BAD = NodeStatus.SUCCEEDED, NodeStatus.FAILED
CHAT = {"model": "gpt-4o-2024-08-06", "requested_model": "gpt-4o", "provider": "openai"}


@dataclass
class Drawing:
    """A run in the making: times in milliseconds since its start."""

    run_id: str
    start_ns: int
    nodes: list[NodeExecution] = field(default_factory=list)

    def add(self, node_id: str, node_type: str, begin: float, end: float | None, **more: Any) -> str:
        """Add a node execution; its id."""
        id_ = more.pop("id", f"{self.run_id}/{node_id}")
        title = more.pop("title", node_id.replace("_", " ").capitalize())
        ready, log = more.pop("ready", None), more.pop("log", ())
        self.nodes.append(
            NodeExecution(
                self.run_id,
                id_,
                node_id,
                node_type,
                title,
                start_ns=self.at(begin),
                end_ns=None if end is None else self.at(end),
                elapsed_ns=None if end is None else int((end - begin) * MS),
                ready_ns=None if ready is None else self.at(ready),
                status=more.pop("status", None if end is None else GOOD),
                attempts=max(1, len(log)),
                attempt_log=tuple(
                    Attempt(number, self.at(first), self.at(last), status, error, error and f"{error}: try again later")
                    for number, (first, last, status, error) in enumerate(log, start=1)
                ),
                **more,
            )
        )
        return str(id_)

    def at(self, ms: float) -> int:
        """A moment of the run."""
        return self.start_ns + int(ms * MS)

    def record(self, workflow: str, took_ms: float | None, **more: Any) -> RunRecord:
        """The run."""
        end_ns = None if took_ms is None else self.at(took_ms)
        failed = sum(node.status is BAD for node in self.nodes)
        run = Run(
            self.run_id,
            "shop",
            workflow,
            is_ended=took_ms is not None,
            start_ns=self.start_ns,
            end_ns=end_ns,
            elapsed_ns=None if end_ns is None else end_ns - self.start_ns,
            node_count=len(self.nodes),
            failed_nodes=failed,
            successful_nodes=len(self.nodes) - failed,
            **more,
        )
        return RunRecord(run, tuple(self.nodes))


def rich(run_id: str, start_ns: int) -> RunRecord:
    """Branches side by side, a retried search, a loop of twenty turns, a cached node, waits, and an answer."""
    run = Drawing(run_id, start_ns)
    run.add(
        "classify",
        "llm",
        20,
        640,
        first_token_ns=310 * MS,
        tokens=TokenUsage(input=420, output=12),
        cost_usd=Decimal("0.0011"),
        cost_source=CostSource.COMPUTED,
        input_fingerprint=0x1F2E3D4C,
        **CHAT,
    )
    log = ((700, 1_100, BAD, "RateLimitError"), (1_600, 2_050, BAD, "RateLimitError"), (2_950, 3_700, GOOD, None))
    run.add(
        "search_web",
        "tool",
        700,
        3_700,
        ready=650,
        log=log,
        error_type="RateLimitError",
        error_message="429 Too Many Requests: try again later",
        input_bytes=310,
        output_bytes=48_200,
    )
    run.add("profile", "http-request", 660, 690, is_cached=True, output_fingerprint=0xABCDEF)
    run.add(
        "embed_question",
        "embedding",
        690,
        905,
        model="text-embedding-3-small",
        provider="openai",
        tokens=TokenUsage(input=38),
        cost_usd=Decimal("0.000001"),
    )
    run.add("retrieve", "knowledge-retrieval", 1_280, 1_900, ready=905, slot="vector-db", memory_peak_bytes=180_000_000)
    loop = run.add("each_document", "iteration", 3_760, 7_310)
    begin = 3_780.0
    for turn in range(20):
        inside = {"parent_node_execution_id": loop, "enclosing_node_id": "each_document", "iteration_index": turn}
        read = 60 + 7 * (turn % 5)
        run.add("read_page", "tool", begin, begin + read, id=f"{run_id}/read/{turn}", **inside)
        run.add(
            "summarise",
            "llm",
            begin + read,
            begin + 150,
            id=f"{run_id}/summarise/{turn}",
            **inside,
            **CHAT,
            tokens=TokenUsage(input=900, output=85),
            cost_usd=Decimal("0.0031"),
        )
        begin += 175
    run.add("check_tone", "code", 7_330, 7_420, cpu_ns=61 * MS)
    odd = "check_<b>facts</b> against every source that was found, with a long name, in 日本語 too"
    run.add(odd, "agent", 7_330, 8_900, title=odd)
    run.add(
        "answer",
        "llm",
        8_960,
        12_400,
        first_token_ns=820 * MS,
        metrics={"quality": 0.91},
        **CHAT,
        tokens=TokenUsage(input=6_400, output=870, cache_read=2_048, reasoning=300),
        cost_usd=Decimal("0.0247"),
    )
    run.add(
        "save",
        "tool",
        12_420,
        12_500,
        status=BAD,
        error_type="ConnectionError",
        error_message="could not connect to redis://cache:6379",
    )
    return run.record(
        "research",
        12_530,
        status=RunStatus.PARTIAL,
        workflow_version="14",
        session_id="session-8812",
        user_id="alice@example.com",
        environment="production",
        tags=("beta", "eu/west"),
        total_tokens_used=26_000,
        tokens=TokenUsage(input=24_858, output=2_582),
        cost_usd=Decimal("0.0878"),
        known_cost_usd=Decimal("0.0878"),
    )


def long(run_id: str, start_ns: int, nodes: int = 10_004) -> RunRecord:
    """A plan, one loop of very many turns of five steps, and an answer: `nodes` node executions in all."""
    drawn, run = random.Random(7), Drawing(run_id, start_ns)
    run.add("plan", "llm", 0, 900, **CHAT)
    now, turn, turns = 905.0, 0, (nodes - 4) // 5
    loop_start, loop = now, f"{run_id}/loop"
    for turn in range(turns):
        fetch, embed, write = drawn.uniform(5, 20), drawn.uniform(8, 30), drawn.uniform(10, 60)
        around = {"parent_node_execution_id": loop, "enclosing_node_id": "each_page", "iteration_index": turn}
        steps = (
            ("fetch", "http-request", 0.0, fetch),
            ("embed", "embedding", fetch, fetch + embed),
            ("lookup", "tool", fetch, fetch + embed / 2),
            ("summarise", "llm", fetch + embed, fetch + embed + write),
            ("store", "code", fetch + embed + write, fetch + embed + write + 3),
        )
        for node_id, node_type, begin, end in steps:
            run.add(node_id, node_type, now + begin, now + end, id=f"{run_id}/{node_id}/{turn}", **around)
        now += fetch + embed + write + 4
    run.add("each_page", "iteration", loop_start, now, id=loop)
    run.add("rank", "code", now + 2, now + 40)
    run.add("answer", "llm", now + 45, now + 2_500, **CHAT)
    return run.record("crawl", now + 2_505, status=RunStatus.SUCCEEDED, workflow_version="3")


def running(run_id: str, start_ns: int) -> RunRecord:
    """One of which the second step has not ended."""
    run = Drawing(run_id, start_ns)
    run.add("classify", "llm", 0, 400, **CHAT)
    run.add("answer", "llm", 410, None, **CHAT)
    return run.record("research", None)
