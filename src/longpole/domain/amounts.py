"""How quantities are written for people: three figures that matter, a unit, and `–` for what is not known.

What is estimated stands with its bounds, in one form everywhere: `6.40 s (5.90–6.80)`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

UNKNOWN = "–"
LONGEST_LINE = 80
_LONGEST_NAME = 60
_PREFIXES = (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3))
_PLAIN_UP_TO = 9_999
_SECONDS_UP_TO = 100
_MINUTE = 60
_TIMES_FROM = 2
_ONE_FIGURE_FROM = 0.1


def name(text: str) -> str:
    """A name that somebody else chose: on one line, and without anything that a terminal would obey."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """What somebody else wrote, as it may stand in a sentence: no line breaks, nothing invisible, not longer."""
    shown = "".join(each if each.isprintable() else " " for each in text[: 4 * longest])
    words = " ".join(shown.split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def in_quotes(*names: str) -> str:
    """The first of some names that says anything, as a sentence has it: in quotes that it cannot close."""
    said = (one_line(each, _LONGEST_NAME).replace("“", "'").replace("”", "'") for each in names)
    return f"“{next(filter(None, said), 'a step')}”"


def duration(elapsed_s: float | None) -> str:
    """`12.0 ms`, `1.25 s`, `2 min 05 s`, `3 h 20 min`."""
    if elapsed_s is None:
        return UNKNOWN
    if _rounded(elapsed_s) < 1:
        return f"{_three_figures(elapsed_s * 1e3)} ms"
    if _rounded(elapsed_s) < _SECONDS_UP_TO:
        return f"{_three_figures(elapsed_s)} s"
    minutes, rest = divmod(round(elapsed_s), _MINUTE)
    if minutes < _MINUTE:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // _MINUTE:,} h {minutes % _MINUTE:02} min"


def count(amount: float | None) -> str:
    """`771`, `9999`, `12.3k`, `4.56M`."""
    if amount is None:
        return UNKNOWN
    return f"{amount:.0f}" if amount <= _PLAIN_UP_TO else _prefixed(amount, "")


def size(amount_bytes: float | None) -> str:
    """`512 B`, `12.3 kB`, `4.56 MB`."""
    return UNKNOWN if amount_bytes is None else f"{_prefixed(amount_bytes, ' ')}B"


def money(amount_usd: Decimal | float | None) -> str:
    """`$0.0123`, `$12.30`; two figures of what is less than a hundredth of a cent."""
    if amount_usd is None:
        return UNKNOWN
    if not isinstance(amount_usd, Decimal):  # an estimate: exact to no more than this
        amount_usd = Decimal(str(round(amount_usd, 6)))
    if not amount_usd:
        return "$0"
    places = 2 if amount_usd >= 1 else max(4, 1 - amount_usd.adjusted())
    return f"${amount_usd:,.{places}f}"


def share(ratio: float | None) -> str:
    """A ratio from 0 to 1 as a percentage."""
    return UNKNOWN if ratio is None else percentage(ratio * 100)


def percentage(percent: float | None) -> str:
    """`12 %`, `0.3 %`, `99.6 %`; `0 %` and `100 %` only where it is that."""
    if percent is None:
        return UNKNOWN
    if percent in {0, 100} or 1 <= percent < 99:  # noqa: PLR2004 - per cent
        return f"{percent:.0f} %"
    shown = f"{percent:.1f} %"
    return {"0.0 %": "<0.1 %", "100.0 %": ">99.9 %"}.get(shown, shown)


def rate(ratio: float | None) -> str:
    """`8.2 %`, `12 %`, `<0.1 %`: a ratio from 0 to 1 that is small where things go well."""
    if ratio is None or ratio >= _ONE_FIGURE_FROM or ratio * 1000 < 1:
        return share(ratio)
    return f"{ratio * 100:.1f} %"


def quantity(value: float | None, unit: str) -> str:
    """A figure of `unit`: `s`, `usd`, `ratio`, `bytes`, or whatever is counted."""
    written = _BY_UNIT.get(unit)
    if value is None or written is not None:
        return UNKNOWN if value is None or written is None else written(value)
    return f"{count(value)} {name(unit)}".rstrip()


def with_bounds(value: float | None, low: float | None, high: float | None, unit: str) -> str:
    """`6.40 s (5.90–6.80)`, `$12.00 (9.50–14.20)`, `1.20 s (850 ms–1.40 s)`."""
    return f"{quantity(value, unit)} ({bounds(value, low, high, unit)})"


def bounds(value: float | None, low: float | None, high: float | None, unit: str) -> str:
    """What stands in brackets behind a quantity: `5.90–6.80`. Its unit is said again only where it is another one."""
    ends = [quantity(end, unit) for end in (low, high)]
    signs = [_SIGNS.fullmatch(text) for text in (quantity(value, unit), *ends)]
    if all(signs) and len({(sign["before"], sign["after"]) for sign in signs if sign}) == 1:
        ends = [sign["figure"] for sign in signs[1:] if sign]
    return "–".join(ends)


_SIGNS = re.compile(r"(?P<before>\$?)(?P<figure>[<>]?[\d.,]+)(?P<after>\D*)")
"""What stands before and after a figure. Where there are two of them (`2 min 05 s`), both belong to it."""


def change(ratio: float | None) -> str:
    """`+12 %`, `−3 %`, `×4.20` where a percentage would say little; nothing where it is not known."""
    if ratio is None:
        return ""
    if ratio >= _TIMES_FROM:
        return f"×{_three_figures(1 + ratio)}"
    percent = round(ratio * 100)
    return "=" if percent == 0 else f"{percent:+} %".replace("-", "−")


def moment(instant: datetime | None) -> str:
    """`2026-11-08 14:03:22Z`."""
    return UNKNOWN if instant is None else f"{instant:%Y-%m-%d %H:%M:%S}Z"


def _prefixed(amount: float, space: str) -> str:
    for letter, step in _PREFIXES:
        if _rounded(amount) >= step:
            return f"{_three_figures(amount / step)}{space}{letter}"
    return f"{amount:.0f}{space}"


def _three_figures(amount: float) -> str:
    whole_digits = len(str(int(_rounded(amount))))
    return f"{amount:.{max(3 - whole_digits, 0)}f}"


def _rounded(amount: float) -> float:
    """`amount` as it is shown, so that it is not shown as 1000 of a smaller unit."""
    return float(f"{amount:.3g}")


_BY_UNIT: Mapping[str, Callable[[float], str]] = {"s": duration, "usd": money, "ratio": rate, "bytes": size}
