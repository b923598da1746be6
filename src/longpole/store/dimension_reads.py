"""The names of versions and models, by the keys that cells have them under.

Upstream: `services.trend_lines`. Downstream: `tables.dimensions`, `tables.rollups`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from longpole.store.tables import models, versions

_KEYS_AT_A_TIME = 1_000


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model as it answered, else as it was asked for, and who serves it."""

    model: str | None
    provider: str | None


def version_names(connection: Connection, version_keys: Sequence[int]) -> dict[int, str]:
    """The versions of workflows, by key."""
    found: dict[int, str] = {}
    for begin in range(0, len(version_keys), _KEYS_AT_A_TIME):
        some = versions.c.version_key.in_(version_keys[begin : begin + _KEYS_AT_A_TIME])
        query = select(versions.c.version_key, versions.c.workflow_version).where(some)
        found |= {row.version_key: row.workflow_version for row in connection.execute(query)}
    return found


def model_names(connection: Connection, model_keys: Sequence[int]) -> dict[int, ModelName]:
    """The models, by key."""
    found: dict[int, ModelName] = {}
    for begin in range(0, len(model_keys), _KEYS_AT_A_TIME):
        query = select(models).where(models.c.model_key.in_(model_keys[begin : begin + _KEYS_AT_A_TIME]))
        for row in connection.execute(query):
            found[row.model_key] = ModelName(row.model or row.requested_model, row.provider)
    return found
