"""One run, drawn: a bar per node execution over the run's time, lit where it is on the critical path.

    plan         ████                         1.2 s
    flights          ███████████████          4.1 s   lit: this decided how long the run took
    hotels           ░░░░░░░                  1.9 s   dim: it ran, and the run would not have been shorter without it

Upstream: `cli.report`, `cli.demo`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from longpole.domain import amounts
from longpole.domain.runs import NodeExecution, NodeStatus, RunRecord

Span = tuple[int, int]
"""From, up to; nanoseconds since the epoch."""

MOST_ROWS = 40
_TIME_WIDTH = 10
_LEAST_BAR = 8
_MOST_LABEL = 36
_WAITING = "waiting"
_LIT, _DIM, _GAP, _WAIT = "█", "░", "·", "▒"
_STYLES = {_LIT: "bold yellow", _DIM: "cyan", _GAP: "dim", _WAIT: "magenta"}
_ASCII = {_LIT: "#", _DIM: "-", _GAP: ".", _WAIT: "~"}


@dataclass(frozen=True, slots=True)
class Waterfall:
    """A run's drawing.

    Attributes:
        record: The run.
        title: What to say of it.
        critical: Stretches of the critical path by node execution.
        waiting: Stretches of it in which no node ran.
    """

    record: RunRecord
    title: str
    critical: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    waiting: Sequence[Span] = ()

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        """A heading, a line per node execution, and how many were left out."""
        rows = [(depth, node) for depth, node in _tree(self.record.nodes) if node.start_ns is not None]
        shown = self._most_telling(rows)
        yield Text(self.title, style="bold")
        if not shown:
            yield Text("Nothing is known of when its nodes ran.", style="dim")
            return
        labels = ["  " * depth + amounts.name(node.node_title) for depth, node in shown]
        widest = max(map(len, [*labels, _WAITING if self.waiting else ""]))
        label_width = min(widest, _MOST_LABEL, options.max_width // 3)
        axis = _Axis(_extent(self.record), max(options.max_width - label_width - _TIME_WIDTH - 2, _LEAST_BAR))
        for label, (_, node) in zip(labels, shown, strict=True):
            line = _label(label, label_width, "red" if node.status is NodeStatus.FAILED else "")
            bar = axis.bar(_running(node), self.critical.get(node.node_execution_id, ()))
            yield _line(line, bar, amounts.duration(node.execution_time), options)
        if self.waiting:
            bar = axis.bar((), self.waiting).replace(_LIT, _WAIT)
            yield _line(_label(_WAITING, label_width, "dim"), bar, "", options)
        if len(rows) > len(shown):
            yield Text(f"… and {len(rows) - len(shown):,} shorter ones", style="dim")

    def _most_telling(self, rows: Sequence[tuple[int, NodeExecution]]) -> Sequence[tuple[int, NodeExecution]]:
        """At most `MOST_ROWS` of them in the same order: first those on the critical path, then the longest."""

        def telling(place: int) -> tuple[int, int]:
            node = rows[place][1]
            lit_ns = sum(end - start for start, end in self.critical.get(node.node_execution_id, ()))
            return lit_ns, node.elapsed_ns or 0

        chosen = sorted(range(len(rows)), key=telling, reverse=True)[:MOST_ROWS]
        return [rows[place] for place in sorted(chosen)]


@dataclass(frozen=True, slots=True)
class _Axis:
    """Time, laid out over a number of cells."""

    extent: Span
    width: int

    def bar(self, running: Sequence[Span], lit: Sequence[Span]) -> str:
        """A cell is lit if any of it is: nothing on the critical path is too short to be seen."""
        cells = [" "] * self.width
        for (_, earlier), (later, _) in pairwise(running):
            self._paint(cells, (earlier, later), _GAP)
        for span in running:
            self._paint(cells, span, _DIM)
        for span in lit:
            self._paint(cells, span, _LIT)
        return "".join(cells)

    def _paint(self, cells: list[str], span: Span, with_what: str) -> None:
        origin, end = self.extent
        length = max(end - origin, 1)
        first = min(max((span[0] - origin) * self.width // length, 0), self.width - 1)
        last = min(-((origin - span[1]) * self.width // length), self.width)  # rounded up
        for cell in range(first, max(last, first + 1)):
            cells[cell] = with_what


def _running(node: NodeExecution) -> Sequence[Span]:
    """When it ran: each attempt, where they are known; up to its start where its end is not."""
    tries = [(each.start_ns, each.end_ns) for each in node.attempt_log]
    known = [(start, end) for start, end in tries if start is not None and end is not None]
    if known:
        return sorted(known)
    start = node.start_ns or 0
    return [(start, start if node.end_ns is None else node.end_ns)]


def _extent(record: RunRecord) -> Span:
    ends = [(record.run.start_ns, record.run.end_ns), *((node.start_ns, node.end_ns) for node in record.nodes)]
    instants = [instant for end in ends for instant in end if instant is not None]
    return min(instants), max(instants)


def _tree(nodes: Sequence[NodeExecution]) -> Sequence[tuple[int, NodeExecution]]:
    """Node executions with their depth, each after the one around it; siblings in the order given."""
    known = {node.node_execution_id for node in nodes}
    inside: dict[str | None, list[NodeExecution]] = defaultdict(list)
    for node in nodes:
        parent = node.parent_node_execution_id
        inside[parent if parent in known else None].append(node)
    ordered: list[tuple[int, NodeExecution]] = []
    open_ones = [(0, node) for node in reversed(inside[None])]
    while open_ones:
        depth, node = open_ones.pop()
        ordered.append((depth, node))
        open_ones += [(depth + 1, child) for child in reversed(inside[node.node_execution_id])]
    return ordered


def _label(text: str, width: int, style: str) -> Text:
    label = Text(text, style=style)
    label.truncate(width, overflow="ellipsis", pad=True)
    return label


def _line(label: Text, bar: str, time: str, options: ConsoleOptions) -> Text:
    line = Text(no_wrap=True, overflow="crop")
    line.append_text(label).append(" ")
    for cell in bar:
        line.append(_ASCII.get(cell, cell) if options.ascii_only else cell, _STYLES.get(cell))
    return line.append(f" {time:>{_TIME_WIDTH}}")
