"""What a call cost on the day it was made: your own prices first, then the built-in table.

Unknown stays unknown: a model or a seller that nobody listed has no cost, not a
cost of 0. The same call on the same day always costs the same, whenever it is
asked; how a provider's and a model's name are read is told in `sellers` and
`listing`.

Looking a model up takes tens of microseconds and reading the built-in table a
third of a second; so the table is read at first use, and what a name stands
for is remembered: from then on a price is a few integer products.

Upstream: `runtime` makes it from the settings. Downstream: `runs`.
"""

from collections.abc import Iterable
from decimal import Context, Decimal
from pathlib import Path

from longpole.domain.runs import TokenUsage
from longpole.pricing.price_file import OwnPrice, own_schedule, read_price_file
from longpole.pricing.rates import YOCTO_PER_USD
from longpole.pricing.schedule import NO_PRICES, Schedule, first_known

MAX_COST_USD = 1_000_000
"""A single call that comes to more has an unknown cost: the number of its tokens cannot be right."""

_MAX_YOCTO = MAX_COST_USD * YOCTO_PER_USD
_EXACT = Context(prec=40)
_REMEMBERED = 10_000
_LONGEST_NAME = 1_000
_UNKNOWN = (NO_PRICES,)


class PriceBook:
    """Prices as of a date. Safe to share between threads."""

    def __init__(self, own: Iterable[OwnPrice] = ()) -> None:
        self._own = tuple(own)
        self._readings: dict[tuple[str | None, str | None, str | None], tuple[Schedule, ...]] = {}

    @classmethod
    def load(cls, prices_file: Path | None = None) -> "PriceBook":
        """The built-in table, with the user's `prices_file` before it.

        Raises:
            InvalidInputError: If the file is wrong; names the entry and its field.
        """
        return cls(() if prices_file is None else read_price_file(prices_file))

    def cost_usd(
        self,
        model: str | None,
        provider: str | None,
        tokens: TokenUsage,
        at_ns: int,
        requested_model: str | None = None,
    ) -> Decimal | None:
        """US dollars of a call with `tokens`, made at `at_ns` (nanoseconds since the epoch); exact.

        Args:
            model: The model that answered; where it is not known, the one that was asked for counts.
            provider: Who sold it, as telemetry says it: free text, or None.
            tokens: A missing part counts as 0, unless all are missing.
            at_ns: The instant whose prices hold.
            requested_model: The model that was asked for: your own prices may be about it, a deployment for example.

        Returns:
            None where the price, or all tokens, are unknown.
        """
        if tokens.input is None and tokens.output is None:
            return None
        key = (model, provider, requested_model)
        readings = self._readings.get(key)
        if readings is None:
            readings = self._remember(key)
        yocto = _amount(readings[0], tokens, at_ns)
        if yocto is None or yocto > _MAX_YOCTO:
            return None
        if len(readings) > 1 and any(_amount(other, tokens, at_ns) != yocto for other in readings[1:]):
            return None
        return _EXACT.scaleb(Decimal(yocto), -24)

    def _remember(self, key: tuple[str | None, str | None, str | None]) -> tuple[Schedule, ...]:
        # Names come from outside: they must not fill the memory.
        if any(name is not None and len(name) > _LONGEST_NAME for name in key):
            return _UNKNOWN
        if len(self._readings) >= _REMEMBERED:
            self._readings.clear()
        readings = self._readings[key] = self._resolved(*key)
        return readings

    def _resolved(self, model: str | None, provider: str | None, requested_model: str | None) -> tuple[Schedule, ...]:
        from longpole.pricing import listing, table  # noqa: PLC0415 - the table takes a third of a second
        from longpole.pricing.sellers import seller_of  # noqa: PLC0415 - goes with it

        names = [name for name in (model, requested_model) if name]
        seller = seller_of(provider, table.seller_ids)
        sold = [e for e in self._own if e.provider is None or seller_of(e.provider, table.seller_ids) == seller]
        own = [own_schedule(entry for entry in sold if entry.matches(name)) for name in names]
        listed = listing.readings(names[0], provider) if names else ()
        if not listed and model and requested_model and listing.is_snapshot(model, requested_model):
            listed = listing.readings(requested_model, provider)
        return tuple(first_known([*own, reading]) for reading in listed or _UNKNOWN)


def _amount(schedule: Schedule, tokens: TokenUsage, at_ns: int) -> int | None:
    tariff = schedule.at(at_ns)
    return None if tariff is None else tariff.cost(tokens)
