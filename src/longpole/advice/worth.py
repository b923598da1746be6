"""How much a finding is worth beside others of the same severity, and which of two is the same one.

Upstream: `lifecycle.reconciled`, `services.recommendations`. Downstream: `severity`.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from longpole.advice.severity import THRESHOLDS
from longpole.domain.findings import Finding
from longpole.domain.recommendations import Recommendation, Severity

_MEDIUM = 1
_UNITS = {
    "share_of_run": THRESHOLDS.share_of_run[_MEDIUM],
    "usd_per_month": THRESHOLDS.usd_per_month[_MEDIUM],
    "failed_run_share": THRESHOLDS.failed_run_share[_MEDIUM],
}
_RANKS = tuple(Severity)


def worth(gain: Mapping[str, Any] | None) -> float:
    """A gain in multiples of what makes a finding medium; time, money and failures add up. For ranking only."""
    if gain is None:
        return 0.0
    return sum(max(float(gain.get(name) or 0.0), 0.0) / unit for name, unit in _UNITS.items())


def rank(severity: str) -> int:
    """The severity's place, `info` is 0."""
    return _RANKS.index(Severity(severity))


def most_first(recommendation: Recommendation) -> tuple[int, float]:
    """A sorting key: the most severe first, of those the most worth."""
    return (-rank(recommendation.severity), -worth(recommendation.gain))


def fingerprint(finding: Finding) -> str:
    """The same for the same finding, whatever its figures are today: rule, nodes and subject."""
    identity = [finding.rule, sorted(finding.affected_nodes), finding.subject]
    return sha256(json.dumps(identity).encode()).hexdigest()[:32]
