"""Has findings worded by a model: asked, checked, asked once more with what was wrong, else left as they are.

    findings ─► model ─► checked ─► shown
                  ▲         └ refused: once more, then what is fit of either answer, and the template's words
                  └ away, slow, wrong: the template's words

Invariant: what is shown passed the check, or is the template's; nothing here raises because of a model.

Upstream: `services.narration`. Downstream: `prompt`, `answers`, an `Asked` such as `client.Endpoint`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from longpole.narration.answers import RefusedAnswerError, Wording, read_answer
from longpole.narration.client import ModelUnavailableError
from longpole.narration.prompt import messages
from longpole.narration.subjects import Subject

_ATTEMPTS = 2


class Asked(Protocol):
    """Whatever completes a chat."""

    def complete(self, messages: Sequence[dict[str, str]]) -> str:
        """The answer's content."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Words of those findings that got fit ones; `refused` says what was wrong with the others'.

    The model was away, slow or broken where there is `trouble`, of that kind.
    """

    wordings: tuple[Wording, ...] = ()
    attempts: int = 0
    refused: tuple[str, ...] = ()
    trouble: str | None = None


def narrate(subjects: Sequence[Subject], model: Asked, other_names: Collection[str] = ()) -> Outcome:
    """Words for findings, in their order; those without are left to the template."""
    refused: tuple[str, ...] = ()
    fit: dict[str, Wording] = {}
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            content = model.complete(messages(subjects, refused))
            return Outcome(read_answer(content, subjects, other_names), attempt)
        except RefusedAnswerError as error:
            refused = error.defects
            fit |= {wording.key: wording for wording in error.fit}
        except ModelUnavailableError as error:
            return Outcome(attempts=attempt, trouble=str(error))
    found = tuple(fit[subject.key] for subject in subjects if subject.key in fit)
    return Outcome(found, _ATTEMPTS, refused)
