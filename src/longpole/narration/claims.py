"""What a text says a change does, held against what the finding says that it does.

A word of a direction is a claim about the noun that it belongs to: "lower" in
"lower the cost" is one about money, in "lower the limit" none. A claim needs a
finding of that direction: whoever writes "cheaper" of a finding that saves time
only has made it up. Directions are said straight: beside a negation nobody
knows what they come to.

    "Lower the limit; runs get faster."     of a finding that saves time: fine
    "The cost falls.", "It is not faster."  of the same: refused

Upstream: `validation`. Downstream: `statements`, `directions`, `vocabulary`. Source: the design's analysis §9.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from longpole.narration import vocabulary as v
from longpole.narration.directions import directed
from longpole.narration.readings import Figure, clauses
from longpole.narration.statements import Claim, stated
from longpole.narration.subjects import Direction, Subject
from longpole.narration.tokens import Token

_NEEDED: Mapping[tuple[Figure, int], frozenset[Direction]] = {
    (Figure.TIME, -1): frozenset({Direction.TIME_DOWN}),
    (Figure.TIME, 1): frozenset({Direction.TIME_UP}),
    (Figure.TIME, 0): frozenset({Direction.TIME_DOWN, Direction.TIME_UP}),
    (Figure.COST, -1): frozenset({Direction.COST_DOWN}),
    (Figure.COST, 1): frozenset({Direction.COST_UP}),
    (Figure.COST, 0): frozenset({Direction.COST_DOWN, Direction.COST_UP}),
    (Figure.FAILURES, -1): frozenset({Direction.FAILURES_DOWN}),
    (Figure.TOKENS, -1): frozenset({Direction.TOKENS_DOWN}),
    (Figure.TOKENS, 0): frozenset({Direction.TOKENS_DOWN}),
    (Figure.ANY, -1): frozenset(
        {Direction.TIME_DOWN, Direction.COST_DOWN, Direction.FAILURES_DOWN, Direction.TOKENS_DOWN}
    ),
    (Figure.ANY, 1): frozenset({Direction.TIME_UP, Direction.COST_UP}),
}
"""Of which directions a finding must have one for a claim to be made of it; what is missing here no finding has."""
_BEFORE, _AFTER = 5, 2
"""So far from a claim a negation may concern it, in words."""
_DENIALS = frozenset({"not", "never", "neither", "hardly"})
_TURNING = (("far", "from"), ("anything", "but"), ("fails", "to"), ("fail", "to"), ("failed", "to"), ("too", "little"))


def claim_defects(tokens: Sequence[Token], about: Mapping[str, Subject]) -> Iterator[str]:
    """Claims in a sentence that its findings do not make."""
    directions = frozenset(direction for subject in about.values() for direction in subject.directions)
    for claim in _claims(tokens, about):
        word = tokens[claim.place].text
        if not _NEEDED.get((claim.figure, claim.sign), frozenset()) & directions:
            yield f"{word!r}: its findings do not say so"
        elif claim.figure is not Figure.ANY and _is_negated(tokens, claim):
            yield f"a negation beside {word!r}: say what happens, not what does not"


def _claims(tokens: Sequence[Token], about: Mapping[str, Subject]) -> Iterator[Claim]:
    for clause in clauses(tokens, about):
        for place in range(clause.begin, clause.end):
            if word := clause.word(place):
                yield from stated(clause, place, word)
                yield from directed(clause, place, word)


def _is_negated(tokens: Sequence[Token], claim: Claim) -> bool:
    before = _until_mark(reversed(tokens[max(0, claim.place - _BEFORE) : claim.place]))[::-1]
    after = _until_mark(tokens[claim.place + 1 : claim.place + 1 + _AFTER])
    if any(word in v.NEGATIONS or word.endswith("n't") for word in before) or _DENIALS & set(after):
        return True
    return any(pair in _TURNING for pair in pairwise(before))


def _until_mark(tokens: Iterator[Token] | Sequence[Token]) -> list[str]:
    words: list[str] = []
    for token in tokens:
        if token.kind == "mark":
            break
        words.append(token.text)
    return words
