"""Which smaller model there is, and how many runs a fair comparison with it takes.

A smaller model costs less; whether it does the work nobody can read off a trace.
So a difference in price is only ever worth a test.

Upstream: `advice.tokens.models`. Source: the makers' own names for the sizes of a
family; the sample size of a two-sided comparison of two means (Cohen, 1988).
"""

import math
import re
from statistics import NormalDist
from typing import Final

_FAMILIES: Final = (
    (re.compile(r"^(?P<head>.*\bclaude-)(?P<size>opus|sonnet)(?P<tail>-\d.*)?$"), ("opus", "sonnet", "haiku")),
    (
        re.compile(r"^(?P<head>.*\bclaude-\d(?:-\d)?-)(?P<size>opus|sonnet)(?P<tail>.*)$"),
        ("opus", "sonnet", "haiku"),
    ),
    (re.compile(r"^(?P<head>.*\bgemini-[\d.]+-)(?P<size>pro|flash)(?P<tail>)$"), ("pro", "flash", "flash-lite")),
    (re.compile(r"^(?P<head>.*\bmistral-)(?P<size>large|medium)(?P<tail>.*)$"), ("large", "medium", "small")),
    (re.compile(r"^(?P<head>.*\bnova-)(?P<size>premier|pro|lite)(?P<tail>.*)$"), ("premier", "pro", "lite", "micro")),
)
_GPT: Final = re.compile(
    r"^(?P<head>(?:.*/)?gpt-(?:4\.1|4o|5(?:\.\d)?))(?P<size>-pro|-mini)?(?P<date>-\d{4}-\d\d-\d\d)?$"
)
_GPT_SIZES: Final = ("-pro", "", "-mini", "-nano")


def smaller_models(model: str) -> tuple[str, ...]:
    """Names that the smaller models of the same family would have, the next one first; not all of them need to exist.

    A date at the end of `model` is that of another model, and is left out.
    """
    name = model.strip().lower()
    gpt = _GPT.match(name)
    if gpt:
        return tuple(gpt["head"] + size for size in _GPT_SIZES[_GPT_SIZES.index(gpt["size"] or "") + 1 :])
    for pattern, sizes in _FAMILIES:
        found = pattern.match(name)
        if found:
            tail = re.sub(r"-?\d{8}.*$|-latest$", "", found["tail"] or "")
            return tuple(found["head"] + size + tail for size in sizes[sizes.index(found["size"]) + 1 :])
    return ()


def runs_per_arm(variation: float, effect: float = 0.05, power: float = 0.8, error: float = 0.05) -> int:
    """How many runs on each side show a difference of `effect` (0.05: 5 % of the mean).

    Args:
        variation: Standard deviation by mean of what is compared.
        effect: The least difference that matters, as a share of the mean.
        power: How surely such a difference is to be seen (0–1).
        error: How often one may be seen that is none (0–1), both sides together.

    Returns:
        At least 30: with fewer, means are not nearly normal.
    """
    z = NormalDist().inv_cdf(1 - error / 2) + NormalDist().inv_cdf(power)
    return max(30, math.ceil(2 * (z * variation / effect) ** 2))
