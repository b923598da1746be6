"""PostgreSQL: makes the partitions of the coming days, so that no row has to wait for its day.

Upstream: `upkeep.tasks`. Downstream: `store.partitions`.
"""

from longpole import runtime
from longpole.runtime import Runtime
from longpole.store import partitions
from longpole.upkeep.scheduler import Task

_EVERY_S = 3_600.0
_DAYS_AHEAD = 3


def tasks(given: Runtime) -> list[Task]:
    """One task on PostgreSQL, none on SQLite."""
    if not given.settings.database_url.startswith("postgres"):
        return []
    return [Task("partitions", _EVERY_S, make_days)]


def make_days() -> str | None:
    """Make today's partitions and those of three days more where they are missing; what was made, in words.

    Raises:
        StorageUnavailableError: A table was in use for too long; the rows go to the default until it is done again.
    """
    made = 0
    for day in partitions.next_days(runtime.current().clock(), _DAYS_AHEAD):
        for table in partitions.PARTITIONED:
            with runtime.unit_of_work() as connection:
                if day not in partitions.days(connection, table):
                    partitions.make_day(connection, table, day)
                    made += 1
    return f"made {made} partitions" if made else None
