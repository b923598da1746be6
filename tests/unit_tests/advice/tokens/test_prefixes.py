"""Prompts that begin with what changes, and caches that are not used."""

import json
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from healthy import Step, execution, words
from longpole.advice.observations import Observations
from longpole.advice.token_usage import token_usage
from longpole.domain.findings import Finding
from longpole.domain.runs import NodeExecution, TokenUsage
from planted import planted

RULES = words(random.Random(1), 1_600)  # about 2,600 tokens
ASK = Step("ask", "llm", 0.5, 0.1, ("gpt-4.1", "openai"))
Prompt = Callable[[random.Random, int], str]


def asked(
    prompt: Prompt, *, cached: int | None = None, gap_s: float = 30, runs: int = 120, every: int = 1
) -> Observations:
    """A call in each run, with the prompt that is said; every so many-th one is captured."""
    texts = [prompt(random.Random(number), number) for number in range(runs)]

    def make(random_: random.Random, run: str, number: int, begin: int) -> list[NodeExecution]:
        tokens = TokenUsage(len(texts[number]) // 4, 200, cached)
        return [execution(random_, run, 0, ASK, begin, tokens=tokens)]

    return planted(make, runs=runs, gap_s=gap_s, prompts={at: texts[at] for at in range(0, runs, every)})


def dated_first(source: random.Random, number: int) -> str:
    return f"Now: 2026-11-{number % 28 + 1:02} {number % 24:02}:{number % 60:02}.\n{RULES}\n{words(source, 60)}"


def rules_first(source: random.Random, number: int) -> str:
    return f"{RULES}\nNow: 2026-11-{number % 28 + 1:02}.\n{words(source, 60)}"


def only(observed: Observations, rule: str) -> Finding:
    found = list(token_usage(observed))
    assert [each.rule for each in found] == [rule]
    return found[0]


@pytest.mark.parametrize("every", [1, 3])
def test_what_changes_stands_in_front(every: int) -> None:
    finding = only(asked(dated_first, every=every), "token_usage.prompt_prefix")
    assert finding.facts["first_varying_byte"] in range(12, 18)
    assert finding.facts["behind_byte"] == pytest.approx(len(RULES) + 22, abs=80)
    assert "a date or a time" in finding.description
    assert finding.facts["cached_token_share_now"] == 0
    # The rules are 2,600 of 2,720 tokens, served from the second call on.
    assert finding.facts["cached_token_share_then"] == pytest.approx(0.93, abs=0.05)
    assert finding.estimate is not None
    assert finding.estimate.low <= finding.estimate.expected <= finding.estimate.high
    assert finding.gain.usd_per_month is not None
    # 1.5 dollars a million tokens less, 86,400 calls a month.
    assert finding.gain.usd_per_month == pytest.approx(0.93 * 2_700 * 1.5e-6 * 86_400, rel=0.15)


def test_nothing_of_the_prompts_is_shown() -> None:
    finding = only(asked(dated_first), "token_usage.prompt_prefix")
    said = repr(finding)
    assert not any(word in said for word in RULES.split()[:200] if len(word) > 7)


def test_rules_first_is_as_it_should_be() -> None:
    assert not list(token_usage(asked(rules_first, cached=2_500)))
    assert not list(token_usage(asked(rules_first)))  # nobody says what was served: it should be


def test_a_cache_that_serves_nothing_is_told() -> None:
    finding = only(asked(rules_first, cached=0), "token_usage.prompt_cache_unused")
    assert "cache_control" in finding.description


def test_calls_an_hour_apart_share_nothing() -> None:
    assert not list(token_usage(asked(dated_first, gap_s=3_600)))


def test_the_order_in_which_telemetry_writes_is_not_that_of_the_prompt() -> None:
    """Messages before the instructions, and an id of the library's: what was sent begins with the rules."""

    def prompt(source: random.Random, number: int) -> str:
        message = {"role": "user", "parts": [{"type": "text", "content": words(source, 60)}], "id": f"m{number}"}
        instructions = [{"type": "text", "content": RULES}]
        return json.dumps({
            "gen_ai.input.messages": json.dumps([message]), "gen_ai.system_instructions": json.dumps(instructions),
        })  # fmt: skip

    assert not list(token_usage(asked(prompt)))
    assert only(asked(prompt, cached=0), "token_usage.prompt_cache_unused")


def test_without_contents_nothing_is_said() -> None:
    assert not list(token_usage(replace(asked(dated_first), prompts={})))


def test_short_prompts_are_below_what_is_cached() -> None:
    assert not list(token_usage(asked(lambda source, number: f"{number} {RULES[:2_000]} {words(source, 20)}")))


def test_documents_of_their_own_are_not_moved() -> None:
    assert not list(token_usage(asked(lambda source, number: f"{number}\n{words(source, 1_500)}")))
