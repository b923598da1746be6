"""Remedies for workflows in plain Python, and for engines that have no file of their own.

Upstream: `remedies`. Downstream: `python_code`.
"""

from collections.abc import Callable, Mapping

from longpole.advice.evidence import titled
from longpole.advice.observations import NodeInfo
from longpole.advice.remedies import python_code as code
from longpole.advice.remedies.given import Given, identifier, plain, python_text
from longpole.advice.remedies.remedy import Action, Remedy


def _cache(node: NodeInfo, given: Given) -> Remedy:
    hours = given.number("ttl_hours", 24)
    user = ", user_id: str" if given.has("per_user") and given.values["per_user"] else ""
    return Remedy(
        (
            f"Decorate the function that does {titled(node)} with `longpole.cached_node`.",
            f"Keep its results for {plain(hours)} hours."
            + given.unsaid("ttl_hours", "That is a start: choose for how long a result is still right."),
            "Make everything that decides the result one of its arguments"
            + (", the user as well: results must not pass from one to another." if user else "."),
            'Run it with `mode="shadow"` first: it compares outputs and serves nothing.',
        ),
        f"""\
import longpole


@longpole.cached_node({_arguments(node, hours)})
def {identifier(node)}(request: str{user}) -> str:
    ...  # as it is
""",
    )


def _arguments(node: NodeInfo, hours: float) -> str:
    names = f"node_type={python_text(node.node_type)}, node_id={python_text(node.node_id)}"
    return f"{names}, ttl={hours * 3600:.0f}"


def _change_ttl(node: NodeInfo, given: Given) -> Remedy:
    hours = given.number("ttl_hours", 24)
    now = f" instead of {plain(given.number('now_ttl_hours', 1))}" if given.has("now_ttl_hours") else ""
    return Remedy(
        (
            f"Keep results of {titled(node)} for {plain(hours)} hours{now}: `ttl` of `longpole.cached_node`, in "
            "seconds." + given.unsaid("ttl_hours", "That is a start: choose for how long a result is still right."),
            (
                "Nodes that are cached through the server take `ttl_hours` in their configuration's `cache`, or the "
                "setting "
                "`LONGPOLE_CACHE_TTL_HOURS` by node type."
            ),
        ),
        f"""\
import longpole


@longpole.cached_node({_arguments(node, hours)})
def {identifier(node)}(request: str) -> str:
    ...  # as it is
""",
    )


def _retry(node: NodeInfo, given: Given) -> Remedy:
    attempts, wait_s = given.count("max_attempts", 3), given.number("wait_s", 1.0)
    return Remedy(
        (
            f"Call {titled(node)} through a function that tries again, {attempts} times in all.",
            (
                f"Wait {plain(wait_s)} s before the second attempt and twice as long before each further one, give or "
                "take half, so that callers do not come back all at once."
            ),
            (
                "Try again only what fails by chance: lost connections, timeouts, the statuses 429 and 5xx. A step "
                "that writes needs an idempotency key first."
            ),
        ),
        code.retries(attempts, wait_s),
    )


def _stop_retrying(node: NodeInfo, given: Given) -> Remedy:
    kind, status = given.text("error_type"), given.text("status")
    what = " ".join(filter(None, (kind, status and f"with the status {status}")))
    return Remedy(
        (
            f"Let {titled(node)} fail at once on {what or 'errors that no further attempt can mend'}.",
            "Retry lost connections, timeouts, 408, 429 and 5xx; pass on every other 4xx, and errors of validation.",
            "Give that function to whatever retries, as its condition.",
        ),
        code.retry_condition(kind, given.count("status", 400) if given.has("status") else None),
    )


def _change_backoff(node: NodeInfo, given: Given) -> Remedy:
    attempts, wait_s = given.count("max_attempts", 3), given.number("wait_s", 1.0)
    now = f" instead of {plain(given.number('now_wait_s', 1.0))} s" if given.has("now_wait_s") else ""
    return Remedy(
        (
            f"Let {titled(node)} wait {plain(wait_s)} s before its second attempt{now}."
            + given.unsaid("wait_s", "That is a start: choose it by how soon the service recovers."),
            f"Try {attempts} times in all, and where the service answers with `Retry-After`, wait as long as it says.",
        ),
        code.retries(attempts, wait_s),
    )


def _timeout(node: NodeInfo, given: Given) -> Remedy:
    seconds = given.number("timeout_s", 30.0)
    return Remedy(
        (
            f"Give up on {titled(node)} after {plain(seconds)} s."
            + given.unsaid("timeout_s", "That is a start: choose a little more than its p99."),
            "Treat `TimeoutError` as any other failure: retry, or go on with a default.",
        ),
        f"""\
import asyncio


async def in_time(call):
    async with asyncio.timeout({plain(seconds)}):
        return await call()
""",
    )


def _handle_error(node: NodeInfo, given: Given) -> Remedy:  # noqa: ARG001 - every action has the same call
    return Remedy(
        (
            f"Catch the errors of {titled(node)} where it is called.",
            "Go on with a value that the steps behind it can tell from a real one, and record that it was used.",
        ),
        code.with_default(node.node_id),
    )


def _fix_error(node: NodeInfo, given: Given) -> Remedy:
    kind, pattern = given.text("error_type"), given.text("pattern")
    return Remedy(
        (
            (
                f"Open the runs of the evidence, and compare the inputs of {titled(node)} with those of runs that "
                "went well."
            ),
            f"Look for the cause of {kind or 'the error'}" + (f": “{pattern}”." if pattern else "."),
            "Log the inputs where it is raised, refuse bad ones before the step, and add a test with one of them.",
        ),
        code.logged(node.node_id),
    )


def _parallel_branches(node: NodeInfo, given: Given) -> Remedy:
    apart = given.pairs("edges")
    steps = [
        f"Start {python_text(a)} and {python_text(b)} together: the second does not use the first's result."
        for a, b in apart
    ]
    return Remedy(
        (
            *(steps or [f"Start {titled(node)} together with the steps whose results it does not use."]),
            "Await both before the first step that uses their results.",
        ),
        code.gathered(apart[0] if apart else (node.node_id, "other")),
    )


def _parallel_iteration(node: NodeInfo, given: Given) -> Remedy:
    slots = given.count("slots", 10)
    return Remedy(
        (
            f"Work on up to {slots} items of {titled(node)} at once."
            + given.unsaid("slots", "That is a start: choose as many as the service behind it allows."),
            "Keep the results in the order of the items, and let no item write what another one reads.",
        ),
        code.side_by_side(slots),
    )


def _faster_node(node: NodeInfo, given: Given) -> Remedy:
    cause = given.text("cause")
    found = (f"Look at what makes it slow first: {cause}.",) if cause else ()
    if node.node_type in {"llm", "agent"}:
        return Remedy(
            (
                *found,
                f"Give {titled(node)} a shorter prompt, and ask for a shorter answer.",
                "Stream the answer where somebody waits for its first words.",
            ),
            code.limited_output(1_024),
        )
    return Remedy(
        (
            *found,
            f"Hand {titled(node)} only what it uses.",
            "Keep connections open from call to call, and ask for several things at once where the service allows it.",
        ),
        code.kept_connection(),
    )


def _shorten_prompt(node: NodeInfo, given: Given) -> Remedy:
    tokens = given.count("keep_tokens", 4_000)
    return Remedy(
        (
            f"Send {titled(node)} its instructions and the latest messages, up to about {tokens:,} tokens."
            + given.unsaid("keep_tokens", "That is a start: choose as much as answers still need."),
            "Sum up what was said before in one message, where answers need it.",
            "Compare answers on a part of the traffic before everybody gets it.",
        ),
        code.latest_messages(tokens),
    )


def _stable_prefix_first(node: NodeInfo, given: Given) -> Remedy:
    varying = given.text("varying")
    at = f" at byte {given.count('position', 1):,}" if given.has("position") else ""
    return Remedy(
        (
            f"In the prompt of {titled(node)}, find what changes from call to call{at}"
            + (f": {varying}." if varying else ": a date, an id, a name."),
            "Move it behind everything that stays the same: instructions, examples and tools first, the question last.",
            "Check the cached tokens that the provider reports with its answers.",
        ),
        code.stable_first(),
    )


def _limit_output(node: NodeInfo, given: Given) -> Remedy:
    tokens = given.count("max_tokens", 1_024)
    return Remedy(
        (
            f"Let {titled(node)} write {tokens:,} tokens at most."
            + given.unsaid("max_tokens", "That is a start: choose a little more than its longest useful answer."),
            "Say in the prompt how long the answer is to be, and ask for no field that no later step reads.",
            "Watch for answers that end with the finish reason `length`: they were cut off.",
        ),
        code.limited_output(tokens),
    )


def _try_model(node: NodeInfo, given: Given) -> Remedy:
    model, share = given.text("model") or "the other model", min(given.number("share", 0.1), 1.0)
    runs = (
        f"{given.count('runs_per_arm', 1):,} runs on each side"
        if given.has("runs_per_arm")
        else "enough runs on each side"
    )
    return Remedy(
        (
            (
                f"Send {share * 100:.3g} % of the traffic of {titled(node)} to {model}, chosen by a hash of the user "
                "or the session."
            ),
            "Say before you start which quality, error rate and time you accept, and how you measure quality.",
            f"Wait for {runs}, then compare; keep the model that you have unless quality holds.",
        ),
        code.two_arms(str(given.values.get("model") or "another-model"), share),
    )


def _more_slots(node: NodeInfo, given: Given) -> Remedy:
    slots = given.count("slots", 20)
    now = f" instead of {given.count('now_slots', 1)}" if given.has("now_slots") else ""
    return Remedy(
        (
            f"Let {slots} executions of {titled(node)} and its like run at once{now}."
            + given.unsaid("slots", "That is a start: go up in steps while the waiting shrinks."),
            "Check first that the service behind it allows that many calls, and that there is memory for them.",
        ),
        code.slots(slots),
    )


def _smaller_payloads(node: NodeInfo, given: Given) -> Remedy:
    size = f" ({given.number('bytes', 1) / 1e6:.1f} MB)" if given.has("bytes") else ""
    return Remedy(
        (
            f"Put what {titled(node)} hands over{size} into a file or an object store, and hand over its name.",
            "Hand over only the fields that later steps read.",
        ),
        code.reference(),
    )


def _bound_loop(node: NodeInfo, given: Given) -> Remedy:
    most = given.count("most", 10)
    return Remedy(
        (
            f"End {titled(node)} after {most} rounds, whatever comes."
            + given.unsaid("most", "That is a start: choose a little more than it usually needs."),
            "End it earlier when its goal is reached, or when a round changed nothing.",
            "Treat the last round as a result of its own: record it, and answer with what there is.",
        ),
        code.bounded(most),
    )


REMEDIES: Mapping[Action, Callable[[NodeInfo, Given], Remedy]] = {
    Action.CACHE: _cache,
    Action.CHANGE_TTL: _change_ttl,
    Action.RETRY: _retry,
    Action.STOP_RETRYING: _stop_retrying,
    Action.CHANGE_BACKOFF: _change_backoff,
    Action.TIMEOUT: _timeout,
    Action.HANDLE_ERROR: _handle_error,
    Action.FIX_ERROR: _fix_error,
    Action.PARALLEL_BRANCHES: _parallel_branches,
    Action.PARALLEL_ITERATION: _parallel_iteration,
    Action.FASTER_NODE: _faster_node,
    Action.SHORTEN_PROMPT: _shorten_prompt,
    Action.STABLE_PREFIX_FIRST: _stable_prefix_first,
    Action.LIMIT_OUTPUT: _limit_output,
    Action.TRY_MODEL: _try_model,
    Action.MORE_SLOTS: _more_slots,
    Action.SMALLER_PAYLOADS: _smaller_payloads,
    Action.BOUND_LOOP: _bound_loop,
}
