"""What is wrong with a model's text: nothing that is not known to be harmless is shown.

Refused are digits of any script, number words, units, names, words in another
alphabet, unknown placeholders, claims about a figure that the finding says
nothing of, directions that contradict its sign, certainty, and an order of
values that tells the change the wrong way round.

    "{{F1.node}} takes {{F1.baseline}}; cached, the run is faster."       fine
    "It falls from {{F1.expected}} to {{F1.baseline}}."                   the wrong way round
    "The fetch node takes three seconds."                                 a name, a number, a unit

Invariant: a text without defects holds no digit outside its placeholders, and
only placeholders of the findings that it was given.

Upstream: `narrator`. Downstream: `claims`, `vocabulary`. Source: the design's analysis §9.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from longpole.narration import vocabulary as v
from longpole.narration.claims import claim_defects, order_defects
from longpole.narration.subjects import Subject

_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
_VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for a placeholder while words are looked at."""
_LONGEST = 1_200
_SHORTEST_NAME = 4


def defects(text: object, about: Mapping[str, Subject], other_names: Collection[str] = ()) -> list[str]:
    """What is wrong with a text, each in words that tell the model what to change; empty where nothing is.

    Args:
        text: What the model wrote.
        about: The findings that it may speak of, by key.
        other_names: Names of the workflow's nodes and models: none of them may stand in the text.
    """
    if not isinstance(text, str) or not text.strip():
        return ["it is empty, or no text"]
    if len(text) > _LONGEST:
        return [f"it is longer than {_LONGEST:,} characters"]
    plain = text.replace(v.APOSTROPHE, "'")
    return [*_placeholder_defects(plain, about), *_text_defects(plain, about, other_names)]


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
    directions = frozenset(direction for subject in about.values() for direction in subject.directions)
    for sentence in _SENTENCE.split(bare):
        words = _lower_words(sentence)
        yield from _word_defects(sentence, words)
        yield from _name_defects(sentence, words, other_names)
        yield from claim_defects(words, directions)
    for sentence in _SENTENCE.split(text):
        yield from order_defects(sentence)


def _lower_words(sentence: str) -> list[str]:
    """The words; of those with a hyphen or a stroke the parts as well."""
    found: list[str] = []
    for match in v.WORD.finditer(sentence):
        word = match.group().lower().strip("'-/")
        found.append(word)
        if parts := re.split(r"[-/]", word)[1:]:
            found += [word.partition("-")[0].partition("/")[0], *parts]
    return found


def _without_possessive(word: str) -> str:
    return word.removesuffix("'s").strip("'-/")


def _word_defects(sentence: str, words: list[str]) -> Iterator[str]:
    for word in words:
        plain = _without_possessive(word)
        if plain in v.NUMBERS or plain.endswith(("fold", "teen")):
            yield f"the number word {word!r}"
        elif plain in v.UNITS:
            yield f"the unit {word!r}"
        elif plain in v.CERTAINTY:
            yield f"the promise {word!r}"
    for after in re.finditer(f"{_VALUE}[\\s-]*([A-Za-z]+)", sentence):
        if after.group(1).lower() in v.COUNTED:
            yield f"{after.group(1)!r} after a value, which has its unit already"


def _name_defects(sentence: str, lower: list[str], other_names: Collection[str]) -> Iterator[str]:
    words = [match.group() for match in v.WORD.finditer(sentence)]
    for place, word in enumerate(words):
        plain = _without_possessive(word)
        if _is_name(plain) or (plain[:1].isupper() and plain not in v.PROPER and not _may_open(sentence, place, word)):
            yield f"the name {word!r}"
    yield from _beside_nodes([word.lower() for word in words])
    together = f" {' '.join(lower)} "
    for name in other_names:
        if _is_telling(name) and f" {name.lower()} " in together:
            yield f"the name {name!r}"


def _is_name(word: str) -> bool:
    """It is a product's, or is spelt as identifiers are."""
    if any(part.lower() in v.PRODUCTS for part in re.split(r"[-/']", word)):
        return True
    return word not in v.PROPER and any(letter.isupper() for letter in word[1:])


def _may_open(sentence: str, place: int, word: str) -> bool:
    """A sentence may begin with it: a name would not be seen there."""
    if place != 0 or not sentence.lstrip(" ('-–—").startswith(word):
        return False
    lower = re.split(r"['/-]", word.lower())[0]
    return lower in v.OPENERS or lower.endswith(("ing", "ly", "ed"))


def _beside_nodes(words: list[str]) -> Iterator[str]:
    """`the fetch step` names a step, as `step fetch` does."""
    for place, word in enumerate(words):
        if word not in v.NODE_WORDS:
            continue
        before = words[place - 1] if place else "the"
        after = words[place + 1] if place + 1 < len(words) else "is"
        for beside in (before, after):
            plain = _without_possessive(beside)
            if plain not in v.AROUND_NODES | v.DOWN | v.NEGATIONS and not plain.endswith("ly"):
                yield f"{beside!r} beside {word!r} looks like its name: use the placeholder"


def _is_telling(name: str) -> bool:
    """It is no everyday word that a text may use without meaning the node."""
    return len(name) >= _SHORTEST_NAME and not (name.isalpha() and name.islower())
