"""Who opens a connection waits for nobody who writes."""

import time

from longpole.runtime import Runtime
from longpole.store.engine import open_engine, writing


def test_a_new_connection_opens_while_another_writes(runtime: Runtime) -> None:
    newcomer = open_engine(runtime.settings.database_url)
    with writing(runtime.engine) as connection:
        connection.exec_driver_sql("INSERT INTO models (model_key, model) VALUES (1, 'm')")
        begun = time.monotonic()
        with newcomer.connect() as other:
            seen = other.exec_driver_sql("SELECT count(*) FROM models").scalar_one()
        waited_s = time.monotonic() - begun
    newcomer.dispose()

    assert seen == 0
    assert waited_s < 5  # waiting for the writer would take ten, and then fail
