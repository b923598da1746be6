"""`longpole purge` asks, says what went, and refuses what is unclear."""

import pytest
from typer.testing import CliRunner

from longpole import runtime as runtime_module
from longpole.cli.commands import app
from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import NodeExecution, Run, RunRecord
from longpole.runtime import Runtime
from longpole.store.run_reads import find_run
from longpole.store.run_writes import write_records


@pytest.fixture
def url(runtime: Runtime) -> str:
    """A database with two runs of alice's."""
    with runtime_module.unit_of_work() as connection:
        for name in ("r1", "r2"):
            run = Run(name, "shop", "flow", user_id="alice")
            write_records(connection, [RunRecord(run, (NodeExecution(name, "n", "n", "tool", "n"),))], now_ns=1)
    return runtime.settings.database_url


def is_there(run_id: str) -> bool:
    with runtime_module.reading() as connection:
        return find_run(connection, run_id) is not None


def test_a_run_goes_when_the_user_says_yes(runtime: Runtime, url: str) -> None:
    refused = CliRunner().invoke(app, ["purge", "--run", "r1", "--database-url", url], input="n\n")
    runtime_module.install(runtime)
    assert (refused.exit_code, is_there("r1")) == (1, True)
    assert "Remove run 'r1' for good?" in refused.output

    done = CliRunner().invoke(app, ["purge", "--run", "r1", "--database-url", url], input="y\n")
    runtime_module.install(runtime)
    assert (done.exit_code, is_there("r1"), is_there("r2")) == (0, False, True)
    assert "Removed 1 runs: 1 node executions, 0 traces, 0 payloads." in done.output


def test_a_users_runs_go_without_asking(runtime: Runtime, url: str) -> None:
    done = CliRunner().invoke(app, ["purge", "--user", "alice", "--yes", "--database-url", url])
    runtime_module.install(runtime)

    assert (done.exit_code, is_there("r1"), is_there("r2")) == (0, False, False)


def test_what_is_not_known_is_said(url: str) -> None:
    done = CliRunner().invoke(app, ["purge", "--run", "nobody", "--yes", "--database-url", url])

    assert done.exit_code == 1
    assert "Nothing is known of: nobody." in done.output


@pytest.mark.parametrize("options", [[], ["--run", "a", "--user", "b"], ["--run", "a", "--app", "b"]])
def test_it_refuses_what_is_unclear(options: list[str]) -> None:
    refused = CliRunner().invoke(app, ["purge", *options])

    assert isinstance(refused.exception, InvalidInputError)
