"""The same failure says something else each time: what is left of a message without what varies.

    Timeout after 30.2s calling https://api.shop/v1/orders/8842?user=7
    Timeout after <n>s calling <url>

The status of a response stays: `HTTP 404` and `HTTP 503` are two failures.
Secrets go, as patterns are printed: passwords and tokens that are named as such, and what looks like a key.

Invariant: the pattern of a pattern is itself, so that patterns can be patterned again.

Upstream: `services.observations`. Downstream: `advice.error_patterns`.
Source: the masking step of Drain (He et al., ICWS 2017), without its tree: our
messages come with their node and type, so few are left to be told apart.
"""

import re

_LONGEST = 500
_MOST_ROUNDS = 5
"""What is taken out uncovers what stood against it: `1id_7f3a9c` is a number, and then an id."""
_NUMBER = re.compile(
    # the status of a response stays: it tells one failure from another
    r"(?P<status>(?:(?:(?:status|error)(?:[ _-]?code)?|http(?:/\d(?:\.\d)?)?|code|returned|response)[\s:=(\[]*|^)"
    r"(?<![\w.,])[45]\d\d(?![\w.,]*\d)|(?<![\w.,])[45]\d\d(?=[\s:-]+(?-i:[A-Z][a-z])))"
    r"|(?<![\w<])[-+]?\d+(?:[.,]\d+)*",
    re.IGNORECASE,
)
_NAMED_SO = r"pass(?:word|wd|phrase)?|pwd|secret|(?:\w+[_-])?token|(?:\w+[_-])?key|signature|credentials?"
_WHAT_VARIES = (
    (re.compile(r"'([45]\d\d [A-Z][A-Za-z -]{1,40})'"), r"\1"),  # httpx quotes the status
    (re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE), "<url>"),
    (re.compile(r"\beyJ[\w-]{6,}(?:\.[\w-]+){1,2}"), "<secret>"),
    (re.compile(r"\b(bearer|basic)\s+(?=\S*[\d=])[\w.~+/=-]{6,}", re.IGNORECASE), r"\1 <secret>"),
    (re.compile(rf"\b({_NAMED_SO})(\s*=\s*|:\s*(?=\S*\d))(?![<\s'\"`])[^\s,;&)'\"`]+", re.IGNORECASE), r"\1\2<secret>"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "<mail>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"), "<time>"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b"), "<address>"),
    (re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z]+[-_](?=\w*\d)\w{6,}\b"), "<id>"),
    (re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,}\b"), "<id>"),
    (re.compile(r"'[^']{1,200}'|\"[^\"]{1,200}\"|`[^`]{1,200}`"), "<text>"),
    (re.compile(r"\s+"), " "),
)


def _named(number: re.Match[str]) -> str:
    return number.group("status") or "<n>"


def pattern(message: str) -> str:
    """`message` without what varies: addresses, ids, times, numbers, quotations. At most 500 characters of it."""
    found = message[: 4 * _LONGEST]
    for _ in range(_MOST_ROUNDS):
        before, found = found, _once(found)
        if found == before:
            break
    return found[:_LONGEST].strip()


def _once(text: str) -> str:
    for varying, name in _WHAT_VARIES:
        text = varying.sub(name, text)
    return _NUMBER.sub(_named, text).strip()
