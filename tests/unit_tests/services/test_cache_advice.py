"""What is said of runs that were recorded is what is said of the same runs in memory, on both databases."""

from dataclasses import replace

from caching_scenes import BEGIN_NS, Step, records
from longpole.advice.cache_opportunities import cache_opportunities
from longpole.advice.cache_ttls import cache_ttls
from longpole.domain.findings import Finding
from longpole.domain.units import NS_PER_DAY
from longpole.runtime import Runtime
from longpole.services.observations import observe
from longpole.store.engine import writing
from longpole.store.run_writes import write_records
from observing import observations_of

UNTIL_NS = BEGIN_NS + 7 * NS_PER_DAY


def told(finding: Finding) -> tuple[object, ...]:
    """What does not depend on which runs were sampled."""
    facts = {name: value for name, value in finding.facts.items() if name != "usd_per_month"}
    return finding.rule, finding.affected_nodes, facts, finding.estimate is not None


def test_a_step_to_cache_is_found_in_what_was_recorded(runtime: Runtime) -> None:
    runtime.clock = lambda: UNTIL_NS
    made = [
        replace(record, run=replace(record.run, app_id="app", workflow_id="flow"))
        for record in records(Step("code", usd=0.01), runs=1_000, days=6.9)
    ]
    with writing(runtime.engine) as connection:
        write_records(connection, made, now_ns=UNTIL_NS)

    observed = observe("app", "flow")
    (finding,) = cache_opportunities(observed)
    (expected,) = cache_opportunities(
        observations_of(
            made, since_ns=observed.since_ns, until_ns=UNTIL_NS, settings_ttl_hours=observed.settings_ttl_hours
        )
    )

    assert finding.rule == "cache_opportunities.exact"
    assert told(finding) == told(expected)
    assert finding.gain.share_of_run is not None
    assert list(cache_ttls(observed)) == []
