"""What the tokens of one call cost, exactly.

No token is charged twice: cache reads and writes are part of the input and
reasoning is part of the output, so what has a price of its own is taken out
of the whole, and the rest is charged at the plain price.

    input   ████████████████████████      output   ████████████
            ╰ read ╯╰ write ╯╰ plain ╯              ╰ reasoning ╯╰ plain ╯

Invariant: amounts are integers in yocto-dollars (10⁻²⁴ USD), so no rounding
happens before the sum is done.

Upstream: `table`, `price_file`. Downstream: `schedule`, `book`.
Source: the price table's own rules (genai-prices, `decompose.py` and
`calc_unit_price`); the tests compare with its calculation.
"""

from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal

from longpole.domain.runs import TokenUsage

YOCTO_PER_USD = 10**24
_PER_MILLION = 10**6


def per_token(usd_per_million: Decimal) -> int:
    """A price in USD per million tokens as yocto-dollars per token; exact up to 18 decimals."""
    return int(usd_per_million * (YOCTO_PER_USD // _PER_MILLION))


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices in yocto-dollars per token.

    `input` and `output` are None where no such tokens are sold (an embedding
    model has no output). A kind without a price of its own is charged as the
    whole that it is part of. `call` is charged once.
    """

    input: int | None
    output: int | None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    call: int = 0

    def cost(self, tokens: TokenUsage) -> int | None:
        """Yocto-dollars of `tokens`, in which a missing part counts as 0.

        Returns:
            None where tokens of a kind were used that has no price, and where
            parts are larger than their whole. Never falls when tokens are
            added to a whole and its parts stay.
        """
        plain = tokens.input or 0
        total = self.call
        if tokens.cache_read and self.cache_read is not None:
            plain -= tokens.cache_read
            total += tokens.cache_read * self.cache_read
        if tokens.cache_write and self.cache_write is not None:
            plain -= tokens.cache_write
            total += tokens.cache_write * self.cache_write
        if plain:
            if plain < 0 or self.input is None:
                return None
            total += plain * self.input
        plain = tokens.output or 0
        if tokens.reasoning and self.reasoning is not None:
            plain -= tokens.reasoning
            total += tokens.reasoning * self.reasoning
        if plain:
            if plain < 0 or self.output is None:
                return None
            total += plain * self.output
        return total


@dataclass(frozen=True, slots=True)
class Tariff:
    """Rates by the size of the input: `bands[i]` holds above `thresholds[i - 1]` input tokens, for all tokens."""

    bands: tuple[Rates, ...]
    thresholds: tuple[int, ...] = ()

    def cost(self, tokens: TokenUsage) -> int | None:
        """Yocto-dollars of `tokens`; see `Rates.cost`."""
        if not self.thresholds:
            return self.bands[0].cost(tokens)
        return self.bands[bisect_left(self.thresholds, tokens.input or 0)].cost(tokens)
