"""`longpole graph optimise` prints what changes and why, writes only what it was told to, and replays recorded runs."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from longpole import runtime as runtime_module
from longpole.cli.commands import app
from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus
from longpole.runtime import Runtime
from longpole.store.run_writes import write_records

BRIEFING = Path(__file__).parents[2] / "data" / "dify" / "briefing.yml"
S = 1_000_000_000
STEPS = ("Start", "Weather", "News of the city", "Greeting", "Each piece", "Send", "End")


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, ["graph", "optimise", *words])


def test_the_difference_the_reasons_and_a_new_file(tmp_path: Path) -> None:
    new = tmp_path / "new.yml"
    done = typed(str(BRIEFING), "-o", str(new))

    assert done.exit_code == 0
    assert "+        is_parallel: true" in done.output
    assert "“Each piece” works on 10 items at a time: no item uses anything of another" in done.output
    assert "“Page somebody” gets no retries: it may change something" in done.output
    assert "4 steps take time instead of 6. Counted, not measured" in done.output
    assert "1 edges" not in done.output
    assert "is_parallel: true" in new.read_text()
    again = typed(str(new), "-o", str(new))
    assert "Nothing to change" in again.output
    assert "Changed" not in again.output


def test_one_is_one() -> None:
    chain = Path(__file__).parents[2] / "data" / "dify" / "seq.yml"
    assert "On the longest way, 2 steps take time instead of 3" in typed(str(chain)).output
    assert ": 1 edge out, 2 in; what came after" in typed(str(chain)).output


def test_nothing_is_written_that_was_not_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "flow.yml"
    file.write_bytes(BRIEFING.read_bytes())

    assert "Nothing was written: -o NEW.yml writes it." in typed(str(file)).output
    assert "Nothing was written." in typed(str(file), "-o", str(file), "--dry-run").output
    assert file.read_bytes() == BRIEFING.read_bytes()
    retries = typed(str(file), "-o", str(file), "--only", "retry").output
    assert "is tried up to 3 times more" in retries
    assert file.read_bytes() != BRIEFING.read_bytes()


@pytest.mark.parametrize(
    "words", [["--only", "faster"], ["--only", ""], ["--only", "errors"], ["--app", "shop"], ["--workflow", "x"]]
)
def test_it_refuses_what_is_unclear(words: list[str]) -> None:
    assert isinstance(typed(str(BRIEFING), *words).exception, InvalidInputError)


def test_a_file_that_is_not_there() -> None:
    assert isinstance(typed("no-such.yml").exception, InvalidInputError)


def test_recorded_runs_tell_the_gain(runtime: Runtime) -> None:
    """Each step took a second; the greeting and the news need not wait for the weather."""
    now = runtime.clock()
    with runtime_module.unit_of_work() as connection:
        for number in range(20):
            begun, run_id = now - (number + 1) * 60 * S, f"r{number}"
            nodes = tuple(
                NodeExecution(
                    run_id, f"{run_id}/{place}", title, "llm", title,
                    start_ns=begun + place * S, end_ns=begun + (place + 1) * S, status=NodeStatus.SUCCEEDED,
                )
                for place, title in enumerate(STEPS)
            )  # fmt: skip
            run = Run(run_id, "shop", "briefing", status=RunStatus.SUCCEEDED, is_ended=True, start_ns=begun,
                      end_ns=begun + len(STEPS) * S)  # fmt: skip
            write_records(connection, [RunRecord(run, nodes)], now_ns=now)
    url = runtime.settings.database_url
    done = typed(str(BRIEFING), "--dry-run", "--app", "shop", "--workflow", "briefing", "--database-url", url)
    runtime_module.install(runtime)

    assert done.exit_code == 0
    assert "Of 20 recorded runs, replayed with these changes: median run 7.00 s → 5.00 s" in done.output
    assert "Not in it: No run has a second turn of 'Each piece'" in done.output
