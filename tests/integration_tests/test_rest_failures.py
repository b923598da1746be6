"""When the database is gone, or holds what it should not: what clients are told, and what they are not."""

import logging

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text


def url_of(client: TestClient) -> str:
    url = client.app.state.runtime.settings.database_url  # type: ignore[attr-defined]  # `app` is any ASGI callable
    assert isinstance(url, str)
    return url


def run_elsewhere(url: str, statement: str) -> None:
    """Run a statement beside the server, outside of any transaction."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def without_database(client: TestClient, postgres_server: str) -> TestClient:
    """The API, its database taken away from it while it runs."""
    url = url_of(client)
    if url.startswith("sqlite"):
        run_elsewhere(url, "ALTER TABLE runs RENAME TO gone")
    else:
        name = make_url(url).database
        run_elsewhere(postgres_server, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        run_elsewhere(
            postgres_server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
    return client


def test_without_its_database_it_says_when_to_try_again(without_database: TestClient) -> None:
    answer = without_database.get("/runs/some-run")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["detail"].startswith("The database is not available")


def test_it_is_up_whatever_the_database_does(without_database: TestClient) -> None:
    assert without_database.get("/health").status_code == 200


def test_without_its_schema_it_is_not_ready(client: TestClient) -> None:
    run_elsewhere(url_of(client), "UPDATE alembic_version SET version_num = 'another'")
    answer = client.get("/ready")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "longpole db upgrade" in answer.json()["detail"]


def test_a_defect_tells_no_internals_and_is_found_in_the_log_without_what_was_sent(
    postgres_client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    run_elsewhere(url_of(postgres_client), "ALTER TABLE runs ADD CHECK (user_id IS NULL)")
    report = {"workflow_run_id": "r", "user_id": "tops3cret"}
    with caplog.at_level(logging.ERROR):
        answer = postgres_client.post("/apps/shop/workflows/trips/runs", json=report)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    problem = answer.json()
    assert problem["detail"] == "Something went wrong that should not have. The server's log has more."
    assert problem["instance"] in caplog.text
    assert "user_id" not in answer.text
    assert "IntegrityError" in caplog.text
    assert "tops3cret" not in caplog.text
