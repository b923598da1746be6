"""The analyses of a workflow, by the names that the contract gives them, and the rules of each.

Upstream: `services.advisor`. Downstream: the rules, one file each beside this one.
"""

from collections.abc import Mapping
from enum import StrEnum

from longpole.advice.best_practice import best_practice
from longpole.advice.cache_opportunities import cache_opportunities
from longpole.advice.cache_ttls import cache_ttls
from longpole.advice.error_patterns import error_patterns
from longpole.advice.parallel_opportunities import parallel_opportunities
from longpole.advice.retry_patterns import retry_patterns
from longpole.advice.rule import Rule
from longpole.advice.scalability import scalability
from longpole.advice.slow_nodes import slow_nodes
from longpole.advice.token_usage import token_usage


class Analysis(StrEnum):
    """What can be asked of a workflow's runs: six of the contract, and what goes beyond them."""

    SLOW_NODES = "slow_nodes"
    CACHE_OPPORTUNITIES = "cache_opportunities"
    ERROR_PATTERNS = "error_patterns"
    TOKEN_USAGE = "token_usage"  # noqa: S105 - of a language model
    PARALLEL_OPPORTUNITIES = "parallel_opportunities"
    RETRY_PATTERNS = "retry_patterns"
    CACHE_TTLS = "cache_ttls"
    BEST_PRACTICE = "best_practice"
    SCALABILITY = "scalability"


RULES: Mapping[Analysis, Rule] = {
    Analysis.SLOW_NODES: slow_nodes,
    Analysis.CACHE_OPPORTUNITIES: cache_opportunities,
    Analysis.ERROR_PATTERNS: error_patterns,
    Analysis.TOKEN_USAGE: token_usage,
    Analysis.PARALLEL_OPPORTUNITIES: parallel_opportunities,
    Analysis.RETRY_PATTERNS: retry_patterns,
    Analysis.CACHE_TTLS: cache_ttls,
    Analysis.BEST_PRACTICE: best_practice,
    Analysis.SCALABILITY: scalability,
}
"""In the order in which they are asked; a rule's findings begin with its name."""
