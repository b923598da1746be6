"""What a gate decided and why: a table for people, Markdown for a comment.

Upstream: `gate`. Downstream: `comparison_tables`.
"""

from collections.abc import Iterator

from rich.console import Group
from rich.text import Text

from longpole.cli.comparison_tables import in_words, name, value, with_bounds
from longpole.cli.fitting import Column, FittingTable
from longpole.domain import amounts
from longpole.domain.comparisons import Effect
from longpole.services.gate import Checked, Gate, Outcome

_STYLES = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.UNDECIDED: "yellow"}


def table(found: Gate, code: int) -> Group:
    """For people."""
    columns = (
        Column("", justify="left"),
        Column("Baseline", 2),
        Column("Candidate", 2),
        Column("Change, 95 % bounds", 1, "left"),
        Column("Allowed"),
        Column("Outcome", justify="left"),
    )
    rows = [(*_cells(each), Text(each.outcome.value, _STYLES[each.outcome])) for each in found.checked]
    title = f"{_whose(found)}: the gate {_verb(code)}"
    reasons = (Text(f"{name(each.figure.figure)}: {amounts.name(each.reason)}.") for each in found.checked)
    return Group(FittingTable(title, columns, rows), *reasons, *(Text(each, "dim") for each in _notes(found)))


def markdown(found: Gate, code: int) -> str:
    """For a comment on a pull request."""
    lines = [
        f"### `{_whose(found)}`: the gate {_verb(code)}",
        "",
        "| figure | baseline | candidate | change (95 % bounds) | allowed | outcome |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        "| "
        + " | ".join(_escaped(cell.strip()) for cell in (*_cells(each), f"**{each.outcome.value}**: {each.reason}"))
        + " |"
        for each in found.checked
    ]
    return "\n".join([*lines, "", *(f"- {_escaped(each)}" for each in _notes(found))])


def _whose(found: Gate) -> str:
    return amounts.name(f"{found.comparison.app_id}/{found.comparison.workflow_id}").replace("`", "'")


def _verb(code: int) -> str:
    return {0: "passes", 1: "fails", 2: "cannot decide"}[code]


def _cells(checked: Checked) -> tuple[str, str, str, str, str]:
    figure = checked.figure
    judged = figure.judged
    if judged is None:
        return name(figure.figure), amounts.UNKNOWN, amounts.UNKNOWN, amounts.UNKNOWN, _allowed(checked)
    return (
        name(figure.figure),
        value(judged.a, figure.unit),
        value(judged.b, figure.unit),
        with_bounds(judged, figure.effect, figure.unit),
        _allowed(checked),
    )


def _allowed(checked: Checked) -> str:
    figure, most = checked.figure, checked.bound.most
    sign = "+" if figure.more_is_worse else "−"
    if figure.effect is Effect.RATIO:
        return f"{sign}{most * 100:.3g} %"
    if figure.unit == "count":
        return f"{sign}{most:.3g}"
    return f"{sign}{most * (100 if figure.unit == 'ratio' else 1):.3g} points"


def _notes(found: Gate) -> Iterator[str]:
    yield f"Baseline: {in_words(found.comparison.a)}."
    yield f"Candidate: {in_words(found.comparison.b)}."
    yield from found.comparison.caveats


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
