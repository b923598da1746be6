"""Corners of the check that no text of the adversaries touches."""

from longpole.domain.findings import Gain
from longpole.narration.subjects import Told, subjects
from longpole.narration.validation import defects


def test_a_direction_of_a_value_that_no_estimate_stands_behind_is_a_claim() -> None:
    told = Told("rule", "performance", "low", (), None, Gain(), {"expected": 1, "change": 2})
    (subject,) = subjects([told])

    assert defects("It drops to {{F1.expected}}", {"F1": subject}) == ["'drops': its findings do not say so"]


def test_a_node_that_is_called_by_one_everyday_word_does_not_silence_the_model() -> None:
    told = Told("rule", "performance", "low", ("Answer",), None, Gain(), {})
    (subject,) = subjects([told])

    assert defects("Give {{F1.node}} a default answer", {"F1": subject}, {"Answer"}) == []
    assert defects("Give the Answer a default", {"F1": subject}, {"Answer"}) == ["the name 'Answer'"]


def test_a_name_of_several_words_is_found_however_it_is_spelt() -> None:
    told = Told("rule", "performance", "low", ("fetchOrders",), None, Gain(), {})
    (subject,) = subjects([told])

    for text in ("Keep fetch orders going", "Keep fetch-orders going", "Fetch orders again"):
        assert defects(text, {"F1": subject}, {"fetchOrders"}) == ["the name 'fetchOrders'"]
