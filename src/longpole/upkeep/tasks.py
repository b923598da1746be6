"""Everything that happens by itself, in the order in which it is done where several things are due.

Upstream: `app`, `cli.upkeep`. Downstream: a file per subject beside this one.
"""

from longpole.runtime import Runtime
from longpole.upkeep import advice, alerts, cache, degradations, live, partitions, retention, rollups
from longpole.upkeep.scheduler import Task


def tasks(runtime: Runtime) -> list[Task]:
    """The tasks of a database, as its settings want them."""
    subjects = (rollups, partitions, retention, cache, advice, degradations, alerts, live)
    return [task for subject in subjects for task in subject.tasks(runtime)]
