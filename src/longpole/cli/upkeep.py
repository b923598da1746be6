"""`longpole upkeep`: rollups, retention and partitions in a process of their own."""

import logging
import signal
import threading
from typing import TYPE_CHECKING

import typer

from longpole.cli.options import DatabaseUrl, installed_runtime

if TYPE_CHECKING:
    from longpole.upkeep.scheduler import Scheduler


def upkeep(database_url: DatabaseUrl = None) -> None:
    """Do what a database needs from time to time: figures of periods, retention, partitions.

    The server does it by itself; beside servers with LONGPOLE_UPKEEP=false this command does. Of several
    processes on one database one works, and another one goes on when it ends.

    [bold]Example[/bold]

      longpole upkeep --database-url postgresql://longpole@localhost/longpole
    """
    from longpole.upkeep.scheduler import Scheduler  # noqa: PLC0415 - keeps `longpole --help` quick
    from longpole.upkeep.tasks import tasks  # noqa: PLC0415 - the same

    on = installed_runtime(database_url)
    logging.basicConfig(level=on.settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        _until_told(Scheduler(on, tasks(on)), on.settings.safe_database_url())
    finally:
        on.close()


def _until_told(scheduler: "Scheduler", database: str) -> None:
    """Work until SIGTERM or Ctrl+C, and end after the task that is running."""
    told = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: told.set())
    scheduler.start()
    typer.echo(f"Upkeep of {database}. Ctrl+C ends it.")
    told.wait()
    scheduler.stop()
