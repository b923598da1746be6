"""The commands as they are typed: what they print, what they refuse, how they end."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from longpole import __version__
from longpole.cli.commands import main
from longpole.runtime import Runtime
from longpole.services import recording

Typed = Callable[..., tuple[int, str, str]]
DATA = Path(__file__).parents[2] / "data" / "otlp"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types a command line; its exit code, output and errors."""

    def run(*words: str, width: int = 100) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["longpole", *words])
        monkeypatch.setenv("COLUMNS", str(width))
        with pytest.raises(SystemExit) as ended:
            main()
        output, errors = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), output, errors

    return run


@pytest.fixture
def url(runtime: Runtime) -> str:
    """A database in which one workflow ran: a slow node beside a fast one, then one that failed once."""
    start = datetime.now(UTC) - timedelta(hours=1)

    def node(name: str, begin: float, end: float, **more: object) -> dict[str, object]:
        instants = {"start_time": start + timedelta(seconds=begin), "end_time": start + timedelta(seconds=end)}
        known = {"node_execution_id": name, "node_id": name, "node_type": "tool", "status": "succeeded"}
        return {**known, **instants, **more}

    report = {
        "workflow_run_id": "run-1",
        "execution_status": "succeeded",
        "started_at": start,
        "finished_at": start + timedelta(seconds=10),
        "nodes": [node("slow", 0, 6), node("fast", 0, 2), node("last", 6, 10, retry_count=1, tokens_cost="0.25")],
    }
    recording.record_run("shop", "eu/trips", report)
    return runtime.settings.database_url


class TestReport:
    def test_it_works(self, typed: Typed, url: str) -> None:
        code, output, errors = typed("report", "shop/eu/trips", "--database-url", url)
        assert (code, errors) == (0, "")
        lines = [" ".join(line.split()) for line in output.splitlines()]
        assert "shop/eu/trips: the last 7 days" in lines
        assert "Runs 1 0" in lines
        assert "Cost $0.2500 –" in lines
        assert any(line.startswith("slow 1 6.00 s 6.00 s 6.00 s 50 % 0 %") for line in lines)
        assert "What decides how long a run takes (1 run, 100 % of the time)" in lines
        assert "slow 60 % 6.00 s 6.00 s 100 % tool" in lines
        assert "The slowest run: run-1, 10.0 s, succeeded" in lines

    def test_the_critical_path_is_lit(self, typed: Typed, url: str) -> None:
        _, output, _ = typed("report", "shop/eu/trips", "--database-url", url)
        drawn = {line.split()[0]: line for line in output.splitlines()[-4:-1]}
        assert "░" not in drawn["slow"]
        assert "█" in drawn["slow"]
        assert "█" not in drawn["fast"]
        assert "█" in drawn["last"]

    @pytest.mark.parametrize("width", [40, 60, 200])
    def test_it_fits(self, typed: Typed, url: str, width: int) -> None:
        _, output, _ = typed("report", "shop/eu/trips", "--database-url", url, width=width)
        assert max(map(len, output.splitlines())) <= width

    @pytest.mark.parametrize("target", [[], ["shop"]])
    def test_without_a_workflow_it_lists_them(self, typed: Typed, url: str, target: list[str]) -> None:
        code, output, _ = typed("report", *target, "--database-url", url)
        assert code == 0
        assert next(line.split()[:3] for line in output.splitlines() if "shop" in line) == ["shop/eu/trips", "1", "0"]
        assert "longpole report 'shop/eu/trips'" in output

    def test_a_period_without_runs_says_so(self, typed: Typed, runtime: Runtime) -> None:
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        recording.record_run("shop", "old", {"workflow_run_id": "r", "started_at": long_ago, "finished_at": long_ago})
        code, output, _ = typed("report", "shop/old", "--database-url", runtime.settings.database_url)
        assert code == 0
        assert "No run ended in this period" in output

    def test_an_empty_database_says_how_to_fill_it(self, typed: Typed, database_url: str) -> None:
        code, output, _ = typed("report", "--database-url", database_url)
        assert code == 0
        assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318" in output

    @pytest.mark.parametrize("target", ["nobody/nothing", "shop/nothing", "/", "shop/"])
    def test_an_unknown_workflow_is_a_line(self, typed: Typed, url: str, target: str) -> None:
        code, output, errors = typed("report", target, "--database-url", url)
        assert (code, output) == (1, "")
        assert errors == (f"longpole: There is no workflow '{target}'. `longpole report` lists those that there are.\n")


class TestIngest:
    def test_it_works(self, typed: Typed, database_url: str) -> None:
        path = str(DATA / "vercel.json")
        code, output, _ = typed("ingest", path, "--database-url", database_url)
        assert code == 0
        assert output.startswith(f"{path}: 1 requests, ")
        assert " 0 rejected" in output
        assert "vercel-app/" in typed("report", "--database-url", database_url)[1]

    def test_again_changes_nothing(self, typed: Typed, database_url: str) -> None:
        words = ("ingest", str(DATA / "openai_traces.pb"), "--database-url", database_url)
        typed(*words)
        before = typed("report", "--database-url", database_url)
        assert typed(*words)[0] == 0
        assert typed("report", "--database-url", database_url) == before

    def test_a_project_names_the_application(self, typed: Typed, database_url: str) -> None:
        path = str(DATA / "openai_traces.pb")
        typed("ingest", path, "--project", "mine", "--database-url", database_url)
        assert "mine/" in typed("report", "--database-url", database_url)[1]

    def test_logs_as_protobuf_are_called_so(self, typed: Typed, database_url: str) -> None:
        path = str(DATA / "openai_logs.pb")
        code, output, _ = typed("ingest", path, "--signal", "logs", "--database-url", database_url)
        assert code == 0
        assert " 0 records stored" not in output

    def test_good_files_are_stored_and_the_others_told_of(
        self, typed: Typed, database_url: str, tmp_path: Path
    ) -> None:
        bad, lines, missing = tmp_path / "bad.csv", tmp_path / "lines.jsonl", tmp_path / "missing"
        bad.write_text("a,b\n")
        vercel = (DATA / "vercel.json").read_bytes()
        lines.write_bytes(vercel.replace(b"\n", b" ") + b'\n{"resourceSpans": 7}\n')
        files = [str(bad), str(lines), str(missing)]
        code, output, _ = typed("ingest", *files, "--database-url", database_url)
        assert code == 1
        assert f"{bad}: 0 requests, 0 records stored, 0 rejected\n  {bad}: is neither OTLP JSON" in output
        assert f"{lines}: 2 requests" in output
        assert "\n  request 2: " in output
        assert f"  {missing}: No such file or directory\n" in output
        assert "vercel-app/" in typed("report", "--database-url", database_url)[1]


class TestReprice:
    def test_it_works(self, typed: Typed, url: str) -> None:
        code, output, _ = typed("reprice", "--since", "2026-01-01", "--database-url", url)
        assert code == 0
        assert output.startswith("1 runs looked at: 0 cost something else now")

    def test_a_bad_date_is_a_usage_error(self, typed: Typed, url: str) -> None:
        assert typed("reprice", "--since", "yesterday", "--database-url", url)[0] == 2


class TestDb:
    def test_it_works(self, typed: Typed, database_url: str) -> None:
        code, output, _ = typed("db", "current", "--database-url", database_url)
        assert (code, output.strip().endswith("(up to date)")) == (0, True)

    def test_down_and_up(self, typed: Typed, database_url: str) -> None:
        code, output, _ = typed("db", "downgrade", "base", "--database-url", database_url)
        assert (code, output.split(" (")[0]) == (0, "no schema")
        assert "longpole db upgrade" in output
        assert typed("db", "upgrade", "--database-url", database_url)[1].strip().endswith("(up to date)")

    def test_an_unknown_revision_is_a_line(self, typed: Typed, sqlite_url: str) -> None:
        code, output, errors = typed("db", "upgrade", "none-such", "--database-url", sqlite_url)
        assert (code, output, len(errors.splitlines())) == (1, "", 1)
        assert "none-such" in errors


class TestAll:
    def test_the_version(self, typed: Typed) -> None:
        assert typed("--version") == (0, f"longpole {__version__}\n", "")

    @pytest.mark.parametrize(
        "command", ["serve", "report", "ingest", "reprice", "demo", "db upgrade", "db current", "db downgrade"]
    )
    def test_help_has_an_example(self, typed: Typed, command: str) -> None:
        code, output, _ = typed(*command.split(), "--help")
        assert code == 0
        assert any(line.strip().startswith((f"longpole {command}", "LONGPOLE_")) for line in output.splitlines())

    @pytest.mark.parametrize("words", [["none-such"], ["report", "--days", "0"], ["serve", "--port", "x"], ["ingest"]])
    def test_what_cannot_be_understood_is_exit_code_2(self, typed: Typed, words: list[str]) -> None:
        assert typed(*words)[0] == 2

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["report", "--database-url", "mysql://x"], "sqlite:///FILE or postgresql://"),
            (["report", "--database-url", "nonsense"], "sqlite:///FILE or postgresql://"),
            (["report", "--database-url", "postgresql://u:secret@127.0.0.1:1/x"], "The database is not available"),
            (["serve", "--host", "0.0.0.0"], "not a loopback address"),
        ],
    )
    def test_errors_are_a_line_without_secrets(self, typed: Typed, words: list[str], said: str) -> None:
        code, output, errors = typed(*words)
        assert (code, output, len(errors.splitlines())) == (1, "", 1)
        assert said in errors
        assert "secret" not in errors

    def test_a_bad_setting_names_its_variable(self, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LONGPOLE_RUN_SETTLE_SECONDS", "soon")
        code, _, errors = typed("report")
        assert (code, errors.startswith("longpole: LONGPOLE_RUN_SETTLE_SECONDS: ")) == (1, True)

    def test_help_loads_no_database_and_no_web_framework(self) -> None:
        look = (
            "import sys; sys.argv = ['longpole', '--help']\n"
            "from longpole.cli.commands import app\n"
            "try: app()\n"
            "except SystemExit: pass\n"
            "print([name for name in ('sqlalchemy', 'fastapi', 'numpy', 'grpc', 'pydantic') if name in sys.modules])"
        )
        output = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout
        assert output.splitlines()[-1] == "[]"
