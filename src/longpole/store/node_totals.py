"""What the nodes of one run come to: counts, sums, first start and last end.

Tokens and money are counted at the innermost node that reports them: a loop
that repeats what its children say is not counted beside them.

Upstream: `recorded_runs`. Downstream: `tables.runs`. Source: the design's
RULE 6 (leaf-most usage).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Connection, case, func, literal_column, select, type_coerce

from longpole.analysis.usage import repeated_usage
from longpole.domain.runs import NodeStatus, TokenUsage
from longpole.domain.units import usd
from longpole.store.tables import node_executions as e

_KINDS = ("input", "output", "cache_read", "cache_write", "reasoning")
_NANO = 1_000_000_000

used_tokens: ColumnElement[int | None] = func.coalesce(
    e.c.reported_tokens_used,
    case(
        (
            e.c.input_tokens.is_not(None) | e.c.output_tokens.is_not(None),
            func.coalesce(e.c.input_tokens, 0) + func.coalesce(e.c.output_tokens, 0),
        )
    ),
)
"""Tokens of a node execution by whatever was reported of them."""

ended_ns: ColumnElement[int | None] = e.c.start_ns + func.coalesce(e.c.span_ns, e.c.elapsed_ns)
"""When a node execution ended."""


@dataclass(frozen=True, slots=True)
class NodeTotals:
    """Sums over the nodes of a run; None where nothing is known of it.

    `costs_unknown` is how many nodes used tokens at no known price.
    """

    node_count: int
    successful_nodes: int
    failed_nodes: int
    caching_known: int
    cached_nodes: int
    tokens: TokenUsage
    total_tokens_used: int | None
    known_cost_usd: Decimal | None
    costs_unknown: int
    first_start_ns: int | None
    last_end_ns: int | None
    memory_peak_bytes: int | None
    cpu_ns: int | None


def node_totals(connection: Connection, run_key: int) -> NodeTotals:
    """The totals of the nodes of a run."""
    of_run = e.c.run_key == run_key
    plain = connection.execute(_PLAIN.where(of_run)).one()
    counted = of_run & e.c.node_execution_id.not_in(_repeated(connection, run_key))
    usage = connection.execute(_USAGE.where(counted)).one()
    return NodeTotals(
        node_count=plain.nodes,
        successful_nodes=plain.succeeded,
        failed_nodes=plain.failed,
        caching_known=plain.caching_known,
        cached_nodes=plain.cached,
        tokens=TokenUsage(*(_int(getattr(usage, kind)) for kind in _KINDS)),
        total_tokens_used=_int(usage.used),
        known_cost_usd=_cost(connection, counted),
        costs_unknown=usage.costs_unknown,
        first_start_ns=plain.first_start_ns,
        last_end_ns=plain.last_end_ns,
        memory_peak_bytes=plain.memory_peak_bytes,
        cpu_ns=_int(plain.cpu_ns),
    )


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


_PLAIN = select(
    func.count().label("nodes"),
    _how_many(e.c.status == NodeStatus.SUCCEEDED).label("succeeded"),
    _how_many(e.c.status == NodeStatus.FAILED).label("failed"),
    func.count(e.c.is_cached).label("caching_known"),
    _how_many(e.c.is_cached.is_(True)).label("cached"),
    func.min(e.c.start_ns).label("first_start_ns"),
    func.max(ended_ns).label("last_end_ns"),
    func.max(e.c.memory_peak_bytes).label("memory_peak_bytes"),
    func.sum(e.c.cpu_ns).label("cpu_ns"),
)


_USAGE = select(
    *(func.sum(e.c[f"{kind}_tokens"]).label(kind) for kind in _KINDS),
    func.sum(used_tokens).label("used"),
    _how_many(e.c.cost_usd.is_(None) & used_tokens.is_not(None)).label("costs_unknown"),
)
_pico_usd: ColumnElement[int] = type_coerce(e.c.cost_usd, BigInteger)


def _cost(connection: Connection, counted: ColumnElement[bool]) -> Decimal | None:
    """The sum of the costs; SQLite's pico-dollars in two parts, as their sum may not fit 63 bits."""
    if connection.dialect.name == "postgresql":
        total: Decimal | None = connection.scalar(select(func.sum(e.c.cost_usd)).where(counted))
        return total
    parts = select(
        func.sum(_pico_usd // literal_column("1000000000")), func.sum(_pico_usd % literal_column("1000000000"))
    )
    known = parts.where(counted, e.c.cost_usd.is_not(None))  # SQLAlchemy's FLOOR for SQLite cannot take NULL
    nano, rest = cast("tuple[int | None, int]", tuple(connection.execute(known).one()))
    return None if nano is None else usd(Decimal(nano * _NANO + rest).scaleb(-12))


def _int(value: Any) -> int | None:
    return None if value is None else int(value)


def _repeated(connection: Connection, run_key: int) -> list[str]:
    """Nodes whose usage a node inside them reports as well."""
    reports = used_tokens.is_not(None) | e.c.cost_usd.is_not(None)
    nesting = select(e.c.parent_node_execution_id).where(
        e.c.run_key == run_key, e.c.parent_node_execution_id.is_not(None)
    )
    outer = select(e.c.node_execution_id).where(e.c.run_key == run_key, reports, e.c.node_execution_id.in_(nesting))
    if connection.execute(outer.limit(1)).first() is None:
        return []
    rows = connection.execute(
        select(e.c.node_execution_id, e.c.parent_node_execution_id, case((reports, True), else_=False)).where(
            e.c.run_key == run_key
        )
    )
    return sorted(repeated_usage((node, parent, bool(has_usage)) for node, parent, has_usage in rows))
