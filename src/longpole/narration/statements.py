"""Words that are a claim whatever stands beside them: `faster`, `costs`, `is slow`, `wastes time`.

    "it is faster", "cheaper"          time goes down, cost goes down
    "It costs money."                  something about cost
    "{{F1.node}} is slow."             something about time: how things are
    "The cache makes it slow."         time goes up: what the change does

Upstream: `claims`, `directions`. Downstream: `readings`, `vocabulary`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from longpole.narration.readings import Clause, Figure
from longpole.narration.vocabulary import ALL


@dataclass(frozen=True, slots=True)
class Claim:
    """That a figure goes down (-1) or up (1), or only that there is something to say of it (0); said at `place`."""

    place: int
    figure: Figure
    sign: int


_SAID = (
    ("time_down", Figure.TIME, -1),
    ("time_up", Figure.TIME, 1),
    ("cost_down", Figure.COST, -1),
    ("cost_up", Figure.COST, 1),
    ("failures_down", Figure.FAILURES, -1),
)
_BROUGHT = frozenset({"time_saved", "money_saved"})
_SPENT = frozenset({"spend", "spends", "spent", "spending"})
_IDIOMS = ("at the price of", "at the cost of", "at the expense of", "pay attention")


def stated(clause: Clause, place: int, word: str) -> Iterator[Claim]:
    """What the word at a place of a clause claims by itself."""
    for section, figure, sign in _SAID:
        if word in ALL[section]:
            yield Claim(place, figure, -sign if clause.word(place - 1) in ALL["turned_by"] else sign)
    if word == "speed":
        yield Claim(place, Figure.TIME, -1 if "up" in clause.words(place, place + 5) else 0)
    yield from _told_as_it_is(clause, place, word)
    yield from _wasted(clause, place, word)
    yield from _unmoved(clause, place, word)
    is_end = clause.noun(place + 1) is None and ALL["ending"] & set(clause.words(clause.begin, clause.end))
    if word in ALL["when"] and is_end:
        yield Claim(place, Figure.TIME, 1 if word == "later" else -1)
    if word in ALL["cost"] and not _is_no_money(clause, place):
        yield Claim(place, Figure.COST, 0)


def _told_as_it_is(clause: Clause, place: int, word: str) -> Iterator[Claim]:
    """`slow`, `expensive`, `unstable`: how things are, if the change is not said to make them so."""
    before = clause.word(place - 1)
    if word in ALL["failures_up"]:
        is_made = before in ALL["raised_by"] or ALL["makes"] & set(clause.words(clause.begin, place))
        yield Claim(place, Figure.FAILURES, 1 if is_made else -1)
    if word in ALL["costly"]:
        sign = -1 if word in ALL["little_cost"] else 1
        yield Claim(place, Figure.COST, sign * ((before in ALL["raised_by"]) - (before in ALL["turned_by"])))
    if word in ALL["slow"]:
        is_more = before in ALL["raised_by"] | ALL["modal"] | {"to"} or _is_by_change(clause, place, ALL["makes"])
        yield Claim(place, Figure.TIME, 1 if is_more else 0)
    if word in ALL["fast"] and before in ALL["turned_by"] | ALL["raised_by"]:
        yield Claim(place, Figure.TIME, 1 if before in ALL["turned_by"] else -1)


def _wasted(clause: Clause, place: int, word: str) -> Iterator[Claim]:
    """`{{F1.node}} wastes time` tells how things are, `the cache would waste time` what the change does."""
    if word not in ALL["wasting"] or clause.word(place - 1) in ALL["determiners"]:
        return
    figure = clause.after(place, furthest=4)
    if word.startswith(("slow", "delay")):
        is_verb = word not in ALL["slow"] or figure is not None or clause.word(place + 1) == "down"
        figure = Figure.TIME if is_verb else None
    if figure not in {None, Figure.NEUTRAL, Figure.FAILURES}:
        brings = clause.values(place + 1, place + 2)
        is_change = _is_by_change(clause, place, frozenset()) or any(value.text in _BROUGHT for value in brings)
        yield Claim(place, figure or Figure.ANY, 1 if is_change else 0)


def _unmoved(clause: Clause, place: int, word: str) -> Iterator[Claim]:
    """`the run time stays unchanged`, `at the same price`: no finding says so."""
    is_steady = word in ALL["steady"] and clause.before(place) not in {None, Figure.NEUTRAL}
    if is_steady or (clause.word(place - 1) == "same" and clause.noun(place) is Figure.COST):
        yield Claim(place, Figure.CONTRARY, 0)


def _is_no_money(clause: Clause, place: int) -> bool:
    """`at the price of`, `costs time`."""
    around = " ".join(clause.words(place - 2, place + 2))
    if any(idiom in around for idiom in _IDIOMS):
        return True
    is_other = clause.after(place, furthest=3) in {Figure.TIME, Figure.TOKENS}
    return is_other and clause.word(place) in ALL["wasting"] | _SPENT


def _is_by_change(clause: Clause, place: int, makes: frozenset[str]) -> bool:
    """Whether what stands before speaks of what the change does, not of how things are."""
    before = set(clause.words(clause.begin, place))
    return bool((not makes or before & makes) and before & (ALL["remedies"] | ALL["modal"]))
