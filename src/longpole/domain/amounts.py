"""How quantities are written for people: three figures that matter, a unit, and `–` for what is not known."""

from datetime import datetime
from decimal import Decimal

UNKNOWN = "–"
_PREFIXES = (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3))
_PLAIN_UP_TO = 9_999
_SECONDS_UP_TO = 100
_MINUTE = 60
_TIMES_FROM = 2


def name(text: str) -> str:
    """A name that somebody else chose: on one line, and without anything that a terminal would obey."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


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


def money(amount_usd: Decimal | None) -> str:
    """`$0.0123`, `$12.30`; two figures of what is less than a hundredth of a cent."""
    if amount_usd is None:
        return UNKNOWN
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
