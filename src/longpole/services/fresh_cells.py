"""Asks of cells; where too much is not in them yet, brings them up to date first.

Upkeep keeps cells within seconds of the runs, so this is for programs that
record without a server, and for the moments after a large import.

Upstream: `performance`, `runs`. Downstream: `rollups`.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from longpole import runtime
from longpole.domain.errors import RangeTooLargeError
from longpole.services import rollups

Answer = TypeVar("Answer")


def fresh(ask: Callable[[Connection], Answer]) -> Answer:
    """What `ask` finds in one state of the database, refreshed before if that is less work than going without.

    Raises:
        RangeTooLargeError: Other processes keep more runs out of the cells than can be read one by one.
    """
    try:
        with runtime.reading() as connection:
            return ask(connection)
    except RangeTooLargeError:
        rollups.refresh()
    with runtime.reading() as connection:
        return ask(connection)
