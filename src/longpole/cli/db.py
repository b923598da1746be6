"""`longpole db`: where the database's schema is, and moving it."""

from typing import TYPE_CHECKING, Annotated

import typer

from longpole.cli.options import DatabaseUrl, settings
from longpole.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

app = typer.Typer(name="db", help="Migrate the database; `longpole serve` does it by itself.", no_args_is_help=True)


@app.command()
def upgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="Up to here; the newest if none is given.")] = (
        "head"
    ),
    database_url: DatabaseUrl = None,
) -> None:
    """Migrate up.

    [bold]Example[/bold]

      longpole db upgrade --database-url postgresql://longpole@localhost/longpole
    """
    from longpole.store import schema  # noqa: PLC0415 - keeps `longpole --help` quick

    _migrate(database_url, lambda engine: schema.upgrade(engine, revision))


@app.command()
def current(database_url: DatabaseUrl = None) -> None:
    """Say which revision the database has, and which one this version of Longpole needs.

    [bold]Example[/bold]

      longpole db current
    """
    _migrate(database_url, lambda _engine: None)


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="Down to here; `base` removes everything.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Migrate down. What the older schema has no place for is lost.

    [bold]Example[/bold]

      longpole db downgrade 0001
    """
    from longpole.store import schema  # noqa: PLC0415 - keeps `longpole --help` quick

    _migrate(database_url, lambda engine: schema.downgrade(engine, revision))


def _migrate(database_url: str | None, move: "Callable[[Engine], None]") -> None:
    """Open the database as it is, do `move` to it, and say where its schema is then."""
    from alembic.util import CommandError  # noqa: PLC0415 - keeps `longpole --help` quick

    from longpole.store import schema  # noqa: PLC0415 - the same
    from longpole.store.engine import open_engine  # noqa: PLC0415 - the same

    engine = open_engine(settings(database_url=database_url).database_url)
    try:
        move(engine)
        typer.echo(_where(schema.current_revision(engine), schema.needed_revision()))
    except CommandError as error:
        raise InvalidInputError("REVISION", str(error)) from None
    finally:
        engine.dispose()


def _where(revision: str | None, needed: str) -> str:
    if revision == needed:
        return f"{revision} (up to date)"
    return f"{revision or 'no schema'} (this version of Longpole needs {needed}: longpole db upgrade)"
