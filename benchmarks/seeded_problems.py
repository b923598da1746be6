"""Problems that are planted in a healthy workflow: which step, how it then behaves, and which advice would be right.

Each problem is big enough that its owner would want to know: it costs a tenth of the run, a twentieth of the runs, or
tens of dollars a month.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from seeded_workflows import Context, Outcome, Step, Workflow, mixed

from longpole.domain.graphs import Engine
from longpole.domain.runs import NodeStatus

FAILED, SUCCEEDED = NodeStatus.FAILED, NodeStatus.SUCCEEDED
Rewrite = Callable[[Workflow, np.random.Generator], None]


@dataclass(frozen=True)
class Problem:
    """`rules` are the beginnings of the rule names that are right, `categories` the categories."""

    name: str
    plant: Rewrite
    rules: tuple[str, ...]
    categories: tuple[str, ...] = ("performance",)


def _pick(workflow: Workflow, random: np.random.Generator, *kinds: str, least_s: float = 0.0) -> Step:
    """A step of a kind, made heavy enough to matter; one becomes so if there is none."""
    fitting = [step for step in workflow.steps[:-1] if step.node_type in kinds]
    if not fitting:
        step = workflow.steps[int(random.integers(0, len(workflow.steps) - 1))]
        step.node_type = kinds[0]
        if kinds[0] == "llm":
            step.input_tokens, step.output_tokens, step.model = 800.0, 200.0, "gpt-4o-mini"
        fitting = [step]
    step = fitting[int(random.integers(0, len(fitting)))]
    whole = sum(each.median_s for each in workflow.steps)
    step.median_s = max(step.median_s, least_s, 0.6 * whole)
    workflow.node = step.node_id
    return step


def _scaled(outcome: Outcome, factor: float) -> Outcome:
    made = [(elapsed * factor, *rest) for elapsed, *rest in outcome.attempts]
    return replace(outcome, attempts=made)


def slow_tail(workflow: Workflow, random: np.random.Generator) -> None:
    """One execution in eight takes nine times as long."""
    _pick(workflow, random, "http_request", "tool", "knowledge_retrieval", "code")

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        return _scaled(outcome, 9) if context.random.random() < 0.12 else outcome

    workflow.behaviour = behave


def slow_version(workflow: Workflow, random: np.random.Generator) -> None:
    """Since the second version it takes 2.2 times as long."""
    _pick(workflow, random, "code", "http_request", "knowledge_retrieval")
    workflow.has_versions = True
    workflow.behaviour = lambda _, context, outcome: _scaled(outcome, 2.2) if context.share >= 0.5 else outcome


def slow_model(workflow: Workflow, random: np.random.Generator) -> None:
    """Half of the calls go to a model that takes three times as long."""
    _pick(workflow, random, "llm")

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        if context.random.random() < 0.5:
            return outcome
        return replace(_scaled(outcome, 3.0), model="gpt-4o")

    workflow.behaviour = behave


def input_size(workflow: Workflow, random: np.random.Generator) -> None:
    """It takes as long as its input is large, and some inputs are forty times as large."""
    _pick(workflow, random, "code", "http_request", "tool", "knowledge_retrieval")

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        size = float(np.exp(context.random.normal(0, 1.2)))
        return replace(_scaled(outcome, size), input_bytes=round(4_000 * size))

    workflow.behaviour = behave


def queueing(workflow: Workflow, random: np.random.Generator) -> None:
    """It waits for a worker as long as it then works."""
    step = _pick(workflow, random, "http_request", "tool", "llm")

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        return replace(outcome, queued=step.median_s * float(context.random.uniform(0.6, 1.8)))

    workflow.behaviour = behave


def repeats(workflow: Workflow, random: np.random.Generator) -> None:
    """It is asked the same again and again, and always says the same."""
    step = _pick(workflow, random, "knowledge_retrieval", "code", least_s=0.5)

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        key = int(min(context.random.zipf(1.3), 400))
        input_fp = mixed(step.node_id, "key", key)
        return replace(outcome, input_fp=input_fp, output_fp=mixed("says", input_fp))

    workflow.behaviour = behave


def invalid_inputs(workflow: Workflow, random: np.random.Generator) -> None:
    """One execution in twelve fails for good: what it was given is wrong."""
    _pick(workflow, random, "code", "tool", "http_request")

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        if context.random.random() >= 0.08:
            return outcome
        message = f"field 'order_{context.random.integers(1, 99_999)}' is not a number"
        return replace(outcome, attempts=[(outcome.attempts[-1][0], FAILED, "ValidationError", message)], waits=[])

    workflow.behaviour = behave


def broken_release(workflow: Workflow, random: np.random.Generator) -> None:
    """Since the second version one execution in eight fails for good."""
    _pick(workflow, random, "code", "tool")
    workflow.has_versions = True

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        if context.share < 0.5 or context.random.random() >= 0.12:
            return outcome
        return replace(outcome, attempts=[(outcome.attempts[-1][0], FAILED, "KeyError", "'customer'")], waits=[])

    workflow.behaviour = behave


def no_retry(workflow: Workflow, random: np.random.Generator) -> None:
    """One call in fifteen fails by itself and nobody tries again."""
    step = _pick(workflow, random, "http_request", "tool", "knowledge_retrieval")
    workflow.config[step.node_id] = {}

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        if context.random.random() >= 0.07:
            return outcome
        message = f"503 Service Unavailable for url https://api.example/{context.number}"
        return replace(outcome, attempts=[(0.3, FAILED, "HTTPStatusError", message)], waits=[])

    workflow.behaviour = behave


def retried_for_nothing(workflow: Workflow, random: np.random.Generator) -> None:
    """What the other side refuses is asked four times."""
    step = _pick(workflow, random, "http_request", "tool")

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        if context.random.random() >= 0.08:
            return outcome
        attempt = (step.median_s, FAILED, "HTTPStatusError", "401 Unauthorized")
        return replace(outcome, attempts=[attempt] * 4, waits=[2.0, 4.0, 8.0])

    workflow.behaviour = behave


def long_backoff(workflow: Workflow, random: np.random.Generator) -> None:
    """One call in six fails once, and then 20 seconds are waited for what would have gone at once."""
    step = _pick(workflow, random, "http_request", "llm", "knowledge_retrieval")

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        if context.random.random() >= 0.16:
            return outcome
        wait = float(context.random.uniform(1, 20))
        first = (0.3 * step.median_s, FAILED, "HTTPStatusError", "502 Bad Gateway")
        return replace(outcome, attempts=[first, outcome.attempts[-1]], waits=[wait])

    workflow.behaviour = behave


def long_timeout(workflow: Workflow, random: np.random.Generator) -> None:
    """One call in fourteen hangs until its timeout, a hundred times what a call takes."""
    step = _pick(workflow, random, "http_request", "tool")
    limit = max(30.0, 60 * step.median_s)

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        if context.random.random() >= 0.07:
            return outcome
        hung = (limit, FAILED, "ReadTimeout", f"timed out after {limit:.0f} s")
        return replace(outcome, attempts=[hung, outcome.attempts[-1]], waits=[0.5])

    workflow.behaviour = behave


def growing_prompt(workflow: Workflow, random: np.random.Generator) -> None:
    """Every run of a user adds to what is sent: the prompt grows over the week, and with it the bill."""
    step = _pick(workflow, random, "llm")
    step.model = "gpt-4o"

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        tokens = 2_000 + 30_000 * context.share
        return replace(outcome, input_tokens=round(tokens * float(np.exp(context.random.normal(0, 0.15)))))

    workflow.behaviour = behave


def unread_output(workflow: Workflow, random: np.random.Generator) -> None:
    """A dear model's answer that no step reads."""
    step = _pick(workflow, random, "llm")
    workflow.is_declared, workflow.engine = True, Engine.DIFY
    step.model, step.input_tokens, step.output_tokens = "gpt-4o", 6_000.0, 900.0
    for other in workflow.steps:
        other.reads = tuple(read for read in other.reads if read != step.node_id) or ("start",)


def serial_branches(workflow: Workflow, _: np.random.Generator) -> None:
    """Two retrievals run one after the other, and neither reads the other; all steps are known to change nothing."""
    workflow.is_declared, workflow.engine = True, Engine.DIFY
    for step in workflow.steps:
        step.node_type = "http_request" if step.node_type == "tool" else step.node_type
    whole = sum(step.median_s for step in workflow.steps)
    above = workflow.steps[0].node_id
    first = Step("lookup_a", "knowledge_retrieval", (above,), 0.4 * whole, 0.3, 0.0, reads=(above,))
    second = Step("lookup_b", "knowledge_retrieval", ("lookup_a",), 0.4 * whole, 0.3, 0.0, reads=(above,))
    last = workflow.steps[-1]
    last.waits_for, last.reads = (*last.waits_for, "lookup_b"), (*last.reads, "lookup_a", "lookup_b")
    workflow.steps[-1:-1] = [first, second]
    workflow.node = "lookup_b"
    workflow.behaviour = lambda _step, _context, outcome: outcome


def serial_items(workflow: Workflow, _: np.random.Generator) -> None:
    """Eight items one after the other, none of which needs another."""
    workflow.is_declared, workflow.engine = True, Engine.DIFY
    whole = sum(step.median_s for step in workflow.steps)
    above = workflow.steps[0].node_id
    loop = Step("each", "code", (above,), 0.001, 0.1, 0.0, reads=(above,), items=8, item_s=0.12 * whole)
    last = workflow.steps[-1]
    last.waits_for, last.reads = (*last.waits_for, "each"), (*last.reads, "each")
    workflow.steps[-1:-1] = [loop]
    workflow.config["each"] = {"is_parallel": False, "parallel_nums": 10, "iterator_selector": [above, "items"]}
    workflow.node = "each"
    workflow.behaviour = lambda _step, _context, outcome: outcome


def large_payload(workflow: Workflow, random: np.random.Generator) -> None:
    """It hands over megabytes."""
    _pick(workflow, random, "http_request", "code", "tool")

    def behave(_: Step, context: Context, outcome: Outcome) -> Outcome:
        return replace(outcome, output_bytes=round(5e6 * float(np.exp(context.random.normal(0, 0.5)))))

    workflow.behaviour = behave


PROBLEMS = (
    Problem("slow tail", slow_tail, ("slow_nodes", "retry_patterns.timeout")),
    Problem("slow since a version", slow_version, ("slow_nodes",)),
    Problem("slow model", slow_model, ("slow_nodes", "token_usage.model"), ("performance", "cost")),
    Problem("slow with large inputs", input_size, ("slow_nodes",)),
    Problem("queueing", queueing, ("slow_nodes.queue", "scalability.slot"), ("performance", "scalability")),
    Problem("repeats", repeats, ("cache_opportunities",), ("performance", "cost")),
    Problem("invalid inputs", invalid_inputs, ("error_patterns",), ("reliability",)),
    Problem("broken release", broken_release, ("error_patterns",), ("reliability",)),
    Problem("no retry", no_retry, ("retry_patterns",), ("reliability",)),
    Problem("retried for nothing", retried_for_nothing, ("retry_patterns",), ("reliability", "performance", "cost")),
    Problem("long backoff", long_backoff, ("retry_patterns",), ("performance", "reliability")),
    Problem("long timeout", long_timeout, ("retry_patterns.timeout",), ("performance", "reliability")),
    Problem("growing prompt", growing_prompt, ("token_usage",), ("cost",)),
    Problem("unread output", unread_output, ("token_usage.unread",), ("cost",)),
    Problem("serial branches", serial_branches, ("parallel_opportunities",)),
    Problem("serial items", serial_items, ("parallel_opportunities",)),
    Problem("large payload", large_payload, ("scalability.large_payload",), ("scalability", "performance")),
)
