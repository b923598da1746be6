"""Brings the schema to where this version needs it, and says where it is.

Source: Alembic's programmatic configuration; the migrations are inside the
package, so an installed wheel migrates as a checkout does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from longpole.domain.errors import SchemaOutOfDateError
from longpole.store.engine import reading, writing

_MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x4C6F6E67706F6C65  # "Longpole"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def needed_revision() -> str:
    """The revision that this version of Longpole works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "there is at least one migration"
    return head


def current_revision(engine: Engine) -> str | None:
    """The database's revision; None where it has no schema."""
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which no other process migrates the same database."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield connection


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate up to `revision`; does nothing where the database is there already."""
    with _alone(engine) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate down to `revision`, `base` being no schema at all."""
    with _alone(engine) as connection:
        command.downgrade(_config(connection), revision)


def require_current(engine: Engine) -> None:
    """Raise if the schema is not the one that this version needs.

    Raises:
        SchemaOutOfDateError: Says both revisions and the command that mends it.
    """
    current, needed = current_revision(engine), needed_revision()
    if current != needed:
        raise SchemaOutOfDateError(current, needed)


def ensure_current(engine: Engine) -> None:
    """Migrate if need be; cheap where there is nothing to do."""
    if current_revision(engine) != needed_revision():
        upgrade(engine)
