"""Your own prices: a JSON file that adds to the built-in table and goes before it.

    [
      {"model": "gpt-4o-mini", "provider": "azure", "input": 0.12, "output": 0.48, "cache_read": 0.06},
      {"model": "my-llama*", "input": 0.2, "output": 0.2, "from": "2026-09-01"}
    ]

Prices are US dollars per million tokens. `model` is a name, or the beginning
of one with a `*` at its end; `provider` and `from` (a day, UTC) may be left
out, and so may each price but one: cache reads and writes without a price cost
what input costs, and a call with tokens that have no price at all is unknown.
Of several entries that match, one with a provider goes before one without,
then a whole name before a beginning, a longer beginning before a shorter, and
the newest `from` before older ones.

Upstream: the file that `LONGPOLE_PRICES` names. Downstream: `book`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from longpole.domain.errors import InvalidInputError
from longpole.domain.units import instant_ns
from longpole.pricing.rates import Rates, Tariff, per_token
from longpole.pricing.schedule import UNPRICED, Schedule, Segment, first_known

FIELD = "LONGPOLE_PRICES"
_PRICES = ("input", "output", "cache_read", "cache_write")
_FIELDS = frozenset({"model", "provider", "from", *_PRICES})
_MAX_USD_PER_MILLION = 1_000_000
_MAX_DECIMALS = 18


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """One entry of the file. `since_ns` is None where it holds for all of the past."""

    model: str
    provider: str | None
    since_ns: int | None
    rates: Rates

    def matches(self, model: str) -> bool:
        """Whether it is about `model`, in whatever case."""
        if self.model.endswith("*"):
            return model.lower().startswith(self.model[:-1])
        return model.lower() == self.model

    @property
    def specificity(self) -> tuple[bool, bool, int]:
        """Larger for what goes first."""
        return self.provider is not None, not self.model.endswith("*"), len(self.model)

    def schedule(self) -> Schedule:
        """Its prices, from its day on."""
        priced = Segment(Tariff((self.rates,)))
        return Schedule((priced,)) if self.since_ns is None else Schedule((UNPRICED, priced), (self.since_ns,))


def own_schedule(entries: Iterable[OwnPrice]) -> Schedule:
    """The prices of entries that all match one call, the first of them at every instant."""
    newest_first = sorted(entries, key=lambda entry: -1 if entry.since_ns is None else entry.since_ns, reverse=True)
    newest_first.sort(key=lambda entry: entry.specificity, reverse=True)
    return first_known(entry.schedule() for entry in newest_first)


def read_price_file(path: Path) -> tuple[OwnPrice, ...]:
    """The entries of a file.

    Raises:
        InvalidInputError: If it cannot be read, is no JSON array, or an entry is
            wrong; names the entry and its field.
    """
    entries = _parsed(path)
    if not isinstance(entries, list):
        raise InvalidInputError(FIELD, f"{path} must hold a JSON array of prices")
    read = [_entry(number, entry) for number, entry in enumerate(entries, 1)]
    seen: dict[tuple[Any, ...], int] = {}
    for number, entry in enumerate(read, 1):
        first = seen.setdefault((entry.model, entry.provider, entry.since_ns), number)
        if first != number:
            raise InvalidInputError(FIELD, f"entry {number} has the same model, provider and from as entry {first}")
    return tuple(read)


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise InvalidInputError(FIELD, f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise InvalidInputError(FIELD, f"{path} is not JSON: {error}") from None


def _entry(number: int, entry: Any) -> OwnPrice:
    where = f"entry {number}"
    if not isinstance(entry, Mapping):
        raise InvalidInputError(FIELD, f"{where} must be an object", entry)
    for name in entry:
        if name not in _FIELDS:
            raise InvalidInputError(FIELD, f"{where}: {name} is no field; there are {', '.join(sorted(_FIELDS))}")
    model = _text(where, entry, "model")
    if model is None or "*" in model[:-1]:
        raise InvalidInputError(FIELD, f"{where}: model must be a name, or its beginning and a *", entry.get("model"))
    where = f"{where} ({model})"
    rates = Rates(
        input=_price(where, entry, "input"),
        output=_price(where, entry, "output"),
        cache_read=_price(where, entry, "cache_read"),
        cache_write=_price(where, entry, "cache_write"),
    )
    if all(entry.get(name) is None for name in _PRICES):
        raise InvalidInputError(FIELD, f"{where} has no price; give {', '.join(_PRICES)}")
    return OwnPrice(model.lower(), _text(where, entry, "provider"), _since(where, entry), rates)


def _text(where: str, entry: Mapping[str, Any], name: str) -> str | None:
    value = entry.get(name)
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise InvalidInputError(FIELD, f"{where}: {name} must be a text", value)
    return None if value is None else value.strip()


def _price(where: str, entry: Mapping[str, Any], name: str) -> int | None:
    value = entry.get(name)
    if value is None:
        return None
    problem = f"{where}: {name} must be US dollars per million tokens"
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InvalidInputError(FIELD, problem, value)
    usd = Decimal(value)
    if not 0 <= usd <= _MAX_USD_PER_MILLION or usd != round(usd, _MAX_DECIMALS):
        raise InvalidInputError(FIELD, f"{problem}, from 0 to {_MAX_USD_PER_MILLION:,}", value)
    return per_token(usd)


def _since(where: str, entry: Mapping[str, Any]) -> int | None:
    value = entry.get("from")
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidInputError(FIELD, f"{where}: from must be a day such as 2026-09-01", value) from None
    return instant_ns(datetime.combine(day, time(), UTC))
