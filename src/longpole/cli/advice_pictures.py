"""What a change would bring, or has brought, as two bars with the bounds drawn in.

    before   ████████████████████████████████  2.95 s
    after    ████████████▓▓▓░░░                1.15 s (1.10–1.30)     solid up to the lower bound, light up to the upper

Upstream: `cli.advice_sheets`. Downstream: `domain.amounts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from longpole.domain.amounts import quantity, with_bounds

_MOST_BAR, _LEAST_BAR = 40, 10
_FIGURES = 30
_LABEL = 9
_SOLID, _BELOW, _ABOVE = "█", "▓", "░"
_ASCII = {_SOLID: "#", _BELOW: "=", _ABOVE: "."}


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure before and after, and the bounds of the latter."""

    metric: str
    unit: str
    before: float
    after: float
    low: float
    high: float
    after_label: str = "after"
    is_worse: bool = False

    @classmethod
    def of_estimate(cls, estimate: Mapping[str, Any]) -> "Picture":
        """What a change would bring."""
        before, after, low, high = (float(estimate[name]) for name in ("baseline", "expected", "low", "high"))
        return cls(estimate["metric"], estimate["unit"], before, after, low, high, "expected")

    @classmethod
    def of_verification(cls, verified: Mapping[str, Any]) -> "Picture | None":
        """What it has brought; None where there are too few runs to say."""
        if verified.get("before") is None:
            return None
        before, after, low, high = (float(verified[name]) for name in ("before", "after", "low", "high"))
        is_worse = verified["verdict"] == "regressed"
        return cls(verified["metric"], verified["unit"], before, after, low, high, "measured", is_worse)

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        """Two lines."""
        width = max(min(options.max_width - _LABEL - _FIGURES - 2, _MOST_BAR), _LEAST_BAR)
        most = max(self.before, self.after, self.high) or 1.0
        cells = [round(max(value, 0.0) / most * width) for value in (self.before, self.low, self.after, self.high)]
        before, low, after, high = cells
        after = max(low, after)
        told = with_bounds(self.after, self.low, self.high, self.unit)
        yield self._line("before", [(_SOLID, before)], width, quantity(self.before, self.unit), options, "")
        bar = [(_SOLID, low), (_BELOW, after - low), (_ABOVE, max(high, after) - after)]
        style = "red" if self.is_worse else "green"
        yield self._line(self.after_label, bar, width, told, options, style)

    @staticmethod
    def _line(  # noqa: PLR0917 - the parts of a line, in their order
        label: str, bar: list[tuple[str, int]], width: int, figure: str, options: ConsoleOptions, style: str
    ) -> Text:
        drawn = "".join((_ASCII[sign] if options.ascii_only else sign) * count for sign, count in bar)
        return Text.assemble((label.ljust(_LABEL), "dim"), (drawn.ljust(width), style or "cyan"), "  ", figure)
