"""What goes wrong on our side: the log hears of each kind once a minute, the program never.

Upstream: everything in the SDK that must not raise.
"""

import logging
import time

_SILENCE_S = 60.0
_log = logging.getLogger(__name__)
_quiet_until_s: dict[str, float] = {}


def grumble(error: Exception) -> None:
    """Something of ours, or of an option, went wrong. Values are not told: they may be anybody's."""
    what = type(error).__name__
    if place := getattr(error, "field", None):
        what += f" ({place})"
    now_s = time.monotonic()
    if now_s >= _quiet_until_s.get(what, 0.0):
        _quiet_until_s[what] = now_s + _SILENCE_S
        _log.warning("a node ran without its cache or record: %s", what)
