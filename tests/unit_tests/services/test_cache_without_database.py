"""No database, or one that goes away: nodes run, nothing is cached, and no error reaches the workflow."""

from pathlib import Path

import pytest

from longpole import runtime as runtime_module
from longpole.domain.errors import StorageUnavailableError
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.settings import Settings

CREDENTIALS = {"model": "m", "api_key": "sk-1"}


def check_that_nodes_run(config: dict[str, str]) -> None:
    calls: list[int] = []

    def produce() -> str:
        calls.append(1)
        return "made"

    for _ in range(2):
        assert Cache.get_or_compute("llm", config, {"q": 1}, produce, min_seconds=0.0) == "made"
    assert len(calls) == 2
    assert Cache.get_cached_result("k", "nothing") == "nothing"
    assert not Cache.store_cached_result("k", "llm", config, {}, "x", 1.0) or Cache.get_cached_result("k") is None
    with pytest.raises(StorageUnavailableError):
        Cache.invalidate_cache(everything=True)


@pytest.mark.parametrize("config", [{}, CREDENTIALS], ids=["plain", "with credentials"])
@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/nothing", "sqlite:///{folder}/a-file/x.db"])
def test_without_a_database_nodes_run(url: str, config: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("no folder")
    made = Runtime(Settings(database_url=url.format(folder=tmp_path)))
    with runtime_module.use(made):
        check_that_nodes_run(config)
    made.close()


def test_an_unmigrated_database_is_none(tmp_path: Path) -> None:
    made = Runtime(Settings(database_url=f"sqlite:///{tmp_path}/new.db", auto_migrate=False))
    with runtime_module.use(made):
        assert Cache.get_or_compute("llm", {}, {}, lambda: "made", min_seconds=0.0) == "made"
    made.close()


def test_a_database_that_comes_later_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime_module, "_REST_S", 0.0)
    monkeypatch.setattr(runtime_module, "_REST_FACTOR", 0)
    blocked = tmp_path / "folder"
    blocked.write_text("in the way")
    made = Runtime(Settings(database_url=f"sqlite:///{blocked}/x.db"))
    with runtime_module.use(made):
        assert not Cache.store_cached_result("k", "llm", {}, {}, "x", 1.0)
        blocked.unlink()
        assert Cache.store_cached_result("k", "llm", {}, {}, "x", 1.0)
        assert Cache.get_cached_result("k") == "x"
    made.close()
