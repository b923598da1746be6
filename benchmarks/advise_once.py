"""One analysis in this process, by phase; a line of JSON. Started by `advise.py`."""

import cProfile
import json
import pstats
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import advise_runs

from longpole import runtime
from longpole.advice.analyses import RULES
from longpole.advice.observations import Observations
from longpole.services import advisor
from longpole.services.advisor import WorkflowOptimizationAdvisor

SHOWN = 45


class Phases:
    """What each phase took, and what it said."""

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, Any]] = {}

    def timed(self, name: str, ask: Callable[..., Any], say: Callable[[Any], str]) -> Callable[..., Any]:
        """`ask`, with its time taken."""

        def asked(*given: Any) -> Any:
            wall, processor = time.perf_counter(), time.process_time()
            answer = ask(*given)
            self.taken[name] = {
                "seconds": time.perf_counter() - wall,
                "processor_seconds": time.process_time() - processor,
                "said": say(answer),
                "megabytes": _megabytes(),
            }
            return answer

        return asked


def main() -> None:
    """The analysis as its callers ask for it."""
    days, spend = int(sys.argv[1]), sys.argv[2]
    assert runtime.current().engine is not None
    if spend:
        _spend(days, spend)
        return
    phases = Phases()
    seen: list[Observations] = []

    def noted(observed: Observations) -> str:
        seen.append(observed)
        return f"{_megabytes():.0f} MB at most so far"

    advisor.observe = phases.timed("reading", advisor.observe, noted)
    advisor.reconcile = phases.timed("storing", advisor.reconcile, lambda stand: f"{len(stand)} stand")
    for analysis, rule in RULES.items():

        def every(observed: Observations, rule: Any = rule) -> tuple[Any, ...]:
            return tuple(rule(observed))

        RULES[analysis] = phases.timed(
            analysis.value, every, lambda found: f"{len(found)} found, {_megabytes():.0f} MB"
        )
    wall, processor = time.perf_counter(), time.process_time()
    WorkflowOptimizationAdvisor.analyze_and_recommend(app_id=advise_runs.APP, workflow_id=advise_runs.FLOW, days=days)
    said = {
        "seconds": time.perf_counter() - wall,
        "processor_seconds": time.process_time() - processor,
        "megabytes": _megabytes(),
        "runs": len(seen[0].runs),
        "executions": len(seen[0].executions),
        "phases": phases.taken,
    }
    print(json.dumps(said))


def _spend(days: int, name: str) -> None:
    """Where the time of reading, or of one rule, goes."""
    profile = cProfile.Profile()
    ask = advisor.observe
    if name == "reading":
        profile.runcall(ask, advise_runs.APP, advise_runs.FLOW, days)
    else:
        observed = ask(advise_runs.APP, advise_runs.FLOW, days)
        found = profile.runcall(lambda: tuple(rule(observed) for analysis, rule in RULES.items() if analysis == name))
        found = profile.runcall(lambda: [tuple(each) for each in found])
    pstats.Stats(profile).sort_stats("cumulative").print_stats(SHOWN)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
