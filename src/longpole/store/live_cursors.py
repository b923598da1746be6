"""How far somebody has looked on: a cursor that any process that shares the database can go on from.

    journal · next · as of · open, open…      hexadecimal

It is only worth something where it was made: another database has another
journal, and one that was put back from a copy has not come as far yet.

Upstream: `live_reads`. Downstream: `services.live`.
"""

import re
from dataclasses import dataclass
from typing import Self

_MOST_OPEN = 1_000
_NUMBER = "[0-9a-f]{1,16}"
_FORM = re.compile(rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})((?:\.{_NUMBER}){{0,{_MOST_OPEN}}})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything was seen of transactions below `next_id` but those of `open_ids`, and of the time up to `as_of_ns`.

    `journal` says of which database.
    """

    journal: int
    next_id: int
    open_ids: tuple[int, ...]
    as_of_ns: int

    def __str__(self) -> str:
        """As it is given away."""
        return ".".join(f"{each:x}" for each in (self.journal, self.next_id, self.as_of_ns, *self.open_ids))

    @classmethod
    def read(cls, given: str) -> Self | None:
        """The cursor that a text is; None where it is none."""
        found = _FORM.fullmatch(given)
        if found is None:
            return None
        journal, next_id, as_of_ns = (int(found[place], 16) for place in (1, 2, 3))
        open_ids = tuple(int(each, 16) for each in found[4].split(".")[1:])
        if max(journal, next_id, as_of_ns, *open_ids, 0) >= 1 << 63:
            return None
        return cls(journal, next_id, open_ids, as_of_ns)

    def oldest_id(self) -> int:
        """The smallest number of a transaction of which not everything was seen."""
        return min((self.next_id, *self.open_ids))
