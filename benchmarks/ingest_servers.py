"""The servers under load, each a process on an empty database: ours, and two peers' from environments of their own.

Downstream: `ingest`, `retention`, `soak`.
"""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from longpole.store.dirty_marks import Behind
from longpole.store.engine import open_engine, reading
from longpole.store.tables import runs, trace_chunks

_READY_S = 180.0
_TOLD_CHARACTERS = 4_000
"""Of what a server said, where something went wrong."""
_PHOENIX = """
import sys
import grpc.aio._server as server
add = server.Server.add_insecure_port  # it binds all addresses, whatever its host is
server.Server.add_insecure_port = lambda self, address: add(self, address.replace("[::]", "127.0.0.1"))
from phoenix.server.main import main
sys.argv = ["phoenix", "serve"]
main()
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """Of all processes of a server. `pss_bytes` counts pages that they share once, `rss_bytes` in each of them."""

    rss_bytes: int
    pss_bytes: int
    rss_of_each: tuple[int, ...]

    def __str__(self) -> str:
        each = " + ".join(f"{size / 1e6:.0f}" for size in self.rss_of_each)
        return f"{self.rss_bytes / 1e6:.0f} MB ({each}; {self.pss_bytes / 1e6:.0f} without what is shared)"


@dataclass(slots=True)
class Server:
    """A server that is ready: where it takes traces, and where its figures can be read."""

    process: "subprocess.Popen[bytes]"
    url: str
    headers: dict[str, str]

    def _processes(self) -> list[int]:
        children = [self.process.pid]
        for pid in children:  # grows while it is read
            for task in Path(f"/proc/{pid}/task").glob("*"):
                children += map(int, _told(pid, f"task/{task.name}/children").split())
        return children

    def cpu_seconds(self) -> float:
        """Processor time of the server and its children so far."""
        ticks = 0
        for pid in self._processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> Memory:
        """What its processes have now."""
        said = [_told(pid, "smaps_rollup") for pid in self._processes()]
        rss, pss = ([_bytes(name, one) for one in said] for name in ("Rss", "Pss"))
        return Memory(sum(rss), sum(pss), tuple(rss))

    def peak_bytes(self) -> int:
        """The most memory that the server and its children had, added up."""
        return sum(_bytes("VmHWM", _told(pid, "status")) for pid in self._processes())


def _told(pid: int, what: str) -> str:
    """What the kernel says of a process; nothing of one that has just ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/{what}").read_text()
    return ""


def _bytes(name: str, said: str) -> int:
    """A line of kilobytes; 0 where there is none."""
    found = re.search(rf"^{name}:\s+(\d+)", said, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


@contextmanager
def longpole(database_url: str) -> Iterator[Server]:
    """`longpole serve`."""
    port = _free_port()
    command = [sys.executable, "-m", "longpole", "serve", "--port", str(port), "--grpc-port", "-1"]
    settings = {"LONGPOLE_DATABASE_URL": database_url, "LONGPOLE_LOG_LEVEL": "error"}
    with _serving(command, settings, f"http://127.0.0.1:{port}", "/v1/traces") as server:
        yield server


@contextmanager
def phoenix(python: Path, folder: Path) -> Iterator[Server]:
    """Phoenix with its default database in `folder`."""
    port = _free_port()
    settings = {
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(_free_port()),
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_TELEMETRY_ENABLED": "false",
        "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
        "PHOENIX_DISABLE_AGENT_ASSISTANT": "true",
    }
    command = [str(python), "-c", _PHOENIX]
    with _serving(command, settings, f"http://127.0.0.1:{port}", "/v1/traces", "/readyz") as server:
        yield server


@contextmanager
def mlflow(python: Path, folder: Path) -> Iterator[Server]:
    """MLflow's server with a SQLite database in `folder`."""
    port = _free_port()
    command = [str(python), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}"]
    settings = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_MODEL_CATALOG_URI": "", "DO_NOT_TRACK": "true"}
    settings |= {"PATH": f"{python.parent}:{os.environ['PATH']}"}
    ready = "/api/2.0/mlflow/experiments/get?experiment_id=0"
    with _serving(command, settings, f"http://127.0.0.1:{port}", "/v1/traces", ready) as server:
        server.headers = {"x-mlflow-experiment-id": "0"}
        yield server


def longpole_stored(database_url: str) -> tuple[int, bool]:
    """How many runs can be asked for, and whether something that was acknowledged cannot yet."""
    engine = open_engine(database_url)
    try:
        with reading(engine) as connection:
            found = connection.scalar(select(func.count()).select_from(runs)) or 0
            pending = select(trace_chunks.c.chunk_key).where(trace_chunks.c.is_pending).limit(1)
            return found, connection.scalar(pending) is not None
    finally:
        engine.dispose()


def waiting_traces(file: Path) -> int:
    """How many chunks of what was acknowledged are not assembled yet."""
    return _asked(file, "SELECT count(*) FROM trace_chunks WHERE is_pending")


def waiting_work(file: Path) -> int:
    """The same, and how many changes the cells do not follow yet (the hour and the day that go on have none)."""
    return waiting_traces(file) + _asked(file, f"SELECT count(*) FROM dirty_marks WHERE tier = {int(Behind.UNIT)}")


def rows_in(file: Path, table: str) -> int:
    """How many rows a table of ours has."""
    return _asked(file, f"SELECT count(*) FROM {table}")


def spans_in(file: Path) -> int:
    """How many spans a peer has stored."""
    try:
        return _asked(file, "SELECT count(*) FROM spans")
    except sqlite3.OperationalError:
        return 0


def _asked(file: Path, statement: str) -> int:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as connection:
        return int(connection.execute(statement).fetchone()[0])


@contextmanager
def _serving(
    command: list[str], settings: dict[str, str], base: str, path: str, ready: str = "/health"
) -> Iterator[Server]:
    with tempfile.TemporaryFile() as said:
        environment = {**os.environ, **settings}
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        )
        try:
            _wait_until_ready(process, base + ready)
            yield Server(process, base + path, {})
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace")[-_TOLD_CHARACTERS:])
            raise
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", url: str) -> None:
    until = time.monotonic() + _READY_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the server at {url} did not become ready")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
