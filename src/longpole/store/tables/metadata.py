"""Where the tables register, the names of their constraints, and the checks that several of them share."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SQLITE, POSTGRESQL = {"only_on": "sqlite"}, {"only_on": "postgresql"}
"""Information of tables and indexes that only one of the databases has."""


def at_least(least: int, *columns: str) -> list[CheckConstraint]:
    """Checks that columns are unknown or not below `least`."""
    return [CheckConstraint(f"{column} >= {least}", name=column) for column in columns]


def one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    """Check that a text column holds one of an enum's values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def code_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    """Check that a column holds the code of one of an enum's values (see `store.types.Coded`)."""
    return CheckConstraint(f"{column} >= 0 AND {column} < {len(tuple(values))}", name=column)
