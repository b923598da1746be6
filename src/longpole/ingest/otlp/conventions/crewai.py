"""CrewAI through OpenInference: the crew's kickoff is the run, each task a step.

The crew's key stays the same from run to run, its id does not; its name is
that of the span without `.kickoff`.

Source: §1.4 of the design's OTLP contract; openinference-instrumentation-crewai 1.1.21 on the wire.
"""

from longpole.domain.semconv import crewai
from longpole.ingest.otlp.conventions.convention import Convention, View


def _refine(view: View) -> None:
    if crewai.TASK_KEY in view.attributes:
        view.draft["is_step"] = True


CONVENTION = Convention("crewai", keys=frozenset({crewai.CREW_KEY, crewai.TASK_KEY}), refine=_refine)
