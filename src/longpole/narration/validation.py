"""What is wrong with a model's text: nothing that is not known to be harmless is shown.

Refused are digits of any script, number words, units, names and all that is no
everyday English, unknown placeholders, claims about a figure that the finding
says nothing of, directions that contradict its sign, certainty, words to the
reader that are not about the finding, and an order of values that tells the
change the wrong way round.

    "{{F1.node}} takes {{F1.baseline}}; cached, the run is faster."       fine
    "It falls from {{F1.expected}} to {{F1.baseline}}."                   the wrong way round
    "The fetch node takes three seconds."                                 a name, a number, a unit

Invariant: a text without defects holds no digit outside its placeholders, and
only placeholders of the findings that it was given.

Upstream: `narrator`. Downstream: `claims`, `names`, `order`, `promises`. Source: the design's analysis §9.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from longpole.narration import vocabulary as v
from longpole.narration.claims import claim_defects
from longpole.narration.names import name_defects
from longpole.narration.order import order_defects
from longpole.narration.promises import promise_defects
from longpole.narration.subjects import Subject
from longpole.narration.tokens import Token, sentences

_VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for a placeholder while words are looked at."""
_GLUED = re.compile(f"{_VALUE}(?:'s)?['-]?[A-Za-z]|[A-Za-z]{_VALUE}|{_VALUE}{_VALUE}")
_LONGEST = 1_200
_SAME = {
    word: words.split()[0]
    for words in ("retries repeats attempts retry repeat attempt", "calls requests executions call request execution")
    for word in words.split()
}
"""Of what a value's name says that it counts, other words."""


def defects(text: object, about: Mapping[str, Subject], other_names: Collection[str] = ()) -> list[str]:
    """What is wrong with a text, each in words that tell the model what to change; empty where nothing is.

    Args:
        text: What the model wrote.
        about: The findings that it may speak of, by key.
        other_names: Names of the workflow's nodes and models: none of them may stand in the text.
    """
    if not isinstance(text, str) or not re.search("[A-Za-z]", text):
        return ["it is empty, or no text"]
    if len(text) > _LONGEST:
        return [f"it is longer than {_LONGEST:,} characters"]
    plain = text.replace(v.APOSTROPHE, "'")
    if unknown := list(_placeholder_defects(plain, about)):
        return unknown
    return list(_text_defects(plain, about, other_names))


def _placeholder_defects(text: str, about: Mapping[str, Subject]) -> Iterator[str]:
    for key, name in v.PLACEHOLDER.findall(text):
        if key not in about:
            yield f"{key} is none of its findings"
        elif name not in about[key].values:
            yield f"{key} has no value {name}"


def _text_defects(text: str, about: Mapping[str, Subject], other_names: Collection[str]) -> Iterator[str]:
    bare = v.PLACEHOLDER.sub(_VALUE, text)
    for character in sorted(set(bare)):
        if not (character.isascii() and character.isalpha()) and character not in v.ALLOWED_MARKS | {_VALUE}:
            yield f"the character {character!r}: digits, signs and other alphabets are not allowed outside placeholders"
    for match in _GLUED.finditer(bare):
        if not match.group().startswith(f"{_VALUE}'s"):
            yield "a value must stand alone, with a space before and after it"
    said = sentences(text)
    yield from name_defects(bare, said, other_names)
    yield from promise_defects(bare)
    for tokens in said:
        yield from _word_defects(tokens, about)
        yield from claim_defects(tokens, about)
        yield from order_defects(tokens)


def _word_defects(tokens: Sequence[Token], about: Mapping[str, Subject]) -> Iterator[str]:
    for token in tokens:
        if token.kind != "word":
            continue
        if token.text in v.NUMBERS or token.text.endswith(("fold", "teen")):
            yield f"the number word {token.text!r}"
        elif token.text in v.UNITS:
            yield f"the unit {token.text!r}"
    for value, after in pairwise(tokens):
        if value.kind == "value" and after.kind == "word" and _is_unit_of(value, after.text, about):
            yield f"{after.text!r} after a value, which has its unit already"


def _is_unit_of(value: Token, word: str, about: Mapping[str, Subject]) -> bool:
    """A count may be followed by what it counts, if its name says so or says nothing of it."""
    if word in v.COUNTED:
        return True
    if word not in v.COUNTS:
        return False
    shown = about[value.key].values[value.text]
    counted = {_SAME.get(part, part) for part in value.text.split("_") if part in v.COUNTS}
    if value.text == "n" or not re.fullmatch(r"[0-9][0-9.,]*[kMGT]?", shown):
        return not shown.endswith("”")
    return bool(counted) and _SAME.get(word, word) not in counted | {"times"}
