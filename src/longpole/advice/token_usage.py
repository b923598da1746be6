"""Where tokens are paid for and bring nothing: prompts that grow, prompts in the wrong order, output that nobody reads.

Duplicate calls are told by `cache_opportunities`, what retries waste by `retry_patterns`.

Upstream: `services.advisor`. Downstream: `tokens.growth`, `tokens.drift`, `tokens.prefixes`, `tokens.outputs`,
`tokens.models`.
"""

from collections.abc import Iterator

from longpole.advice.observations import Observations
from longpole.advice.tokens.drift import token_drift
from longpole.advice.tokens.growth import token_growth
from longpole.advice.tokens.model_calls import model_calls
from longpole.advice.tokens.models import token_models
from longpole.advice.tokens.outputs import token_outputs
from longpole.advice.tokens.prefixes import token_prefixes
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
