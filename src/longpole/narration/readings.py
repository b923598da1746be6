"""What nouns in a clause are of: a figure of the run, or nothing that a finding has figures of.

    "the queue"                 neutral: lowering it says nothing of the run
    "the run", "latency"        time
    "fewer runs fail"           failures
    "the cost of a run"         cost
    "{{F1.time_saved}}"         time: values are nouns, too

Invariant: of `failed runs`, `run costs` and `runs fail` the words count together.

Upstream: `directions`. Downstream: `tokens`, `vocabulary`.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

from longpole.narration.subjects import Subject
from longpole.narration.tokens import Token
from longpole.narration.vocabulary import ALL


class Figure(StrEnum):
    """What a claim is about; NEUTRAL: no figure of the run, ANY: nobody knows which."""

    TIME = "time"
    COST = "cost"
    FAILURES = "failures"
    TOKENS = "tokens"
    QUALITY = "quality"
    NEUTRAL = "neutral"
    ANY = "any"
    CONTRARY = "contrary"


_NOUNS = tuple(
    (figure, ALL[figure.value])
    for figure in (Figure.FAILURES, Figure.TOKENS, Figure.COST, Figure.TIME, Figure.QUALITY, Figure.NEUTRAL)
)
_VALUES = {"time_saved": Figure.TIME, "money_saved": Figure.COST, "failures_avoided": Figure.FAILURES}
_CLAUSE, _STOPS, _NO_FAILURE = ALL["clause"], ALL["stops"], ALL["no_failure"]
_RELATIVE = frozenset({"that", "which"})
_DIRECTIONS = frozenset().union(*(ALL[name] for name in ALL if name.startswith(("up_", "down_"))))
_FURTHEST = 6


class Clause:
    """Some tokens of a sentence, `begin` to `end`, and which nouns of figures stand in them."""

    def __init__(self, tokens: Sequence[Token], begin: int, end: int, about: Mapping[str, Subject]) -> None:
        self.tokens, self.begin, self.end = tokens, begin, end
        self._about = about

    def word(self, place: int) -> str:
        """The word at a place of the sentence; empty where there is none in this clause, or a value."""
        if not self.begin <= place < self.end or self.tokens[place].kind != "word":
            return ""
        return self.tokens[place].text

    def words(self, begin: int, end: int) -> list[str]:
        """Words between two places."""
        return [word for place in range(max(begin, self.begin), min(end, self.end)) if (word := self.word(place))]

    def values(self, begin: int, end: int) -> list[Token]:
        """Values between two places."""
        between = self.tokens[max(begin, self.begin) : min(end, self.end)]
        return [token for token in between if token.kind == "value"]

    def noun(self, place: int) -> Figure | None:
        """What a noun at a place is of; in `failed runs` and `run costs` the words together."""
        figure = self._alone(place)
        if figure is None or figure is Figure.FAILURES or self.tokens[place].kind == "value":
            return figure
        if figure is Figure.TIME and any(
            self._alone(near) is Figure.FAILURES for near in (place - 1, *_two_from(place))
        ):
            return Figure.FAILURES
        if self.word(place) in ALL["measures"] and self.word(place + 1) == "of":
            return self.after(place + 1, furthest=4) or figure
        following = self.noun(place + 1) if self.word(place + 1) else None
        return following or figure

    def _alone(self, place: int) -> Figure | None:
        if not self.begin <= place < self.end:
            return None
        token = self.tokens[place]
        if token.kind == "value":
            return _VALUES.get(token.text)
        if token.text in ALL["failures"] and self.word(place + 1) in _NO_FAILURE:
            return Figure.NEUTRAL
        return next((figure for figure, nouns in _NOUNS if token.text in nouns), None)

    def after(self, place: int, stops: Collection[str] = _STOPS, furthest: int = _FURTHEST) -> Figure | None:
        """Of the next noun that a word at `place` may have for its object."""
        for near in range(place + 1, min(self.end, place + 1 + furthest)):
            if self.word(near) in stops:
                return None
            if (figure := self.noun(near)) is not None:
                return figure
        return None

    def joined(self, place: int) -> Iterator[Figure]:
        """Of the nouns that an `and` joins to the object of a word: `time` in `saves money and time`."""
        for near in range(place + 1, min(self.end, place + 1 + _FURTHEST)):
            if self.word(near) in {"and", "or"} and self.after(place, furthest=near - place - 1) is not None:
                figure = self.after(near, _STOPS | _DIRECTIONS, furthest=2)
                if figure not in {None, Figure.NEUTRAL}:
                    yield figure

    def before(self, place: int) -> Figure | None:
        """Of the last noun before `place`: of `the cost of a run` the cost."""
        for near in range(place - 1, self.begin - 1, -1):
            figure = self.noun_until(near, place)
            if figure is not None:
                return self._owner(near) or figure
        if self.begin > 1 and self.tokens[self.begin - 1].text in _RELATIVE:
            return Clause(self.tokens, 0, self.begin - 1, self._about).noun(self.begin - 2)
        return None

    def noun_until(self, near: int, place: int) -> Figure | None:
        """As `noun`, but nothing from `place` on counts."""
        return Clause(self.tokens, self.begin, place, self._about).noun(near)

    def _owner(self, near: int) -> Figure | None:
        for of in range(near - 1, max(self.begin, near - 4), -1):
            if self.word(of) == "of":
                figure = self.noun_until(of - 1, of)
                return None if figure is Figure.NEUTRAL else figure
        return None

    def estimate(self) -> tuple[Figure, int]:
        """What the estimate of the clause's values is of, and whether it goes down (-1), up (1), or nowhere (0)."""
        for token in self.values(self.begin, self.end):
            if token.text in {"baseline", "expected", "range", "change"}:
                values = self._about[token.key].values
                change = values.get("change", "")
                return _of_estimate(values.get("baseline", "")), -1 if change.startswith("−") else 1 if change[
                    :1
                ] in "+×" else 0
        return Figure.ANY, 0


def clauses(tokens: Sequence[Token], about: Mapping[str, Subject]) -> Iterator[Clause]:
    """The clauses of a sentence: between its marks and its conjunctions."""
    begin = 0
    for place, token in enumerate(tokens):
        if token.kind == "mark" or (token.text in _CLAUSE and not _is_determiner(tokens, place)):
            yield Clause(tokens, begin, place, about)
            begin = place + 1
    yield Clause(tokens, begin, len(tokens), about)


def _is_determiner(tokens: Sequence[Token], place: int) -> bool:
    """`that` in `that delay`."""
    if tokens[place].text != "that" or place + 1 == len(tokens):
        return False
    return any(tokens[place + 1].text in nouns for _, nouns in _NOUNS)


def _two_from(place: int) -> tuple[int, int]:
    return place + 1, place + 2


def _of_estimate(shown: str) -> Figure:
    for figure, pattern in (
        (Figure.COST, r"\$.*"),
        (Figure.TOKENS, ".* tokens"),
        (Figure.FAILURES, ".* %"),
        (Figure.TIME, "[0-9.]+ m?s|.* (min|s)"),
    ):
        if re.fullmatch(pattern, shown):
            return figure
    return Figure.NEUTRAL if shown else Figure.ANY
