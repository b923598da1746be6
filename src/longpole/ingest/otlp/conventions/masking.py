"""Error messages without the secrets that errors like to quote.

An error message is metadata: it is kept even where payloads are not. What is
obviously a credential is not: tokens after `Bearer`, keys of the known
providers, passwords in URLs, values of `api_key=`.

Invariant: masking a masked message changes nothing.
"""

import re

from longpole.ingest.otlp.conventions.values import clean

MAX_BYTES = 2048
"""Longest message that is kept, in UTF-8."""

MASK = "***"
_READ_AT_MOST = 4 * MAX_BYTES
_TRACEBACK = "Traceback (most recent call last)"
_SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {MASK}"),
    (re.compile(r"\b(?:sk|pk|rk)[-_](?:[A-Za-z]+[-_])*[A-Za-z0-9][A-Za-z0-9_*-]{5,}"), MASK),
    (
        re.compile(
            r"\b(?:lsv2_|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abprs]-|hf_|gsk_|AIza|AKIA|ASIA)[A-Za-z0-9_-]{8,}"
        ),
        MASK,
    ),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,30}://)[^\s/@:]{0,200}:[^\s/@]{1,200}@"), rf"\1{MASK}@"),
    (
        re.compile(
            r"(?i)\b([\w-]{0,40}(?:api[_-]?key|secret[\w-]{0,20}|passw(?:or)?d|access[_-]?token|auth[_-]?token))"
            r"""(["']?\s*[:=]\s*["']?)[^\s"'&,;)}\]]{4,}"""
        ),
        rf"\1\2{MASK}",
    ),
)


def masked(message: str | None) -> str | None:
    """A message up to its traceback, without secrets, of at most 2 kB; None if nothing is left."""
    if not message:
        return None
    text = message[:_READ_AT_MOST].split(_TRACEBACK, 1)[0].strip()
    for secret, mask in _SECRETS:
        text = secret.sub(mask, text)
    cleaned = clean(text, MAX_BYTES)
    if cleaned is None or cleaned.isascii():
        return cleaned
    return cleaned.encode()[:MAX_BYTES].decode("utf-8", "ignore")
