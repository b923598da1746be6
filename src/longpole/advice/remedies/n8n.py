"""Remedies for n8n: what to set in its editor, and nodes that can be pasted into it.

Upstream: `remedies`. Downstream: `n8n_nodes`.
"""

from collections.abc import Callable, Mapping

from longpole.advice.evidence import titled
from longpole.advice.observations import NodeInfo
from longpole.advice.remedies import n8n_nodes as nodes
from longpole.advice.remedies.given import Given, plain
from longpole.advice.remedies.remedy import Action, Remedy
from longpole.domain.amounts import one_line


def _cache(node: NodeInfo, given: Given) -> Remedy:
    hours, is_per_user = given.number("ttl_hours", 24), bool(given.values.get("per_user"))
    return Remedy(
        (
            (
                "Set the environment variable `LONGPOLE_WORKFLOW_URL` of n8n: the address of Longpole's server with "
                "`/apps/` and your application, `/workflows/` and your workflow behind it."
            ),
            f"Paste the nodes below, and lead to “Look up in the cache” what leads to {titled(node)} now.",
            f"Lead the false branch of “Is it there?” to {titled(node)}, and its result to “Keep the result”.",
            "In `input_data`, name everything that decides the result"
            + (", the user as well: results must not pass from one to another." if is_per_user else "."),
            (
                f"In {titled(node)}, read what it read from `$json` from the node before the look-up, by that node's "
                "name; in `execution_time`, say how many seconds it usually takes."
            ),
            f"Keep results for {plain(hours)} hours."
            + given.unsaid("ttl_hours", "That is a start: choose for how long a result is still right."),
        ),
        nodes.look_up(node, ttl_hours=hours, seconds=given.number("seconds", 1.0), is_per_user=is_per_user),
    )


def _change_ttl(node: NodeInfo, given: Given) -> Remedy:
    hours = given.number("ttl_hours", 24)
    now = f" instead of {plain(given.number('now_ttl_hours', 1))}" if given.has("now_ttl_hours") else ""
    return Remedy(
        (
            f"Keep results of {titled(node)} for {plain(hours)} hours{now}: `ttl_hours` in the body of “Keep "
            "the result”." + given.unsaid("ttl_hours", "That is a start: choose for how long a result is still right."),
            "What is kept already keeps its old end; `longpole cache invalidate` takes it out.",
        ),
        nodes.look_up(node, ttl_hours=hours, seconds=1.0, is_per_user=False),
    )


def _retry(node: NodeInfo, given: Given) -> Remedy:
    tries, wait_ms = nodes.tries(given.count("max_attempts", 3)), nodes.wait_ms(given.number("wait_s", 1.0))
    return Remedy(
        (
            f"Open {titled(node)}, and on its “Settings” tab turn on “Retry On Fail”.",
            f"Set “Max. Tries” to {tries} and “Wait Between Tries (ms)” to {wait_ms}.",
            (
                "Leave “On Error” at “Stop Workflow” or the node may not be tried again; do so only where running it "
                "twice does no harm."
            ),
        ),
        nodes.pasted(nodes.changed(node, retryOnFail=True, maxTries=tries, waitBetweenTries=wait_ms)),
    )


def _stop_retrying(node: NodeInfo, given: Given) -> Remedy:
    kind, status = given.text("error_type"), given.text("status")
    what = " ".join(filter(None, (kind, status and f"with the status {status}")))
    return Remedy(
        (
            (
                f"Open {titled(node)}, and on its “Settings” tab turn off “Retry On Fail”: {what or 'its error'} "
                "comes again at each try."
            ),
            "Set “On Error” to “Continue (using error output)”, and lead that output to what says what is wrong.",
            "Where some of its errors do go away, lead only those back through a Wait node.",
        ),
        nodes.pasted(nodes.changed(node, retryOnFail=False, onError="continueErrorOutput")),
    )


def _change_backoff(node: NodeInfo, given: Given) -> Remedy:
    tries, wait_ms = nodes.tries(given.count("max_attempts", 3)), nodes.wait_ms(given.number("wait_s", 1.0))
    now = f" instead of {given.number('now_wait_s', 1.0) * 1000:.0f}" if given.has("now_wait_s") else ""
    return Remedy(
        (
            f"Open {titled(node)}, and on its “Settings” tab set “Wait Between Tries (ms)” to {wait_ms}{now}."
            + given.unsaid("wait_s", "That is a start: choose it by how soon the service recovers."),
            f"Set “Max. Tries” to {tries}. n8n waits the same before each try, at most 5,000 ms.",
        ),
        nodes.pasted(nodes.changed(node, retryOnFail=True, maxTries=tries, waitBetweenTries=wait_ms)),
    )


def _timeout(node: NodeInfo, given: Given) -> Remedy:
    seconds = given.number("timeout_s", 30.0)
    chosen = given.unsaid("timeout_s", "That is a start: choose a little more than its p99.")
    return Remedy(
        (
            f"Open {titled(node)}, add the option “Timeout”, and set it to {seconds * 1000:.0f} ms.{chosen}",
            "Nodes without that option are bounded by the workflow only: “Settings”, “Timeout Workflow”.",
            "Set “On Error” of the node, so that the run goes on.",
        ),
        nodes.pasted(nodes.changed(node, parameters={"options": {"timeout": round(seconds * 1000)}})),
    )


def _handle_error(node: NodeInfo, given: Given) -> Remedy:  # noqa: ARG001 - every action has the same call
    return Remedy(
        (
            f"Open {titled(node)}, and on its “Settings” tab set “On Error” to “Continue (using error output)”.",
            "Connect the error output: to what answers instead, or to a message to whoever keeps the workflow.",
            "In the workflow's settings, choose an “Error Workflow” for what else may fail.",
        ),
        nodes.with_error_output(node),
    )


def _fix_error(node: NodeInfo, given: Given) -> Remedy:
    kind, pattern = given.text("error_type"), given.text("pattern")
    return Remedy(
        (
            (
                f"Open the executions of the evidence, and compare the input of {titled(node)} with that of "
                "executions that went well."
            ),
            f"Look for the cause of {kind or 'the error'}" + (f": “{pattern}”." if pattern else "."),
            (
                "Use “Debug in editor” on a failed execution: it pins its data, and the node can be run again until "
                "it goes well."
            ),
        ),
        nodes.with_error_output(node),
    )


def _parallel_branches(node: NodeInfo, given: Given) -> Remedy:
    apart = given.pairs("edges")
    steps = [
        f"Put what begins at “{one_line(b)}” into a workflow of its own: it does not use what “{one_line(a)}” makes."
        for a, b in apart
    ]
    return Remedy(
        (
            "Branches of one execution run one after another in n8n, so other connections alone bring nothing.",
            *(steps or [f"Put {titled(node)} and what only it leads to into a workflow of its own."]),
            (
                "Start it with “Execute Sub-workflow” with “Wait For Sub-Workflow Completion” turned off, and let it "
                "bring its result to a Webhook or a Data Table."
            ),
        ),
        nodes.sub_workflow(apart[0][1] if apart else node.node_title),
    )


def _parallel_iteration(node: NodeInfo, given: Given) -> Remedy:
    slots = given.count("slots", 10)
    return Remedy(
        (
            f"Take {titled(node)} out of “Loop Over Items”: an HTTP Request node works on all its items by itself.",
            f"Add its option “Batching”, and set “Items per Batch” to {slots}."
            + given.unsaid("slots", "That is a start: choose as many as the service behind it allows."),
            "For other nodes, call a sub-workflow for each item with “Wait For Sub-Workflow Completion” turned off.",
        ),
        nodes.pasted(
            nodes.changed(
                node, parameters={"options": {"batching": {"batch": {"batchSize": slots, "batchInterval": 0}}}}
            )
        ),
    )


def _faster_node(node: NodeInfo, given: Given) -> Remedy:
    cause = given.text("cause")
    found = (f"Look at what makes it slow first: {cause}.",) if cause else ()
    if node.node_type in {"llm", "agent"}:
        return Remedy(
            (
                *found,
                f"Shorten the prompt of {titled(node)}, and set “Maximum Number of Tokens” of its model.",
                "Turn on streaming of the agent where somebody waits for the first words.",
            ),
            nodes.pasted(nodes.chat_model(node, maxTokens=1024)),
        )
    return Remedy(
        (
            *found,
            f"Hand {titled(node)} only the fields that it uses, by an Edit Fields node before it.",
            "Ask for pages or several things in one request where the service allows it.",
        ),
        nodes.pasted(nodes.only_fields(node)),
    )


def _shorten_prompt(node: NodeInfo, given: Given) -> Remedy:
    turns = given.count("keep_turns", 5)
    tokens = f" (about {given.count('keep_tokens', 1):,} tokens)" if given.has("keep_tokens") else ""
    return Remedy(
        (
            f"Open the memory of {titled(node)}, and set “Context Window Length” to {turns}{tokens}."
            + given.unsaid("keep_turns", "That is a start: choose as many turns as answers still need."),
            "In loops, hand on the last result instead of all of them.",
            "Compare answers on a part of the traffic before everybody gets it.",
        ),
        nodes.pasted(nodes.memory(node, turns)),
    )


def _stable_prefix_first(node: NodeInfo, given: Given) -> Remedy:
    varying = given.text("varying")
    at = f" at byte {given.count('position', 1):,}" if given.has("position") else ""
    return Remedy(
        (
            f"Open {titled(node)}, and find what changes from call to call in its prompt{at}"
            + (f": {varying}." if varying else ": a date, an id, a name."),
            "Keep “System Message” free of expressions, and put those at the end of the user's prompt.",
            "Check the cached tokens in the model's output.",
        ),
        nodes.pasted(nodes.agent(node)),
    )


def _limit_output(node: NodeInfo, given: Given) -> Remedy:
    tokens = given.count("max_tokens", 1_024)
    return Remedy(
        (
            f"Open the model of {titled(node)}, add the option “Maximum Number of Tokens”, and set it to {tokens}."
            + given.unsaid("max_tokens", "That is a start: choose a little more than its longest useful answer."),
            "Say in the prompt how long the answer is to be, and ask for no field that no later node reads.",
        ),
        nodes.pasted(nodes.chat_model(node, maxTokens=tokens)),
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
            f"Copy {titled(node)}, and choose {model} in the copy.",
            f"Paste the nodes below before them: they send {share * 100:.3g} % of the users to the copy, by a hash.",
            "Say before you start which quality, error rate and time you accept, and how you measure quality.",
            f"Wait for {runs}, then compare; keep the model that you have unless quality holds.",
        ),
        nodes.two_arms(share),
    )


def _more_slots(node: NodeInfo, given: Given) -> Remedy:
    slots = given.count("slots", 20)
    now = f" instead of {given.count('now_slots', 1)}" if given.has("now_slots") else ""
    return Remedy(
        (
            f"Let {slots} executions, such as those with {titled(node)}, run at once{now}: "
            "`N8N_CONCURRENCY_PRODUCTION_LIMIT`."
            + given.unsaid("slots", "That is a start: go up in steps while the waiting shrinks."),
            "In queue mode, start the workers with `--concurrency` instead, or start more of them.",
            "The example is a `docker-compose.override.yaml` (JSON is YAML). Check first that there is memory for it.",
        ),
        nodes.environment("N8N_CONCURRENCY_PRODUCTION_LIMIT", str(slots)),
    )


def _smaller_payloads(node: NodeInfo, given: Given) -> Remedy:
    size = f" ({given.number('bytes', 1) / 1e6:.1f} MB)" if given.has("bytes") else ""
    return Remedy(
        (
            f"Put an Edit Fields node behind {titled(node)}{size} that keeps only the fields that later nodes read.",
            (
                "Keep files as binary data, with `N8N_DEFAULT_BINARY_DATA_MODE=filesystem`, so that they are not held "
                "in memory."
            ),
        ),
        nodes.pasted(nodes.only_fields(node)),
    )


def _bound_loop(node: NodeInfo, given: Given) -> Remedy:
    most = given.count("most", 10)
    return Remedy(
        (
            f"Put an IF node into the loop of {titled(node)} that leaves it when `$runIndex` reaches {most}."
            + given.unsaid("most", "That is a start: choose a little more than it usually needs."),
            "Leave it earlier when its goal is reached.",
            "Answer with what there is where the last round was reached.",
        ),
        nodes.bounded(node, most),
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
