"""Quantities as people read them: rounded once, never as a thousand of a smaller unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.domain import amounts


@pytest.mark.parametrize(
    ("elapsed_s", "written"),
    [
        (None, "–"),
        (0.0, "0.00 ms"),
        (0.000_012, "0.01 ms"),
        (0.012, "12.0 ms"),
        (0.999_4, "999 ms"),
        (0.999_9, "1.00 s"),
        (1.25, "1.25 s"),
        (9.999, "10.0 s"),
        (99.94, "99.9 s"),
        (99.96, "1 min 40 s"),
        (125, "2 min 05 s"),
        (3_599.6, "1 h 00 min"),
        (12_000, "3 h 20 min"),
        (4_000_000, "1,111 h 06 min"),
    ],
)
def test_durations(elapsed_s: float | None, written: str) -> None:
    assert amounts.duration(elapsed_s) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [(None, "–"), (0, "0"), (771, "771"), (9_999, "9999"), (10_000, "10.0k"), (12_345, "12.3k"), (999_999, "1.00M")],
)
def test_counts(amount: int | None, written: str) -> None:
    assert amounts.count(amount) == written


@pytest.mark.parametrize(
    ("amount", "written"), [(None, "–"), (0, "0 B"), (512, "512 B"), (12_345, "12.3 kB"), (4_560_000_000, "4.56 GB")]
)
def test_sizes(amount: float | None, written: str) -> None:
    assert amounts.size(amount) == written


@pytest.mark.parametrize(
    ("amount_usd", "written"),
    [
        (None, "–"),
        ("0", "$0"),
        ("1234.5", "$1,234.50"),
        ("1", "$1.00"),
        ("0.25", "$0.2500"),
        ("0.0123", "$0.0123"),
        ("0.0000123", "$0.000012"),
    ],
)
def test_money(amount_usd: str | None, written: str) -> None:
    assert amounts.money(None if amount_usd is None else Decimal(amount_usd)) == written


@pytest.mark.parametrize(
    ("ratio", "written"),
    [
        (None, "–"),
        (0.0, "0 %"),
        (0.0001, "<0.1 %"),
        (0.003, "0.3 %"),
        (0.123, "12 %"),
        (0.996, "99.6 %"),
        (0.9999, ">99.9 %"),
        (1.0, "100 %"),
    ],
)
def test_shares(ratio: float | None, written: str) -> None:
    assert amounts.share(ratio) == written


@pytest.mark.parametrize(
    ("ratio", "written"), [(None, ""), (0.0, "="), (0.12, "+12 %"), (-0.031, "−3 %"), (3.2, "×4.20"), (-1.0, "−100 %")]
)
def test_changes(ratio: float | None, written: str) -> None:
    assert amounts.change(ratio) == written


@given(st.text())
def test_a_name_cannot_command_the_terminal(text: str) -> None:
    shown = amounts.name(text)
    assert len(shown) == len(text)
    assert shown.isprintable()


@given(st.floats(0, 9e14))
def test_no_unit_is_shown_a_thousand_times(amount: float) -> None:
    assert not amounts.duration(amount).startswith("1000 ")
    assert not amounts.size(amount).startswith("1000 ")


@pytest.mark.parametrize(
    ("ratio", "written"),
    [
        (None, "–"),
        (0.0, "0 %"),
        (0.0004, "<0.1 %"),
        (0.0094, "0.9 %"),
        (0.082, "8.2 %"),
        (0.12, "12 %"),
        (1.0, "100 %"),
    ],
)
def test_rates(ratio: float | None, written: str) -> None:
    """Of what is rare, a tenth of a per cent matters."""
    assert amounts.rate(ratio) == written


@pytest.mark.parametrize(
    ("figures", "unit", "written"),
    [
        ((6.4, 5.9, 6.8), "s", "6.40 s (5.90–6.80)"),
        ((1.2, 0.85, 1.4), "s", "1.20 s (850 ms–1.40 s)"),
        ((125.0, 110.0, 140.0), "s", "2 min 05 s (1 min 50 s–2 min 20 s)"),
        ((12.0, 9.5, 14.2), "usd", "$12.00 (9.50–14.20)"),
        ((0.082, 0.061, 0.109), "ratio", "8.2 % (6.1–11)"),
        ((0.0, 0.0, 0.0004), "ratio", "0 % (0–<0.1)"),
        ((5e6, 4e6, 6e6), "bytes", "5.00 MB (4.00–6.00)"),
        ((1_234.0, 1_100.0, 1_300.0), "tokens", "1234 tokens (1100–1300)"),
    ],
)
def test_bounds_say_a_unit_again_only_where_it_is_another_one(
    figures: tuple[float, float, float], unit: str, written: str
) -> None:
    assert amounts.with_bounds(*figures, unit) == written


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1.25, "s", "1.25 s"),
        (310, "usd", "$310.00"),
        (0.067, "ratio", "6.7 %"),
        (771, "tokens", "771 tokens"),
        (2_000_000, "bytes", "2.00 MB"),
        (None, "s", "–"),
    ],
)
def test_quantities_have_units(value: float | None, unit: str, shown: str) -> None:
    assert amounts.quantity(value, unit) == shown


def test_a_name_in_a_sentence_cannot_leave_its_quotes_or_its_line() -> None:
    assert amounts.in_quotes("Fetch\n“offers”\x1b[0m", "id") == "“Fetch 'offers' [0m”"
    assert amounts.in_quotes(" \n", "id") == "“id”"
    assert amounts.in_quotes("") == "“a step”"
    assert amounts.in_quotes("x" * 100) == f"“{'x' * 59}…”"
