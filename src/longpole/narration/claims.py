"""What a text says a change does, held against what the finding says that it does.

A word of a direction needs a finding of that direction: whoever writes
"cheaper" of a finding that saves time only has made it up. Directions are said
straight: beside a negation nobody knows what they come to.

Upstream: `validation`. Downstream: `vocabulary`. Source: the design's analysis §9.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from longpole.narration import vocabulary as v
from longpole.narration.subjects import Direction

_THE_OTHER_WAY = re.compile(r"\b(instead of|rather than|down from|compared with|against)\b")
_DOWN = frozenset({Direction.TIME_DOWN, Direction.COST_DOWN, Direction.FAILURES_DOWN, Direction.TOKENS_DOWN})
_UP = frozenset({Direction.TIME_UP, Direction.COST_UP})
_CLAIMS: tuple[tuple[frozenset[str], frozenset[Direction]], ...] = (
    (v.TIME_DOWN, frozenset({Direction.TIME_DOWN})),
    (v.TIME_UP, frozenset({Direction.TIME_UP})),
    (v.COST_DOWN, frozenset({Direction.COST_DOWN})),
    (v.COST_UP, frozenset({Direction.COST_UP})),
    (v.COST, frozenset({Direction.COST_DOWN, Direction.COST_UP})),
    (v.FAILURES_DOWN, frozenset({Direction.FAILURES_DOWN})),
    (v.FAILURES_UP, frozenset()),
    (v.DOWN, _DOWN),
    (v.UP, _UP),
)
"""Words, and of which directions a finding must have one for them to be said of it."""
_BAD = v.COST | v.TIME_UP | v.FAILURES_UP
_BAD |= {"failures", "failure", "errors", "error", "slow", "time", "waiting", "tokens", "failing", "trouble"}
_GOOD = v.TIME_DOWN | v.COST_DOWN | v.FAILURES_DOWN | v.DOWN | {"fast", "quick", "cheap"}


def claim_defects(words: Sequence[str], directions: frozenset[Direction]) -> Iterator[str]:
    """Claims in a sentence that findings of these directions do not make."""
    claimed: list[str] = []
    for said, needed in _CLAIMS:
        for word in words:
            if word in said:
                claimed.append(word)
                if not needed & directions:
                    yield f"{word!r}: its findings do not say so"
    if claimed and any(word in v.NEGATIONS or word.endswith("n't") for word in words):
        yield f"a negation beside {claimed[0]!r}: say what happens, not what does not"
    for one, other in pairwise(words):
        if _turns(one, other):
            yield f"'{one} {other}': its findings do not say so"


def _turns(one: str, other: str) -> bool:
    """`less reliable`, `more failures`: a direction turned round by the word before it."""
    if one in {"less", "fewer", "least", "fewest"}:
        return other in _GOOD
    return one in {"more", "most"} and other in _BAD


def order_defects(sentence: str) -> Iterator[str]:
    """Of one finding, what was comes before what would be."""
    places: dict[str, list[tuple[int, str]]] = {}
    for match in v.PLACEHOLDER.finditer(sentence):
        if match.group(2) in {"baseline", "expected", "range"}:
            places.setdefault(match.group(1), []).append((match.start(), match.group(2)))
    for key, found in places.items():
        begin, first = found[0]
        end = next((place for place, kind in found if kind == "baseline"), None)
        if first == "baseline" or end is None:
            continue
        if not _THE_OTHER_WAY.search(sentence[begin:end].lower()):
            yield f"{key}.baseline must come before {key}.{first}: the change is told the wrong way round"
