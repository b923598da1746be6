"""Formulas over recorded numbers, such as `output_tokens / execution_time`: read with care, computed by the column.

    sum      term, then + or - and a term, any number of times
    term     factor, then * or / and a factor, any number of times
    factor   - factor │ a number │ a name │ min(sum, …) │ max(sum, …) │ abs(sum) │ (sum)

There is nothing else in the language: no attributes, comparisons, powers or
calls of anything; a dot is a part of a name. So what a stranger writes can
neither reach anything nor take long.

Invariant: what is made of something unknown is unknown, and so is what has no
value (a division by zero, a number too large): NaN, never infinity.

Upstream: `services.custom_metrics`, `store.metric_formulas`, `metric_values`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Final, NoReturn

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Columns = Mapping[str, Floats]
"""Values by name, all of one length; NaN where one is unknown."""

MAX_LENGTH, MAX_DEPTH = 500, 30

_TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![A-Za-z0-9_.])"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)|(?P<sign>[-+*/(),])|(?P<end>\Z))"
)

Step = float | str | tuple[Callable[..., "Floats | np.float64"], int]
"""A number, a name, or a function and how many of the values before it it takes."""


class ExpressionError(ValueError):
    """A formula that cannot be read: why, and at which character (from 1)."""

    def __init__(self, reason: str, position: int) -> None:
        """Say so."""
        super().__init__(f"{reason} at character {position}")
        self.reason, self.position = reason, position


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A formula that was read.

    Attributes:
        text: As it was written.
        names: What it is made of, and where each first stands, from 1.
        steps: The formula with each function after what it takes, so that computing needs no recursion.
    """

    text: str
    names: Mapping[str, int]
    steps: tuple[Step, ...]

    def values(self, columns: Columns, size: int) -> Floats:
        """What it comes to at each of `size` places; a name that has no column is unknown everywhere."""
        unknown = np.full(size, np.nan)
        stack: list[Floats | np.float64 | float] = []
        with np.errstate(all="ignore"):
            for step in self.steps:
                if isinstance(step, float):
                    stack.append(step)
                elif isinstance(step, str):
                    stack.append(columns.get(step, unknown))
                else:
                    function, arguments = step
                    found = function(*stack[-arguments:])
                    stack[-arguments:] = [np.where(np.isfinite(found), found, np.nan)]
        return np.broadcast_to(np.asarray(stack[0], np.float64), (size,))


@lru_cache(maxsize=1_024)
def parse(text: str) -> Expression:
    """Read a formula.

    Raises:
        ExpressionError: It is none; says why, and where.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"is longer than {MAX_LENGTH} characters", MAX_LENGTH + 1)
    return _Parser(text).whole()


class _Parser:
    """Reads from left to right, one token ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: dict[str, int] = {}
        self.steps: list[Step] = []
        self.at = self.next_at = self.depth = 0
        self.kind, self.token = "", ""
        self.advance()

    def whole(self) -> Expression:
        self.sum()
        if self.kind != "end":
            self.fail(f"an operator was expected, not {self.token!r},")
        return Expression(self.text, self.names, tuple(self.steps))

    def fail(self, reason: str) -> NoReturn:
        raise ExpressionError(reason, self.at + 1)

    def advance(self) -> None:
        found = _TOKEN.match(self.text, self.next_at)
        if found is None:
            rest = self.text[self.next_at :].lstrip(" \t\r\n")
            self.at = len(self.text) - len(rest)
            self.fail(f"{rest[:1]!r} cannot be read")
        self.kind = found.lastgroup or ""
        self.token, self.at, self.next_at = found[self.kind], found.start(self.kind), found.end()

    def takes(self, *signs: str) -> str | None:
        """The sign that stands here, if it is one of these."""
        if self.kind != "sign" or self.token not in signs:
            return None
        sign = self.token
        self.advance()
        return sign

    def sum(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"is nested more than {MAX_DEPTH} deep")
        self.term()
        while sign := self.takes("+", "-"):
            self.term()
            self.steps.append((_OPERATORS[sign], 2))
        self.depth -= 1

    def term(self) -> None:
        self.factor()
        while sign := self.takes("*", "/"):
            self.factor()
            self.steps.append((_OPERATORS[sign], 2))

    def factor(self) -> None:
        is_negative = False
        while self.takes("-"):
            is_negative = not is_negative
        self.atom()
        if is_negative:
            self.steps.append((np.negative, 1))

    def atom(self) -> None:
        if self.takes("("):
            self.sum()
            self.close()
            return
        kind, token, at = self.kind, self.token, self.at
        if kind not in {"number", "name"}:
            self.fail("a number, a name or a bracket was expected" + (f", not {token!r}," if token else ""))
        self.advance()
        if kind == "number":
            self.number(token, at)
        elif self.takes("("):
            self.call(token, at)
        else:
            self.names.setdefault(token, at + 1)
            self.steps.append(token)

    def number(self, token: str, at: int) -> None:
        value = float(token)
        if not isfinite(value):
            raise ExpressionError("the number is too large", at + 1)
        self.steps.append(value)

    def call(self, name: str, at: int) -> None:
        if name not in _FUNCTIONS:
            raise ExpressionError(f"there is no function {name!r}, only {', '.join(_FUNCTIONS)},", at + 1)
        self.sum()
        if name == "abs":
            self.steps.append((np.abs, 1))
        while self.takes(","):
            if name == "abs":
                raise ExpressionError("abs takes one argument", at + 1)
            self.sum()
            self.steps.append((_FUNCTIONS[name], 2))
        self.close()

    def close(self) -> None:
        if self.takes(")"):
            return
        self.fail("a closing bracket is missing" if self.kind == "end" else f"')' was expected, not {self.token!r},")


_Function = Callable[..., "Floats | np.float64"]
_OPERATORS: Final[Mapping[str, _Function]] = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
_FUNCTIONS: Final[Mapping[str, _Function]] = {"min": np.minimum, "max": np.maximum, "abs": np.abs}
