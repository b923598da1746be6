"""Any two versions, periods or kinds of runs of a workflow side by side, with what can be said of the difference.

    both sides' runs are kept      run by run, for the same traffic (20,000 a side at most, spread evenly)
    some are gone already          the histograms of their hours and days, as they are

Upstream: `performance`, `rest.compare`, `cli.compare`, `cli.gate`.
Downstream: `compare_sides`, `compare_runs`, `compare_cells`, `store.compared_columns`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from longpole import runtime
from longpole.analysis.comparison import Compared
from longpole.analysis.confidence import ratio_mismatch_p
from longpole.domain import amounts
from longpole.domain.comparisons import (
    Basis,
    Comparison,
    NodeComparison,
    SampleRatio,
    Side,
    SideRuns,
)
from longpole.domain.errors import InvalidInputError
from longpole.domain.units import NS_PER_DAY, NS_PER_SECOND, instant
from longpole.services.compare_cells import cell_side, compared_cells
from longpole.services.compare_runs import compared
from longpole.services.compare_sides import Meant, meant
from longpole.services.fresh_cells import fresh
from longpole.store.compared_columns import compared_columns, listed_runs
from longpole.store.rollup_horizons import horizons
from longpole.store.workflow_scope import WorkflowScope, find_scope

_MISMATCH_P = 0.001
_CONCURRENT = 0.5
"""Of the shorter side's time, that in which the other ran too."""
_NO_EXPERIMENT = (
    "Before and after are not two groups at the same time: whatever else changed meanwhile is in the difference."
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was compared."""

    result: tuple[Compared, tuple[NodeComparison, ...]]
    basis: Basis
    sides: tuple[SideRuns, SideRuns]
    is_concurrent: bool


def compare(
    app_id: str, workflow_id: str, a: Side, b: Side, *, repeated: bool = False, expected_share: float | None = None
) -> Comparison:
    """Two sides of a workflow's runs, figure by figure and node by node; `b` is judged beside `a`.

    Args:
        app_id: The application.
        workflow_id: The workflow.
        a: What is compared with: the old version, the week before.
        b: What is judged.
        repeated: Bounds and verdicts hold however often one looks, as after a deploy; they are wider.
        expected_share: Of the runs of both sides, how many were meant to be a's, 0 to 1; where others came, no
            verdict is given.

    Raises:
        InvalidInputError: A side has no period that there is, both are the same, or `expected_share` is no share.
        RangeTooLargeError: Too many runs are not in the histograms yet.
    """
    if expected_share is not None and not 0 < expected_share < 1:
        raise InvalidInputError("expected_share", "must be above 0 and below 1", expected_share)
    one, other = meant(a, b, runtime.current().clock())
    with runtime.reading() as connection:
        scope = find_scope(connection, app_id, workflow_id)
        found = _of_runs(connection, scope, one, other, repeated=repeated)
    if found is None:
        found = fresh(lambda on: _of_cells(on, scope, one, other, repeated=repeated))
    ratio = None if expected_share is None else _sample_ratio(found.sides, expected_share)
    figures, nodes = found.result
    return Comparison(
        app_id=app_id,
        workflow_id=workflow_id,
        a=found.sides[0],
        b=found.sides[1],
        basis=found.basis,
        is_concurrent=found.is_concurrent,
        is_repeated=repeated,
        figures=figures.figures,
        nodes=nodes,
        coverage=figures.coverage,
        sample_ratio=ratio,
        problem=figures.problem,
        caveats=tuple(_caveats(found, one, other)),
    ).without_verdicts_of_mismatch()


def _of_runs(
    connection: Connection, scope: WorkflowScope | None, a: Meant, b: Meant, *, repeated: bool
) -> _Found | None:
    """Run by run; None where some of a side's runs are gone that histograms still know of."""
    kept_from = horizons(connection).raw * NS_PER_SECOND
    listed = [listed_runs(connection, scope, each.period, each.side) for each in (a, b)]
    if not (a.side.has_filters or b.side.has_filters):
        for each, own in zip((a, b), listed, strict=True):
            if each.since_ns < kept_from and (each.is_said or not len(own)):
                return None
    columns = [compared_columns(connection, each.spread()) for each in listed]
    sides = [
        SideRuns(each.label(), instant(max(each.since_ns, kept_from)), instant(each.until_ns), len(own), len(read))
        for each, own, read in zip((a, b), listed, columns, strict=True)
    ]
    times = [(int(each.end_ns[0]), int(each.end_ns[-1])) if len(each) else None for each in listed]
    return _Found(
        compared(columns[0], columns[1], repeated=repeated),
        Basis.RUNS,
        (sides[0], sides[1]),
        _is_concurrent(times[0], times[1]),
    )


def _of_cells(connection: Connection, scope: WorkflowScope | None, a: Meant, b: Meant, *, repeated: bool) -> _Found:
    cells = [cell_side(connection, scope, each.period, each.side.version) for each in (a, b)]
    sides = [
        SideRuns(
            each.label(),
            instant(own.period.since_ns),
            instant(each.until_ns if own.period.until_ns is None else own.period.until_ns),
            own.run_count,
            own.run_count,
        )
        for each, own in zip((a, b), cells, strict=True)
    ]
    times = [None if each.first_ns is None or each.last_ns is None else (each.first_ns, each.last_ns) for each in cells]
    return _Found(
        compared_cells(cells[0], cells[1], repeated=repeated),
        Basis.HISTOGRAMS,
        (sides[0], sides[1]),
        _is_concurrent(times[0], times[1]),
    )


def _is_concurrent(a: tuple[int, int] | None, b: tuple[int, int] | None) -> bool:
    if a is None or b is None:
        return False
    both = min(a[1], b[1]) - max(a[0], b[0])
    return both >= 0 and both >= _CONCURRENT * min(a[1] - a[0], b[1] - b[0])


def _sample_ratio(sides: tuple[SideRuns, SideRuns], expected: float) -> SampleRatio:
    n_a, n_b = sides[0].run_count, sides[1].run_count
    p_value = ratio_mismatch_p(n_a, n_b, expected)
    observed = n_a / (n_a + n_b) if n_a + n_b else expected
    return SampleRatio(expected, observed, p_value, p_value < _MISMATCH_P)


def _caveats(found: _Found, a: Meant, b: Meant) -> Iterator[str]:
    if all(side.run_count for side in found.sides) and not found.is_concurrent:
        yield _NO_EXPERIMENT
    if found.basis is Basis.HISTOGRAMS:
        yield (
            "Some of the runs are not kept any more: histograms of whole hours or days were compared. They are right "
            "to 1.1 %, their times are of failed runs too, and another mix of traffic is not allowed for."
        )
    for name, side, asked in (("a", found.sides[0], a), ("b", found.sides[1], b)):
        if not side.run_count:
            yield f"There are no runs of {name} ({amounts.name(side.label)})."
        elif side.compared < side.run_count:
            yield f"Of {side.run_count:,} runs of {name}, {side.compared:,} were compared, spread evenly."
        if asked.is_said and asked.until_ns - asked.since_ns < NS_PER_DAY and not found.is_concurrent:
            yield f"{name} is less than a day: no hour is like the next."
    coverage = found.result[0].coverage
    if found.result[0].problem is None and coverage is not None and coverage < 1:
        yield f"Adjusted figures leave out {1 - coverage:.0%} of the runs, which have no like ones on the other side."
