"""The built-in prices: genai-prices' table as it was installed, never fetched from anywhere.

A model whose entry has no token prices has no price here, except where it is
sold as free (`:free`): an empty entry is as often a gap as a gift.

Importing this module takes a third of a second, so `book` does it when the
first price is asked for.

Upstream: the package genai-prices. Downstream: `book`.
Source: github.com/pydantic/genai-prices, `types.py`: the last condition that
holds wins, and a tier's price holds for all tokens of the call.
"""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from genai_prices.data import providers
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from longpole.domain.units import NS_PER_SECOND, instant_ns
from longpole.pricing.rates import Rates, Tariff, per_token
from longpole.pricing.schedule import NO_PRICES, Schedule, Segment, Window

_KINDS = ("input", "output", "cache_read", "cache_write", "output_reasoning")
_ANY_SIZE = -1
_FREE = Tariff((Rates(0, 0),))
_SELLERS = {provider.id: provider for provider in providers}

seller_ids = frozenset(_SELLERS)
"""Every seller that the table knows."""


def prices_of(seller_id: str, model: str) -> Schedule | None:
    """The prices of a model at a seller; None where the seller or the model is not in the table."""
    seller = _SELLERS.get(seller_id)
    found = seller and seller.find_model(model, all_providers=providers)
    return _schedule(found) if found else None


def _schedule(model: ModelInfo) -> Schedule:
    is_free = model.id.endswith(":free")
    if isinstance(model.prices, ModelPrice):
        return Schedule((Segment(_tariff(model.prices, is_free=is_free)),))
    return _dated(model.prices, is_free=is_free)


def _dated(conditions: list[ConditionalPrice], *, is_free: bool) -> Schedule:
    known = StartDateConstraint | TimeOfDateConstraint | None
    if not all(isinstance(condition.constraint, known) for condition in conditions):
        return NO_PRICES  # a kind of condition that this version cannot judge
    dates = {c.constraint.start_date for c in conditions if isinstance(c.constraint, StartDateConstraint)}
    starts = tuple(sorted(map(_midnight_ns, dates)))
    instants = (starts[0] - 1 if starts else 0, *starts)
    return Schedule(tuple(_segment(conditions, instant, is_free=is_free) for instant in instants), starts)


def _segment(conditions: list[ConditionalPrice], at_ns: int, *, is_free: bool) -> Segment:
    windows: list[Window] = []
    for condition in reversed(conditions):
        tariff = _tariff(condition.prices, is_free=is_free)
        match condition.constraint:
            case TimeOfDateConstraint(start_time=opens, end_time=closes):
                windows.append(Window(_day_ns(opens), _day_ns(closes), tariff))
            case StartDateConstraint(start_date=since) if _midnight_ns(since) > at_ns:
                continue
            case _:
                return Segment(tariff, tuple(windows))
    return Segment(_tariff(conditions[0].prices, is_free=is_free), tuple(windows))


def _tariff(prices: ModelPrice, *, is_free: bool) -> Tariff | None:
    by_kind = [getattr(prices, f"{kind}_mtok") for kind in _KINDS]
    starts = sorted({tier.start for price in by_kind if isinstance(price, TieredPrices) for tier in price.tiers})
    per_call = 0 if prices.requests_kcount is None else per_token(_flat(prices.requests_kcount, _ANY_SIZE)) * 1000
    bands = [_rates(prices, above, per_call) for above in (_ANY_SIZE, *starts)]
    if any(rates.input is not None or rates.output is not None for rates in bands):
        return Tariff(tuple(bands), tuple(starts))
    return _FREE if is_free and not vars(prices) else None


def _rates(prices: ModelPrice, above: int, per_call: int) -> Rates:
    return Rates(
        _rate(prices.input_mtok, above),
        _rate(prices.output_mtok, above),
        _rate(prices.cache_read_mtok, above),
        _rate(prices.cache_write_mtok, above),
        _rate(prices.output_reasoning_mtok, above),
        per_call,
    )


def _rate(price: Decimal | TieredPrices | None, above: int) -> int | None:
    return None if price is None else per_token(_flat(price, above))


def _flat(price: Decimal | TieredPrices, above: int) -> Decimal:
    """The price of calls with more than `above` input tokens, up to the next tier."""
    if isinstance(price, Decimal):
        return price
    reached = [tier.price for tier in price.tiers if tier.start <= above]
    return reached[-1] if reached else price.base


def _midnight_ns(day: date) -> int:
    return instant_ns(datetime.combine(day, time(), UTC))


def _day_ns(at: time) -> int:
    """Nanoseconds since midnight UTC; a time without a zone is UTC."""
    utc = datetime.combine(date(2000, 1, 1), at, at.tzinfo or UTC).astimezone(UTC)
    return (utc.hour * 3600 + utc.minute * 60 + utc.second) * NS_PER_SECOND + utc.microsecond * 1000
