"""What makes a step slow, as far as its own executions tell: each cause comes with what it really took without it.

    version   since the newest version it takes longer         → what the one before took
    since     so from a moment on, with no version to blame    → what it took before
    model     one model takes longer than another              → what the other took
    input     it grows with its input, and some are large      → as if none was above the usual
    user      one user's runs take longer                      → what those of others took
    hour      at some hours it takes longer                    → what it took at the others
    mode      some executions are of another, slow kind        → what the usual ones took
    tail      a long tail without a second kind                → no longer than three quarters did

The first that is beyond chance explains the rest: a version that made a step
slow also makes two kinds of executions. How far beyond chance is decided so
that of some hundred steps times eight causes none is named by accident.

Upstream: `node_times`, `analysis.drivers`. Downstream: `slow_nodes`.
"""

from collections.abc import Callable

from longpole.advice.observations import Observations
from longpole.advice.slow.cause import Cause
from longpole.advice.slow.groups import hour, model, since, user, version
from longpole.advice.slow.node_times import NodeTimes
from longpole.advice.slow.shapes import large_input, mode, tail

_LEAST = 50
"""Executions of a step before anything is said of it."""
_Look = Callable[[Observations, NodeTimes], Cause | None]
_LOOKS: tuple[_Look, ...] = (version, since, model, large_input, user, hour, mode, tail)


def cause_of(observed: Observations, times: NodeTimes) -> Cause | None:
    """The first cause that is beyond chance; None where the step simply takes its time."""
    if times.places.size < _LEAST:
        return None
    return next((found for look in _LOOKS if (found := look(observed, times)) is not None), None)
