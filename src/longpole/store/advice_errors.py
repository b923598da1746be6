"""What failures have in common: type, and message without what varies; a bounded number of them.

Messages repeat, and those that do not differ in numbers and ids: the pattern of
each that is new is worked out until there are too many, then those stand for
all that differ from them in digits only.

    Timeout after 30 s for order 8842    ─┐
    Timeout after 30 s for order 9117    ─┴─►  Timeout after <n> s for order <n>

Upstream: `advice_reads`. Downstream: `analysis.error_texts`.
"""

from longpole.advice.observations import ErrorInfo
from longpole.analysis.error_texts import pattern

MOST_KINDS = 1_000
"""More kinds of failures are no kinds; what comes beyond is one of neither type nor pattern."""
MOST_MESSAGES = 20_000
"""So many different messages are looked at as they are: half a second's work."""
LONGEST_TEXT = 2_000
"""More of a message does not change its pattern."""
_NOWHERE = -1
_WITHOUT_DIGITS = str.maketrans("", "", "0123456789abcdef-.:")
Kind = tuple[str | None, str | None]


class ErrorKinds:
    """The kinds of failures that were met, each at its place."""

    def __init__(self, most_kinds: int = MOST_KINDS, most_messages: int = MOST_MESSAGES) -> None:
        self.infos: list[ErrorInfo] = []
        self._places: dict[Kind, int] = {}
        self._patterns: dict[str, str] = {}
        self._alike: dict[str, str] = {}
        self._most_kinds, self._most_messages = most_kinds, most_messages

    def place(self, error_type: str | None, message: str | None) -> int:
        """Where the kind of a failure is; -1 where nothing was said of one."""
        if error_type is None and message is None:
            return _NOWHERE
        return self._place((error_type, None if message is None else self._pattern(message)), message)

    def _place(self, kind: Kind, message: str | None) -> int:
        if kind not in self._places and len(self._places) >= self._most_kinds:
            kind, message = (None, None), None
        if kind not in self._places:
            self._places[kind] = len(self.infos)
            self.infos.append(ErrorInfo(*kind, message))
        return self._places[kind]

    def _pattern(self, message: str) -> str | None:
        found = self._patterns.get(message)
        if found is not None:
            return found
        alike = message.translate(_WITHOUT_DIGITS)
        if len(self._patterns) >= self._most_messages:
            return self._alike.get(alike)
        found = self._patterns[message] = pattern(message)
        self._alike.setdefault(alike, found)
        return found
