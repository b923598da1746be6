"""Words that say more than a model may say: numbers, units, directions, and names that it cannot know.

English only, since a model is asked for English. What is no everyday English
and no word of workflows (`words.txt`) may be a name or another language, and is
refused; words that are known but say too much stand in `vocabulary.txt`.

Upstream: `validation`, `names`, `claims`, `promises`.
"""

import re
from collections.abc import Iterator
from importlib.resources import files


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _sections() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    section = ""
    for line in _read("vocabulary.txt").splitlines():
        if line.startswith("["):
            section = line[1 : line.index("]")]
            found[section] = set()
        elif not line.startswith("#") and section:
            found[section].update(line.split())
    return {name: frozenset(words) for name, words in found.items()}


ALL = _sections()
NUMBERS, UNITS, COUNTED, COUNTS = ALL["numbers"], ALL["units"], ALL["counted"], ALL["counts"]
NEGATIONS, CERTAINTY, SECRETS = ALL["negations"], ALL["certainty"], ALL["secrets"]
PRODUCTS, AROUND_NODES, PROPER = ALL["products"], ALL["around_nodes"], ALL["proper"]
NODE_WORDS = frozenset({"node", "nodes", "step", "steps"})
CONTRACTED = frozenset({"t", "s", "re", "ll", "ve", "d"})
"""What may follow an apostrophe."""
_KNOWN = frozenset(
    word for line in _read("words.txt").splitlines() if not line.startswith("#") for word in line.split()
).union(*(words for section, words in ALL.items() if section not in {"products", "proper"}))
_ENDINGS = (
    *(("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e")),
    *(("er", ""), ("er", "e"), ("ier", "y"), ("est", ""), ("est", "e"), ("iest", "y"), ("ly", ""), ("ily", "y")),
    *(("able", ""), ("able", "e")),
)
_BEGINNINGS = ("un", "re", "pre", "over", "mis")
_SHORTEST_STEM = 3

WORD = re.compile(r"[A-Za-z][A-Za-z'/-]*")
PLACEHOLDER = re.compile(r"\{\{(F[1-9][0-9]*)\.([A-Za-z_][A-Za-z0-9_]*)\}\}")
APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
ALLOWED_MARKS = frozenset(" .,;:!?'()-–—\n/" + APOSTROPHE)


def is_known(word: str) -> bool:
    """An everyday word, or a form of one: `trimmed` of `trim`. Lower case."""
    return word in _KNOWN or any(stem in _KNOWN or _is_form(stem) for stem in _stems(word))


def _is_form(word: str) -> bool:
    return any(stem in _KNOWN for stem in _stems(word))


def _stems(word: str) -> Iterator[str]:
    for ending, instead in _ENDINGS:
        if word.endswith(ending):
            stem = word[: len(word) - len(ending)] + instead
            if len(stem) >= _SHORTEST_STEM:
                yield stem
                if not instead and stem[-1] == stem[-2]:
                    yield stem[:-1]
    for beginning in _BEGINNINGS:
        if word.startswith(beginning) and len(word) > len(beginning) + _SHORTEST_STEM:
            yield word[len(beginning) :]
