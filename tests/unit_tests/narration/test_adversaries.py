"""Texts that a bad model would write are refused, and those of a good model are shown.

The texts were written against the rules that a model is given, by somebody who
had not read the validator. `tests/data/narration/findings.json` has what they
speak about; in each text the finding's key is F1.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from longpole.domain.findings import Estimate, Gain
from longpole.narration.subjects import Subject, Told, subjects
from longpole.narration.validation import defects

_DATA = Path(__file__).parents[2] / "data" / "narration"
_LEAST = 500
_ACCEPTED = 0.99


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_DATA / name).read_text(encoding="utf-8").splitlines()]


def _told(finding: dict[str, Any]) -> Told:
    estimate = finding["estimate"]
    return Told(
        rule=finding["rule"],
        category=finding["category"],
        severity=finding["severity"],
        node_names=tuple(finding["node_names"]),
        estimate=None if estimate is None else Estimate(**estimate),
        gain=Gain(**finding["gain"]),
        facts=finding["facts"],
    )


_TOLD = [_told(finding) for finding in json.loads((_DATA / "findings.json").read_text(encoding="utf-8"))]
_SUBJECTS = [subjects([told])[0] for told in _TOLD]
# A workflow's nodes and models: those of the findings, and some of ordinary words, as Dify names its nodes.
_NAMES = frozenset(
    {name for told in _TOLD for name in told.node_names}
    | {"gpt-4o", "gpt-4o-mini", "claude-3-5-sonnet", "Answer", "Start", "End", "Code", "LLM", "check_stock"}
)


def _found(line: dict[str, Any]) -> list[str]:
    subject: Subject = _SUBJECTS[line["finding"]]
    return list(defects(line["text"], {subject.key: subject}, _NAMES))


def test_what_a_bad_model_writes_is_refused() -> None:
    bad = _lines("bad.jsonl")
    shown = [f"{line['kind']} {line['finding']}: {line['text'][:120]!r}" for line in bad if not _found(line)]
    assert len(bad) >= _LEAST
    assert not shown, "\n".join(shown)


def test_what_a_good_model_writes_is_shown() -> None:
    good = _lines("good.jsonl")
    refused = [f"{line['finding']}: {line['text']!r} {_found(line)}" for line in good if _found(line)]
    assert len(good) >= _LEAST
    assert len(refused) <= (1 - _ACCEPTED) * len(good), "\n".join(refused)


@pytest.mark.parametrize("name", ["good.jsonl", "bad.jsonl"])
def test_the_texts_differ_and_speak_of_findings_of_each_kind(name: str) -> None:
    lines = _lines(name)
    assert len({(line["finding"], line["text"]) for line in lines}) == len(lines)
    assert {line["finding"] for line in lines} == set(range(len(_TOLD)))
