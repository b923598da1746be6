"""A finding's figures as JSON has them: both databases, HTTP and a terminal show the same.

Invariant: a number that is none (NaN, infinite) is unknown.

Upstream: `lifecycle.reconciled`, `lifecycle.behaviour`. Downstream: none.
"""

import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, is_dataclass
from enum import Enum
from numbers import Integral, Real
from typing import Any


def plain(value: Any) -> Any:
    """Text, numbers, lists and objects; whatever else there is as its text, without what databases refuse."""
    if isinstance(value, Enum):
        return plain(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if hasattr(value, "tolist"):  # NumPy's
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {_text(str(name)): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in (sorted(value, key=repr) if isinstance(value, AbstractSet) else value)]
    return _single(value)


def _single(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    return _text(str(value))


def _text(value: str) -> str:
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
