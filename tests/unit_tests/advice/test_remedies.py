"""Every engine has words and code for every action, whatever nodes are called."""

import ast
import asyncio
import importlib
import json
import re
import shutil
import subprocess

import httpx
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from longpole.advice.observations import NodeInfo
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action, Remedy
from longpole.domain.graphs import Engine
from longpole.graphs.reading import read_graph

VALUES = {
    "ttl_hours": 6, "now_ttl_hours": 1, "per_user": True, "max_attempts": 4, "wait_s": 2.5, "now_wait_s": 0.25,
    "error_type": "RateLimitError", "status": 429, "timeout_s": 12, "pattern": "Timeout after <n>s",
    "edges": [("fetch", "translate")], "new_edges": [("start", "translate")], "slots": 6, "now_slots": 2,
    "cause": "its input", "keep_tokens": 2_000, "keep_turns": 8, "position": 311, "varying": "a date",
    "max_tokens": 512, "model": "gpt-4o-mini", "share": 0.2, "runs_per_arm": 1_200, "bytes": 2_500_000, "most": 7,
}  # fmt: skip
NODES = [NodeInfo("1711067409646", None, kind, "Ask the model") for kind in ("llm", "http_request", "code", "loop")]
EVERY = [(engine, action) for engine in Engine for action in Action]


def read(engine: Engine, code: str) -> object:
    """The code as its engine would read it; raises where it is not valid."""
    if engine is Engine.DIFY:
        return yaml.safe_load(code)
    if engine is Engine.N8N:
        return json.loads(code)
    return compile(code, "<remedy>", "exec")


def code_of(found: Remedy) -> str:
    assert found.code_example is not None
    return found.code_example


@pytest.mark.parametrize(("engine", "action"), EVERY)
@pytest.mark.parametrize("values", [{}, VALUES], ids=["without values", "with values"])
def test_steps_and_valid_code(engine: Engine, action: Action, values: dict[str, object]) -> None:
    for node in NODES:
        found = remedy(engine, action, node, **values)
        read(engine, code_of(found))
        assert found.steps
        for step in found.steps:
            assert step[0].isupper() or step[0] in "“`"
            assert step.rstrip()[-1] in ".`"
            # Nothing that was to be filled in, and no promise.
            assert not re.search(r"\bNone\b|TODO|XXX|\{|\}|  |faster|cheaper|saves?\b|will (be|bring)", step), step
        assert any("Ask the model" in step or "translate" in step for step in found.steps), found.steps


@pytest.mark.parametrize(("engine", "action"), EVERY)
def test_what_was_said_is_in_it(engine: Engine, action: Action) -> None:
    """A value that the action takes changes the words or the code."""
    takes = {
        Action.CACHE: ["ttl_hours", "per_user"], Action.CHANGE_TTL: ["ttl_hours"],
        Action.RETRY: ["max_attempts", "wait_s"], Action.STOP_RETRYING: ["error_type", "status"],
        Action.CHANGE_BACKOFF: ["wait_s", "now_wait_s"], Action.TIMEOUT: ["timeout_s"],
        Action.FIX_ERROR: ["error_type", "pattern"], Action.PARALLEL_BRANCHES: ["edges"],
        Action.PARALLEL_ITERATION: ["slots"], Action.FASTER_NODE: ["cause"], Action.SHORTEN_PROMPT: ["keep_tokens"],
        Action.STABLE_PREFIX_FIRST: ["position", "varying"], Action.LIMIT_OUTPUT: ["max_tokens"],
        Action.TRY_MODEL: ["model", "share", "runs_per_arm"], Action.MORE_SLOTS: ["slots", "now_slots"],
        Action.SMALLER_PAYLOADS: ["bytes"], Action.BOUND_LOOP: ["most"],
    }  # fmt: skip
    for name in takes.get(action, []):
        with_it = remedy(engine, action, NODES[0], **{name: VALUES[name]})
        assert with_it != remedy(engine, action, NODES[0]), name


_BREAKS = ['"', "'", "\n", "\\", "\t", "\x00", "\x7f", "\u2028", "\ud800", "\U0001f600", "'''", '"""', "`", "…", "é"]
_MEANS = [
    "{{",
    "}}",
    "{{#x.y#}}",
    "${",
    ": ",
    "- ",
    "#",
    "&a",
    "*a",
    "!!python/object:os.system",
    "%",
    "{",
    "}",
    "yes",
    "=",
]
NASTY = st.sampled_from(_BREAKS + _MEANS)
NAMES = st.lists(NASTY | st.text(max_size=4), max_size=6).map("".join)


@settings(max_examples=300, deadline=None)
@given(
    engine=st.sampled_from(Engine),
    action=st.sampled_from(Action),
    node_id=NAMES,
    title=NAMES,
    kind=st.sampled_from(["llm", "http_request", "knowledge_retrieval", "loop", 'it\'s "odd"\n']),
    words=NAMES,
    has_values=st.booleans(),
)
def test_no_name_breaks_the_code(
    *, engine: Engine, action: Action, node_id: str, title: str, kind: str, words: str, has_values: bool
) -> None:
    values: dict[str, object] = {}
    if has_values:
        named = dict.fromkeys(("error_type", "pattern", "cause", "varying", "model"), words)
        values = {**VALUES, **named, "edges": [(words, title)], "new_edges": [(title, words)]}
    found = remedy(engine, action, NodeInfo(node_id, None, kind, title), **values)
    shown = read(engine, code_of(found))
    assert all("\n" not in step and step.isprintable() for step in found.steps)
    if engine is Engine.DIFY:
        assert isinstance(shown, dict)
        graph = shown.get("workflow", {}).get("graph", {})
        ids = [node["id"] for node in graph.get("nodes", [])] + [edge["target"] for edge in graph.get("edges", [])]
        assert all(isinstance(each, str) for each in ids)
    if engine is Engine.N8N:
        assert isinstance(shown, dict)
        assert all(isinstance(node["name"], str) for node in shown.get("nodes", []))


@settings(max_examples=100, deadline=None)
@given(title=NAMES)
def test_names_come_out_of_the_code_as_they_went_in(title: str) -> None:
    node = NodeInfo("7", None, "http_request", title)
    dify = yaml.safe_load(code_of(remedy(Engine.DIFY, Action.RETRY, node)))
    assert dify["workflow"]["graph"]["nodes"][0]["data"]["title"] == re.sub("[\ud800-\udfff]", "\ufffd", title)
    n8n = json.loads(code_of(remedy(Engine.N8N, Action.RETRY, node)))
    assert n8n["nodes"][0]["name"] == (title or "7")
    tree = ast.parse(code_of(remedy(Engine.LANGGRAPH, Action.RETRY, node)))
    assert (title or "7") in {each.value for each in ast.walk(tree) if isinstance(each, ast.Constant)}


@pytest.mark.parametrize("engine", [Engine.GENERIC, Engine.LANGGRAPH])
@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("values", [{}, VALUES], ids=["without values", "with values"])
def test_python_runs_as_it_stands(engine: Engine, action: Action, values: dict[str, object]) -> None:
    """Names that it imports exist, and graphs that it builds compile."""
    for node in NODES:
        exec(code_of(remedy(engine, action, node, **values)), {"__name__": "remedy"})


def ran(action: Action, **values: object) -> dict[str, object]:
    scope: dict[str, object] = {"__name__": "remedy"}
    node = NodeInfo("ask", None, "llm", "ask")
    exec(code_of(remedy(Engine.LANGGRAPH, action, node, **values)), scope)
    return scope


def test_langgraph_iterates_side_by_side_in_order() -> None:
    assert asyncio.run(ran(Action.PARALLEL_ITERATION)["run"]([3, 1, 2])) == [3, 1, 2]  # type: ignore[operator]


def test_langgraph_loop_ends() -> None:
    assert ran(Action.BOUND_LOOP, most=4)["app"].invoke({"rounds": 0})["rounds"] == 4  # type: ignore[attr-defined]


def test_langgraph_branches_join() -> None:
    answer = ran(Action.PARALLEL_BRANCHES)["app"].invoke({"question": "?", "found": []})  # type: ignore[attr-defined]
    assert sorted(answer["found"]) == [1, 2]


def test_langgraph_arms_get_their_share() -> None:
    arm = ran(Action.TRY_MODEL, share=0.2)["arm"]
    drawn = [arm({"user_id": user}) for user in range(2_000)]  # type: ignore[operator]
    assert 0.17 < drawn.count("ask (other model)") / 2_000 < 0.23


@pytest.mark.parametrize("engine", list(Engine))
def test_who_is_refused_looks_at_the_credentials_first(engine: Engine) -> None:
    node = NodeInfo("ask", None, "http_request", "ask")
    refused = remedy(engine, Action.FIX_ERROR, node, error_type="HTTPError", pattern="401 Unauthorized")
    wrong = remedy(engine, Action.FIX_ERROR, node, error_type="KeyError", pattern="<text>")

    assert "credentials" in refused.steps[0]
    assert "credentials" not in " ".join(wrong.steps)


def _status_error(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://x")
    return httpx.HTTPStatusError("", request=request, response=httpx.Response(status, request=request))


@pytest.mark.parametrize(
    ("error", "calls_made"),
    [
        (ConnectionError(), 3), (ConnectionResetError(), 3), (TimeoutError(), 3), (httpx.ReadTimeout(""), 3),
        (httpx.ConnectError(""), 3), (_status_error(503), 3), (_status_error(429), 3), (_status_error(401), 1),
        (KeyError("total"), 1),
    ],
)  # fmt: skip
def test_plain_retries_end_and_are_for_what_may_pass(error: Exception, calls_made: int) -> None:
    scope: dict[str, object] = {}
    node = NodeInfo("ask", None, "llm", "ask")
    exec(code_of(remedy(Engine.GENERIC, Action.RETRY, node, max_attempts=3, wait_s=0.001)), scope)
    calls = []

    async def call() -> None:
        calls.append(1)
        raise error

    with pytest.raises(type(error)):
        asyncio.run(scope["with_retries"](call))  # type: ignore[operator]
    assert len(calls) == calls_made


def test_dify_code_nodes_run() -> None:
    fragment = yaml.safe_load(code_of(remedy(Engine.DIFY, Action.TRY_MODEL, NODES[0], model="x", share=0.5)))
    code = next(node["data"] for node in fragment["workflow"]["graph"]["nodes"] if node["data"]["type"] == "code")
    scope: dict[str, object] = {}
    exec(code["code"], scope)
    arms = {scope["main"](user_id=str(user))["arm"] for user in range(50)}  # type: ignore[operator]
    assert arms == {"other", "usual"}
    assert list(code["outputs"]) == ["arm"]


@pytest.mark.parametrize("engine", [Engine.DIFY, Engine.N8N])
@pytest.mark.parametrize("action", list(Action))
def test_our_own_reader_takes_what_is_to_be_put_into_a_workflow(engine: Engine, action: Action) -> None:
    code = code_of(remedy(engine, action, NODES[0]))
    if "nodes" not in code:
        return  # variables of containers, or edges alone
    graph = read_graph(code, engine)
    assert graph.engine is engine
    assert graph.nodes


@pytest.mark.skipif(shutil.which("node") is None, reason="n8n's code nodes are JavaScript")
def test_n8n_arms_get_their_share() -> None:
    fragment = json.loads(code_of(remedy(Engine.N8N, Action.TRY_MODEL, NODES[0], share=0.2)))
    code = fragment["nodes"][0]["parameters"]["jsCode"]
    script = (
        f"const draw = ($json, $execution) => {{{code}}};"
        "const arms = Array.from({length: 4000}, (_, user) => draw({user_id: user}, {id: 1}).json.arm);"
        "console.log(arms.filter(arm => arm === 'other').length / 4000)"
    )
    shown = subprocess.run(["node", "-e", script], capture_output=True, check=True, timeout=60).stdout
    assert 0.17 < float(shown) < 0.23


def test_dify_stays_within_its_limits() -> None:
    fragment = yaml.safe_load(code_of(remedy(Engine.DIFY, Action.RETRY, NODES[1], max_attempts=40, wait_s=60)))
    config = fragment["workflow"]["graph"]["nodes"][0]["data"]["retry_config"]
    assert config == {"retry_enabled": True, "max_retries": 10, "retry_interval": 5_000}


def test_numbers_that_make_no_sense_are_not_said() -> None:
    for value in (float("nan"), float("inf"), -3, 0, "many", None, True):
        found = remedy(Engine.DIFY, Action.BOUND_LOOP, NODES[3], most=value)
        assert code_of(found) == code_of(remedy(Engine.DIFY, Action.BOUND_LOOP, NODES[3]))


def test_the_same_keys_as_langgraph_has() -> None:
    types = importlib.import_module("langgraph.types")
    assert {"max_attempts", "initial_interval", "backoff_factor", "jitter", "retry_on"} <= set(
        types.RetryPolicy._fields
    )
