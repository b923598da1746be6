"""A week of a workflow as `advise.py` analyses it: a million node executions, written in bulk.

    start ─┬─ classify ── search ── rerank ── each_document { summarise ─ check } × 3 ── draft ── policy ── answer
           └─ profile ────────────────────────────────────────────────────────────────────┘

Fifteen executions a run. Questions repeat as by Zipf, so inputs do; searching
gives the same for the same question, models do not. Times are lognormal, the
draft's grow with its input; two versions, some thousand users. There is enough wrong
for most rules to have something to work out: `profile` is tried again in one run of
twenty and fails in one of fifty, `policy` fails for some users and is cached in part,
`rerank` is slower since the second version, `summarise` is sent more from turn to
turn, and the newest prompts are kept, each with its time in front.
"""

import json
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, select

from longpole.domain.cache import Counted, Counts
from longpole.domain.runs import NodeExecution, Run
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.store.bulk import insert_rows
from longpole.store.cache_counting import add_counts
from longpole.store.dimension_writes import write_dimensions
from longpole.store.engine import reading, writing
from longpole.store.partitions import PARTITIONED, day_of, days, is_partitioned, make_day
from longpole.store.row_packing import node_dimension, packer, workflow_dimension
from longpole.store.tables import node_attempts, node_executions, run_directory, runs, span_contents

APP, FLOW = "bench", "support"
NODES, RUNS_AT_ONCE = 15, 2_000
MS, SECOND, DAY = 1_000_000, 1_000_000_000, 86_400 * 1_000_000_000
KEY_EPOCH_US = 1_704_067_200_000_000
QUESTIONS, USERS = 20_000, 3_000
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Step:
    """A node of the workflow: its type, how long it takes at the median (ms), what it waits for, what is around it."""

    node_id: str
    node_type: str
    median_ms: float
    waits_for: tuple[str, ...] = ()
    around: str | None = None
    model: str | None = None
    turn: int | None = None
    input_tokens: int = 0
    usd_per_million: int = 0


TURNS = tuple(
    step
    for turn in range(3)
    for step in (
        Step("summarise", "llm", 650, (), "each_document", "gpt-4o-mini", turn, 2_400, 150_000),
        Step("check", "code", 4, ("summarise",), "each_document", None, turn),
    )
)
STEPS = (
    Step("start", "start", 0.2),
    Step("classify", "llm", 420, ("start",), None, "gpt-4o-mini", None, 500, 150_000),
    Step("profile", "http_request", 180, ("start",)),
    Step("search", "knowledge_retrieval", 260, ("classify",)),
    Step("rerank", "llm", 380, ("search",), None, "gpt-4o-mini", None, 3_000, 150_000),
    Step("each_document", "iteration", 0, ("rerank",)),
    *TURNS,
    Step("draft", "llm", 2_100, ("each_document", "profile"), None, "gpt-4o", None, 5_000, 2_500_000),
    Step("policy", "tool", 90, ("draft",)),
    Step("answer", "answer", 0.3, ("policy",)),
)
RETRIED, POLICY = 2, 13
"""Places of the step that is tried again, `profile`, and of the one that fails for some users and is cached."""
PROMPTS = 2_000


def fill(on: Runtime, executions: int, since_days: float) -> None:
    """Write the runs of the last days, unless the database has some already."""
    now_ns = on.clock()
    with reading(on.engine) as connection:
        if connection.execute(runs.select().limit(1)).first() is not None:
            return
    chance = np.random.default_rng(5)
    count = executions // NODES
    ends = np.sort(chance.integers(int(now_ns - since_days * DAY), now_ns - SECOND, count))
    _make_days(on, ends)
    refers = packer(on.engine.dialect.name)
    of = _Dimensions(
        workflow=refers.workflows[workflow_dimension(Run("", APP, FLOW))],
        nodes=[refers.nodes[node_dimension(_shown(step))] for step in STEPS],
        models=[refers.models[step.model, step.model, "openai" if step.model else None] for step in STEPS],
        is_sqlite=on.engine.dialect.name == "sqlite",
        newest_ns=int(ends[-1]),
    )
    with writing(on.engine) as connection:
        write_dimensions(connection, refers)
    for begin in range(0, count, RUNS_AT_ONCE):
        part = ends[begin : begin + RUNS_AT_ONCE]
        with writing(on.engine) as connection:
            for table, rows in _Batch(chance, part, of).rows():
                if table is not run_directory or not of.is_sqlite:
                    insert_rows(connection, table, rows)
    _keep_prompts(on)
    _count_hits(on, count, now_ns)
    with on.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _keep_prompts(on: Runtime) -> None:
    """What the newest calls of models were sent."""
    head = "You answer questions of customers in three sentences, politely and from the documents only. " * 60
    e = node_executions.c
    query = select(e.run_key, e.node_execution_id).where(e.model_key.is_not(None)).order_by(e.run_key.desc())
    with writing(on.engine) as connection:
        rows = [
            (
                bytes.fromhex(f"{key:032x}"),
                bytes.fromhex(id_),
                0,
                False,
                zlib.compress(f"{key} {head} {id_}".encode(), 1),
            )
            for key, id_ in connection.execute(query.limit(PROMPTS))
        ]
        insert_rows(connection, span_contents, rows)


def _count_hits(on: Runtime, runs_in_all: int, now_ns: int) -> None:
    """What the cache did for `policy`."""
    with writing(on.engine) as connection:
        hits = runs_in_all * 3 // 10
        counts = Counts(hits=hits, misses=runs_in_all - hits, stores=runs_in_all - hits)
        add_counts(connection, {Counted(Scope(APP, FLOW), "tool", "policy", "read_only"): counts}, now_ns - DAY)


def _shown(step: Step) -> NodeExecution:
    title = step.node_id.replace("_", " ").capitalize()
    return NodeExecution("", "", step.node_id, step.node_type, title, enclosing_node_id=step.around)


def _make_days(on: Runtime, ends: Ints) -> None:
    with writing(on.engine) as connection:
        if is_partitioned(connection):
            for day in sorted({day_of(int(end)) for end in (*ends[:: max(1, ends.size // 1000)], ends[-1])}):
                for table in PARTITIONED:
                    if day not in days(connection, table):
                        make_day(connection, table, day)


@dataclass(frozen=True)
class _Dimensions:
    workflow: int | None
    nodes: list[int | None]
    models: list[int | None]
    is_sqlite: bool
    newest_ns: int

    def money(self, pico: Ints) -> list[Any]:
        """Dollars as the database has them."""
        return pico.tolist() if self.is_sqlite else [Decimal(each).scaleb(-12) for each in pico.tolist()]


class _Batch:
    """Some thousand runs with all that belongs to them."""

    def __init__(self, chance: np.random.Generator, ends: Ints, of: _Dimensions) -> None:
        self.chance, self.ends, self.of, self.count = chance, ends, of, ends.size
        self.question = np.minimum(chance.zipf(1.25, self.count), QUESTIONS).astype(np.int64)
        self.failed = chance.random(self.count) < 0.02
        self.retried = (chance.random(self.count) < 0.05) | self.failed
        self.user = chance.zipf(1.4, self.count) % USERS
        self.refused = (self.user % 17 == 3) & (chance.random(self.count) < 0.8)
        self.is_new = ends > of.newest_ns - 2 * DAY
        self.hits = chance.random(self.count) < 0.3
        keys = (((ends // 1_000) - KEY_EPOCH_US) << 12) + np.arange(self.count) % 4_096
        self.run_keys = np.maximum.accumulate(keys + np.arange(self.count))
        self.documents = chance.lognormal(0.0, 0.5, self.count)
        self._schedule()

    def _schedule(self) -> None:
        """When each step starts and ends, from its start on: it waits for others, then for the engine."""
        takes = np.stack([self._takes(step) for step in STEPS], axis=1)
        starts, finish = np.zeros_like(takes), np.zeros_like(takes)
        ends_of: dict[str, Any] = {}
        for place, step in enumerate(STEPS):
            before = [ends_of[name] for name in step.waits_for]
            if step.turn is not None:
                before.append(ends_of["each_document"])  # so far: where the turn before ended
            ready = np.maximum.reduce(before) if before else np.zeros(self.count)
            starts[:, place] = ready + self.chance.integers(MS // 5, 2 * MS, self.count)
            finish[:, place] = starts[:, place] + takes[:, place]
            ends_of[step.node_id] = finish[:, place]
            if step.node_id == "check":
                ends_of["each_document"] = finish[:, place]
                finish[:, 5] = finish[:, place] + MS // 4
        lasted = finish.max(axis=1) + MS
        begins = self.ends - lasted.astype(np.int64)
        self.starts = (begins[:, None] + starts).astype(np.int64)
        self.elapsed = np.maximum((finish - starts).astype(np.int64), 1_000)
        self.begins = begins

    def _takes(self, step: Step) -> Any:
        ms = step.median_ms * self.chance.lognormal(0.0, 0.35, self.count)
        if step.node_id == "draft":
            ms = ms * (0.4 + 0.6 * self.documents)
        if step.node_id == "profile":
            ms = np.where(self.retried, ms * 2 + 500, ms)
        if step.node_id == "rerank":
            ms = np.where(self.is_new, ms * 3, ms)
        if step.node_id == "policy":
            ms = np.where(self.hits, 1.0, ms)
        return ms * MS

    def rows(self) -> list[tuple[Table, list[tuple[Any, ...]]]]:
        """By table."""
        ids = [f"{key:032x}" for key in self.run_keys.tolist()]
        tokens, cost = self._tokens()
        return [
            (run_directory, list(zip(ids, self.run_keys.tolist(), strict=True))),
            (runs, _rows(runs, self.count, self._of_runs(ids, tokens, cost))),
            (node_executions, _rows(node_executions, self.count * NODES, self._of_nodes(tokens, cost))),
            (node_attempts, self._attempts()),
        ]

    def _tokens(self) -> tuple[Ints, Ints]:
        read = np.array([step.input_tokens * (1 + 1.2 * (step.turn or 0)) for step in STEPS])
        grown = np.where(np.array([step.node_id == "draft" for step in STEPS]), self.documents[:, None], 1.0)
        tokens = (read * grown * self.chance.uniform(0.8, 1.2, (self.count, NODES))).astype(np.int64)
        return tokens, tokens * np.array([step.usd_per_million for step in STEPS], dtype=np.int64)

    def _of_runs(self, ids: list[str], tokens: Ints, cost: Ints) -> dict[str, Any]:
        of = self.of
        known: dict[str, Any] = {
            "run_key": self.run_keys.tolist(),
            "workflow_run_id": ids,
            "workflow_key": of.workflow,
            "workflow_version": np.where(self.is_new, "v2", "v1").tolist(),
            "trace_id": [bytes.fromhex(each) for each in ids],
            "source": "otlp",
            "status": (self.failed | self.refused).astype(int).tolist(),
            "user_id": [f"user-{each}" for each in self.user.tolist()],
            "start_ns": self.begins.tolist(),
            "elapsed_ns": (self.ends - self.begins).tolist(),
            "node_count": NODES,
            "successful_nodes": (NODES - self.failed).tolist(),
            "failed_nodes": self.failed.astype(int).tolist(),
            "input_tokens": tokens.sum(axis=1).tolist(),
            "output_tokens": (tokens.sum(axis=1) // 12).tolist(),
            "cost_usd": of.money(cost.sum(axis=1)),
            "is_ended": True,
            "has_gaps": False,
            "is_abandoned": False,
        }
        return known | dict.fromkeys(
            ("end_ns", "period_ns", "recorded_ns", "updated_ns", "last_received_ns"), self.ends.tolist()
        )

    def _of_nodes(self, tokens: Ints, cost: Ints) -> dict[str, Any]:
        inputs, outputs = self._fingerprints()
        calls = np.array([step.model is not None for step in STEPS])
        here = np.broadcast_to(calls, tokens.shape)
        places = np.arange(NODES)
        retried = (places == RETRIED) & self.retried[:, None]
        refused = (places == POLICY) & self.refused[:, None]
        failed = ((places == RETRIED) & self.failed[:, None]) | refused
        is_cached = (places == POLICY) & ~refused
        size = self.chance.lognormal(7, 1, (self.count, NODES)).astype(np.int64)
        return {
            "run_key": np.repeat(self.run_keys, NODES).tolist(),
            "node_execution_id": self._execution_ids(),
            "node_key": self.of.nodes * self.count,
            "parent_node_execution_id": self._parents(),
            "status": failed.astype(int).ravel().tolist(),
            "start_ns": self.starts.ravel().tolist(),
            "elapsed_ns": self.elapsed.ravel().tolist(),
            "attempts": (1 + retried.astype(int)).ravel().tolist(),
            "model_key": self.of.models * self.count,
            "input_tokens": _where(here, tokens),
            "output_tokens": _where(here, tokens // 12),
            "cache_read_tokens": _where(here, tokens // 3),
            "cost_usd": [
                amount if is_call else None
                for amount, is_call in zip(self.of.money(cost.ravel()), here.ravel().tolist(), strict=True)
            ],
            "input_bytes": size.ravel().tolist(),
            "output_bytes": (size // 2).ravel().tolist(),
            "input_fingerprint": inputs.ravel().tolist(),
            "output_fingerprint": outputs.ravel().tolist(),
            "error_type": _where(failed, np.where(refused, "KeyError", "HTTPStatusError")),
            "error_message": self._messages(failed, refused),
            "is_cached": _where(is_cached, np.broadcast_to(self.hits[:, None], failed.shape)),
            "iteration_index": [step.turn for step in STEPS] * self.count,
            "waits_for": [json.dumps(step.waits_for) if step.waits_for else None for step in STEPS] * self.count,
        }

    def _fingerprints(self) -> tuple[Ints, Ints]:
        """Of what goes in and comes out: of the question in the first steps, of the run in the later ones."""
        place, run = np.arange(NODES), self.run_keys[:, None]
        of_question = np.isin(place, [1, 3])
        inputs = _mixed(np.where(of_question, self.question[:, None] * 64 + place, run * 64 + place))
        steady = np.array([step.model is None for step in STEPS])
        return inputs, _mixed(np.where(steady, inputs, run * 64 + place + 32))

    def _execution_ids(self) -> list[str]:
        return [f"{place:04x}{key & 0xFFFFFFFFFFFF:012x}" for key in self.run_keys.tolist() for place in range(NODES)]

    def _parents(self) -> list[str | None]:
        around = [step.around is not None for step in STEPS]
        return [
            f"{5:04x}{key & 0xFFFFFFFFFFFF:012x}" if inside else None
            for key in self.run_keys.tolist()
            for inside in around
        ]

    def _messages(self, failed: Any, refused: Any) -> list[str | None]:
        numbers = self.chance.integers(0, 100_000, failed.size).tolist()
        unavailable = "Server error 503 for url 'https://crm.example/v2/users/{0}' after {1} ms"
        said = _where(failed, np.where(refused, "no rule for tier 'partner' of customer {0}", unavailable))
        return [text and text.format(number, number % 977) for text, number in zip(said, numbers, strict=True)]

    def _attempts(self) -> list[tuple[Any, ...]]:
        found = []
        for place in np.flatnonzero(self.retried).tolist():
            start, lasted = int(self.starts[place, RETRIED]), int(self.elapsed[place, RETRIED])
            key, middle = int(self.run_keys[place]), start + lasted // 3
            id_ = f"{RETRIED:04x}{key & 0xFFFFFFFFFFFF:012x}"
            said = ("HTTPStatusError", "Server error 503")
            found.append((key, id_, 1, start, middle, 1, *said))
            last = (1, *said) if self.failed[place] else (0, None, None)
            found.append((key, id_, 2, middle + lasted // 6, start + lasted, *last))
        return found


def _where(condition: Any, values: Any) -> list[Any]:
    return [
        each if holds else None for each, holds in zip(values.ravel().tolist(), condition.ravel().tolist(), strict=True)
    ]


def _mixed(values: Any) -> Ints:
    """Numbers that look random, the same of the same (splitmix64)."""
    mixed = values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed ^ (mixed >> np.uint64(31))).view(np.int64)


def _rows(table: Table, count: int, known: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Rows in the order of the table's columns; a value that is no list is that of every row."""
    columns = [known.get(column.name) for column in table.columns]
    return list(zip(*(each if isinstance(each, list) else [each] * count for each in columns), strict=True))
