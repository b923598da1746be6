"""Names in a model's text: of a product, of a node that is another one's, or whatever is no everyday word.

    "Put Redis in front of it."    a product
    "The fetch step is slow."      what stands before `step` would be its name
    "Use tenacity."                no everyday word: it may be a name

Invariant: a name of two words or more that the workflow has is found however it is spelt: `fetch_orders` in "Fetch
Orders". A name that is one everyday word ("answer") may stand: the model was not told it, and means the word.

Upstream: `validation`. Downstream: `tokens`, `vocabulary`.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from longpole.narration import vocabulary as v
from longpole.narration.tokens import Token

_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
_PARTS = re.compile(r"[-/']")
_OF_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SHORTEST_NAME = 4
_PREDICATES = ("s", "ed", "ing", "ly")
"""How words end that say what a step does; others that follow `step` may be its name."""


def name_defects(bare: str, said: Sequence[Sequence[Token]], other_names: Collection[str]) -> Iterator[str]:
    """Names in a text: `bare` is the text without its placeholders, `said` its tokens."""
    for sentence in _SENTENCE.split(bare):
        opening = sentence.lstrip(" ('-–—")
        for place, match in enumerate(v.WORD.finditer(sentence)):
            yield from _of_word(match.group(), may_open=place == 0 and opening.startswith(match.group()))
    for tokens in said:
        yield from _beside_nodes(tokens)
    text = f" {' '.join(token.text for tokens in said for token in tokens if token.kind == 'word')} "
    for name in other_names:
        words = [word.lower() for word in _OF_NAME.findall(name)]
        if _is_telling(words) and f" {' '.join(words)} " in text:
            yield f"the name {name!r}"


def _of_word(word: str, *, may_open: bool) -> Iterator[str]:
    if word in v.PROPER:
        return
    for place, part in enumerate(_PARTS.split(_without_possessive(word))):
        lower = part.lower()
        if not part or part in v.PROPER or (place and lower in v.CONTRACTED):
            continue
        has_capital = any(letter.isupper() for letter in (part[1:] if may_open and not place else part))
        if lower in v.PRODUCTS or has_capital:
            yield f"the name {word!r}"
        elif not v.is_known(lower) and lower not in v.NUMBERS | v.UNITS:
            yield f"{word!r} is no everyday word of English: it may be a name"


def _without_possessive(word: str) -> str:
    return word.removesuffix("'s").strip("'-/")


def _beside_nodes(tokens: Sequence[Token]) -> Iterator[str]:
    """`the fetch step` names a step, as `step fetch` does."""
    for place, token in enumerate(tokens):
        if token.kind != "word" or token.text not in v.NODE_WORDS:
            continue
        before = tokens[place - 1] if place else None
        endings = ("ly", "s") if token.text in {"nodes", "steps"} else ("ly",)
        if before and before.kind == "word" and not (before.text.startswith("un") or _is_around(before.text, endings)):
            yield f"{before.text!r} before {token.text!r} looks like its name: use the placeholder"
        after = tokens[place + 1] if place + 1 < len(tokens) and token.text in {"node", "step"} else None
        if after and after.kind == "word" and not _is_around(after.text, _PREDICATES):
            yield f"{after.text!r} after {token.text!r} looks like its name: use the placeholder"


def _is_around(word: str, endings: tuple[str, ...]) -> bool:
    return word in v.AROUND_NODES or word.endswith(endings)


def _is_telling(words: Sequence[str]) -> bool:
    """Whether they are no everyday word that a text may use without meaning the node."""
    return len(words) > 1 or (len(words) == 1 and len(words[0]) >= _SHORTEST_NAME and not v.is_known(words[0]))
