"""What became of a recommendation, kept with its evidence: the last dozen of its turns.

Upstream: `reconciled`, `services.recommendations`. Downstream: none.
"""

from dataclasses import replace
from datetime import datetime

from longpole.domain.recommendations import HISTORY, Recommendation

_MOST = 12


def with_history(recommendation: Recommendation, what: str, words: str, at: datetime) -> Recommendation:
    """The same with one more turn."""
    entry = {"kind": HISTORY, "at": at.isoformat(), "what": what, "words": words}
    turns = (*recommendation.history, entry)[-_MOST:]
    others = tuple(each for each in recommendation.evidence if each.get("kind") != HISTORY)
    return replace(recommendation, evidence=(*others, *turns))
