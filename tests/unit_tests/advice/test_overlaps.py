"""A cause that two rules see is told once; everything else is told as it was found, in its order."""

import random
from itertools import product

import pytest

from longpole.advice.overlaps import told_once
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category


def found_by(rule: str, *nodes: str, usd: float | None = None, subject: str = "") -> Finding:
    gain = Gain(usd_per_month=usd)
    return Finding(rule, Category.COST, f"Title of {rule}", "Seen.", "cheaper", nodes or ("n",), gain, subject=subject)


INPUT, GROWTH = "slow_nodes.input", "token_usage.prompt_growth"


@pytest.mark.parametrize("usd", [(5.0, 50.0), (50.0, 5.0)])
def test_the_one_that_is_worth_most_speaks_for_both(usd: tuple[float, float]) -> None:
    first, second = found_by(INPUT, usd=usd[0]), found_by(GROWTH, usd=usd[1])

    (told,) = told_once([first, second])

    speaker, silent = (second, first) if usd[1] > usd[0] else (first, second)
    assert told.rule == speaker.rule
    assert told.evidence == (
        {
            "kind": "related",
            "rule": silent.rule,
            "title": silent.title,
            "improvement": "cheaper",
            "node_ids": ["n"],
        },
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (found_by(INPUT, "a"), found_by(GROWTH, "b")),  # of two nodes
        (found_by(INPUT), found_by("slow_nodes.queue")),  # of one rule
        (found_by("token_usage.reasoning"), found_by("slow_nodes.input")),  # of two causes
        (found_by("error_patterns.unknown", subject="x"), found_by("error_patterns.unknown", subject="y")),
        (found_by("error_patterns.unknown"), found_by("retry_patterns.missing")),  # they have seen to it themselves
    ],
)
def test_what_differs_is_told_as_it_is(one: Finding, other: Finding) -> None:
    assert told_once([one, other]) == (one, other)


def test_a_failure_speaks_for_advice_to_handle_failures() -> None:
    careful = found_by("best_practice.no_error_strategy")

    assert [each.rule for each in told_once([careful, found_by("retry_patterns.missing", usd=20.0)])] == [
        "retry_patterns.missing"
    ]


def test_the_order_of_what_was_found_stays_and_nothing_is_lost() -> None:
    """Each finding is told, or is evidence of one that is."""
    chance = random.Random(1)
    rules = [INPUT, GROWTH, "error_patterns.unknown", "best_practice.no_error_strategy", "slow_nodes.queue"]
    for _ in range(50):
        given = [
            found_by(rule, node, usd=chance.choice([None, 1.0, 500.0])) for rule, node in product(rules, ["a", "b"])
        ]
        chance.shuffle(given)

        told = told_once(given)

        names = [(each.rule, each.affected_nodes) for each in told]
        assert names == [name for name in ((each.rule, each.affected_nodes) for each in given) if name in names]
        related = [(each["rule"], tuple(each["node_ids"])) for one in told for each in one.evidence]
        assert sorted(names + related) == sorted((each.rule, each.affected_nodes) for each in given)
        assert told_once(told) == told
