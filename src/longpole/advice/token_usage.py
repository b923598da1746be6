"""Where tokens are paid for and bring nothing: prompts that grow, prompts in the wrong order, output that nobody reads.

Duplicate calls are told by `cache_opportunities`, what retries waste by `retry_patterns`.

Upstream: `services.advisor`. Downstream: `token_growth`, `token_drift`, `token_prefixes`, `token_outputs`,
`token_models`.
"""

from collections.abc import Iterator

from longpole.advice.model_calls import model_calls
from longpole.advice.observations import Observations
from longpole.advice.token_drift import token_drift
from longpole.advice.token_growth import token_growth
from longpole.advice.token_models import token_models
from longpole.advice.token_outputs import token_outputs
from longpole.advice.token_prefixes import token_prefixes
from longpole.domain.findings import Finding


def token_usage(observed: Observations) -> Iterator[Finding]:
    """What could be spared, by node and model. Silent where a month's worth of it is less than a dollar."""
    every = tuple(model_calls(observed))
    for calls in every:
        yield from token_growth(observed, calls)
        yield from token_drift(observed, calls)
        yield from token_prefixes(observed, calls)
        yield from token_outputs(observed, calls)
        yield from token_models(observed, calls, every)
