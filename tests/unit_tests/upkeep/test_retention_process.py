"""Rows are removed by another process, which is gone when it is not needed."""

import os
from pathlib import Path

import pytest

from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.upkeep import retention_process
from longpole.upkeep.retention_process import RetentionProcess


def is_there(pid: object) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_it_works_beside_and_ends(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = RetentionProcess(runtime)
    first = beside.do(os.getpid)
    assert first != os.getpid()
    assert beside.do(os.getpid) == first
    beside.end_if_idle()
    assert is_there(first)

    monkeypatch.setattr(retention_process, "_IDLE_S", 0.0)
    beside.end_if_idle()
    assert not is_there(first)

    second = beside.do(os.getpid)
    assert second not in {first, os.getpid()}
    beside.end()
    assert not is_there(second)


def test_where_there_can_be_no_other_process_it_works_here() -> None:
    in_memory = Runtime(Settings(database_url="sqlite:///:memory:"))
    assert RetentionProcess(in_memory).do(os.getpid) == os.getpid()
