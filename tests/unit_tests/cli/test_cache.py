"""`longpole cache` says what was saved, asks before it takes anything out, and refuses what is unclear."""

import pytest
from typer.testing import CliRunner, Result

from longpole import runtime as runtime_module
from longpole.cli.cache_tables import bar
from longpole.cli.commands import app
from longpole.domain.errors import InvalidInputError
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache

SCOPE = ["--app", "shop", "--workflow", "flow"]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def stored(runtime: Runtime) -> Runtime:
    """Three results of two workflows, one of them served three times and asked for in vain once."""
    for key, workflow, tags in (("a", "flow", ["t"]), ("b", "flow", []), ("c", "other", [])):
        assert Cache.store_cached_result(
            key, "llm", {"model": "m"}, {}, key, 90.0, app_id="shop", workflow_id=workflow, node_id="greet", tags=tags,
            cost=0.5,
        )  # fmt: skip
    for key in ("a", "a", "a", "nothing"):
        Cache.get_cached_result(key, app_id="shop", workflow_id="flow")
    runtime.cache.counts.flush()
    return runtime


def run(on: Runtime, *words: str, answer: str | None = None) -> Result:
    done = CliRunner().invoke(app, ["cache", *words, "--database-url", on.settings.database_url], input=answer)
    runtime_module.install(on)
    on.cache.memory.clear()
    return done


def kept(key: str = "a", workflow: str = "flow") -> bool:
    return Cache.get_cached_result(key, app_id="shop", workflow_id=workflow) is not None


def test_stats_say_what_was_saved(stored: Runtime) -> None:
    shown = run(stored, "stats", *SCOPE).output
    assert "shop/flow: the cache in the last 7 days" in shown
    assert "███████▌     75 %" in shown
    assert "4 min 30 s" in shown
    assert "$1.50" in shown


def test_stats_of_nothing_say_how_to_name_a_workflow(stored: Runtime) -> None:
    assert "Name a workflow: --app ID --workflow ID." in run(stored, "stats").output


def test_top_names_nodes(stored: Runtime) -> None:
    shown = run(stored, "top", *SCOPE, "--by", "time_saved").output
    assert "served most, by time saved" in shown
    assert "greet" in shown


def test_explain_says_what_went_in(stored: Runtime) -> None:
    shown = run(stored, "explain", "a", *SCOPE).output
    assert "node_config.model" in shown
    assert "fresh" in shown


def test_nothing_goes_unless_the_user_says_yes(stored: Runtime) -> None:
    refused = run(stored, "invalidate", *SCOPE, "--node", "greet", answer="n\n")
    assert "Take 2 results out of the cache of shop/flow?" in refused.output
    assert (refused.exit_code, kept()) == (1, True)

    done = run(stored, "invalidate", *SCOPE, "--node", "greet", answer="y\n")
    assert "Took 2 results out." in done.output
    assert (kept("a"), kept("b"), kept("c", "other")) == (False, False, True)


@pytest.mark.parametrize(
    ("which", "number"),
    [
        (["--tag", "t"], "1 result"),
        (["--key", "b"], "1 result"),
        (["--node-type", "llm"], "2 results"),
        (["--older-than-hours", "1"], "0 results"),
        (["--everything"], "2 results"),
    ],
)
def test_criteria(stored: Runtime, which: list[str], number: str) -> None:
    assert f"Took {number} out." in run(stored, "invalidate", *SCOPE, *which, "--yes").output


def test_an_application_means_all_its_workflows(stored: Runtime) -> None:
    assert "Took 3 results out." in run(stored, "invalidate", "--app", "shop", "--everything", "-y").output


def test_cleanup(stored: Runtime) -> None:
    assert "Removed 0 results." in run(stored, "cleanup", *SCOPE).output


@pytest.mark.parametrize(
    "words",
    [
        ["invalidate", *SCOPE],
        ["invalidate", "--workflow", "flow", "--everything"],
        ["invalidate", *SCOPE, "--everything", "--tag", "t"],
        ["stats", "--app", "shop"],
        ["top", "--workflow", "flow"],
    ],
)
def test_it_refuses_what_is_unclear(stored: Runtime, words: list[str]) -> None:
    assert isinstance(run(stored, *words).exception, InvalidInputError)
    assert kept()


@pytest.mark.parametrize(
    ("percent", "drawn"),
    [(None, "–"), (0.0, "              0 %"), (100.0, "██████████  100 %"), (6.25, "▋             6 %")],
)
def test_a_bar(percent: float | None, drawn: str) -> None:
    assert bar(percent).plain == drawn
