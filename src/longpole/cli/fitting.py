"""A table that fits: where the terminal is too narrow, the least important columns stay away.

Upstream: `cli.tables`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

Cell = str | Text


@dataclass(frozen=True, slots=True)
class Column:
    """A column. The lower its `importance`, the sooner it stays away; those of 0 always stay and may be cut off."""

    title: str
    importance: int = 0
    justify: Literal["left", "right"] = "right"


@dataclass(frozen=True, slots=True)
class FittingTable:
    """Rows under columns, as many columns as fit."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, without the columns for which there is no room."""
        kept = list(range(len(self.columns)))
        while True:
            table = self._table(kept)
            droppable = [index for index in kept if self.columns[index].importance > 0]
            wanted = Measurement.get(console, options.update(max_width=10_000), table).maximum
            if wanted <= options.max_width or not droppable:
                yield table
                return
            kept.remove(max(droppable, key=lambda index: self.columns[index].importance))

    def _table(self, kept: Iterable[int]) -> Table:
        table = Table(
            title=Text(self.title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
        )
        for index in kept:
            column = self.columns[index]
            table.add_column(column.title, justify=column.justify, no_wrap=True, overflow="ellipsis")
        for row in self.rows:
            table.add_row(*(_text(row[index]) for index in kept))
        return table


def _text(cell: Cell) -> Text:
    """A cell that is shown as it stands: brackets in a name are no markup."""
    return cell if isinstance(cell, Text) else Text(cell)
