"""Every service call is documented with all that it takes."""

import inspect
import re
from typing import Any

import pytest

from longpole.services.advisor import WorkflowOptimizationAdvisor
from longpole.services.cache import WorkflowCacheService
from longpole.services.performance import WorkflowPerformanceService

_PAGE = "docs/reference/services.md"
_CALLS = [
    (service, name)
    for service in (WorkflowPerformanceService, WorkflowCacheService, WorkflowOptimizationAdvisor)
    for name in vars(service)
    if not name.startswith("_") and name.islower()
]


def test_there_are_calls() -> None:
    assert len(_CALLS) == 11 + 12 + 1


@pytest.mark.parametrize(("service", "name"), _CALLS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_call_is_documented_with_its_parameters(pages: Any, service: type, name: str) -> None:
    """Those by position stand in its signature in their order, with their defaults."""
    parameters = inspect.signature(getattr(service, name)).parameters.values()
    by_position = [each for each in parameters if each.kind is not each.KEYWORD_ONLY]
    by_name = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}
    given = [each.name if each.default is each.empty else f"{each.name}={each.default}" for each in by_position]
    text = pages.text(_PAGE)

    assert f"`{name}({', '.join([*given, *(['*', '…'] if by_name else [])])})`" in text
    assert by_name - set(re.findall(r"\w+", text)) == set()
