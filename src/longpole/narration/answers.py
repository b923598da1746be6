"""A model's answer, read: checked item by item, and its values put in.

An answer of the right shape has an item for every finding; an item counts only
if neither of its texts has a defect.

Upstream: `narrator`. Downstream: `validation`.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from longpole.narration.subjects import Subject
from longpole.narration.validation import defects
from longpole.narration.vocabulary import PLACEHOLDER

_LONGEST_HEADLINE = 160
_MOST_DEFECTS = 20
_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Wording:
    """A finding in words, rendered; `rank` is its place in the model's order, from 0."""

    key: str
    headline: str
    text: str
    rank: int


class RefusedAnswerError(Exception):
    """An answer that is not shown as it is; `defects` say why, for the model, and `fit` are the items without any."""

    def __init__(self, defects: Sequence[str], fit: Sequence[Wording] = ()) -> None:
        super().__init__(f"{len(defects)} defects")
        self.defects = tuple(defects[:_MOST_DEFECTS])
        self.fit = tuple(fit)


def read_answer(content: str, subjects: Sequence[Subject], other_names: Collection[str] = ()) -> tuple[Wording, ...]:
    """The words of each finding, in the findings' order.

    Raises:
        RefusedAnswerError: Something is wrong with it.
    """
    answer = _parsed(content)
    by_key = {subject.key: subject for subject in subjects}
    ranks = _ranks(answer.get("order"), by_key)
    items = _items(answer.get("items"), by_key)
    found = {key: list(_item_defects(items[key], by_key[key], other_names)) for key in by_key}
    fit = tuple(
        Wording(key, rendered(items[key]["headline"], by_key), rendered(items[key]["text"], by_key), ranks[key])
        for key in by_key
        if not found[key]
    )
    wrong = [f"{key}, {defect}" for key, of_item in found.items() for defect in of_item]
    if wrong:
        raise RefusedAnswerError(wrong, fit)
    return fit


def _item_defects(item: Mapping[str, Any], subject: Subject, other_names: Collection[str]) -> Iterator[str]:
    for field in ("headline", "text"):
        for defect in defects(item.get(field), {subject.key: subject}, other_names):
            yield f"{field}: {defect}"
    if isinstance(item.get("headline"), str) and len(item["headline"]) > _LONGEST_HEADLINE:
        yield "headline: it is too long"


def rendered(text: str, by_key: Mapping[str, Subject]) -> str:
    """`text` with the values in the places of their placeholders."""
    return PLACEHOLDER.sub(lambda match: by_key[match.group(1)].values[match.group(2)], text).strip()


def _parsed(content: str) -> dict[str, Any]:
    text = content.strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE):
        text = text.removeprefix(_FENCE).removeprefix("json").removesuffix(_FENCE)
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedAnswerError(["it is not JSON"]) from error
    if not isinstance(answer, dict):
        raise RefusedAnswerError(["it is no JSON object"])
    return answer


def _ranks(order: object, by_key: Mapping[str, Subject]) -> dict[str, int]:
    if order is None:
        return {key: rank for rank, key in enumerate(by_key)}
    if not isinstance(order, list) or not all(isinstance(key, str) for key in order) or sorted(order) != sorted(by_key):
        raise RefusedAnswerError(["order: every key must be in it once, and nothing else"])
    return {key: rank for rank, key in enumerate(order)}


def _items(items: object, by_key: Mapping[str, Subject]) -> dict[str, dict[str, Any]]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise RefusedAnswerError(["items: must be a list of objects"])
    keys = [item.get("id") for item in items]
    if not all(isinstance(key, str) for key in keys) or sorted(keys) != sorted(by_key):
        raise RefusedAnswerError(["items: every finding must have one, and nothing else"])
    if any(set(item) - {"id", "headline", "text"} for item in items):
        raise RefusedAnswerError(["items: only id, headline and text are asked for"])
    return {item["id"]: item for item in items}
