"""A text as words, values and marks, in their order, so that rules can look at what stands beside what.

    "From {{F1.baseline}}, it drops."   word `from`, value `baseline`, mark `,`, word `it`, word `drops`, mark `.`

Words are in lower case, without a possessive `'s`; those with a hyphen or a
stroke are as many words as they have parts.

Upstream: `claims`, `validation`. Downstream: `vocabulary`.
"""

import re
from dataclasses import dataclass
from typing import Literal

from longpole.narration.vocabulary import PLACEHOLDER, WORD

_TOKEN = re.compile(f"(?P<value>{PLACEHOLDER.pattern})|(?P<word>{WORD.pattern})|(?P<mark>[.,;:!?()–—]|\\n)")
_ENDS = frozenset(".!?;:\n")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a value's name (with its finding's `key`), or a mark."""

    kind: Literal["word", "value", "mark"]
    text: str
    key: str = ""


def sentences(text: str) -> list[list[Token]]:
    """The text's tokens, a list for each sentence; colons and semicolons end one, too."""
    found: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(text):
        if match["value"]:
            found[-1].append(Token("value", match[3], match[2]))
        elif match["word"]:
            parts = [part.removesuffix("'s").strip("'") for part in re.split(r"[-/]", match["word"].lower())]
            found[-1] += [Token("word", part) for part in parts if part]
        elif match["mark"] in _ENDS:
            found.append([])
        else:
            found[-1].append(Token("mark", match["mark"]))
    return [sentence for sentence in found if sentence]
