"""What becomes of recommendations: laws that hold for any findings, and the turns that HTTP does not reach."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hotel_runs import DAY, START_NS, hotel_runs
from longpole.advice.lifecycle.reconciled import PATIENCE, Analysed, Reconciled, reconciled
from longpole.advice.worth import fingerprint, most_first
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category, Recommendation, RecommendationStatus
from longpole.domain.units import instant
from observing import observations_of

NOW = instant(START_NS + DAY)
OBSERVED = observations_of(hotel_runs(60, START_NS, START_NS + DAY, 2.0))
EMPTY = observations_of([])


def finding(node: str = "hotel", *, share: float = 0.1, seconds: float = 1.0, rule: str = "slow_nodes.work") -> Finding:
    gain = Gain(seconds_per_run=seconds, share_of_run=share)
    return Finding(rule, Category.PERFORMANCE, f"{node} is slow", f"{seconds} s", None, (node,), gain)


def after(
    known: tuple[Recommendation, ...], *findings: Finding, now: datetime = NOW, observed: Any = OBSERVED, **more: Any
) -> tuple[Recommendation, ...]:
    """All recommendations after an analysis, as a store would have them."""
    done = reconciled(known, Analysed("app", "flow", observed, findings, now, **more))
    changed = {each.id: each for each in done.changed}
    kept = [changed.get(each.id, each) for each in known]
    seen = [replace(each, last_seen_at=now) if each.id in done.seen else each for each in kept]
    return (*seen, *done.new)


def findings() -> st.SearchStrategy[list[Finding]]:
    return st.lists(
        st.builds(
            finding,
            st.sampled_from("abc"),
            share=st.sampled_from([0.01, 0.1, 0.3, 0.9]),
            seconds=st.sampled_from([0.01, 1.0, 3.0]),
            rule=st.sampled_from(["slow_nodes.work", "retry_patterns.missing"]),
        ),
        max_size=6,
    )


@given(findings(), findings())
@settings(max_examples=60, deadline=None)
def test_the_same_analysis_again_changes_nothing(first: list[Finding], second: list[Finding]) -> None:
    known = after(after((), *first), *second)

    again = reconciled(known, Analysed("app", "flow", OBSERVED, second, NOW + timedelta(hours=1)))

    assert (again.new, again.changed) == ((), ())
    assert {each.id for each in known if each.fingerprint in map(fingerprint, second)} == set(again.seen)


@given(st.lists(findings(), max_size=4))
@settings(max_examples=40, deadline=None)
def test_a_finding_is_one_recommendation_however_often_it_is_found(analyses: list[list[Finding]]) -> None:
    known: tuple[Recommendation, ...] = ()
    created: dict[str, datetime] = {}
    for day, found in enumerate(analyses):
        known = after(known, *found, now=NOW + timedelta(days=day))
        created = {**{each.id: each.created_at for each in known}, **created}

    keys = [each.fingerprint for each in known]
    assert len(keys) == len(set(keys))
    assert {each.id: each.created_at for each in known} == created


@given(findings())
@settings(max_examples=30, deadline=None)
def test_the_order_of_findings_does_not_matter(found: list[Finding]) -> None:
    assert set(map(_identity, after((), *found))) == set(map(_identity, after((), *found[::-1])))


def _identity(each: Recommendation) -> tuple[str, str | None, str]:
    return each.id, each.fingerprint, each.severity


def test_a_fingerprint_knows_no_figures_and_no_order() -> None:
    one = replace(finding(), affected_nodes=("a", "b"), title="x")
    assert fingerprint(one) == fingerprint(replace(finding(seconds=9), affected_nodes=("b", "a"), title="y"))
    assert len({fingerprint(each) for each in (one, finding("b"), finding(rule="r"), replace(one, subject="s"))}) == 4


def test_no_more_stand_than_anybody_reads() -> None:
    many = [finding(f"n{number:02}", share=0.1 + number / 1000) for number in range(30)]
    known = after((), *many)
    assert len(known) == PATIENCE.most_active
    assert {each.affected_nodes[0] for each in known} == {f"n{number:02}" for number in range(5, 30)}

    worth_more = [finding(f"big{number}", share=0.35, seconds=9) for number in range(3)]
    known = after(known, *many, *worth_more)
    assert sum(each.status is RecommendationStatus.ACTIVE for each in known) == PATIENCE.most_active
    [outranked] = [each for each in known if each.affected_nodes == ("n05",)]
    assert (outranked.status, outranked.note) == (RecommendationStatus.OBSOLETE, "25 others are worth more")

    later = observations_of(hotel_runs(60, START_NS + DAY, START_NS + 2 * DAY, 2.0))
    back = after(known, *many, observed=later, now=NOW + timedelta(days=1))
    assert next(each for each in back if each.id == outranked.id).status is RecommendationStatus.ACTIVE


def test_no_runs_make_nothing_obsolete() -> None:
    [one] = after((), finding())

    assert after((one,), observed=EMPTY, now=NOW + timedelta(days=90)) == (one,)


def test_a_short_look_makes_nothing_obsolete_that_a_long_one_found() -> None:
    [one] = after((), finding())
    later, day = hotel_runs(25, START_NS + DAY, START_NS + 2 * DAY, 2.0), NOW + timedelta(days=1)

    assert after((one,), observed=observations_of(later), now=day)[0].status is RecommendationStatus.ACTIVE
    [long_after] = after((one,), observed=observations_of(later), now=NOW + timedelta(days=15))
    assert long_after.status is RecommendationStatus.OBSOLETE


def week(day: int, *, changed_at: int = 7, second_version: str = "2") -> Any:
    """The seven days up to `day`, of a workflow that somebody changed."""
    records = [
        record
        for each in range(day - 7, day)
        for record in hotel_runs(
            30,
            START_NS + each * DAY,
            START_NS + (each + 1) * DAY,
            2.0,
            version="1" if each < changed_at else second_version,
        )
    ]
    return observations_of(records)


def on(day: int) -> datetime:
    return instant(START_NS + day * DAY)


def test_a_cause_that_fades_as_the_period_moves_on_was_dealt_with_when_that_began() -> None:
    """Followed on the seventh day, it is found less and less for a week. The estimate stays that of before."""
    known = after((), finding(seconds=2.0, share=0.5), observed=week(7), now=on(7))
    for day in range(8, 14):
        fading = finding(seconds=2.0 - 0.2 * (day - 7), share=0.5 - 0.05 * (day - 7))
        known = after(known, fading, observed=week(day), now=on(day))
        assert known[0].status is RecommendationStatus.ACTIVE
        assert known[0].gain == {**(known[0].gain or {}), "seconds_per_run": 2.0, "share_of_run": 0.5}
    [done] = after(known, observed=week(14), now=on(14))

    assert (done.status, done.implemented_how) == (RecommendationStatus.IMPLEMENTED, "detected")
    assert done.implemented_at == instant(START_NS + 7 * DAY)
    assert (done.baseline or {})["versions"] == ["1"]


def test_what_stands_in_spite_of_a_new_version_was_not_dealt_with_by_it() -> None:
    known = after((), finding(seconds=2.0), observed=week(7), now=on(7))
    for day in range(8, 16):
        known = after(known, finding(seconds=2.0 + day / 100), observed=week(day), now=on(day))
        assert (known[0].gain or {})["seconds_per_run"] == 2.0 + day / 100
    [gone] = after(known, observed=week(16), now=on(16))

    assert gone.status is RecommendationStatus.OBSOLETE


def test_what_a_rule_that_failed_had_found_stands() -> None:
    [one] = after((), finding())
    later = observations_of(hotel_runs(60, START_NS + DAY, START_NS + 2 * DAY, 2.0))
    day = NOW + timedelta(days=1)

    assert after((one,), observed=later, now=day, unfinished=frozenset({"slow_nodes"})) == (one,)
    assert after((one,), observed=later, now=day)[0].status is RecommendationStatus.OBSOLETE


def dismissed(one: Recommendation) -> Recommendation:
    gain = {"gain": one.gain, "severity": one.severity.value}
    return replace(one, status=RecommendationStatus.DISMISSED, dismissed_gain=gain, dismissed_at=NOW)


def test_a_dismissed_one_needs_both_growth_and_a_step() -> None:
    [one] = after((), finding(share=0.1, seconds=1.0))
    known = (dismissed(one),)
    assert one.severity == "medium"

    for worse in (finding(share=0.19, seconds=1.9), finding(share=0.25, seconds=1.4)):
        assert after(known, worse)[0].status is RecommendationStatus.DISMISSED
    [back] = after(known, finding(share=0.25, seconds=1.6))

    assert (back.status, back.severity, back.dismissed_at) == (RecommendationStatus.ACTIVE, "high", None)
    assert back.note == "It got markedly worse since it was dismissed: seconds a run 1 → 1.6."


def test_a_model_s_words_stay_while_what_they_tell_is_the_same() -> None:
    [one] = after((), finding())
    known = (replace(one, narrative={"text": "words"}),)

    assert after(known, replace(finding(), title="Otherwise"))[0].narrative == {"text": "words"}
    assert after(known, finding(seconds=1.5))[0].narrative is None


def test_the_most_severe_come_first_of_those_the_most_worth() -> None:
    known = after((), finding("a", share=0.1), finding("b", share=0.9, seconds=9), finding("c", share=0.19))

    assert [each.affected_nodes[0] for each in sorted(known, key=most_first)] == ["b", "c", "a"]


def test_figures_are_kept_as_json_has_them() -> None:
    import numpy as np  # noqa: PLC0415 - beside its only use

    odd = replace(
        finding(),
        facts={"n": np.int64(3), "share": np.float64("nan"), "name": "a\0b"},  # type: ignore[dict-item]  # as rules do
        evidence=({"kind": "runs", "run_ids": ("r",), "values": np.arange(2)},),
    )
    done: Reconciled = reconciled((), Analysed("app", "flow", OBSERVED, [odd], datetime.now(UTC)))

    assert done.new[0].facts == {"n": 3, "share": None, "name": "a\N{REPLACEMENT CHARACTER}b"}
    assert done.new[0].evidence == ({"kind": "runs", "run_ids": ["r"], "values": [0, 1]},)
