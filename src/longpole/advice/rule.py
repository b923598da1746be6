"""A rule looks at what was observed of a workflow, and yields what it finds.

Upstream: `services.advisor`. Downstream: one file per rule beside this one.
"""

from collections.abc import Callable, Iterable

from longpole.advice.observations import Observations
from longpole.domain.findings import Finding

Rule = Callable[[Observations], Iterable[Finding]]
"""Pure and deterministic: the same observations give the same findings, in the same order."""
