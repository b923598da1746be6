"""`longpole serve` as a process of its own: how soon it is ready, what it takes, how it refuses and how it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

Serve = Callable[..., subprocess.Popen[str]]
READY_S = 8  # the aim is 2 s on a quiet machine: `benchmarks/startup.py` measures it
IDLE_MB = 150


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts servers; ends those that are left."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "longpole", "serve", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
            cwd=tmp_path,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def banner(process: subprocess.Popen[str]) -> str:
    """What it says until it says how to end it."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or "Ctrl+C" not in lines[-1]:
        line = process.stdout.readline()
        assert line, f"it ended: {process.communicate()}"
        lines.append(line)
    return "".join(lines)


def address(said: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert found
    return found[0]


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def test_it_works(serve: Serve, tmp_path: Path) -> None:
    begun = time.monotonic()
    process = serve("--port", "0", "--grpc-port", "0")
    said = banner(process)
    assert get(f"{address(said)}/ready") == {"status": "ok"}
    assert time.monotonic() - begun < READY_S
    assert f"OTEL_EXPORTER_OTLP_ENDPOINT={address(said)}" in said
    assert (tmp_path / "data" / "longpole" / "longpole.db").exists()
    assert psutil.Process(process.pid).memory_info().rss < IDLE_MB * 1_000_000


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_leaves_in_peace(serve: Serve, sign: signal.Signals) -> None:
    process = serve("--port", "0", "--grpc-port", "0")
    said = banner(process)
    process.send_signal(sign)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    with pytest.raises(OSError, match="refused"):
        get(f"{address(said)}/health")


def test_what_was_asked_before_the_signal_is_answered(serve: Serve) -> None:
    process = serve("--port", "0", "--grpc-port", "-1")
    host, port = address(banner(process)).removeprefix("http://").split(":")
    body = b'{"resourceSpans": []}'
    head = (
        "POST /v1/traces HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=20) as asked, asked.makefile("rb") as answer:
        asked.sendall(head.encode())
        assert answer.readline() == b"HTTP/1.1 100 Continue\r\n"  # it has begun to read the body
        process.send_signal(signal.SIGTERM)
        wait_until_closed(host, int(port))
        asked.sendall(body)
        rest = answer.read()
    assert rest.startswith(b"\r\nHTTP/1.1 200 OK\r\n")
    assert rest.endswith(b"\r\n\r\n{}")
    assert process.wait(timeout=20) == 0


def wait_until_closed(host: str, port: int) -> None:
    """Wait until it takes no new connections."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            return
    pytest.fail("it still takes connections")


def test_the_environment_says_the_same_as_options(serve: Serve, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'mine.db'}"
    said = banner(serve(LONGPOLE_PORT="0", LONGPOLE_GRPC_PORT="-1", LONGPOLE_DATABASE_URL=url))
    assert get(f"{address(said)}/health") == {"status": "ok"}
    assert re.search(r"OTLP/gRPC +off", said)
    assert url in said


def test_a_password_is_not_shown(serve: Serve, postgres_url: str) -> None:
    url = re.sub(r"//[^/@]*@?", "//postgres:tops3cret@", postgres_url, count=1)
    said = banner(serve("--port", "0", "--grpc-port", "-1", LONGPOLE_DATABASE_URL=url))
    assert "tops3cret" not in said
    assert "postgres:***@" in said


@pytest.mark.parametrize("option", ["--port", "--grpc-port"])
def test_a_taken_port_is_a_line_that_says_what_to_do(serve: Serve, option: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        rest = {"--port": "--grpc-port", "--grpc-port": "--port"}[option]
        process = serve(option, str(port), rest, "0")
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output) == (1, "")
    assert errors == (
        f"longpole: Another program listens on 127.0.0.1:{port} already. "
        f"Stop it, or choose another port with {option} (0 picks a free one).\n"
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_without_keys_it_listens_on_loopback_only(serve: Serve, host: str) -> None:
    process = serve("--host", host, "--port", "0")
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output) == (1, "")
    assert len(errors.splitlines()) == 1
    assert "not a loopback address" in errors
    assert "tunnel" in errors


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"LONGPOLE_RUN_SETTLE_SECONDS": "soon"}, "LONGPOLE_RUN_SETTLE_SECONDS"),
        ({"LONGPOLE_DATABASE_URL": "mysql://x"}, "sqlite:///FILE or postgresql://"),
        ({"LONGPOLE_DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "database is not available"),
        ({"LONGPOLE_AUTO_MIGRATE": "false"}, "longpole db upgrade"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_line(serve: Serve, environment: dict[str, str], said: str) -> None:
    process = serve("--port", "0", "--grpc-port", "0", **environment)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output) == (1, "")
    assert len(errors.splitlines()) == 1
    assert said in errors
