"""What becomes of recommendations when a workflow was analysed again.

The same finding is one recommendation, whatever its figures are that day. What
was dismissed stays so until it is markedly worse; what was followed stays so
until its verification says that it did not help and the finding still stands.

    known + found   ─► today's words         not known + found ─► new
    known, vanished ─► obsolete, or implemented where the workflow changed in a way that fits;
                       untouched where too few runs came to see it

Invariant: pure and deterministic; the same findings on the same runs change nothing.

Upstream: `services.advice_lifecycle`. Downstream: `behaviour`, `severity`, `worth`.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from longpole.advice.lifecycle.behaviour import baseline, change_since
from longpole.advice.lifecycle.history import with_history
from longpole.advice.lifecycle.patience import PATIENCE, Patience, why_asked_again, why_not_done
from longpole.advice.observations import Observations
from longpole.advice.plain import plain
from longpole.advice.severity import severity_of
from longpole.advice.worth import fingerprint, most_first, rank, worth
from longpole.domain.findings import Finding
from longpole.domain.recommendations import ImplementedHow, Recommendation, RecommendationStatus
from longpole.domain.units import instant, instant_ns

ACTIVE, DISMISSED = RecommendationStatus.ACTIVE, RecommendationStatus.DISMISSED
IMPLEMENTED, OBSOLETE = RecommendationStatus.IMPLEMENTED, RecommendationStatus.OBSOLETE
_TOLD_TO_A_MODEL = ("rule", "category", "severity", "affected_nodes", "estimate", "gain", "facts")


@dataclass(frozen=True, slots=True)
class Analysed:
    """An analysis of a workflow: what was looked at, what was found, when.

    What rules that are `unfinished` (their names) had found stands: that they did not find it again says nothing.
    """

    app_id: str
    workflow_id: str
    observed: Observations
    findings: Sequence[Finding]
    now: datetime
    patience: Patience = PATIENCE
    unfinished: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What is to be stored: new ones, changed ones, and the ids of those that are as they were and were found again.

    `left_out` is how many findings stand behind more than enough others.
    """

    new: tuple[Recommendation, ...]
    changed: tuple[Recommendation, ...]
    seen: tuple[str, ...]
    left_out: int = 0


def reconciled(known: Sequence[Recommendation], analysed: Analysed) -> Reconciled:
    """What becomes of the recommendations of a workflow that rules had made, and of what they found now."""
    found = _by_fingerprint(analysed.findings)
    before = {each.fingerprint: each for each in known if each.fingerprint is not None}
    after = [_next(before.get(key), found.get(key), analysed) for key in sorted({*before, *found})]
    kept, left_out = _with_a_limit(after, before, analysed)
    changed = [each for each in kept if each.fingerprint in before and each != before[each.fingerprint]]
    return Reconciled(
        new=tuple(each for each in kept if each.fingerprint not in before),
        changed=tuple(replace(each, updated_at=analysed.now) for each in changed),
        seen=tuple(before[key].id for key in found if key in before),
        left_out=left_out,
    )


def _by_fingerprint(findings: Sequence[Finding]) -> dict[str, Finding]:
    """Of findings that are the same one, that which is worth most."""
    found: dict[str, Finding] = {}
    for finding in findings:
        key = fingerprint(finding)
        if key not in found or _telling(finding) > _telling(found[key]):
            found[key] = finding
    return found


def _telling(finding: Finding) -> tuple[int, float, str]:
    """Of two that are the same, the greater is told; whichever came first."""
    return rank(severity_of(finding)), worth(plain(finding.gain)), repr((finding.gain, finding.title))


def _with_a_limit(
    after: Sequence[Recommendation], before: Mapping[str, Recommendation], analysed: Analysed
) -> tuple[list[Recommendation], int]:
    """What is worth least of too many active ones is not made, or is obsolete for now."""
    by_worth = sorted(after, key=most_first)
    too_many = [each for each in by_worth if each.status is ACTIVE][analysed.patience.most_active :]
    beyond = {each.fingerprint for each in too_many}
    kept = [each for each in by_worth if each.fingerprint not in beyond]
    words = f"{analysed.patience.most_active} others are worth more"
    for each in too_many:
        was = before.get(each.fingerprint or "")
        if was is not None and was.status is ACTIVE:
            kept.append(_ended(was, OBSOLETE, words, analysed.now))
        elif was is not None:
            kept.append(was)
    return kept, len(too_many)


def _next(known: Recommendation | None, finding: Finding | None, analysed: Analysed) -> Recommendation:
    if finding is None:
        assert known is not None
        return _vanished(known, analysed)
    if known is None:
        return _made(finding, analysed)
    if known.status is DISMISSED:
        worse = why_asked_again(known, finding, analysed.patience)
        return known if worse is None else _back(_renewed(known, finding, analysed), worse, analysed.now)
    if known.status is IMPLEMENTED:
        why = why_not_done(known, analysed.observed.runs.end_ns, analysed.patience)
        return known if why is None else _back(_renewed(known, finding, analysed), why, analysed.now)
    if known.status is OBSOLETE:
        return _back(_renewed(known, finding, analysed), "It was found again.", analysed.now)
    return _still_found(known, finding, analysed)


def _made(finding: Finding, analysed: Analysed) -> Recommendation:
    app_id, workflow_id, key = plain(analysed.app_id), plain(analysed.workflow_id), fingerprint(finding)
    return Recommendation(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([app_id, workflow_id, key]))),
        app_id=app_id,
        workflow_id=workflow_id,
        status=ACTIVE,
        created_at=analysed.now,
        updated_at=analysed.now,
        fingerprint=key,
        last_seen_at=analysed.now,
        baseline=plain(baseline(analysed.observed, finding.affected_nodes)),
        **_words(finding),
    )


def _still_found(known: Recommendation, finding: Finding, analysed: Analysed) -> Recommendation:
    """The same, of an active one, unless somebody changed the workflow a moment ago.

    A period that is half before and half after a change finds half of the
    cause. So until the period is after it, the change is noted, and what the
    advice is measured by stays as it was before.
    """
    before, ends = known.baseline or {}, analysed.observed.runs.end_ns
    changed = change_since(before, analysed.observed, known.rule or "", known.affected_nodes)
    if changed is None or (ends >= changed.at_ns).mean() >= analysed.patience.share_stands:
        return _renewed(known, finding, analysed)
    noticed = {**before, "noticed": before.get("noticed") or plain(changed)}
    is_fading = worth(plain(finding.gain)) < worth(known.gain) * analysed.patience.fading
    return replace(known if is_fading else _renewed(known, finding, analysed), baseline=noticed)


def _renewed(known: Recommendation, finding: Finding, analysed: Analysed) -> Recommendation:
    """The same with today's words and figures; itself where they are the same."""
    words = _words(finding)
    words["evidence"] = (*words["evidence"], *known.history)
    renewed = replace(known, **words)
    if renewed == known:
        return known
    is_as_told = all(getattr(renewed, name) == getattr(known, name) for name in _TOLD_TO_A_MODEL)
    return replace(
        renewed,
        baseline=plain(baseline(analysed.observed, finding.affected_nodes)),
        narrative=known.narrative if is_as_told else None,
    )


def _words(finding: Finding) -> dict[str, Any]:
    return {
        "title": plain(finding.title),
        "description": plain(finding.description),
        "category": finding.category,
        "severity": severity_of(finding),
        "estimated_improvement": plain(finding.improvement),
        "estimate": plain(finding.estimate),
        "affected_nodes": tuple(plain(finding.affected_nodes)),
        "recommendation_steps": tuple(plain(finding.steps)),
        "code_example": plain(finding.code_example),
        "evidence": tuple(plain(finding.evidence)),
        "rule": finding.rule,
        "gain": plain(finding.gain),
        "facts": plain(finding.facts),
    }


def _vanished(known: Recommendation, analysed: Analysed) -> Recommendation:
    of_rule = (known.rule or "").partition(".")[0]
    if known.status is not ACTIVE or of_rule in analysed.unfinished or not _would_be_seen(known, analysed):
        return known
    changed = change_since(known.baseline or {}, analysed.observed, known.rule or "", known.affected_nodes)
    if changed is None:
        words = "It was not found any more, and nothing was seen that somebody changed."
        return _ended(known, OBSOLETE, words, analysed.now)
    words = f"It was not found any more. What changed: {changed.words}."
    noticed = ((known.baseline or {}).get("noticed") or {}).get("at_ns")
    at = instant(changed.at_ns if noticed is None else min(noticed, changed.at_ns))
    done = _ended(known, IMPLEMENTED, words, analysed.now)
    return replace(
        done, implemented_at=at, implemented_how=ImplementedHow.DETECTED.value, verification=None, verified_at=None
    )


def _would_be_seen(known: Recommendation, analysed: Analysed) -> bool:
    since = known.last_seen_at or known.created_at
    runs, patience = analysed.observed.runs, analysed.patience
    if int((runs.end_ns > instant_ns(since)).sum()) < patience.runs_since:
        return False
    among = (known.baseline or {}).get("runs") or 0
    return len(runs) >= among * patience.share_of_runs or analysed.now - since > timedelta(days=patience.days)


def _ended(known: Recommendation, status: RecommendationStatus, words: str, now: datetime) -> Recommendation:
    ended = with_history(replace(known, status=status), status.value, words, now)
    return replace(ended, obsolete_at=now) if status is OBSOLETE else ended


def _back(renewed: Recommendation, words: str, now: datetime) -> Recommendation:
    """Active again; what was said of it before stays readable."""
    active = replace(
        renewed, status=ACTIVE, obsolete_at=None, dismissed_at=None, implemented_at=None, implemented_how=None
    )
    return with_history(active, ACTIVE.value, words, now)
