"""Column types that mean the same on SQLite and PostgreSQL.

SQLite has no exact decimals and no time zones, so money is stored there as
integer pico-dollars and instants as UTC text.
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Numeric, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from longpole.domain.units import PICO_PER_USD, usd


class Money(TypeDecorator[Decimal]):
    """US dollars, exact to twelve places: `NUMERIC(24, 12)`, or integer pico-dollars on SQLite."""

    impl = Numeric(24, 12)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """BIGINT on SQLite."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(24, 12))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        return int(usd(value) * PICO_PER_USD) if dialect.name == "sqlite" else usd(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """From the database."""
        if value is None:
            return None
        return usd(Decimal(value).scaleb(-12)) if dialect.name == "sqlite" else usd(Decimal(value))


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware UTC instant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC, naive on SQLite."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the database: aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Coded(TypeDecorator[StrEnum]):
    """A `StrEnum` as a small integer: its position in the enum. Members are appended, never reordered."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum
        self._members = tuple(enum)
        self._codes = {member: code for code, member in enumerate(enum)}

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To the database."""
        return None if value is None else self._codes[self.enum(value)]

    def process_result_value(self, value: int | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the database."""
        return None if value is None else self._members[value]


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
