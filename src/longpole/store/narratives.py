"""A model's words for recommendations, kept beside the template's.

Upstream: `services.narration`. Downstream: `tables.recommendations`.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, update

from longpole.store.tables import recommendations as table
from longpole.store.values import text


def keep_narratives(connection: Connection, by_id: Mapping[str, Mapping[str, Any]]) -> None:
    """Store words by recommendation id; when a recommendation last changed stays as it is."""
    for recommendation_id, narrative in by_id.items():
        query = update(table).where(table.c.id == text(recommendation_id))
        connection.execute(query.values(narrative=dict(narrative)))
