"""Remedies for Dify that are about what a model is sent, and which one is asked.

Upstream: `dify`. Downstream: `dify_fragments`.
"""

from longpole.advice.evidence import titled
from longpole.advice.observations import NodeInfo
from longpole.advice.remedies import dify_fragments as dsl
from longpole.advice.remedies.given import Given
from longpole.advice.remedies.remedy import Remedy

PUBLISH = "Publish the app: runs of the old version go on as they are."


def shorten_prompt(node: NodeInfo, given: Given) -> Remedy:
    """Less of what was said before."""
    turns = given.count("keep_turns", 10)
    tokens = f", about {given.count('keep_tokens', 1):,} tokens" if given.has("keep_tokens") else ""
    return Remedy(
        (
            f"Open {titled(node)}, and under “Memory” turn on “Window Size”: {turns}{tokens}."
            + given.unsaid("keep_turns", "That is a start: choose as many turns as answers still need."),
            "In loops, hand on the last result instead of all of them; sum up the rest in one text.",
            "Compare answers on a part of the traffic before everybody gets it. " + PUBLISH,
        ),
        dsl.fragment([dsl.changed(node, memory={"window": {"enabled": True, "size": turns}})]),
    )


def stable_prefix_first(node: NodeInfo, given: Given) -> Remedy:
    """What changes comes last, so that the provider's cache serves what is before it."""
    varying = given.text("varying")
    at = f" at byte {given.count('position', 1):,}" if given.has("position") else ""
    prompt = [
        {"id": "system", "role": "system", "text": "You answer questions about orders."},
        {"id": "user", "role": "user", "text": "Today is {{#env.TODAY#}}.\n\n{{#sys.query#}}"},
    ]
    return Remedy(
        (
            f"Open {titled(node)}, and find what changes from call to call in its prompt{at}"
            + (f": {varying}." if varying else ": a date, an id, a name."),
            (
                "Keep the SYSTEM message free of variables, and put those, and the context, at the end of the USER "
                "message."
            ),
            "Check the cached tokens on your provider's bill: Dify does not show them. " + PUBLISH,
        ),
        dsl.fragment([dsl.changed(node, prompt_template=prompt)]),
    )


def limit_output(node: NodeInfo, given: Given) -> Remedy:
    """No longer answers than are used."""
    tokens = given.count("max_tokens", 1_024)
    return Remedy(
        (
            f"Open {titled(node)}, and in its model's parameters set “Max Tokens” to {tokens}."
            + given.unsaid("max_tokens", "That is a start: choose a little more than its longest useful answer."),
            "Say in the prompt how long the answer is to be, and ask for no field that no later node reads.",
            "Watch for the finish reason `length` in the node's details: that answer was cut off. " + PUBLISH,
        ),
        dsl.fragment([dsl.changed(node, model={"completion_params": {"max_tokens": tokens}})]),
    )


def try_model(node: NodeInfo, given: Given) -> Remedy:
    """Another model on a part of the traffic, compared."""
    model, share = given.text("model") or "the other model", min(given.number("share", 0.1), 1.0)
    runs = (
        f"{given.count('runs_per_arm', 1):,} runs on each side"
        if given.has("runs_per_arm")
        else "enough runs on each side"
    )
    return Remedy(
        (
            f"Copy {titled(node)}, and choose {model} in the copy.",
            (
                f"Put a Code node and an IF/ELSE node before them that send {share * 100:.3g} % of the users to the "
                "copy, by a hash."
            ),
            "Join both in a Variable Aggregator, and let later nodes read that. " + PUBLISH,
            "Say before you start which quality, error rate and time you accept, and how you measure quality.",
            f"Wait for {runs}, then compare; keep the model that you have unless quality holds.",
        ),
        dsl.two_arms(node, str(given.values.get("model") or "another-model"), share),
    )
