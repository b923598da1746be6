"""Formulas say what Python would say of them, or that they know nothing; whatever is written, nothing else happens."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from longpole.analysis.expressions import MAX_DEPTH, MAX_LENGTH, ExpressionError, parse

NAMES = ("a", "b", "quality.score")
FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max, "abs": abs}

names = st.sampled_from(NAMES)
numbers = st.one_of(st.integers(0, 1_000).map(str), st.sampled_from(["0.5", ".25", "2e3", "1e-6", "3."]))
values = st.one_of(st.just(math.nan), st.sampled_from([0.0, 1.0, -2.5]), st.floats(-1e6, 1e6))
formulas = st.recursive(
    st.one_of(names, numbers),
    lambda parts: st.one_of(
        st.tuples(parts, st.sampled_from(["+", " - ", "*", " / "]), parts).map(lambda each: f"({''.join(each)})"),
        st.tuples(parts, st.sampled_from(["+", "-", "*", "/"]), st.one_of(names, numbers)).map("".join),
        parts.map(lambda part: f"-({part})"),
        parts.map(lambda part: f"abs({part})"),
        st.tuples(st.sampled_from(["min", "max"]), st.lists(parts, min_size=1, max_size=3)).map(
            lambda each: f"{each[0]}({', '.join(each[1])})"
        ),
    ),
    max_leaves=8,
)


class Known(float):
    """A number that is unknown wherever it could be infinite: Python's own arithmetic, checked at each step."""

    def _with(self, other: float, found: Callable[[float, float], float]) -> "Known":
        try:
            result = found(float(self), float(other))
        except (ZeroDivisionError, OverflowError):
            return Known(math.nan)
        return Known(result if math.isfinite(result) else math.nan)

    def __add__(self, other: float) -> "Known":
        return self._with(other, lambda one, two: one + two)

    def __sub__(self, other: float) -> "Known":
        return self._with(other, lambda one, two: one - two)

    def __mul__(self, other: float) -> "Known":
        return self._with(other, lambda one, two: one * two)

    def __truediv__(self, other: float) -> "Known":
        return self._with(other, lambda one, two: one / two)

    def __neg__(self) -> "Known":
        return Known(-float(self))


def picked(choose: Callable[..., float]) -> Callable[..., Known]:
    return lambda *each: Known(math.nan if any(map(math.isnan, each)) else choose([float(one) for one in each]))


def plainly(formula: str, known: dict[str, float]) -> float:
    """What Python's own evaluation of the same text comes to."""
    text = "".join(formula.split()).replace("quality.score", "quality_score")
    spelled = ""
    at = 0
    while at < len(text):  # numbers become `Known` as well
        if text[at].isdigit() or text[at] == ".":
            end = at
            while end < len(text) and (text[end].isdigit() or text[end] in ".e" or text[end - 1 : end + 1] == "e-"):
                end += 1
            spelled += f"K({text[at:end]})"
            at = end
        elif text[at].isalpha():
            end = at
            while end < len(text) and (text[end].isalnum() or text[end] == "_"):
                end += 1
            spelled += text[at:end]
            at = end
        else:
            spelled += text[at]
            at += 1
    functions = {"min": picked(min), "max": picked(max), "abs": lambda one: Known(abs(float(one)))}
    columns = {name.replace(".", "_"): Known(value) for name, value in known.items()}
    return float(eval(spelled, {"__builtins__": {}, "K": Known, **functions, **columns}))


@given(formulas, st.lists(st.tuples(values, values, values), min_size=1, max_size=4))
@example("a/b", [(1.0, 0.0, 0.0)])
@example("1/(1/b)", [(1.0, 0.0, 0.0)])
@example("-(a)-1-1", [(1.0, 0.0, 0.0)])
def test_as_python_says(formula: str, rows: list[tuple[float, float, float]]) -> None:
    columns = {name: np.array(column) for name, column in zip(NAMES, zip(*rows, strict=True), strict=True)}

    found = parse(formula).values(columns, len(rows)).tolist()

    expected = [plainly(formula, dict(zip(NAMES, row, strict=True))) for row in rows]
    assert found == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert not any(map(math.isinf, found))


def test_what_each_operator_means() -> None:
    columns = {"a": np.array([6.0, 1.0]), "b": np.array([2.0, np.nan])}

    assert parse("a - b - 1").values(columns, 2)[0] == 3
    assert parse("a + b * 2").values(columns, 2)[0] == 10
    assert parse("a / b / 3").values(columns, 2)[0] == 1
    assert parse("-a + --b").values(columns, 2)[0] == -4
    assert parse("min(a, b, 7) + max(a, 9) + abs(-3)").values(columns, 2)[0] == 14
    assert math.isnan(parse("max(a, b)").values(columns, 2)[1])


def test_a_name_without_a_column_is_unknown_everywhere() -> None:
    assert np.isnan(parse("quality * 0").values({}, 3)).all()


def test_the_names_and_where_they_are() -> None:
    assert dict(parse("output_tokens / max(time, 1) + time").names) == {"output_tokens": 1, "time": 21}


@pytest.mark.parametrize(
    ("formula", "problem"),
    [
        ("", "a number, a name or a bracket was expected at character 1"),
        ("a +", "a number, a name or a bracket was expected at character 4"),
        ("a b", "an operator was expected, not 'b', at character 3"),
        ("a ** 2", "a number, a name or a bracket was expected, not '*', at character 4"),
        ("(a", "a closing bracket is missing at character 3"),
        ("a < b", "'<' cannot be read at character 3"),
        ("a if b else c", "an operator was expected, not 'if', at character 3"),
        ("a[0]", "'[' cannot be read at character 2"),
        ("'a'", "''' cannot be read at character 1"),
        ("2x", "'2' cannot be read at character 1"),
        ("1_000", "'1' cannot be read at character 1"),
        ("0x10", "'0' cannot be read at character 1"),
        ("1e999", "the number is too large at character 1"),
        ("__import__(a)", "there is no function '__import__', only min, max, abs, at character 1"),
        ("a.b(1)", "there is no function 'a.b', only min, max, abs, at character 1"),
        ("abs(a, b)", "abs takes one argument at character 1"),
        ("min()", "a number, a name or a bracket was expected, not ')', at character 5"),
        ("lambda: 0", "':' cannot be read at character 7"),
        ("a\0", "'\\x00' cannot be read at character 2"),
        ("\u0430", "'\u0430' cannot be read at character 1"),
    ],
)
def test_what_is_no_formula_is_refused_where_it_ends_to_be_one(formula: str, problem: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse(formula)
    assert str(error.value).replace('"', "'") == problem


@given(st.text(max_size=40))
@example("(" * 5_000)
@example("-" * MAX_LENGTH)
@example("min(" * 100 + "a" + ")" * 100)
@example("9" * MAX_LENGTH)
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        at = parse(text).values({}, 2).size
    except ExpressionError as error:
        at = error.position
    assert 1 <= at <= MAX_LENGTH + 1


def test_the_longest_and_the_deepest() -> None:
    longest = "1+" * (MAX_LENGTH // 2 - 1) + "a "

    assert parse(longest).values({"a": np.array([1.0])}, 1) == [MAX_LENGTH // 2]
    assert parse("-" * (MAX_LENGTH - 1) + "2").values({}, 1) == [-2]
    assert parse("(" * (MAX_DEPTH - 1) + "1" + ")" * (MAX_DEPTH - 1)).values({}, 1) == [1]
    with pytest.raises(ExpressionError, match="nested more than 30 deep at character 31"):
        parse("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH)
    with pytest.raises(ExpressionError, match="longer than 500 characters"):
        parse(longest + " ")
