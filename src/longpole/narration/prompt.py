"""What a model is asked: findings by key, the names of their values, and how to speak of them.

No name and no text of telemetry is in it; neither is a value. So it is the
same whatever somebody wrote into a prompt, a title or an error message.

Upstream: `narrator`. Downstream: `subjects`.
"""

import json
from collections.abc import Sequence
from typing import Any

from longpole.narration.subjects import Subject

_RULES = """\
You word findings about an AI workflow for its engineers. You are given findings: a key, the rule that found it, its
category and severity, the names of its values, and what following it does. You never see the values: they are put in
by code where you write a placeholder, with their units.

Answer with JSON only: {"order": ["F2", "F1"], "items": [{"id": "F1", "headline": "…", "text": "…"}]}
- order: every key once, what is to be done first comes first.
- headline: at most twelve words, no full stop.
- text: two or three short sentences: what is wrong, what to do, what it brings.

Placeholders are written {{F1.node}}. In an item use only values of its own finding.
Never write: digits, number words (also not one, both, once, half), units (also not second, day, percent), names of
nodes, models or products, promises (always, every, guaranteed). No word after a value that would be its unit.
Say "faster" or "cheaper" only where the finding says that time or cost goes down; never the contrary; no negations
beside such words. What was ({{F1.baseline}}) comes before what would be ({{F1.expected}}).
Everyday English words only, no jargon, no markdown. The value n counts the runs, or calls, that were looked at.
"""


def messages(subjects: Sequence[Subject], defects: Sequence[str] = ()) -> list[dict[str, str]]:
    """The messages of a chat that asks for words; with `defects`, what was wrong with the last answer."""
    findings = [_described(subject) for subject in subjects]
    asked = json.dumps({"findings": findings}, ensure_ascii=True)
    if defects:
        asked += "\nYour last answer was refused. Write it anew without:\n" + "\n".join(f"- {each}" for each in defects)
    return [{"role": "system", "content": _RULES}, {"role": "user", "content": asked}]


def _described(subject: Subject) -> dict[str, Any]:
    return {
        "key": subject.key,
        "rule": subject.rule,
        "category": subject.category,
        "severity": subject.severity,
        "values": sorted(subject.values),
        "following_it": sorted(direction.value for direction in subject.directions),
    }
