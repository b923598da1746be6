"""Remedies for Dify: what to click in its editor, and the same as a piece of the app's file.

Upstream: `remedies`. Downstream: `dify_models`, `dify_fragments`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from longpole.advice.evidence import titled
from longpole.advice.observations import NodeInfo
from longpole.advice.remedies import dify_fragments as dsl
from longpole.advice.remedies import dify_models as models
from longpole.advice.remedies.dify_models import PUBLISH
from longpole.advice.remedies.given import Given, plain
from longpole.advice.remedies.remedy import Action, Remedy
from longpole.domain.amounts import one_line

_MOST_AT_ONCE = 10


def _cache(node: NodeInfo, given: Given) -> Remedy:
    hours, is_per_user = given.number("ttl_hours", 24), bool(given.values.get("per_user"))
    return Remedy(
        (
            (
                "Add an environment variable `LONGPOLE_WORKFLOW_URL` to the app: the address of Longpole's server with "
                "`/apps/` and your application, `/workflows/` and your workflow behind it."
            ),
            (
                f"Put an HTTP Request node before {titled(node)} that posts to `/cache/lookup`, and an IF/ELSE node "
                'behind it that checks whether the body contains `"state":"hit"`.'
            ),
            (
                f"Let the ELSE branch lead to {titled(node)}, and from there to an HTTP Request node that posts the "
                "result to `/cache/store`. In `execution_time`, say how many seconds the node usually takes."
            ),
            "In `input_data`, name everything that decides the result; the example has the question"
            + (" and the user: results must not pass from one to another." if is_per_user else "."),
            f"Keep results for {plain(hours)} hours."
            + given.unsaid("ttl_hours", "That is a start: choose for how long a result is still right."),
            "Join both branches in a Variable Aggregator, and let later nodes read that. " + PUBLISH,
        ),
        dsl.look_up(node, ttl_hours=hours, seconds=given.number("seconds", 1.0), is_per_user=is_per_user),
    )


def _change_ttl(node: NodeInfo, given: Given) -> Remedy:
    hours = given.number("ttl_hours", 24)
    now = f" instead of {plain(given.number('now_ttl_hours', 1))}" if given.has("now_ttl_hours") else ""
    kind = dsl.kind(node).replace("-", "_")
    return Remedy(
        (
            f"Keep results of {titled(node)} for {plain(hours)} hours{now}: `ttl_hours` in the `node_config` that "
            "its two "
            "HTTP Request nodes post to Longpole."
            + given.unsaid("ttl_hours", "That is a start: choose for how long a result is still right."),
            (
                f"For all nodes of the type `{one_line(kind)}`, start Longpole's server with "
                "`LONGPOLE_CACHE_TTL_HOURS` instead, as below."
            ),
        ),
        dsl.environment({"longpole": {"LONGPOLE_CACHE_TTL_HOURS": _json_object(kind, hours)}}),
    )


def _json_object(name: str, value: float) -> str:
    quoted = one_line(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'{{"{quoted}": {value:.6g}}}'


def _retry(node: NodeInfo, given: Given) -> Remedy:
    attempts, wait_s = given.count("max_attempts", 3), given.number("wait_s", 1.0)
    config = dsl.retries(attempts, wait_s)
    return Remedy(
        (
            f"Open {titled(node)}, and turn on “Retry on Failure”.",
            f"Set “Max retries” to {config['max_retries']} and “Retry interval” to {config['retry_interval']} ms.",
            "Do so only where running it twice does no harm: a request that writes needs an idempotency key first. "
            + PUBLISH,
        ),
        dsl.fragment([dsl.changed(node, retry_config=config)]),
    )


def _stop_retrying(node: NodeInfo, given: Given) -> Remedy:
    kind, status = given.text("error_type"), given.text("status")
    what = " ".join(filter(None, (kind, status and f"with the status {status}")))
    return Remedy(
        (
            (
                f"Open {titled(node)}, and turn off “Retry on Failure”: {what or 'its error'} comes again at each "
                "attempt."
            ),
            "Set “Error Handling” to “Fail Branch”, and end that branch with an answer that says what is wrong.",
            "Where some of its errors do go away, keep one retry with a short interval. " + PUBLISH,
        ),
        dsl.fragment(
            [
                dsl.changed(
                    node, retry_config={**dsl.retries(2, 1.0), "retry_enabled": False}, error_strategy="fail-branch"
                )
            ],
            [dsl.edge(node.node_id, f"{node.node_id}_failed", "fail-branch")],
        ),
    )


def _change_backoff(node: NodeInfo, given: Given) -> Remedy:
    config = dsl.retries(given.count("max_attempts", 3), given.number("wait_s", 1.0))
    now = f" instead of {given.number('now_wait_s', 1.0) * 1000:.0f}" if given.has("now_wait_s") else ""
    return Remedy(
        (
            f"Open {titled(node)}, and under “Retry on Failure” set “Retry interval” to "
            f"{config['retry_interval']} ms{now}."
            + given.unsaid("wait_s", "That is a start: choose it by how soon the service recovers."),
            f"Set “Max retries” to {config['max_retries']}. Dify waits the same before each, at most 5,000 ms. "
            + PUBLISH,
        ),
        dsl.fragment([dsl.changed(node, retry_config=config)]),
    )


def _timeout(node: NodeInfo, given: Given) -> Remedy:
    seconds = given.count("timeout_s", 30)
    chosen = given.unsaid("timeout_s", "That is a start: choose a little more than its p99.")
    if dsl.kind(node) == "http-request":
        limits = {"max_connect_timeout": min(seconds, 10), "max_read_timeout": seconds, "max_write_timeout": seconds}
        return Remedy(
            (
                f"Open {titled(node)}, and under “Timeout” set “Read timeout” to {seconds} s.{chosen}",
                "Turn on “Retry on Failure” or an error branch for what is given up. " + PUBLISH,
            ),
            dsl.fragment([dsl.changed(node, timeout=limits)]),
        )
    return Remedy(
        (
            (
                f"{titled(node)} has no timeout of its own in Dify: the plugin daemon's and the sandbox's hold for "
                "all nodes."
            ),
            f"Set them to {seconds} s in a `docker-compose.override.yaml`, as below, and start Dify again.{chosen}",
            f"Give {titled(node)} an error branch, so that the run goes on.",
        ),
        dsl.environment(
            {
                "plugin_daemon": {"PLUGIN_MAX_EXECUTION_TIMEOUT": str(seconds)},
                "api": {"CODE_EXECUTION_READ_TIMEOUT": str(seconds)},
                "worker": {"CODE_EXECUTION_READ_TIMEOUT": str(seconds)},
            }
        ),
    )


def _handle_error(node: NodeInfo, given: Given) -> Remedy:  # noqa: ARG001 - every action has the same call
    return Remedy(
        (
            f"Open {titled(node)}, and set “Error Handling” to “Default Value” where the run can go on without it.",
            "Else set it to “Fail Branch”, and lead that branch to what answers instead.",
            "Nodes behind it see `error_type` and `error_message`; the run ends as `partial-succeeded`. " + PUBLISH,
        ),
        dsl.fragment([dsl.changed(node, error_strategy="default-value", default_value=dsl.defaults(node))]),
    )


def _fix_error(node: NodeInfo, given: Given) -> Remedy:
    kind, pattern = given.text("error_type"), given.text("pattern")
    shown = f"{node.node_id}_failed"
    message = {
        "id": shown,
        "data": {
            "type": "template-transform",
            "title": "What went wrong",
            "template": "{{ kind }}: {{ message }}",
            "variables": [
                {"variable": "kind", "value_selector": [node.node_id, "error_type"]},
                {"variable": "message", "value_selector": [node.node_id, "error_message"]},
            ],
        },
    }
    return Remedy(
        (
            (
                f"Open the runs of the evidence under “Logs” of the app, and compare the inputs of {titled(node)} "
                "with those of runs that went well."
            ),
            f"Look for the cause of {kind or 'the error'}" + (f": “{pattern}”." if pattern else "."),
            f"Run {titled(node)} by itself (“Run this step”) with one of those inputs until it goes well.",
            "Until then, a “Fail Branch” lets the run say what went wrong. " + PUBLISH,
        ),
        dsl.fragment(
            [dsl.changed(node, error_strategy="fail-branch"), message], [dsl.edge(node.node_id, shown, "fail-branch")]
        ),
    )


def _parallel_branches(node: NodeInfo, given: Given) -> Remedy:
    gone, new = given.pairs("edges"), given.pairs("new_edges")
    steps = [f"Delete the line from “{one_line(a)}” to “{one_line(b)}”." for a, b in gone]
    steps += [f"Draw a line from “{one_line(a)}” to “{one_line(b)}”." for a, b in new]
    edges = [dsl.edge(a, b) for a, b in new] or [dsl.edge("start", node.node_id)]
    return Remedy(
        (
            *(
                steps
                or [
                    (
                        f"Draw a line to {titled(node)} from the last node whose result it uses, and delete the one "
                        "from the node before it."
                    )
                ]
            ),
            "A node with several lines into it waits for all of them. " + PUBLISH,
            "`longpole graph optimise` makes the changed file of an exported app.",
        ),
        dsl.fragment([], edges),
    )


def _parallel_iteration(node: NodeInfo, given: Given) -> Remedy:
    slots = given.count("slots", _MOST_AT_ONCE)
    return Remedy(
        (
            f"Open {titled(node)}, and turn on “Parallel Mode”.",
            f"Set “Maximum parallelism” to {slots}."
            + given.unsaid("slots", "That is a start: choose as many as the services inside it allow."),
            "Set “Error response method” to “Continue on error”, if one item must not end the others. " + PUBLISH,
        ),
        dsl.fragment([dsl.changed(node, is_parallel=True, parallel_nums=slots, error_handle_mode="continue-on-error")]),
    )


def _faster_node(node: NodeInfo, given: Given) -> Remedy:
    cause = given.text("cause")
    found = (f"Look at what makes it slow first: {cause}.",) if cause else ()
    match dsl.kind(node):
        case "llm" | "agent":
            return Remedy(
                (
                    *found,
                    f"Open {titled(node)}, shorten its prompt and its context, and set “Max Tokens” of the model.",
                    "Use the Answer node's streaming where somebody waits for the first words. " + PUBLISH,
                ),
                dsl.fragment([dsl.changed(node, model={"completion_params": {"max_tokens": 1_024}})]),
            )
        case "knowledge-retrieval":
            return Remedy(
                (
                    *found,
                    f"Open {titled(node)}, lower “Top K”, and turn off reranking where answers stay right. " + PUBLISH,
                ),
                dsl.fragment([dsl.changed(node, multiple_retrieval_config={"top_k": 4, "reranking_enable": False})]),
            )
        case _:
            config: dict[str, Any] = {"desc": "Gets only what it uses."}
            return Remedy(
                (
                    *found,
                    (
                        f"Hand {titled(node)} only the variables that it uses, and split work that does not belong "
                        "together."
                    ),
                    "Move heavy computing out of Code nodes into a service: the sandbox starts a process for each run. "
                    + PUBLISH,
                ),
                dsl.fragment([dsl.changed(node, **config)]),
            )


def _more_slots(node: NodeInfo, given: Given) -> Remedy:
    slots = given.count("slots", 20)
    now = f" instead of {given.count('now_slots', 1)}" if given.has("now_slots") else ""
    workers = {"GRAPH_ENGINE_MAX_WORKERS": str(slots)}
    return Remedy(
        (
            f"Let {slots} nodes of a run, such as {titled(node)}, work at once{now}: `GRAPH_ENGINE_MAX_WORKERS` "
            "of `api` and `worker`."
            + given.unsaid("slots", "That is a start: go up in steps while the waiting shrinks."),
            "Inside an iteration, “Maximum parallelism” is a limit of its own.",
            "Check first that the model's rate limit and the machine's memory allow it; then start Dify again.",
        ),
        dsl.environment({"api": workers, "worker": workers}),
    )


def _smaller_payloads(node: NodeInfo, given: Given) -> Remedy:
    size = f" ({given.number('bytes', 1) / 1e6:.1f} MB)" if given.has("bytes") else ""
    slim = {
        "id": f"{node.node_id}_slim",
        "data": {
            "type": "code",
            "title": "Only what is used",
            "code_language": "python3",
            "code": "import json\n\n\ndef main(body: str) -> dict:\n    found = json.loads(body)\n"
            '    return {"names": [str(each.get("name", "")) for each in found]}\n',
            "variables": [{"variable": "body", "value_selector": [node.node_id, "body"]}],
            "outputs": {"names": {"type": "array[string]", "children": None}},
        },
    }
    return Remedy(
        (
            f"Ask for less where {titled(node)} gets its data{size}: fields, pages, a shorter period.",
            "Else put a Code node behind it that hands on only the fields that later nodes read.",
            "Hand files over as files, not as text: Dify keeps those outside of its variables. " + PUBLISH,
        ),
        dsl.fragment([slim], [dsl.edge(node.node_id, slim["id"])]),  # type: ignore[arg-type]  # an id is text
    )


def _bound_loop(node: NodeInfo, given: Given) -> Remedy:
    most = given.count("most", 10)
    condition = {
        "comparison_operator": "is",
        "id": "done",
        "value": "true",
        "varType": "string",
        "variable_selector": [node.node_id, "is_done"],
    }
    return Remedy(
        (
            f"Open {titled(node)}, and set “Maximum Loop Count” to {most}."
            + given.unsaid("most", "That is a start: choose a little more than it usually needs."),
            "Add a “Loop Termination Condition” on a loop variable that says that the goal is reached.",
            "Answer with what there is where the last round was reached. " + PUBLISH,
        ),
        dsl.fragment([dsl.changed(node, loop_count=most, logical_operator="or", break_conditions=[condition])]),
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
    Action.SHORTEN_PROMPT: models.shorten_prompt,
    Action.STABLE_PREFIX_FIRST: models.stable_prefix_first,
    Action.LIMIT_OUTPUT: models.limit_output,
    Action.TRY_MODEL: models.try_model,
    Action.MORE_SLOTS: _more_slots,
    Action.SMALLER_PAYLOADS: _smaller_payloads,
    Action.BOUND_LOOP: _bound_loop,
}
