"""Whether a failure may go away by itself, as far as its words tell.

A service that is busy, a connection that breaks, a call that takes too long:
the next try may succeed. A wrong key, a missing field, a bug: it will not.

Invariant: what is said of a message is said of its pattern as well.

Upstream: error types and messages. Downstream: `advice.error_patterns`,
`advice.retry_patterns`. Source: RFC 9110 §15 (which status codes a client may
try again: 408, 425, 429, 5xx); the retry lists of the providers' own clients.
"""

import re
from enum import StrEnum
from functools import lru_cache


class ErrorKind(StrEnum):
    """What trying again would do."""

    TRANSIENT = "transient"
    DETERMINISTIC = "deterministic"
    UNKNOWN = "unknown"


_TRANSIENT_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_STATUS = re.compile(
    r"(?:\bstatus(?:[ _-]?code)?|\bhttp(?:/\d(?:\.\d)?)?|\berror(?:[ _-]?code)?|\bcode|\breturned|\bresponse|^)"
    r"[\s:=(\[]*([45]\d\d)\b",
    re.IGNORECASE,
)
_STATUS_IN_WORDS = re.compile(r"(?<![\w.,])([45]\d\d)[\s:-]+(?=[A-Z][a-z])")
_FOR_GOOD = re.compile(r"insufficient[ _]?(?:quota|funds|credit)|billing|invalid[ _]?api[ _]?key", re.IGNORECASE)
_TIMEOUT = re.compile(r"time[ds]?[ _-]?out|deadline[ _-]?exceeded|took too long", re.IGNORECASE)
_TRANSIENT = re.compile(
    r"time[ds]?[ _-]?out|deadline[ _-]?exceeded|took too long|too[ _]?many[ _]?requests|rate[ _-]?limit"
    r"|throttl|overload|unavailable|temporar|try again|retry later|bad[ _]?gateway"
    r"|connect(?:ion)?[ _]?(?:\w+[ _]?)?(?:error|reset|refused|aborted|closed|failed|lost)|broken[ _]?pipe"
    r"|econn\w+|etimedout|epipe|socket hang up|network|name resolution|getaddrinfo|\\bdns\\b"
    r"|remote[ _]?(?:protocol|disconnected)|read[ _]?error|incomplete[ _]?read|server[ _]?error|internal server error"
    r"|deadlock|lock wait|serialization failure|capacity|service[ _]?busy|server is busy",
    re.IGNORECASE,
)
_DETERMINISTIC = re.compile(
    r"unauthori[sz]ed|forbidden|not[ _]?found|permission|access denied|bad[ _]?request|invalid|unprocessable"
    r"|validat|unsupported|not supported|not allowed|authenticat|api[ _]?key|context[ _]?length|too[ _]?(?:long|large)"
    r"|maximum context|schema|malformed|pars(?:e|ing)|decod|syntax|missing|required|unexpected (?:key|field|token)"
    r"|key[ _]?error|type[ _]?error|value[ _]?error|attribute[ _]?error|index[ _]?error|name[ _]?error|assert"
    r"|zero[ _]?division|not[ _]?implemented|recursion|import[ _]?error|module[ _]?not|unicode|overflow"
    r"|undefined|null ?pointer|cannot read propert|no such|does not exist|content[ _]?(?:policy|filter)|quota"
    r"|insufficient",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def error_kind(error_type: str | None, message: str | None) -> ErrorKind:
    """What trying again would do about a failure of this type that says this.

    A status code says more than words, and a type more than a message: `TimeoutError: invalid` is a timeout.
    """
    if any(_FOR_GOOD.search(text) for text in (error_type, message) if text):
        return ErrorKind.DETERMINISTIC  # some say it with the status of too many requests
    for text in (error_type, message):
        status = http_status(text)
        if status is not None:
            return ErrorKind.TRANSIENT if status in _TRANSIENT_STATUS else ErrorKind.DETERMINISTIC
    for text in (error_type, message):
        if not text:
            continue
        if _TRANSIENT.search(text):
            return ErrorKind.TRANSIENT
        if _DETERMINISTIC.search(text):
            return ErrorKind.DETERMINISTIC
    return ErrorKind.UNKNOWN


def http_status(text: str | None) -> int | None:
    """The HTTP status that a text names (`HTTP 503`, `status code: 422`, `429`); None where it names none."""
    if not text:
        return None
    found = _STATUS.search(text) or _STATUS_IN_WORDS.search(text)
    return None if found is None else int(found.group(1))


def is_timeout(error_type: str | None, message: str | None) -> bool:
    """Somebody stopped waiting."""
    return any(_TIMEOUT.search(text) for text in (error_type, message) if text)
