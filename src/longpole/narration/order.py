"""What was comes before what would be: a change told the wrong way round is another change.

    "from {{F1.baseline}} to {{F1.expected}}"                fine
    "{{F1.expected}} in place of {{F1.baseline}}"            fine
    "{{F1.baseline}} in place of {{F1.expected}}"            the wrong way round

Upstream: `validation`. Downstream: `tokens`.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from longpole.narration.tokens import Token
from longpole.narration.vocabulary import ALL

_AFTER = frozenset({"expected", "range"})
_NOW, _WOULD = ALL["now"], ALL["modal"]
_NEAR = 4
_IN_PLACE = re.compile(
    r"\b(instead of|in place of|rather than|down from|up from|compared (with|to)|against|versus|over|"
    r"where .*(now|today|currently|was|were|took|had|used to))\b"
)


def order_defects(tokens: Sequence[Token]) -> Iterator[str]:
    """Of a sentence."""
    values = [(place, token) for place, token in enumerate(tokens) if token.kind == "value"]
    for place, token in values:
        before = tokens[place - 1].text if place and tokens[place - 1].kind == "word" else ""
        if (token.text, before) in {("baseline", "to"), ("baseline", "towards"), ("expected", "from")}:
            yield f"{before} {token.key}.{token.text}: the change is told the wrong way round"
        if token.text == "baseline" and before != "from" and _beside(tokens, place) & _WOULD:
            yield f"{token.key}.baseline is what was: the change is told the wrong way round"
        elif token.text == "expected" and _beside(tokens, place) & _NOW:
            yield f"{token.key}.expected is what would be: the change is told the wrong way round"
    changes = [(place, token) for place, token in values if token.text in _AFTER | {"baseline"}]
    for (begin, one), (end, other) in pairwise(changes):
        if one.key != other.key or (one.text == "baseline") == (other.text == "baseline"):
            continue
        between = " ".join(token.text for token in tokens[begin + 1 : end])
        if (one.text == "baseline") == bool(_IN_PLACE.search(between)):
            yield f"{one.key}.baseline must come before {one.key}.expected: the change is told the wrong way round"


def _beside(tokens: Sequence[Token], place: int) -> set[str]:
    """Words that tell when a value holds: those beside it, up to a mark or another value."""
    found: set[str] = set()
    for near in (tokens[max(0, place - _NEAR) : place][::-1], tokens[place + 1 : place + 1 + _NEAR]):
        for token in near:
            if token.kind != "word" or token.text in ALL["clause"]:
                break
            found.add(token.text)
    return found
