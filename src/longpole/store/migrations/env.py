"""What Alembic runs, from `longpole db`, from the server's start and from the `alembic` command alike."""

from alembic import context
from sqlalchemy import Connection

from longpole.settings import Settings
from longpole.store.engine import open_engine, writing
from longpole.store.partitions import compared_on
from longpole.store.tables import metadata


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        include_object=compared_on(connection.dialect.name),
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    with writing(open_engine(Settings().database_url)) as own:
        _migrate(own)
