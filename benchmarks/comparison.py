"""Comparisons of generated runs: how often equals are told apart, whether bounds hold, what is found and how soon.

    python benchmarks/comparison.py [--tests 10000] [--trials 4000] [--sequences 1000] [--seed 1]

Runs have lognormal times (longer with longer inputs and on some ways), costs and tokens that follow them, rare
failures and retries, and six nodes; each comparison has all nine figures and the nodes. Beside: the percentile
bootstrap, and a t-test that is looked at a hundred times. Ten minutes with the defaults; a tenth of it with a tenth
of the numbers.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from longpole.analysis import comparison_columns
from longpole.analysis.comparison import FIGURES, Figure, Runs, compare_runs, difference
from longpole.analysis.comparison_columns import Values
from longpole.analysis.comparison_ground import Ground
from longpole.analysis.comparison_nodes import NodeTimes, compare_nodes
from longpole.analysis.same_traffic import Traffic
from longpole.analysis.sequential import first_sure
from longpole.domain.comparisons import Difference, NodeComparison, Verdict

Floats = NDArray[np.float64]
NS_PER_DAY = 86_400 * 10**9
TOLD = (Verdict.BETTER, Verdict.WORSE)
P50, P95, P99, MEAN, ERRORS = FIGURES[:5]
CENTRE = math.exp(6)


def runs(
    random: np.random.Generator, n: int, *, day: int = 0, slower: float = 1.0, longer: float = 1.0, shock: float = 0.0
) -> Runs:
    """A week of runs from a day on: `slower` times as long, inputs `longer`, hours that differ by `shock`."""
    seconds = np.sort(random.integers(0, 7 * 86_400, n))
    end_ns = seconds.astype(np.int64) * 10**9 + day * NS_PER_DAY
    size = longer * np.exp(random.normal(6, 0.8, n))
    way = random.integers(0, 3, n)
    of_hours = random.normal(0, shock, 7 * 6)[seconds // (4 * 3_600)] if shock else 0.0
    elapsed = slower * np.exp(random.normal(0, 0.6, n) + of_hours) * (size / CENTRE) ** 0.4 * (1 + 0.3 * way)
    nodes = random.integers(3, 9, n).astype(float)
    return Runs(
        traffic=Traffic(end_ns, size, way),
        elapsed_s=elapsed,
        has_failed=(random.random(n) < 0.03).astype(float),
        cost_usd=np.where(random.random(n) < 0.05, np.nan, 0.002 * elapsed * np.exp(random.normal(0, 0.3, n))),
        tokens=np.round(3 * size + random.exponential(300, n)),
        cache_hit_rate=100 * random.binomial(nodes.astype(int), 0.3) / nodes,
        retries=(random.random(n) < 0.02).astype(float),
        nodes=nodes,
    )


def nodes(random: np.random.Generator, a: Runs, b: Runs) -> list[NodeTimes]:
    """Six nodes, which differ in nothing."""
    made = []
    for number in range(6):
        times = [np.exp(random.normal(-1, 0.5, len(side))) for side in (a, b)]
        for each in times:
            each[random.random(each.size) < 0.1 * number] = np.nan
        name = f"n{number}"
        blank = NodeComparison(name, name, "llm", None, Verdict.NO_EVIDENCE, 0, 0, None, None, None, None, None)
        made.append(NodeTimes(blank, *times))
    return made


def a_a(random: np.random.Generator, tests: int) -> None:
    """Equals beside equals."""
    print(f"\nA/A: {tests:,} comparisons of equals, all figures and nodes   target: at most 5 % with any verdict")
    total = 0
    sizes = ((120, 120), (500, 500), (2_000, 2_000), (2_000, 200))
    for n_a, n_b in sizes:
        told = told_of_figures = 0
        for _ in range(tests // len(sizes)):
            a, b = runs(random, n_a), runs(random, n_b, day=7)
            of_figures = any(each.verdict in TOLD for each in compare_runs(a, b).figures)
            ground = Ground.of(a.traffic, b.traffic)
            of_nodes = any(each.verdict in TOLD for each in compare_nodes(nodes(random, a, b), ground))
            told_of_figures += of_figures
            told += of_figures or of_nodes
        total += told
        of = tests // len(sizes)
        print(f"  {n_a:>5} beside {n_b:>5} runs   {told / of:6.2%}   (figures alone {told_of_figures / of:.2%})")
    print(f"  all                      {total / (tests // len(sizes) * len(sizes)):6.2%}")


def column(values: Floats) -> Values:
    return Values(values, np.zeros(values.size, np.int64), np.ones(1), np.ones(values.size))


def of(figure: Figure, a: Floats, b: Floats, *, repeated: bool = False) -> Difference:
    return difference(figure, column(a), column(b), 1.0, repeated=repeated)


def holds(found: Difference, true: float) -> bool:
    return (found.low is None or found.low <= true) and (found.high is None or true <= found.high)


def bootstrap(random: np.random.Generator, a: Floats, b: Floats) -> tuple[float, float]:
    """Percentile bootstrap of the ratio of p95."""
    drawn = [
        np.quantile(random.choice(b, b.size), 0.95) / np.quantile(random.choice(a, a.size), 0.95) for _ in range(300)
    ]
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))


def coverage(random: np.random.Generator, trials: int) -> None:
    """Whether 95 % bounds hold."""
    print(f"\nCoverage of 95 % bounds, {trials:,} comparisons each, b 10 % quicker   target: 94 to 96 %")
    print(f"  {'':22}{'n=100':>9}{'n=500':>9}{'n=2000':>9}{'2000:100':>10}")
    shapes: dict[str, Callable[[int], Floats]] = {
        "lognormal 0.8": lambda n: np.exp(random.normal(0, 0.8, n)),
        "exponential": lambda n: random.exponential(1, n),
        "Pareto 2.5": lambda n: random.pareto(2.5, n) + 1,
        "two humps": lambda n: np.exp(random.normal(0, 0.2, n)) * np.where(random.random(n) < 0.3, 4.0, 1.0),
    }
    sizes = ((100, 100), (500, 500), (2_000, 2_000), (2_000, 100))
    for name, draw in shapes.items():
        for figure in (P50, P95, P99, MEAN):
            cells = []
            for n_a, n_b in sizes:
                if figure is P99 and min(n_a, n_b) < P99.least_runs:
                    cells.append("too few")
                    continue
                held = sum(holds(of(figure, draw(n_a), 0.9 * draw(n_b)), 0.9) for _ in range(trials))
                cells.append(f"{held / trials:.1%}")
            print(f"  {name:14}{figure.statistic:>8}{cells[0]:>9}{cells[1]:>9}{cells[2]:>9}{cells[3]:>10}")
    cells = []
    for n_a, n_b in sizes:
        held = 0
        for _ in range(trials):
            a, b = ((random.random(n) < rate).astype(float) for n, rate in ((n_a, 0.02), (n_b, 0.05)))
            held += holds(of(ERRORS, a, b), 0.03)
        cells.append(f"{held / trials:.1%}")
    print(f"  {'errors 2 %, 5 %':22}{cells[0]:>9}{cells[1]:>9}{cells[2]:>9}{cells[3]:>10}")
    cells = []
    draw = shapes["lognormal 0.8"]
    few = max(trials // 10, 50)
    for n_a, n_b in sizes:
        held = 0
        for _ in range(few):
            low, high = bootstrap(random, draw(n_a), 0.9 * draw(n_b))
            held += low <= 0.9 <= high
        cells.append(f"{held / few:.1%}")
    print(f"  {'bootstrap, p95':22}{cells[0]:>9}{cells[1]:>9}{cells[2]:>9}{cells[3]:>10}   ({few} each)")


def looks(most: int) -> Iterator[int]:
    yield from range(50, most + 1, 50)


def sequences(random: np.random.Generator, count: int) -> None:
    """Looking at a hundred times while runs come in."""
    print(f"\nA hundred looks, every 50 runs, lognormal 0.8, {count:,} deploys each   target: at most 5 % false;")
    print("  −10 % found within 1,000 runs. Runs of the new version until it is found, the median:")
    print(f"  {'':34}{'none':>8}{'−5 %':>16}{'−10 %':>16}{'−20 %':>16}")
    for name, known, test in (
        ("median, both sides grow", 0, _median),
        ("median, 5,000 old runs", 5_000, _median),
        ("mean of logarithms, 5,000 old", 5_000, _logarithms),
        ("t-test at each look, 5,000 old", 5_000, _t_test),
        ("t-test at each look, both grow", 0, _t_test),
    ):
        cells = []
        for slower in (1.0, 0.95, 0.9, 0.8):
            stops = []
            for _ in range(count if slower == 1.0 else max(count // 5, 40)):
                old = np.exp(random.normal(0, 0.8, known or 5_000))
                stops.append(test(old, slower * np.exp(random.normal(0, 0.8, 5_000)), known > 0))
            found = [each for each in stops if each is not None]
            middle = sorted(each or 10**9 for each in stops)[len(stops) // 2]
            share = f"{len(found) / len(stops):.1%}"
            cells.append(share if slower == 1.0 else f"{share}, {middle if middle < 10**9 else '>5000'}")
        print(f"  {name:34}{cells[0]:>8}{cells[1]:>16}{cells[2]:>16}{cells[3]:>16}")


def _median(old: Floats, new: Floats, is_known: bool) -> int | None:  # noqa: FBT001
    for n in looks(new.size):
        found = of(P50, old if is_known else old[:n], new[:n], repeated=True)
        if not holds(found, 1.0):
            return n
    return None


def _logarithms(old: Floats, new: Floats, _is_known: bool) -> int | None:  # noqa: FBT001
    return first_sure(np.log(old), np.log(new))


def _t_test(old: Floats, new: Floats, is_known: bool) -> int | None:  # noqa: FBT001
    for n in looks(new.size):
        a, b = np.log(old if is_known else old[:n]), np.log(new[:n])
        if abs(a.mean() - b.mean()) > 1.96 * math.sqrt(a.var() / a.size + b.var() / b.size):
            return n
    return None


def power(random: np.random.Generator, tests: int) -> None:
    """What is found."""
    print(f"\nPower: share of {tests:,} comparisons that say `worse` of the median, or of any figure")
    for n, slower in ((200, 1.25), (500, 1.1), (500, 1.2), (2_000, 1.05), (2_000, 1.1)):
        of_median = of_any = alone = 0
        for _ in range(tests):
            a, b = runs(random, n), runs(random, n, day=7, slower=slower)
            found = [each.figure for each in compare_runs(a, b).figures if each.verdict is Verdict.WORSE]
            of_median += P50.name in found
            of_any += bool(found)
            alone += compare_runs(a, b, figures=(P50,)).figures[0].verdict is Verdict.WORSE
        print(
            f"  {n:>5} runs a side, {slower - 1:+.0%}   median {of_median / tests:6.1%}   any figure "
            f"{of_any / tests:6.1%}   one bound on the median {alone / tests:6.1%}"
        )


def hard(random: np.random.Generator, tests: int) -> None:
    """Equals that look different."""
    print(f"\nEquals in hard cases, {tests:,} comparisons each: any verdict of run times")
    times = (P50, P95, MEAN)

    def told(a: Runs, b: Runs) -> bool:
        return any(each.verdict in TOLD for each in compare_runs(a, b, figures=times).figures)

    def raw(side: Runs) -> Runs:
        return Runs(
            Traffic(side.traffic.end_ns, np.full(len(side), np.nan), np.zeros(len(side), np.int64)), side.elapsed_s,
            side.has_failed, side.cost_usd, side.tokens, side.cache_hit_rate, side.retries, side.nodes,
        )  # fmt: skip

    mixed = mixed_raw = hours = hours_alone = 0
    least = comparison_columns.LEAST_BLOCKS
    for _ in range(tests):
        a, b = runs(random, 1_000), runs(random, 1_000, day=7, longer=1.3)
        mixed += told(a, b)
        mixed_raw += told(raw(a), raw(b))
        a, b = runs(random, 1_000, shock=0.15), runs(random, 1_000, day=7, shock=0.15)
        hours += told(a, b)
        comparison_columns.LEAST_BLOCKS = 10**9
        hours_alone += told(a, b)
        comparison_columns.LEAST_BLOCKS = least
    print(f"  inputs 30 % longer in b              {mixed / tests:6.1%}   not adjusted     {mixed_raw / tests:6.1%}")
    print(
        f"  hours that differ by 15 %            {hours / tests:6.1%}   as if they did not {hours_alone / tests:6.1%}"
    )


def pace(random: np.random.Generator) -> None:
    """How long it takes."""
    print("\nProcessor time of one comparison, nine figures")
    for n in (500, 2_000, 20_000):
        a, b = runs(random, n), runs(random, n, day=7)
        begin = time.process_time()
        for _ in range(5):
            compare_runs(a, b)
        print(f"  {n:>6} runs a side   {(time.process_time() - begin) / 5 * 1e3:7.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=10_000, help="comparisons of equals")
    parser.add_argument("--trials", type=int, default=4_000, help="comparisons per coverage")
    parser.add_argument("--sequences", type=int, default=1_000, help="deploys of equals; a fifth of others")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    random = np.random.default_rng(asked.seed)
    coverage(random, asked.trials)
    sequences(random, asked.sequences)
    power(random, max(asked.tests // 20, 50))
    hard(random, max(asked.tests // 20, 50))
    pace(random)
    a_a(random, asked.tests)


if __name__ == "__main__":
    main()
