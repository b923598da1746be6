"""What the rules find in generated workflows with a known problem, and in healthy ones.

    python benchmarks/seeded_incidents.py [--workflows 200] [--runs 400] [--seed 1] [--jobs 2] [--show]

Targets: at least 95 % of the problems are found, with the right step and category; at most one finding in a hundred
healthy workflows. The generator knows nothing of the rules: `seeded_workflows.py`, `seeded_problems.py`.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from seeded_problems import PROBLEMS, Problem
from seeded_workflows import Workflow, healthy, runs

from longpole.advice.analyses import RULES
from longpole.domain.findings import Finding
from longpole.pricing.book import PriceBook
from observing import observations_of


@dataclass(frozen=True)
class Looked:
    """What came of one workflow: `is_found` of a planted problem; `others` are findings that are not about it."""

    number: int
    problem: str | None
    is_found: bool
    findings: tuple[str, ...]
    others: tuple[str, ...]


def look(task: tuple[int, str | None, int, int]) -> Looked:
    """Make one workflow and its runs, ask every rule."""
    number, name, count, seed = task
    workflow = healthy(number, seed)
    problem = next((each for each in PROBLEMS if each.name == name), None)
    if problem is not None:
        problem.plant(workflow, np.random.default_rng((seed, number, 1)))
        workflow.problem = name
    records = runs(workflow, count, seed * 1_000 + number)
    observed = observations_of(records, workflow.engine, graph=workflow.graph(), price_book=PriceBook.load())
    found = [finding for rule in RULES.values() for finding in rule(observed)]
    right = [finding for finding in found if problem is not None and is_right(finding, problem, workflow)]
    return Looked(
        number,
        name,
        bool(right),
        tuple(map(told, found)),
        tuple(told(finding) for finding in found if not is_about(finding, workflow)),
    )


def is_right(finding: Finding, problem: Problem, workflow: Workflow) -> bool:
    """The rule, the step and the category are those of the problem."""
    return (
        finding.rule.startswith(problem.rules)
        and is_about(finding, workflow)
        and finding.category.value in problem.categories
    )


def is_about(finding: Finding, workflow: Workflow) -> bool:
    """It blames the step that the problem was planted in (of an iteration: or what is inside it)."""
    node = workflow.node or ""
    return bool({node, f"{node}_item"} & set(finding.affected_nodes))


def told(finding: Finding) -> str:
    """In a line."""
    return f"{finding.rule} [{finding.category.value}] {','.join(finding.affected_nodes)}: {finding.improvement}"


def main() -> int:
    """Look at them all; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workflows", type=int, default=200, help="with a problem, and as many healthy ones")
    parser.add_argument("--runs", type=int, default=400, help="of each workflow, in a week")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print what was missed and what was found in healthy ones")
    given = parser.parse_args()
    planted = [
        (number, PROBLEMS[number % len(PROBLEMS)].name, given.runs, given.seed) for number in range(given.workflows)
    ]
    well = [(10_000 + number, None, given.runs, given.seed) for number in range(given.workflows)]
    with ProcessPoolExecutor(given.jobs) as pool:
        looked = list(pool.map(look, [*planted, *well], chunksize=4))
    return shown(looked, is_long=given.show)


def shown(looked: list[Looked], *, is_long: bool) -> int:
    """The table."""
    planted = [each for each in looked if each.problem is not None]
    well = [each for each in looked if each.problem is None]
    for line in lines(planted, well) if is_long else ():
        print(line)
    there, found = Counter(each.problem for each in planted), Counter(e.problem for e in planted if e.is_found)
    for problem, number in there.items():
        print(f"{problem:28}{found[problem]:4} of {number}")
    share = found.total() / there.total()
    false = sum(len(each.findings) for each in well)
    beside = sum(len(each.others) for each in planted)
    print(f"\nfound with step and category: {share:.1%} of {len(planted)} (target 95 %)")
    print(f"findings in healthy workflows: {100 * false / len(well):.2f} per 100, of {len(well)} (target 1)")
    print(f"findings about other steps in workflows with a problem: {beside} in {len(planted)}")
    return int(share < 0.95 or false / len(well) > 0.01)


def lines(planted: list[Looked], well: list[Looked]) -> Iterator[str]:
    """What was missed, and what was found where nothing was planted."""
    for each in planted:
        if not each.is_found:
            yield f"missed: {each.problem} in {each.number}; found instead: {each.findings or 'nothing'}"
        yield from (f"beside {each.problem}, {each.number}: {finding}" for finding in each.others)
    for each in well:
        yield from (f"false: {each.number}: {finding}" for finding in each.findings)


if __name__ == "__main__":
    sys.exit(main())
