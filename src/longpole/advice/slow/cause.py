"""A cause that makes a step slow, and what the step really took where it was not there.

Upstream: `groups`, `shapes`. Downstream: `slow_nodes`.
"""

from dataclasses import dataclass, field

import numpy as np

from longpole.advice.observations import Floats, Ints
from longpole.domain.findings import Facts

BEYOND_CHANCE_Z = 5.0
"""Deviations: of some hundred steps times eight causes, none is named by accident."""
LEAST_GROUP = 30


@dataclass(frozen=True, slots=True, eq=False)
class Cause:
    """A cause, and what the step would take without it.

    Attributes:
        case: Its word.
        subject: What tells it from another of the same kind: a version, a model, a user.
        title: Of the finding; `{name}` is the step.
        words: What was seen.
        remedy: What to do about it, in some words.
        slow: The executions that it makes slow.
        without_ns: What executions really took, or would have taken, without it.
    """

    case: str
    title: str
    words: str
    remedy: str
    slow: Ints
    without_ns: Ints
    facts: Facts = field(default_factory=dict)
    subject: str = ""


def nanoseconds(durations_s: Floats) -> Ints:
    """Seconds as whole nanoseconds."""
    made: Ints = np.round(durations_s * 1e9).astype(np.int64)
    return made
