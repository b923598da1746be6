"""Remedies for LangGraph: policies and edges of the graph, in Python.

Upstream: `remedies`. Downstream: `langgraph_code`, `langgraph_models`.
"""

from collections.abc import Callable, Mapping

from longpole.advice.evidence import titled
from longpole.advice.observations import NodeInfo
from longpole.advice.remedies import langgraph_code as code
from longpole.advice.remedies import langgraph_models as models
from longpole.advice.remedies import python_code
from longpole.advice.remedies.given import Given, plain
from longpole.advice.remedies.remedy import Action, Remedy


def _cache(node: NodeInfo, given: Given) -> Remedy:
    hours, is_per_user = given.number("ttl_hours", 24), bool(given.values.get("per_user"))
    key = (
        "Give `key_func` what decides the result, the user as well: results must not pass from one to another."
        if is_per_user
        else "Give `key_func` what decides the result where that is less than the node's whole input."
    )
    return Remedy(
        (
            f"Add `cache_policy=CachePolicy(ttl=…)` to the `add_node` of {titled(node)}; `ttl` is in seconds: "
            f"{hours * 3600:.0f}."
            + given.unsaid("ttl_hours", "That is a start: choose for how long a result is still right."),
            key,
            "Compile the graph with `cache=LongpoleCache(app_id, workflow_id)`, of the extra `longpole[langgraph]`.",
        ),
        code.cached(node, round(hours * 3600), is_per_user=is_per_user),
    )


def _change_ttl(node: NodeInfo, given: Given) -> Remedy:
    hours = given.number("ttl_hours", 24)
    now = f" instead of {given.number('now_ttl_hours', 1) * 3600:.0f}" if given.has("now_ttl_hours") else ""
    return Remedy(
        (
            f"In the `add_node` of {titled(node)}, make the `ttl` of its `CachePolicy` {hours * 3600:.0f} "
            f"seconds{now}."
            + given.unsaid("ttl_hours", "That is a start: choose for how long a result is still right."),
            "What is kept already keeps its old end: `app.clear_cache([…])` takes it out.",
        ),
        code.cached(node, round(hours * 3600), is_per_user=False),
    )


def _retry(node: NodeInfo, given: Given) -> Remedy:
    attempts, wait_s = given.count("max_attempts", 3), given.number("wait_s", 0.5)
    return Remedy(
        (
            (
                f"Add a `retry_policy` to the `add_node` of {titled(node)}: {attempts} attempts, {plain(wait_s)} s "
                "before the second."
            ),
            "Leave `jitter` on, so that runs do not come back all at once.",
            (
                "The default `retry_on` retries lost connections and 5xx; name your client's own classes where it has "
                "some. "
                "A node that writes needs an idempotency key first."
            ),
        ),
        code.retried(node, attempts, wait_s),
    )


def _stop_retrying(node: NodeInfo, given: Given) -> Remedy:
    kind, status = given.text("error_type"), given.text("status")
    what = " ".join(filter(None, (kind, status and f"with the status {status}")))
    return Remedy(
        (
            (
                f"Give the `RetryPolicy` of {titled(node)} a `retry_on` that says no to "
                f"{what or 'what no further attempt can mend'}."
            ),
            "Say yes to lost connections, timeouts, 408, 429 and 5xx only.",
            "Retries inside the model's client come on top: set its `max_retries` to 0 where the node retries.",
        ),
        code.choosy(node, kind, given.count("status", 400) if given.has("status") else None),
    )


def _change_backoff(node: NodeInfo, given: Given) -> Remedy:
    attempts, wait_s = given.count("max_attempts", 3), given.number("wait_s", 0.5)
    now = f" instead of {plain(given.number('now_wait_s', 0.5))}" if given.has("now_wait_s") else ""
    return Remedy(
        (
            f"In the `RetryPolicy` of {titled(node)}, make `initial_interval` {plain(wait_s)}{now} seconds, and "
            f"`max_attempts` {attempts}."
            + given.unsaid("wait_s", "That is a start: choose it by how soon the service recovers."),
            "`backoff_factor` multiplies each further wait, `max_interval` bounds them.",
        ),
        code.retried(node, attempts, wait_s),
    )


def _timeout(node: NodeInfo, given: Given) -> Remedy:
    seconds = given.number("timeout_s", 30.0)
    return Remedy(
        (
            f"Make the function of {titled(node)} `async`, and put `asyncio.timeout({plain(seconds)})` around its "
            "call." + given.unsaid("timeout_s", "That is a start: choose a little more than its p99."),
            "LangGraph 1.2 and later also take `timeout=` in `add_node`, for async nodes.",
            "Add a `RetryPolicy` with `retry_on=TimeoutError` where another attempt may be quicker.",
        ),
        code.timed(node, seconds),
    )


def _handle_error(node: NodeInfo, given: Given) -> Remedy:  # noqa: ARG001 - every action has the same call
    return Remedy(
        (
            f"Catch the errors of {titled(node)} in its function, and write them to a field of the state.",
            "Add a conditional edge: to a fallback where that field is set, else on as before.",
            "Let the fallback write what later nodes read, so that none of them meets a missing key.",
        ),
        code.fallback(node),
    )


def _fix_error(node: NodeInfo, given: Given) -> Remedy:
    kind, pattern = given.text("error_type"), given.text("pattern")
    return Remedy(
        (
            (
                f"Open the runs of the evidence, and compare the state that {titled(node)} got with that of runs that "
                "went well."
            ),
            f"Look for the cause of {kind or 'the error'}" + (f": “{pattern}”." if pattern else "."),
            (
                "With a checkpointer, `app.get_state_history(config)` gives the state before the node: run it again "
                "from there."
            ),
        ),
        python_code.logged(node.node_id),
    )


def _parallel_branches(node: NodeInfo, given: Given) -> Remedy:
    gone, new = given.pairs("edges"), given.pairs("new_edges")
    steps = [f'Take out `add_edge("{a}", "{b}")`.' for a, b in _shown(gone)]
    steps += [f'Put in `add_edge("{a}", "{b}")`.' for a, b in _shown(new)]
    return Remedy(
        (
            *(
                steps
                or [
                    (
                        f"Lead an edge to {titled(node)} from the last node whose result it uses, and take out the "
                        "later ones."
                    )
                ]
            ),
            "Join branches with a list: `add_edge([…], target)` waits for all of them.",
            (
                "Give fields that two branches write a reducer (`Annotated[list, operator.add]`); else LangGraph "
                "refuses the step."
            ),
        ),
        code.fan_out(node, new),
    )


def _shown(pairs: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(titled(_named(a))[1:-1], titled(_named(b))[1:-1]) for a, b in pairs]


def _named(node_id: str) -> NodeInfo:
    return NodeInfo(node_id, None, "", node_id)


def _parallel_iteration(node: NodeInfo, given: Given) -> Remedy:
    slots = given.count("slots", 10)
    return Remedy(
        (
            f"Replace the loop around {titled(node)} by a conditional edge that returns one `Send` for each item.",
            "Collect the results in a field with a reducer; they come in the order of the `Send`s.",
            f"Run the graph with `max_concurrency` {slots} in its config, as the service behind the node allows."
            + given.unsaid("slots", "That is a start."),
        ),
        code.send_each(node, slots),
    )


def _faster_node(node: NodeInfo, given: Given) -> Remedy:
    cause = given.text("cause")
    found = (f"Look at what makes it slow first: {cause}.",) if cause else ()
    if node.node_type in {"llm", "agent"}:
        return Remedy(
            (
                *found,
                f"Give {titled(node)} a shorter prompt, and bind `max_tokens` to its model.",
                'Stream with `app.astream(…, stream_mode="messages")` where somebody waits for the first words.',
            ),
            models.limited(node, 1_024),
        )
    return Remedy(
        (
            *found,
            f"Make the function of {titled(node)} `async`, with one client that keeps its connections.",
            "Hand it only the fields that it uses: `input_schema` of `add_node`.",
        ),
        python_code.kept_connection(),
    )


def _shorten_prompt(node: NodeInfo, given: Given) -> Remedy:
    tokens = given.count("keep_tokens", 4_000)
    return Remedy(
        (
            f"In {titled(node)}, pass the messages through `trim_messages`: the system message and the latest "
            f"{tokens:,} tokens."
            + given.unsaid("keep_tokens", "That is a start: choose as much as answers still need."),
            "Trim what the model gets, not what the state keeps: later nodes may need the rest.",
            "Compare answers on a part of the traffic before everybody gets it.",
        ),
        models.trimmed(node, tokens),
    )


def _stable_prefix_first(node: NodeInfo, given: Given) -> Remedy:
    varying = given.text("varying")
    at = f" at byte {given.count('position', 1):,}" if given.has("position") else ""
    return Remedy(
        (
            f"In the prompt of {titled(node)}, find what changes from call to call{at}"
            + (f": {varying}." if varying else ": a date, an id, a name."),
            "Keep the `SystemMessage` constant, and put what changes into the last `HumanMessage`.",
            'Check `usage_metadata["input_token_details"]["cache_read"]` of the answers.',
        ),
        models.stable_first(node),
    )


def _limit_output(node: NodeInfo, given: Given) -> Remedy:
    tokens = given.count("max_tokens", 1_024)
    return Remedy(
        (
            f"Bind `max_tokens={tokens}` to the model of {titled(node)}."
            + given.unsaid("max_tokens", "That is a start: choose a little more than its longest useful answer."),
            "Say in the prompt how long the answer is to be, and ask for no field that no later node reads.",
            'Watch `response_metadata["finish_reason"]`: `length` means that an answer was cut off.',
        ),
        models.limited(node, tokens),
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
            f"Add a second node beside {titled(node)} that calls {model}.",
            f"Send {share * 100:.3g} % of the traffic to it by a conditional edge, by a hash of the user or thread.",
            "Say before you start which quality, error rate and time you accept, and how you measure quality.",
            f"Wait for {runs}, then compare; keep the model that you have unless quality holds.",
        ),
        models.two_arms(node, str(given.values.get("model") or "another-model"), share),
    )


def _more_slots(node: NodeInfo, given: Given) -> Remedy:
    slots = given.count("slots", 20)
    now = f" instead of {given.count('now_slots', 1)}" if given.has("now_slots") else ""
    return Remedy(
        (
            f"Run the graph with `max_concurrency` {slots}{now} in its config, so that more of {titled(node)} may "
            "run at once." + given.unsaid("slots", "That is a start: go up in steps while the waiting shrinks."),
            (
                "Check first that the service behind it allows that many calls, and the rate limiter of its model, "
                "where it has one."
            ),
        ),
        code.concurrent(node, slots),
    )


def _smaller_payloads(node: NodeInfo, given: Given) -> Remedy:
    size = f" ({given.number('bytes', 1) / 1e6:.1f} MB)" if given.has("bytes") else ""
    return Remedy(
        (
            f"Put what {titled(node)} returns{size} into the graph's `store`, and return its key.",
            "Read it in the nodes that use it: the state is copied into every checkpoint.",
        ),
        code.stored(node),
    )


def _bound_loop(node: NodeInfo, given: Given) -> Remedy:
    most = given.count("most", 10)
    return Remedy(
        (
            f"Count the rounds of {titled(node)} in the state, and lead to `END` after {most}."
            + given.unsaid("most", "That is a start: choose a little more than it usually needs."),
            (
                "Keep `recursion_limit` of the config as the last resort: it ends the run with an error, and counts "
                "every step."
            ),
            "Answer with what there is when the last round was reached.",
        ),
        code.bounded(node, most),
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
