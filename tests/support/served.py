"""`longpole serve` as a process of its own, which tests may stop and start again on the same port."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

RECORDINGS = Path(__file__).parents[1] / "data" / "recordings"
_PATHS = {"trace": "/v1/traces", "log": "/v1/logs", "metric": "/v1/metrics"}
# Runs are complete soon; nothing is analysed that a test has not asked for.
_SETTINGS = {"LONGPOLE_RUN_SETTLE_SECONDS": "0.5", "LONGPOLE_ADVICE": "false", "LONGPOLE_DEGRADATIONS": "false"}


@dataclass
class Served:
    """A server on a database. `url` has no slash at its end."""

    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    url: str = ""
    grpc_port: int = 0
    _process: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        """Start it, on the port that it had before, and wait until it is ready."""
        port = self.url.rpartition(":")[2] or "0"
        command = ["serve", "--port", port, "--grpc-port", "0", "--database-url", self.database_url]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "longpole", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **_SETTINGS, **self.settings},
        )
        said = self._banner()
        self.url = _found(r"http://127\.0\.0\.1:\d+", said)
        self.grpc_port = int(_found(r"OTLP/gRPC\s+127\.0\.0\.1:\d+", said).rpartition(":")[2])

    def _banner(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        lines: list[str] = []
        while not lines or "Ctrl+C" not in lines[-1]:
            line = self._process.stdout.readline()
            assert line, f"it ended: {''.join(lines)}"
            lines.append(line)
        return "".join(lines)

    def stop(self) -> None:
        """End it, as an operator would."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.communicate()
                raise
            finally:
                self._process = None

    def restart(self) -> None:
        """End it and start it again at the same address."""
        self.stop()
        self.start()

    def send(self, name: str) -> None:
        """Send what a client once sent: a folder of `tests/data/recordings`. Returns when the server has kept it."""
        for path in sorted((RECORDINGS / name).glob("*.headers.json")):
            told = json.loads(path.read_text())
            kind = next(kind for kind in ("log", "metric", "trace") if kind in told["path"].lower())
            headers = dict(told["headers"]) if told["transport"] == "http" else {}
            self.post(
                _PATHS[kind],
                (path.parent / told["body_file"]).read_bytes(),
                **{"Content-Type": "application/x-protobuf", **headers},
            )

    def post(self, path: str, body: bytes | dict[str, object], **headers: str) -> None:
        """Send something; raises where the server does not take it."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kinds = {"Content-Type": "application/json", **headers}
        with urllib.request.urlopen(urllib.request.Request(self.url + path, content, kinds), timeout=20) as answer:
            answer.read()

    def get(self, path: str) -> object:
        """What it answers, read from JSON."""
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return json.loads(answer.read())


def _found(pattern: str, said: str) -> str:
    found = re.search(pattern, said)
    assert found, said
    return found[0]
