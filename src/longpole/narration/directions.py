"""Words of a direction, each read with the noun that it is about: which figure goes down, or up.

    "Shorten the queue"            nothing: no finding has figures of queues
    "Shorten the run"              time goes down
    "the bill for it grows"        cost goes up
    "It drops."                    some figure goes down, nobody knows which

Invariant: a direction whose noun is not known is a claim about any figure, and about that of the values beside it.

Upstream: `claims`. Downstream: `readings`, `statements`, `vocabulary`.
"""

from collections.abc import Iterator

from longpole.narration.readings import Clause, Figure
from longpole.narration.statements import Claim
from longpole.narration.vocabulary import ALL

_OF = {word: sign for section, sign in (("down_of", -1), ("up_of", 1)) for word in ALL[section]}
_IS = {word: sign for section, sign in (("down_is", -1), ("up_is", 1)) for word in ALL[section]}
_THAN = {word: sign for section, sign in (("down_than", -1), ("up_than", 1)) for word in ALL[section]}
_STOPS = ALL["stops"] | {"often", "on"}
_NEAR = 5


def directed(clause: Clause, place: int, word: str) -> Iterator[Claim]:
    """What the word at a place of a clause claims of the noun that it is about."""
    if _is_idiom(clause, place, word):
        return
    if word in _OF:
        yield from _claimed(clause, place, _OF[word], _object(clause, place, word))
        for joined in clause.joined(place):
            yield Claim(place, joined, _OF[word])
    elif word in _IS and _goes(clause, place, word):
        figure = _subject(clause, place, word)
        yield from _claimed(clause, place, _IS[word], figure)
        is_of_other = figure in {None, Figure.NEUTRAL} and not word.endswith("ing")
        if is_of_other and clause.values(place, clause.end) and clause.estimate()[1] == -_IS[word]:
            yield Claim(place, Figure.CONTRARY, _IS[word])
    elif word in _THAN:
        is_needless = "than" in clause.words(place, clause.end) and ALL["needed"] & set(clause.words(place, clause.end))
        yield from _claimed(clause, place, 0 if is_needless else _THAN[word], _compared(clause, place, word))


def _claimed(clause: Clause, place: int, sign: int, figure: Figure | None) -> Iterator[Claim]:
    word = clause.word(place)
    is_vague = word in ALL["vague"] | ALL["past"] or (word == "up" and clause.word(place - 1) in ALL["past"])
    if figure is None and word not in ALL["vague"]:
        figure = clause.estimate()[0] if clause.values(place, clause.end) else Figure.ANY
    if figure not in {None, Figure.NEUTRAL} and not (is_vague and figure is Figure.ANY):
        yield Claim(place, figure or Figure.ANY, sign)


def _is_idiom(clause: Clause, place: int, word: str) -> bool:
    """`no longer needed`, `raises an error`, `save the run`, `cut it`: no direction, or of what stood before."""
    following = [clause.word(place + 1), clause.word(place + 2), clause.word(place + 3)]
    if word == "longer":
        return clause.word(place - 1) == "no" and following[0] not in {"", *_STOPS}
    if word.startswith("rais"):
        return bool({"error", "errors"} & set(following[:2])) and "rate" not in following
    if word.startswith("sav") and {"run", "runs"} & set(following[:2]):
        return not any(each in ALL["time"] - {"run", "runs"} | ALL["cost"] for each in following)
    return word in _OF and following[0] in ALL["objects"]


def _object(clause: Clause, place: int, word: str) -> Figure | None:
    return clause.after(place, furthest=3 if word in ALL["vague"] else 6) or clause.before(place)


def _subject(clause: Clause, place: int, word: str) -> Figure | None:
    """Of what goes somewhere: `growing pauses`, `the cost grows`, `the cap drops the cost`, `drop the history`."""
    belongs = clause.noun(place + 1) if word.endswith("ing") else None
    if belongs is not None:
        return belongs
    before, after = clause.before(place), clause.after(place)
    if before in {None, Figure.NEUTRAL} and after not in {None, Figure.NEUTRAL}:
        return after
    return before or after or clause.after(place, ())


def _goes(clause: Clause, place: int, word: str) -> bool:
    """`down` and `up` are directions beside a verb that goes there only: not in `set up`."""
    near = set(clause.words(place - _NEAR, place))
    if word == "up":
        return clause.word(place - 1) in ALL["goes_up"] or bool(near & ALL["pushes"])
    if word == "down":
        return bool(near & ALL["goes"]) or clause.word(place + 1) in {"to", "by"}
    return True


def _compared(clause: Clause, place: int, word: str) -> Figure | None:
    """What is `less` or `longer`: what follows at once, else what stands before."""
    if clause.word(place + 1) == "likely":
        return clause.after(place, ()) or clause.before(place)
    following = clause.after(place, _STOPS | ({"of"} if word == "more" else set()), 3)
    if following is not None or word not in ALL["vague"]:
        return following or clause.before(place)
    near = place - 2 if clause.word(place - 1) in ALL["people"] else place - 1
    before = clause.noun_until(near, place)
    return before if before in {Figure.COST, Figure.FAILURES} else None
