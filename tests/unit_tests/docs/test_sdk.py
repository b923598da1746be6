"""Every option of the SDK is documented, and the pages' programs run."""

import inspect
import re
from typing import Any

import pytest

import longpole
from longpole.integrations.langgraph import LongpoleCache
from longpole.services import runs
from longpole.services.cache import WorkflowCacheService

_PAGE = "docs/reference/sdk.md"
_OFFERED = {f"longpole.{name}": getattr(longpole, name) for name in longpole.__all__ if not name.startswith("_")}


@pytest.mark.parametrize(("name", "offered"), [*_OFFERED.items(), ("LongpoleCache", LongpoleCache)])
def test_what_is_offered_is_documented_with_its_options(pages: Any, name: str, offered: Any) -> None:
    section = pages.section(_PAGE, f"## {name}")

    assert section
    assert set(inspect.signature(offered).parameters) - set(re.findall(r"\w+", section)) == set()


def test_functions_of_your_own(pages: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for page, block in pages.blocks("python", "docs/how-to/sdk.md"):
        exec(compile(block, page, "exec", dont_inherit=True), {"__name__": "page"})
    assert longpole.flush(20)

    assert capsys.readouterr().out == "what stands on a page\n" * 2
    (run,) = runs.list_runs("news", "digest").items
    assert (run.node_count, run.cached_nodes) == (4, 1)
    assert WorkflowCacheService.get_cache_statistics("news", "digest").hits == 1


def test_nodes_of_langgraph(pages: Any) -> None:
    block = pages.section("docs/how-to/langgraph.md", "## Cache its nodes")
    [found] = re.findall(r"```python\n(.*?)```", block, re.DOTALL)
    exec(compile(found, "langgraph.md", "exec", dont_inherit=True), {})

    assert WorkflowCacheService.get_cache_statistics("shop", "ask").hits == 1
