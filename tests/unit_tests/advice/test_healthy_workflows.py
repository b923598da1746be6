"""Workflows with nothing wrong with them: the rules on slow steps, failures and retries have nothing to say."""

import pytest

from longpole.advice.error_patterns import error_patterns
from longpole.advice.retry_patterns import retry_patterns
from longpole.advice.slow_nodes import slow_nodes
from observing import observations_of
from workflow_runs import healthy


def findings(seed: int) -> list[str]:
    observed = observations_of(healthy(seed))
    return [f"{seed} {each.rule}" for rule in (slow_nodes, error_patterns, retry_patterns) for each in rule(observed)]


def test_nothing_is_found() -> None:
    assert [found for seed in range(60) for found in findings(seed)] == []


@pytest.mark.soak
def test_nothing_is_found_in_many() -> None:
    """One in 300 is allowed for all rules together; these three keep to one in a thousand."""
    assert len([found for seed in range(60, 1_060) for found in findings(seed)]) <= 1
