"""Many rows at once, whatever their number; what is unknown stays unknown."""

import pytest
from sqlalchemy import func, select

from longpole.runtime import Runtime
from longpole.store.bulk import delete_by_key, insert_new_rows, insert_rows, update_rows
from longpole.store.engine import reading, writing
from longpole.store.tables import models

MORE_THAN_ONE_STATEMENT_TAKES = 2_500


def rows(count: int, provider: str | None = None) -> list[tuple[int, str, None, str | None]]:
    return [(key, f"model-{key}", None, provider) for key in range(count)]


def stored(runtime: Runtime) -> list[tuple[object, ...]]:
    with reading(runtime.engine) as connection:
        return [tuple(row) for row in connection.execute(select(models).order_by(models.c.model_key))]


@pytest.mark.parametrize("count", [0, 1, 2, 31, 32, 249, 250, 506, MORE_THAN_ONE_STATEMENT_TAKES])
def test_every_row_goes_in_once(runtime: Runtime, count: int) -> None:
    with writing(runtime.engine) as connection:
        insert_rows(connection, models, rows(count))

    assert stored(runtime) == rows(count)


def test_an_unknown_value_is_null(runtime: Runtime) -> None:
    with writing(runtime.engine) as connection:
        insert_rows(connection, models, rows(40))
        nulls = connection.scalar(select(func.count()).where(models.c.provider.is_(None)))

    assert nulls == 40


@pytest.mark.parametrize("there", [0, 1, 300])
def test_only_new_rows_go_in_and_are_counted(runtime: Runtime, there: int) -> None:
    with writing(runtime.engine) as connection:
        insert_rows(connection, models, rows(there, "first"))
        assert insert_new_rows(connection, models, rows(600, "second")) == 600 - there

    assert stored(runtime) == rows(there, "first") + rows(600, "second")[there:]


@pytest.mark.parametrize("count", [1, 40, 600])
def test_rows_are_replaced_by_their_key(runtime: Runtime, count: int) -> None:
    with writing(runtime.engine) as connection:
        insert_rows(connection, models, rows(600, "first"))
        update_rows(connection, models, rows(count))

    assert stored(runtime) == rows(count) + rows(600, "first")[count:]


@pytest.mark.parametrize("count", [0, 1, MORE_THAN_ONE_STATEMENT_TAKES - 1])
def test_rows_are_deleted_by_their_key(runtime: Runtime, count: int) -> None:
    with writing(runtime.engine) as connection:
        insert_rows(connection, models, rows(MORE_THAN_ONE_STATEMENT_TAKES))
        delete_by_key(connection, models, range(count))

    assert stored(runtime) == rows(MORE_THAN_ONE_STATEMENT_TAKES)[count:]
