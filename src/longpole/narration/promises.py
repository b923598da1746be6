"""What a text may not say of itself or ask of its reader: certainty, orders to a machine or a person, secrets.

An estimate is none without its doubt, and a text that telemetry has got at
would speak to the reader, or to the next model, in place of the finding.

Upstream: `validation`. Downstream: `vocabulary`.
"""

import re
from collections.abc import Iterator

from longpole.narration import vocabulary as v

_PROMISES = (
    r"\b(?<!make )(?<!making )(?<!be )sure\b",
    r"\b(for free|free of charge|risk[- ]free|rest assured|fail[- ]safe|for good|in any (case|event))\b",
    r"\b(no (risk|doubt)|without (any|a) (risk|doubt))\b",
    r"\b(bound|certain|sure) to\b",
    r"\b(is|are|be|it's|quite) certain\b",
    r"(?<!of )\ball (of )?(the )?(failures?|errors?|costs?|runs|waiting|problems)\b",
    r"\bno (more )?(failures|errors|waiting) (any|at all|left)\b",
    r"\b(cannot|can't|won't|will not|can not) (fail|break|go wrong|hurt)\b",
)
_ORDERS = (
    r"\b(transfer|wire|send|pay) (your|the) (credits?|money|funds|payments?|invoices?)\b",
    r"\b(follow|obey|execute) (the|these|those|this|all) ([a-z]+ )?(instructions?|links?|commands?|orders)\b",
    (
        r"\b(ignor\w*|disregard\w*|forget|overrid\w*|bypass\w*) ([\w' -]+ )?"
        r"(instructions?|rules?|advice|above|prompts?|guidelines|limits|everything|policy|policies)\b"
    ),
    (
        r"\b(print|reveal|show|repeat|output|expose|leak|display) (your|the|its) (system |hidden |initial |full )?"
        r"(prompts?|instructions|rules)\b"
    ),
    (
        r"\b(delete|drop|wipe|erase|destroy|disable|shut down|turn off) (the |your |all |its )*"
        r"(workflows?|data ?bases?|tables?|servers?|logs?|logging|monitoring|security|protection|backups?|accounts?)\b"
    ),
    r"\b(run|type|enter|paste|copy) (the|this|these|following) ([a-z]+ )?(commands?|code|scripts?|below)\b",
    r"\b(reply|respond|answer) with (the word|only|yes|no)\b|\bclick (here|on|the|this)\b",
    r"\b(language model|developer mode|you are now|here is (the|your) \w+)\b",
    r"(^|\s)(system|assistant|user|human) ?:|\b(api|access|private) keys?\b",
)
_ADDRESSED = re.compile(r"(?<=\S)[.:](?=[^\W\d_])|(?<!\w)/|/(?!\w)|(?<!\w)'\w|\(\)|--|(^|\n)\s*[-–—]\s|\n\s*\n\s*\n")
"""An address, a path, a quotation, a list: no plain sentences."""
_FIRST_PERSON = frozenset({"i", "me", "my", "myself"})


def promise_defects(bare: str) -> Iterator[str]:
    """Of a text without its placeholders."""
    lower = " ".join(bare.lower().split())
    for word in re.findall(r"[a-z]+", lower):
        if word in v.CERTAINTY:
            yield f"the promise {word!r}"
        elif word in v.SECRETS or word in _FIRST_PERSON:
            yield f"{word!r}: speak of the finding only"
    for match in _found(_PROMISES, lower):
        yield f"the promise {match!r}"
    for match in _found(_ORDERS, lower):
        yield f"{match!r}: speak of the finding only"
    for addressed in _ADDRESSED.finditer(bare):
        yield f"{addressed.group().strip()!r}: write plain sentences, no addresses, paths, lists or quotations"


def _found(patterns: tuple[str, ...], text: str) -> Iterator[str]:
    for pattern in patterns:
        for match in re.finditer(pattern, text):
            yield match.group().strip()
