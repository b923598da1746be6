"""Has recommendations worded by a language model, where one is set; whatever happens, they keep their own words.

Asked again only where something that the words are about has changed. While a
model is waited for no transaction is open.

Upstream: `advisor`. Downstream: `narration`, `store.narratives`.
"""

import hashlib
import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from longpole import runtime
from longpole.domain.errors import MissingExtraError
from longpole.domain.findings import Estimate, Gain
from longpole.domain.recommendations import Recommendation
from longpole.domain.units import instant
from longpole.narration.answers import Wording
from longpole.narration.client import Endpoint
from longpole.narration.narrator import Outcome, narrate
from longpole.narration.subjects import Told, subjects
from longpole.store.narratives import keep_narratives

_log = logging.getLogger(__name__)
MOST_WORDED = 12
"""So many recommendations are worded together; people read no more at once."""


def narrated(standing: Sequence[Recommendation], other_names: Collection[str] = ()) -> tuple[Recommendation, ...]:
    """The same recommendations, in the same order, the first of them with a model's words where there are any.

    Args:
        standing: Of one workflow; those that no rule found are left out.
        other_names: Names of the workflow's nodes and models, which no text may hold.
    """
    endpoint = _endpoint()
    worded = [each for each in standing if each.rule is not None][:MOST_WORDED]
    if endpoint is None or not worded:
        return tuple(standing)
    said_of = {each.id: _digest(each, endpoint.model) for each in worded}
    if all((each.narrative or {}).get("said_of") == said_of[each.id] for each in worded):
        return tuple(standing)
    outcome = _asked(worded, endpoint, other_names)
    if outcome is None or outcome.trouble is not None:
        return tuple(standing)
    by_place = {wording.key: wording for wording in outcome.wordings}
    written_at = instant(runtime.current().clock()).isoformat()
    narratives = {
        each.id: _narrative(by_place.get(f"F{place}"), endpoint.model, said_of[each.id], written_at)
        for place, each in enumerate(worded, 1)
    }
    with runtime.unit_of_work() as connection:
        keep_narratives(connection, narratives)
    return tuple(replace(each, narrative=narratives.get(each.id, each.narrative)) for each in standing)


def _narrative(wording: Wording | None, model: str, said_of: str, written_at: str) -> dict[str, Any]:
    """What is kept: also that a model's words were refused, so that it is not asked the same again."""
    return {
        "headline": None if wording is None else wording.headline,
        "text": None if wording is None else wording.text,
        "rank": None if wording is None else wording.rank,
        "model": model,
        "said_of": said_of,
        "written_at": written_at,
    }


def _asked(worded: Sequence[Recommendation], endpoint: Endpoint, other_names: Collection[str]) -> Outcome | None:
    """What came of asking; why there are no words is logged by its kind, never with what was said."""
    try:
        outcome = narrate(subjects(map(_told, worded)), endpoint, other_names)
    except MissingExtraError as error:
        _log.warning("advice keeps its own words: %s", error)
        return None
    if outcome.trouble is not None:
        _log.warning("advice keeps its own words: the model did not answer (%s)", outcome.trouble)
    elif outcome.refused:
        _log.warning(
            "%d of %d pieces of advice keep their own words: the model's were refused",
            len(worded) - len(outcome.wordings),
            len(worded),
        )
    return outcome


def _endpoint() -> Endpoint | None:
    settings = runtime.current().settings
    if settings.llm_base_url is None:
        return None
    key = None if settings.llm_api_key is None else settings.llm_api_key.get_secret_value()
    return Endpoint(settings.llm_base_url, settings.llm_model, key, settings.llm_timeout_seconds)


def _told(recommendation: Recommendation) -> Told:
    estimate = recommendation.estimate
    return Told(
        rule=recommendation.rule or "",
        category=recommendation.category,
        severity=recommendation.severity,
        node_names=recommendation.affected_nodes,
        estimate=None if estimate is None else Estimate(**estimate),
        gain=Gain(**(recommendation.gain or {})),
        facts=recommendation.facts or {},
    )


def _digest(recommendation: Recommendation, model: str) -> str:
    """Of all that the words are about."""
    told = _told(recommendation)
    parts = [model, told.rule, told.severity, *told.node_names, repr(told.estimate), repr(told.gain), dict(told.facts)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]
