"""A comparison as tables: both sides' figures, the interval of the difference drawn, and what can be said.

    p95  9.10 s  6.40 s  −30 % (−35 % to −24 %)  ├─●─┤    │            better

Upstream: `compare`, `gate`. Downstream: `fitting`, `domain.amounts`.
"""

import math
from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.text import Text

from longpole.cli.fitting import Cell, Column, FittingTable
from longpole.domain import amounts
from longpole.domain.amounts import quantity
from longpole.domain.comparisons import (
    Comparison,
    Difference,
    Effect,
    FigureComparison,
    NodeComparison,
    SideRuns,
    Verdict,
)

_HALF = 10
_MOST_SHOWN = 1.0
_LEAST_SHOWN = 0.05
_NODES = 15
_NAMES = {
    "run_time_p50": "Median run time",
    "run_time_p95": "p95 run time",
    "run_time_p99": "p99 run time",
    "run_time_mean": "Mean run time",
    "error_rate": "Error rate",
    "cost_per_run": "Cost per run",
    "tokens_per_run": "Tokens per run",
    "cache_hit_rate": "Cache hit rate",
    "retries_per_run": "Retries per run",
}
_VERDICTS = {
    Verdict.BETTER: Text("better", "green"),
    Verdict.WORSE: Text("worse", "red"),
    Verdict.NO_EVIDENCE: Text("no evidence", "dim"),
    Verdict.TOO_FEW_RUNS: Text("too few runs", "dim"),
}


def shown(found: Comparison) -> Group:
    """All of it."""
    parts: list[FittingTable | Text] = [*_sides(found), _figures(found)]
    nodes = [each for each in found.nodes if each.p50 is not None]
    if nodes:
        parts.append(_node_table(nodes[:_NODES]))
    if len(nodes) > _NODES:
        parts.append(Text(f"{len(nodes) - _NODES} more nodes: --json", "dim"))
    if found.problem is not None:
        parts.append(Text(f"No verdict: {found.problem}.", "yellow"))
    parts += [Text(each, "dim") for each in found.caveats]
    return Group(*parts)


def _sides(found: Comparison) -> Iterator[Text]:
    for letter, side in (("A", found.a), ("B", found.b)):
        yield Text(f"{letter}  ", "bold").append(in_words(side), "not bold")


def in_words(side: SideRuns) -> str:
    """A side in a line."""
    runs = "1 run" if side.run_count == 1 else f"{side.run_count:,} runs"
    period = f"{side.since:%Y-%m-%d %H:%M} to {side.until:%Y-%m-%d %H:%M} UTC"
    label = amounts.name(side.label)
    return f"{period}, {runs}" if label in period else f"{label}, {period}, {runs}"


def _figures(found: Comparison) -> FittingTable:
    columns = (
        Column("", justify="left"),
        Column("A"),
        Column("B"),
        Column("Change, 95 % bounds", 2, "left"),
        Column("", 3, "left"),
        Column("As they were", 4, "left"),
        Column("B is", justify="left"),
    )
    widest = _widest([each for each in found.figures if each.judged])
    rows = [_row(each, widest) for each in found.figures if each.judged is not None]
    whose = amounts.name(f"{found.app_id}/{found.workflow_id}")
    adjusted = any(each.adjusted for each in found.figures)
    return FittingTable(f"{whose}: B beside A{', for the same traffic' if adjusted else ''}", columns, rows)


def _row(figure: FigureComparison, widest: float) -> Sequence[Cell]:
    judged = figure.judged
    assert judged is not None
    raw = "" if figure.adjusted is None or figure.raw is None else change(figure.raw, figure.effect, figure.unit)
    return (
        name(figure.figure),
        value(judged.a, figure.unit),
        value(judged.b, figure.unit),
        with_bounds(judged, figure.effect, figure.unit),
        _picture(judged, figure.effect, figure.unit, widest),
        raw,
        _VERDICTS[figure.verdict],
    )


def name(figure: str) -> str:
    """What a figure is called."""
    return _NAMES.get(figure, amounts.name(figure))


def value(amount: float, unit: str) -> str:
    """A figure of one side."""
    if unit == "percent":
        return amounts.percentage(amount)
    if unit == "count":
        return f"{amount:.3g}"
    return quantity(amount, unit).removesuffix(" tokens")


def with_bounds(found: Difference, effect: Effect, unit: str) -> str:
    """`−30 % (−35 % to −24 %)`."""
    told = change(found, effect, unit)
    if found.low is None or found.high is None:
        return told
    low, high = (_changed(bound, effect, unit) for bound in (found.low, found.high))
    return f"{told} ({low} to {high})"


def change(found: Difference, effect: Effect, unit: str) -> str:
    """`−30 %`, `+1.2 points`."""
    return "from nothing" if found.change is None else _changed(found.change, effect, unit)


def _changed(amount: float, effect: Effect, unit: str) -> str:
    if effect is Effect.RATIO:
        return amounts.change(amount - 1) if abs(amount - 1) >= 0.095 else _signed((amount - 1) * 100, "%")  # noqa: PLR2004 - below, a tenth of a percent tells
    if unit == "ratio":
        return _signed(amount * 100, "points")
    return _signed(amount, "points" if unit == "percent" else "").strip()


def _signed(amount: float, unit: str) -> str:
    return f"{amount:+.2g} {unit}".replace("-", "−") if amount else f"0 {unit}"


def _picture(found: Difference, effect: Effect, unit: str, widest: float) -> Text:
    """The interval on a line, with no change in its middle."""
    if found.low is None or found.high is None or found.change is None:
        return Text(" " * _HALF + "│")
    low, at, high = (_place(_relative(each, effect, unit), widest) for each in (found.low, found.change, found.high))
    line = [" "] * (2 * _HALF + 1)
    line[_HALF] = "│"
    for place in range(low, high + 1):
        line[place] = "─"
    line[low], line[high] = "├", "┤"
    line[at] = "●"
    return Text("".join(line))


def _relative(amount: float, effect: Effect, unit: str) -> float:
    if effect is Effect.RATIO:
        return amount - 1
    return amount / 100 if unit == "percent" else amount


def _place(change_ratio: float, widest: float) -> int:
    return _HALF + round(max(-1.0, min(change_ratio / widest, 1.0)) * _HALF)


def _widest(figures: Sequence[FigureComparison]) -> float:
    ends = [
        abs(_relative(bound, each.effect, each.unit))
        for each in figures
        for bound in ((each.judged.low, each.judged.high) if each.judged else ())
        if bound is not None and math.isfinite(bound)
    ]
    return min(max([*ends, _LEAST_SHOWN]), _MOST_SHOWN)


def _node_table(nodes: Sequence[NodeComparison]) -> FittingTable:
    columns = (
        Column("Node", justify="left"),
        Column("Median of A"),
        Column("of B"),
        Column("Change, 95 % bounds", 1, "left"),
        Column("p95", 3, "left"),
        Column("In a run", 2),
        Column("B is", justify="left"),
    )
    return FittingTable(
        "Nodes, by how much longer or shorter they make a run", columns, [_node(each) for each in nodes]
    )


def _node(node: NodeComparison) -> Sequence[Cell]:
    assert node.p50 is not None
    title = Text(amounts.name(node.node_title))
    if node.enclosing_node_id is not None:
        title.append(f" in {amounts.name(node.enclosing_node_id)}", "dim")
    shift = node.mean_shift
    return (
        title,
        amounts.duration(node.p50.a),
        amounts.duration(node.p50.b),
        with_bounds(node.p50, Effect.RATIO, "s"),
        "" if node.p95 is None else change(node.p95, Effect.RATIO, "s"),
        "" if shift is None else f"{'−' if shift < 0 else '+'}{amounts.duration(abs(shift))}",
        _VERDICTS[node.verdict],
    )
