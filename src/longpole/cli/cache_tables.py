"""What the node cache did and holds, as tables for a terminal.

Upstream: `cli.cache`. Downstream: `fitting`, `amounts`.
"""

from collections.abc import Sequence

from rich.text import Text

from longpole.cli.fitting import Cell, Column, FittingTable
from longpole.domain import amounts
from longpole.domain.cache import (
    CachedNode,
    CacheFigures,
    CacheStatistics,
    Explanation,
    NodeTypeCacheFigures,
    ShadowFigures,
)

_BAR = 10
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(percent: float | None) -> Text:
    """A percentage with a bar of ten characters before it; where it is not known only that is said."""
    if percent is None:
        return Text(amounts.UNKNOWN)
    eighths = round(min(max(percent, 0.0), 100.0) / 100 * _BAR * 8)
    filled = ("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()).ljust(_BAR)
    return Text.assemble((filled, "green on grey23"), f" {amounts.percentage(percent):>6}")


def statistics_tables(statistics: CacheStatistics) -> list[FittingTable | Text]:
    """The figures of a workflow, by node type and in all; why nodes ran past the cache; what shadow mode saw."""
    whose = amounts.name(f"{statistics.app_id}/{statistics.workflow_id}")
    days = round((statistics.period_end - statistics.period_start).total_seconds() / 86_400)
    title = f"{whose}: the cache in {'the last day' if days == 1 else f'the last {days} days'}"
    rows = [_type_row(each) for each in statistics.by_node_type]
    rows.append(_row(Text("all", style="bold"), "", statistics, statistics.entries, statistics.bytes))
    parts: list[FittingTable | Text] = [FittingTable(title, _COLUMNS, rows)]
    if statistics.bypassed:
        parts.append(Text(f"Past the cache: {_reasons(statistics.bypassed)}.", style="dim"))
    if statistics.shadow is not None:
        parts.append(Text(_shadow(statistics.shadow)))
    return parts


_COLUMNS = (
    Column("Node type", justify="left"),
    Column("Class", 8, "left"),
    Column("Hit rate"),
    Column("Hits"),
    Column("Misses", 3),
    Column("Coalesced", 6),
    Column("Stale", 9),
    Column("Time saved", 1),
    Column("Cost saved", 2),
    Column("Entries", 5),
    Column("Size", 4),
    Column("Errors", 7),
)


def _type_row(figures: NodeTypeCacheFigures) -> Sequence[Cell]:
    kind = amounts.name(figures.node_type) or "(not said)"
    return _row(kind, amounts.name(figures.node_class), figures, figures.entries, figures.bytes)


def _row(kind: Cell, node_class: str, figures: CacheFigures, entries: int, size_bytes: int) -> Sequence[Cell]:
    return (
        kind,
        node_class,
        bar(figures.hit_rate),
        amounts.count(figures.hits),
        amounts.count(figures.misses),
        amounts.count(figures.coalesced),
        amounts.count(figures.stale),
        amounts.duration(figures.time_saved),
        amounts.money(figures.cost_saved),
        amounts.count(entries),
        amounts.size(size_bytes),
        Text(amounts.count(figures.errors), style="red" if figures.errors else ""),
    )


def _shadow(figures: ShadowFigures) -> str:
    """What a cache would have brought."""
    bound = "" if figures.mismatch_bound is None else f" (below {amounts.share(figures.mismatch_bound)}, at 95 %)"
    return (
        f"Shadow mode: {amounts.count(figures.would_hit)} would have been hits "
        f"({amounts.percentage(figures.would_hit_rate)}), saving {amounts.duration(figures.time_saved)} and "
        f"{amounts.money(figures.cost_saved)}; {amounts.count(figures.mismatched)} of "
        f"{amounts.count(figures.matched + figures.mismatched)} gave another output{bound}."
    )


def top_table(nodes: Sequence[CachedNode], title: str) -> FittingTable:
    """The nodes that are served most."""
    columns = (
        Column("Node", justify="left"),
        Column("Type", 3, "left"),
        Column("Hits"),
        Column("Time saved", 1),
        Column("Cost saved", 2),
        Column("Entries", 5),
        Column("Size", 4),
        Column("Last hit", 6),
    )
    rows = [
        (
            amounts.name(node.node_id) or "(not said)",
            amounts.name(node.node_type),
            amounts.count(node.hits),
            amounts.duration(node.time_saved),
            amounts.money(node.cost_saved),
            amounts.count(node.entries),
            amounts.size(node.bytes),
            amounts.moment(node.last_hit_at),
        )
        for node in nodes
    ]
    return FittingTable(title, columns, rows)


def explanation_table(explained: Explanation) -> FittingTable:
    """What is known of a key, line by line."""
    known: list[tuple[str, str]] = [("state", explained.state)]
    if explained.node_type is not None:
        known += [
            ("node type", explained.node_type),
            ("node", explained.node_id or "(not said)"),
            ("class", explained.node_class or amounts.UNKNOWN),
            ("made", amounts.moment(explained.created_at)),
            ("fresh until", amounts.moment(explained.expires_at)),
            ("size", amounts.size(explained.size_bytes)),
            ("hits", amounts.count(explained.hit_count)),
            ("time saved", amounts.duration(explained.time_saved)),
        ]
    known += [(f"  {name}", value) for name, value in explained.parts.items()]
    if explained.bypassed:
        known.append(("past the cache", _reasons(explained.bypassed)))
    columns = (Column("", justify="left"), Column("", justify="left"))
    return FittingTable(
        amounts.name(explained.cache_key), columns, [(amounts.name(name), amounts.name(value)) for name, value in known]
    )


def _reasons(bypassed: "dict[str, int] | object") -> str:
    assert isinstance(bypassed, dict)
    return ", ".join(f"{amounts.name(reason)} {amounts.count(number)}" for reason, number in bypassed.items())
