"""Programs that end at once, in process: what they did is known, and what they kept is there for the next one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from longpole import runtime as runtime_module
from longpole.domain.runs import RunStatus
from longpole.runtime import Runtime
from longpole.services import runs
from longpole.services.cache import WorkflowCacheService
from longpole.settings import Settings

_PROGRAM = """
import asyncio, sys
import longpole


@longpole.cached_node(node_type="llm", ttl=60)
async def double(number):
    print("ran", number)
    return 2 * number


async def main():
    async with longpole.workflow("numbers", app_id="a"):
        await asyncio.gather(double(1), double(2))
        print(await double(1))
    raise SystemExit(3)


asyncio.run(main())
"""


def test_a_program_that_ends_at_once(sqlite_url: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM)
    environment = {**os.environ, "LONGPOLE_DATABASE_URL": sqlite_url}
    said = [
        subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    assert [(each.returncode, sorted(each.stdout.split("\n")), each.stderr) for each in said] == [
        (3, ["", "2", "ran 1", "ran 2"], ""),
        (3, ["", "2"], ""),
    ]
    with runtime_module.use(Runtime(Settings(database_url=sqlite_url))) as here:
        figures = WorkflowCacheService.get_cache_statistics("a", "numbers")
        found = [runs.get_run(run.workflow_run_id) for run in runs.list_runs("a", "numbers").items]
        here.close()
    assert (figures.hits, figures.misses, figures.stores) == (4, 2, 2)
    assert sorted(record.run.cached_nodes or 0 for record in found) == [1, 3]
    assert {record.run.status for record in found} == {RunStatus.SUCCEEDED}


@pytest.mark.parametrize("missing", ["sqlalchemy", "pydantic_settings"])
def test_without_the_server_extra_functions_run(missing: str) -> None:
    program = (
        "import importlib.util as found, sys\n"
        f"find = found.find_spec\nfound.find_spec = lambda name: None if name == {missing!r} else find(name)\n"
        "import longpole\n"
        "@longpole.cached_node()\n"
        "def double(number): return 2 * number\n"
        "with longpole.workflow('w'): print(double(2), double(2))\n"
        "print(longpole.flush(5), 'sqlalchemy' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "4 4\nTrue False\n"
    assert "longpole[server] is not installed" in done.stderr
