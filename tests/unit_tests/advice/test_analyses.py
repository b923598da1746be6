"""Every analysis has a rule, named as its file and as the contract names it; what is not there is not found."""

from longpole.advice.analyses import RULES, Analysis
from observing import observations_of

SIX = ["slow_nodes", "cache_opportunities", "error_patterns", "token_usage", "parallel_opportunities", "retry_patterns"]


def test_every_analysis_has_the_rule_of_its_name() -> None:
    assert list(RULES) == list(Analysis)
    assert {rule.__module__: getattr(rule, "__name__", "") for rule in RULES.values()} == {
        f"longpole.advice.{name}": name for name in (*SIX, "cache_ttls", "best_practice", "scalability")
    }


def test_nothing_is_found_where_nothing_was_seen() -> None:
    assert [finding for rule in RULES.values() for finding in rule(observations_of([]))] == []
