"""What is advised to be cached is right to be cached: evidence, classes, users, time, versions, and what it brings."""

from dataclasses import replace
from typing import TypeVar

import pytest

from caching_scenes import Ask, Step, records, scene
from longpole.advice.cache.classes import classes
from longpole.advice.cache.ledger import MIN_KEPT_S, node_ledgers
from longpole.advice.cache.trials import safe_trial
from longpole.advice.cache_opportunities import cache_opportunities
from longpole.advice.observations import NO_FINGERPRINT, CacheUse, Observations
from longpole.caching.policy import MIN_SECONDS
from longpole.domain.cache import NodeClass
from longpole.domain.findings import Finding
from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, Purity, WorkflowGraph
from longpole.domain.runs import NodeExecution, Run, RunRecord
from observing import observations_of

RETRIEVAL = "knowledge_retrieval"
Timed = TypeVar("Timed", Run, NodeExecution)


def found(observed: Observations) -> dict[str, Finding]:
    return {finding.rule.partition(".")[2]: finding for finding in cache_opportunities(observed)}


def imported(node: GraphNode, purity_source: GraphSource = GraphSource.IMPORTED) -> WorkflowGraph:
    frame = (GraphNode("begin", "start", "begin"), node, GraphNode("finish", "end", "finish"))
    edges = (GraphEdge("begin", "step"), GraphEdge("step", "finish"))
    return WorkflowGraph(Engine.DIFY, purity_source, frame, edges)


def test_a_step_that_is_pure_and_asked_the_same_again_is_found_with_what_it_brings() -> None:
    finding = found(scene(Step("code", took_s=2.0, usd=0.01)))["exact"]

    assert finding.affected_nodes == ("step",)
    assert finding.estimate is not None
    assert finding.estimate.metric in {"execution_time_p50", "execution_time_p95"}
    assert finding.estimate.high < finding.estimate.baseline * 0.6
    assert finding.estimate.low <= finding.estimate.expected <= finding.estimate.high
    assert finding.gain.share_of_run is not None
    assert finding.gain.share_of_run > 0.4
    assert finding.gain.usd_per_month is not None
    assert finding.gain.usd_per_month > 30
    assert finding.steps
    assert finding.code_example is not None
    assert finding.facts["mismatches"] == 0
    assert finding.evidence[0]["run_ids"]
    assert "95 %" in finding.description


def test_figures_are_those_of_the_half_on_which_nothing_was_chosen() -> None:
    """In 2,000 runs of a week, each question asked within a day of itself is a hit: counted by hand here."""
    observed = scene(Step("code"), runs=2_000)
    finding = found(observed)["exact"]
    ttl_ns = round(float(finding.facts["ttl_hours"] or 0) * 3_600e9)
    ledger = next(node_ledgers(observed, lambda node: node.node_id == "step"))
    made_at: dict[int, int] = {}
    hits = 0
    for place in range(len(ledger)):
        question, start = int(ledger.question[place]), int(ledger.start_ns[place])
        if question in made_at and made_at[question] <= start < made_at[question] + ttl_ns:
            hits += place >= 1_000
        elif question not in made_at or start >= made_at[question] + ttl_ns:
            made_at[question] = int(ledger.end_ns[place])

    assert finding.facts["hits"] == hits
    assert finding.facts["hit_ratio"] == pytest.approx(hits / 1_000)
    assert float(finding.facts["hit_ratio_low"] or 0) < hits / 1_000 < float(finding.facts["hit_ratio_high"] or 0)


def test_a_ttl_is_no_longer_than_what_was_seen() -> None:
    assert found(scene(Step("code"), days=1.0))["exact"].facts["ttl_hours"] == 6.0
    assert found(scene(Step("code"), days=7.0))["exact"].facts["ttl_hours"] in {24.0, 48.0}


def drawn(ask: Ask) -> object:
    return ask.random.random()


def by_day(ask: Ask) -> object:
    return ask.question, int(ask.day)


def by_run(ask: Ask) -> object:
    return ask.question, ask.run


def now_and_then_another(ask: Ask) -> object:
    return ask.question, ask.random.random() < 0.02


def changed_late(ask: Ask) -> object:
    return ask.question, ask.day > 5


@pytest.mark.parametrize("node_type", ["code", RETRIEVAL])
@pytest.mark.parametrize("output", [drawn, by_day, by_run, now_and_then_another, changed_late, None])
def test_outputs_that_differ_for_whatever_reason_or_are_not_seen_forbid_it(node_type: str, output: object) -> None:
    assert found(scene(Step(node_type, output))) == {}  # type: ignore[arg-type] - one of the functions above


@pytest.mark.parametrize("node_type", ["start", "end", "answer", "human-input", "iteration", "agent"])
def test_frames_containers_and_agents_are_never_advised(node_type: str) -> None:
    assert found(scene(Step(node_type))) == {}


@pytest.mark.parametrize(
    "title", ["Send mail", "create_ticket", "Slack: post message", "email customer", "deleteOrders"]
)
def test_tools_whose_names_say_that_they_write_are_not_advised(title: str) -> None:
    assert found(scene(Step("tool", title=title))) == {}


def test_what_is_unknown_is_to_be_confirmed() -> None:
    (case, finding), *more = found(scene(Step("tool", title="Exchange rates"))).items()

    assert (case, more) == ("confirm", [])
    assert "needs confirmation that it only reads" in finding.description
    assert "only reads" in finding.steps[0]


def test_a_request_is_what_its_configuration_says() -> None:
    def case(config: dict[str, str]) -> list[str]:
        purity = Purity.WRITES if config.get("method") == "post" else Purity.READ_ONLY
        graph = imported(GraphNode("step", "http_request", "Get", purity=purity, config=config))
        return list(found(scene(Step("http_request", title="Get"), graph=graph)))

    assert case({"method": "get"}) == ["exact"]
    assert case({"method": "post"}) == []
    assert list(found(scene(Step("http_request", title="Get")))) == ["confirm"]


def test_what_a_graph_says_writes_is_not_advised() -> None:
    for node in (
        GraphNode("step", "code", "Prepare", purity=Purity.WRITES),
        GraphNode("step", "code", "Prepare", purity=Purity.PURE, writes=("memory",)),
    ):
        assert found(scene(Step("code"), graph=imported(node))) == {}


def test_of_a_step_and_the_one_around_it_the_outer_one_is_advised() -> None:
    made = []
    for record in records(Step("code")):
        begin, step, finish = record.nodes
        outer = replace(step, node_execution_id=f"{step.node_execution_id}-o", node_id="outer", node_title="Outer")
        inner = replace(step, enclosing_node_id="outer", parent_node_execution_id=outer.node_execution_id)
        made.append(RunRecord(record.run, (begin, outer, inner, finish)))

    (finding,) = cache_opportunities(observations_of(made))

    assert finding.affected_nodes == ("outer",)


def test_code_that_an_imported_graph_doubts_is_to_be_confirmed() -> None:
    node = GraphNode("step", "code", "Prepare", purity=Purity.UNKNOWN, config={"code": "import time"})

    assert list(found(scene(Step("code"), graph=imported(node)))) == ["confirm"]
    assert list(found(scene(Step("code"), graph=imported(node, GraphSource.INFERRED)))) == ["exact"]


def test_a_model_is_a_question_and_never_called_safe() -> None:
    for output in (drawn, lambda ask: ask.question):
        (case, finding), *more = found(scene(Step("llm", output, usd=0.01))).items()

        assert (case, more, finding.floor) == ("sampling", [], "low")
        assert finding.title.startswith("Would an answer")
        assert finding.facts["is_per_user"] == 1


def test_a_model_at_temperature_0_is_judged_by_its_outputs() -> None:
    config = {"model": {"completion_params": {"temperature": 0}}}
    graph = imported(GraphNode("step", "llm", "Prepare", purity=Purity.READ_ONLY, config=config))

    assert list(found(scene(Step("llm", usd=0.01), graph=graph))) == ["exact"]
    assert list(found(scene(Step("llm", drawn, usd=0.01), graph=graph))) == []


def test_results_that_depend_on_the_user_are_kept_by_user_and_hits_counted_so() -> None:
    step = Step(RETRIEVAL, lambda ask: (ask.question, ask.user), questions=60)
    shared = found(scene(Step(RETRIEVAL, questions=60)))["exact"]
    finding = found(scene(step))["exact"]

    assert (finding.facts["is_per_user"], shared.facts["is_per_user"]) == (1, 0)
    assert float(finding.facts["hit_ratio"] or 0) < float(shared.facts["hit_ratio"] or 0)
    assert "the user belongs into the key" in finding.description


def test_results_that_depend_on_the_users_group_are_kept_by_user() -> None:
    finding = found(scene(Step(RETRIEVAL, lambda ask: (ask.question, ask.user % 3), questions=60)))["exact"]

    assert finding.facts["is_per_user"] == 1


def test_what_users_never_share_is_not_shown_to_be_right_for_another() -> None:
    """Each user has questions of his own: all pairs are within a user."""
    observed = scene(Step(RETRIEVAL, lambda ask: ask.question), users=1)

    assert found(observed)["exact"].facts["is_per_user"] == 1


def test_without_users_a_reading_step_is_to_be_confirmed_and_a_dependent_one_not_found() -> None:
    (case, finding), *_ = found(scene(Step(RETRIEVAL), users=None)).items()

    assert case == "confirm"
    assert "who asks" in finding.description
    assert found(scene(Step(RETRIEVAL, lambda ask: (ask.question, ask.user)), users=None)) == {}


def test_a_new_version_asks_everything_anew() -> None:
    """Versions change each half day and outputs with them: that is no mismatch, and no hit across them."""
    observed = scene(
        Step("code", lambda ask: (ask.question, ask.version)), versions=lambda day: str(int(day * 2)), runs=4_000
    )
    finding = found(observed)["exact"]

    assert finding.facts["mismatches"] == 0
    assert float(finding.facts["hit_ratio"] or 0) < float(
        found(scene(Step("code"), runs=4_000))["exact"].facts["hit_ratio"] or 0
    )


def test_results_that_change_only_when_they_are_old_are_kept_for_less_than_that() -> None:
    """The world answers anew once its own answer is 12 hours old: younger ones never differ."""
    answered: dict[int, float] = {}

    def output(ask: Ask) -> object:
        if ask.day - answered.get(ask.question, -1.0) >= 0.5:
            answered[ask.question] = ask.day
        return ask.question, answered[ask.question]

    pairs_of_all_ages = found(scene(Step(RETRIEVAL, output, questions=30), runs=6_000))

    assert pairs_of_all_ages == {}, "an answer may be about to change when it is kept"


def test_an_age_below_which_nothing_ever_changes_is_a_ttl() -> None:
    """Asked in bursts of minutes, a day apart; changed between bursts only: kept within a burst."""
    step = Step(RETRIEVAL, lambda ask: (ask.question, int(ask.day)), questions=20, exponent=0.0)
    made = records(step, runs=6_000)
    bursts = [shifted(record) for record in made]
    ledger = next(node_ledgers(observations_of(bursts), lambda node: node.node_id == "step"))

    trial = safe_trial(ledger, (3_600 * 10**9, 12 * 3_600 * 10**9, 48 * 3_600 * 10**9), may_change=True)

    assert trial is not None
    assert trial.ttl_ns == 3_600 * 10**9
    assert safe_trial(ledger, (3_600 * 10**9,), may_change=False) is None
    assert safe_trial(ledger, (12 * 3_600 * 10**9,), may_change=True) is None, "too near to the age of the first change"


def shifted(record: RunRecord) -> RunRecord:
    """The run's day squeezed into its first half hour."""
    run = record.run
    assert run.start_ns is not None
    day = 86_400 * 10**9
    begin = 1_790_000_000 * 10**9
    into = (run.start_ns - begin) % day
    by = into - into // 48
    return RunRecord(_moved(run, by), tuple(_moved(node, by) for node in record.nodes))


def _moved(timed: Timed, by: int) -> Timed:
    assert timed.start_ns is not None
    assert timed.end_ns is not None
    return replace(timed, start_ns=timed.start_ns - by, end_ns=timed.end_ns - by)


def test_what_stops_repeating_in_the_second_half_is_not_promised() -> None:
    made = records(Step("code"))
    half = len(made) // 2
    others = records(Step("code", questions=10**6, exponent=0.0), seed=2)[half:]

    fewer = [made[half + place] if place % 3 == 0 else other for place, other in enumerate(others)]

    assert found(observations_of([*made[:half], *others])) == {}
    assert found(observations_of([*made[:half], *fewer])) == {}


def test_what_is_the_same_within_a_run_proves_nothing_of_another_run() -> None:
    """A loop asks the same three times, and no run asks what another one did."""
    made = [looped(record) for record in records(Step("code", questions=10**6, exponent=0.0))]

    assert found(observations_of(made)) == {}


def looped(record: RunRecord) -> RunRecord:
    """The run with its middle step three times, one after the other."""
    begin, step, finish = record.nodes
    took = step.elapsed_ns or 0
    again = [
        replace(_moved(step, -round_ * took), node_execution_id=f"{step.node_execution_id}-{round_}")
        for round_ in range(3)
    ]
    moved_end = _moved(finish, -2 * took)
    run = replace(record.run, end_ns=moved_end.end_ns, elapsed_ns=(record.run.elapsed_ns or 0) + 2 * took)
    return RunRecord(run, (begin, *again, moved_end))


@pytest.mark.parametrize(("every", "cases"), [(5, []), (100, ["exact"])])
def test_outputs_that_were_not_seen_may_be_those_that_differ(every: int, cases: list[str]) -> None:
    observed = scene(Step("code"))
    observed.executions.output_fingerprint[1 :: 3 * every] = NO_FINGERPRINT  # of the middle step of every such run

    assert list(found(observed)) == cases


def test_too_few_pairs_prove_nothing() -> None:
    assert found(scene(Step("code", questions=60), runs=320)) == {}


@pytest.mark.parametrize("step", [Step("code", took_s=0.05), Step("code", took_s=0.01, usd=0.00001)])
def test_what_is_quick_and_costs_nothing_is_not_told(step: Step) -> None:
    assert found(scene(step)) == {}


def test_failures_are_not_kept() -> None:
    always = found(scene(Step("code", is_failing=lambda _ask: True)))
    half = found(scene(Step("code", is_failing=lambda ask: ask.random.random() < 0.5)))["exact"]
    none = found(scene(Step("code")))["exact"]

    assert always == {}
    assert float(half.facts["hit_ratio"] or 0) < float(none.facts["hit_ratio"] or 0)


def test_a_node_that_is_cached_already_is_for_another_rule() -> None:
    assert found(scene(Step("code", is_cached=lambda ask: ask.run > 5))) == {}
    assert found(scene(Step("code", is_cached=lambda ask: ask.run % 5 == 0))) == {}
    assert found(scene(Step("code"), cache=(use(hits=3),))) == {}


def test_what_shadow_mode_saw_differ_is_not_advised() -> None:
    assert found(scene(Step("code"), cache=(use(matched=500, mismatched=1),))) == {}
    assert list(found(scene(Step("code"), cache=(use(matched=500),)))) == ["exact"]


def use(**counts: int) -> CacheUse:
    zeros = dict.fromkeys(
        ("hits", "misses", "stale", "stores", "evictions", "would_hit", "would_miss", "matched", "mismatched"), 0
    )
    return CacheUse("step", "code", **{**zeros, **counts})


def test_the_same_observations_give_the_same_findings() -> None:
    assert list(cache_opportunities(scene(Step("code")))) == list(cache_opportunities(scene(Step("code"))))


def test_nobody_ran_anything() -> None:
    assert list(cache_opportunities(observations_of([]))) == []


def test_a_step_is_as_harmful_as_what_is_inside_of_it() -> None:
    def run_with(inner_type: str, inner_title: str) -> Observations:
        inner = NodeExecution("r", "i", "inner", inner_type, inner_title, enclosing_node_id="outer")
        outer = NodeExecution("r", "o", "outer", "code", "Outer")
        return observations_of([RunRecord(Run("r", "app", "flow", end_ns=5), (outer, inner))])

    assert classes(run_with("template_transform", "T"))["outer"] is NodeClass.PURE
    assert classes(run_with("llm", "M"))["outer"] is NodeClass.SAMPLING
    assert classes(run_with("tool", "send_mail"))["outer"] is NodeClass.SIDE_EFFECTS
    assert classes(run_with("end", "End"))["outer"] is NodeClass.PURE


def test_what_is_too_quick_to_be_kept_is_so_for_the_cache_as_well() -> None:
    assert MIN_KEPT_S == MIN_SECONDS


def test_inputs_that_were_not_seen_are_no_hits_and_in_the_denominator() -> None:
    observed = scene(Step("code"))
    before = found(observed)["exact"].facts
    observed.executions.input_fingerprint[1::6] = NO_FINGERPRINT  # of every second run's middle step
    ledger = next(node_ledgers(observed, lambda node: node.node_id == "step"))
    after = found(observed)["exact"].facts

    assert (len(ledger), ledger.unseen) == (600, 600)
    assert after["executions"] == before["executions"] == 1_200
    assert float(after["hit_ratio"] or 0) < 0.6 * float(before["hit_ratio"] or 0)
