"""Nothing is said of workflows with nothing wrong with them: the rules on tokens, practice and scale."""

import pytest

from healthy import healthy
from longpole.advice.best_practice import best_practice
from longpole.advice.scalability import scalability
from longpole.advice.token_usage import token_usage

RULES = (token_usage, best_practice, scalability)


def findings(seeds: range, runs: int) -> list[tuple[int, str, str]]:
    return [
        (seed, finding.rule, finding.description)
        for seed in seeds
        for observed in [healthy(seed, runs)]
        for rule in RULES
        for finding in rule(observed)
    ]


def test_forty_workflows() -> None:
    assert findings(range(40), 60) == []


@pytest.mark.soak
def test_six_hundred_workflows() -> None:
    assert len(findings(range(5_000, 5_600), 200)) <= 2
