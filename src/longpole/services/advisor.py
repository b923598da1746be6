"""The contract's advisor: looks at a workflow's last days and says what to change, and what that would bring.

    observe ─► rules, each by itself ─► each cause told once ─► what becomes of the recommendations

A rule that fails costs its own findings and nobody else's: what it had found
before stands. Analysing twice creates nothing new.

Upstream: callers, `advising`, `upkeep.advice`. Downstream: `observations`, `advice.analyses`, `advice_lifecycle`.
"""

import logging
from dataclasses import dataclass

from longpole.advice.analyses import RULES, Analysis
from longpole.advice.observations import Observations
from longpole.advice.overlaps import told_once
from longpole.domain.findings import Finding
from longpole.domain.recommendations import Recommendation
from longpole.services.advice_lifecycle import reconcile
from longpole.services.observations import observe

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Findings:
    """What rules have found, and the names of those that failed before they had looked at everything."""

    items: tuple[Finding, ...]
    unfinished: tuple[str, ...] = ()


def findings(observed: Observations) -> Findings:
    """What all rules find; nothing of a workflow without runs."""
    found: list[Finding] = []
    unfinished: list[str] = []
    for analysis, rule in RULES.items() if len(observed.runs) else ():
        try:
            found.extend(rule(observed))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one rule, the others still say what they see
            _log.warning("advice: the rule %s failed: %s", analysis.value, type(error).__name__)
            unfinished.append(analysis.value)
    return Findings(tuple(found), tuple(unfinished))


class WorkflowOptimizationAdvisor:
    """Finds what would make a workflow quicker, cheaper and more reliable, from its own runs."""

    @staticmethod
    def analyze_and_recommend(app_id: str, workflow_id: str, days: int = 7) -> tuple[Recommendation, ...]:
        """Analyse the runs of the last `days` days; what stands now, the most severe first, of those the most worth.

        Raises:
            InvalidInputError: `days` is not 1 to 365.
            StorageUnavailableError: There is no database.
        """
        observed = observe(app_id, workflow_id, days)
        found = findings(observed)
        return reconcile(app_id, workflow_id, told_once(found.items), observed, found.unfinished)

    @staticmethod
    def _analyze_slow_nodes(app_id: str, workflow_id: str, days: int = 7) -> tuple[Finding, ...]:
        """Nodes that make runs long, and why."""
        return _found(Analysis.SLOW_NODES, app_id, workflow_id, days)

    @staticmethod
    def _analyze_cache_opportunities(app_id: str, workflow_id: str, days: int = 7) -> tuple[Finding, ...]:
        """Nodes that are asked the same again and again."""
        return _found(Analysis.CACHE_OPPORTUNITIES, app_id, workflow_id, days)

    @staticmethod
    def _analyze_error_patterns(app_id: str, workflow_id: str, days: int = 7) -> tuple[Finding, ...]:
        """What fails, since when, with which inputs."""
        return _found(Analysis.ERROR_PATTERNS, app_id, workflow_id, days)

    @staticmethod
    def _analyze_token_usage(app_id: str, workflow_id: str, days: int = 7) -> tuple[Finding, ...]:
        """Where tokens are paid for and bring nothing."""
        return _found(Analysis.TOKEN_USAGE, app_id, workflow_id, days)

    @staticmethod
    def _analyze_parallel_opportunities(app_id: str, workflow_id: str, days: int = 7) -> tuple[Finding, ...]:
        """Nodes that wait for one another without need."""
        return _found(Analysis.PARALLEL_OPPORTUNITIES, app_id, workflow_id, days)

    @staticmethod
    def _analyze_retry_patterns(app_id: str, workflow_id: str, days: int = 7) -> tuple[Finding, ...]:
        """Retries that are missing, in vain or badly timed."""
        return _found(Analysis.RETRY_PATTERNS, app_id, workflow_id, days)


def _found(analysis: Analysis, app_id: str, workflow_id: str, days: int) -> tuple[Finding, ...]:
    """What one analysis finds; stored nowhere. An error of the rule is raised."""
    observed = observe(app_id, workflow_id, days)
    return tuple(RULES[analysis](observed)) if len(observed.runs) else ()
