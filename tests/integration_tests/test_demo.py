"""`longpole demo` as a user runs it: a process of its own, with an empty home."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from longpole import runtime
from longpole.domain.runs import NodeStatus, Run, RunRecord, RunStatus
from longpole.runtime import Runtime
from longpole.services import runs
from longpole.services.cache import WorkflowCacheService
from longpole.settings import Settings

WORKFLOWS = ["trip_planner", "support_answers", "invoice_intake", "contract_review"]


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LD_LIBRARY_PATH", "SYSTEMROOT"}}
    return kept | {"HOME": str(home), "TMPDIR": str(home), "COLUMNS": "120"} | more


@pytest.fixture(scope="module")
def staying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A demo without an option, and its home: started at once, since most of a demo's time is waiting."""
    home = tmp_path_factory.mktemp("staying")
    hears_ctrl_c = "signal.signal(signal.SIGINT, signal.default_int_handler)"  # who tests in the background ignores it
    program = f"import signal, sys; {hears_ctrl_c}; from longpole.__main__ import main; sys.argv[1:] = ['demo']; main()"
    command = [sys.executable, "-c", program]
    ports = {"LONGPOLE_PORT": "0", "LONGPOLE_GRPC_PORT": "0", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment(home, **ports), stdout=subprocess.PIPE, text=True) as running:
        try:
            yield home, running
        finally:
            running.kill()


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory,
    staying: tuple[Path, subprocess.Popen[str]],  # runs meanwhile
) -> Iterator[tuple[Path, subprocess.CompletedProcess[str]]]:
    """The demo's folder, and what the command said; on ports that are taken, with a proxy that leads nowhere."""
    home = tmp_path_factory.mktemp("home")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        hostile = {
            "LONGPOLE_PORT": port,
            "LONGPOLE_GRPC_PORT": port,
            "LONGPOLE_HOST": "0.0.0.0",
            "HTTP_PROXY": "http://127.0.0.1:9",
            "LANGSMITH_TRACING": "true",
            "OTEL_SERVICE_NAME": "something-else",
        }
        folder = home / "kept"
        command = ["demo", "--exit", "--folder", str(folder), "--picture", str(home / "picture.svg")]
        done = subprocess.run(
            [sys.executable, "-m", "longpole", *command],
            env=environment(home, **hostile), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        yield folder, done


@pytest.fixture
def records(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> Iterator[dict[str, list[RunRecord]]]:
    """The runs that the demo left, whole, by workflow."""
    on = Runtime(Settings(database_url=f"sqlite:///{demo[0] / 'longpole.db'}"))
    with runtime.use(on):
        yield {
            workflow: [runs.get_run(run.workflow_run_id) for run in runs.list_runs("demo", workflow).items]
            for workflow in WORKFLOWS
        }
    on.close()


def test_it_ends_well_and_says_only_what_it_found(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = demo
    assert (done.returncode, done.stderr) == (0, "")
    assert [name for name in WORKFLOWS if name not in done.stdout] == []
    assert "22 runs in" in done.stdout
    assert "Something else listens on" in done.stdout
    assert (folder / "longpole.log").read_text() == ""
    assert re.search(r"http://127\.0\.0\.1:\d+", done.stdout)


def test_every_run_is_there_with_its_outcome(records: dict[str, list[RunRecord]]) -> None:
    outcomes = {
        name: Counter((record.run.status, (record.run.error_type or "").rpartition(".")[2]) for record in found)
        for name, found in records.items()
    }
    well = (RunStatus.SUCCEEDED, "")
    assert outcomes == {
        "trip_planner": {well: 6},
        "support_answers": {well: 6},
        "contract_review": {well: 3, (RunStatus.FAILED, "UnreadableClauseError"): 1},
        "invoice_intake": {well: 5, (RunStatus.FAILED, "LedgerUnavailableError"): 1},
    }


def test_retries_are_seen_from_outside(records: dict[str, list[RunRecord]]) -> None:
    posted = [node for record in records["invoice_intake"] for node in record.nodes if node.node_id == "post_to_ledger"]
    assert sorted(node.attempts for node in posted) == [1, 1, 1, 2, 3, 3]
    assert sorted(node.status or "none" for node in posted) == [NodeStatus.FAILED, *[NodeStatus.SUCCEEDED] * 5]


def test_branches_run_side_by_side(records: dict[str, list[RunRecord]]) -> None:
    for record in records["trip_planner"]:
        by_id = {node.node_id: node for node in record.nodes}
        starts = [by_id[name].start_ns or 0 for name in ("flights", "hotels", "weather")]
        assert max(starts) < min(by_id[name].end_ns or 0 for name in ("flights", "hotels"))


def test_tokens_and_costs_are_known_of_every_run_that_called_a_model(records: dict[str, list[RunRecord]]) -> None:
    for found in records.values():
        for record in found:
            calls = [node for node in record.nodes if node.tokens.total is not None]
            assert record.run.cost_usd == record.run.known_cost_usd == sum(node.cost_usd or 0 for node in calls)
            assert record.run.total_tokens_used == sum(node.tokens.total or 0 for node in calls)
            assert all(node.cost_usd for node in calls)


def test_a_call_costs_its_list_price(records: dict[str, list[RunRecord]]) -> None:
    """gpt-4o: 2.50 in, 1.25 from the cache, 10 out, per million."""
    answers = [n for record in records["support_answers"] for n in record.nodes if n.model == "gpt-4o"]
    assert len(answers) == 6
    assert any(node.tokens.cache_read for node in answers)
    for node in answers:
        cached = node.tokens.cache_read or 0
        plain = (node.tokens.input or 0) - cached
        price = plain * Decimal("2.5") + cached * Decimal("1.25") + (node.tokens.output or 0) * 10
        assert node.cost_usd == price / 1_000_000


def test_the_second_of_two_equal_runs_is_served_and_ten_times_as_fast(
    demo: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    on = Runtime(Settings(database_url=f"sqlite:///{demo[0] / 'longpole.db'}"))
    with runtime.use(on):
        found = runs.list_runs("demo", "trip_planner_cached").items
        first, second = sorted(map(_whole, found), key=lambda record: record.run.start_ns or 0)
        figures = WorkflowCacheService.get_cache_statistics("demo", "trip_planner_cached")
    on.close()
    names = ["understand", "flights", "hotels", "weather", "itinerary"]
    assert sorted(node.node_id for node in second.nodes) == sorted(names)
    assert {node.is_cached for node in second.nodes} == {True}
    assert (second.run.status, second.run.cached_nodes, second.run.cost_usd) == (RunStatus.SUCCEEDED, 5, 0)
    assert (first.run.elapsed_ns or 0) > 10 * (second.run.elapsed_ns or 0)
    assert (figures.hits, figures.misses, figures.stores, figures.entries) == (5, 5, 5, 5)
    assert figures.cost_saved == first.run.cost_usd
    spent = sum(node.elapsed_ns or 0 for node in first.nodes if node.node_id in names) / 1e9
    assert figures.time_saved == pytest.approx(spent, rel=0.2)
    said = re.search(r"The second run was (\d+) times as fast", demo[1].stdout)
    assert said is not None
    assert int(said[1]) >= 10


def _whole(run: Run) -> RunRecord:
    return runs.get_run(run.workflow_run_id)


def test_users_and_sessions_are_told(records: dict[str, list[RunRecord]]) -> None:
    assert {record.run.user_id for record in records["trip_planner"]} == {"mara"}
    assert {record.run.session_id for record in records["invoice_intake"]} == {"monday-post"}
    assert {record.run.tags for found in records.values() for record in found} == {("demo",)}


def test_the_picture_stands_alone(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    picture = (demo[0].parent / "picture.svg").read_text()
    assert ET.fromstring(picture).tag.endswith("svg")
    assert "hotels" in picture
    assert "@font-face" not in picture
    assert "url(http" not in picture


def test_without_an_option_it_stays_up_and_leaves_nothing(staying: tuple[Path, subprocess.Popen[str]]) -> None:
    home, running = staying
    assert running.stdout is not None
    address = ""
    for line in running.stdout:
        if found := re.search(r"API and OTLP/HTTP\s+(http://\S+)", line):
            address = found[1]
        if "The server stays up" in line:
            break
    with urllib.request.urlopen(f"{address}/apps", timeout=10) as answer:
        assert [app["app_id"] for app in json.load(answer)["items"]] == ["demo"]
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=60) == 0
    assert [path.name for path in home.iterdir() if path.name.startswith("longpole-demo-")] == []


def test_without_its_extra_it_says_how_to_get_it(tmp_path: Path) -> None:
    program = "import sys; sys.modules['langgraph'] = None; from longpole.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "demo"],
        env=environment(tmp_path, LONGPOLE_PORT="0", LONGPOLE_GRPC_PORT="0"),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip().endswith("pip install 'longpole[demo]'")
    assert "Traceback" not in done.stderr
