"""The span that stands for a run of Dify.

Its tokens are the sum of its nodes' and are not counted again. What the run's
status says in words decides, whatever the span's status code is.

Source: RULE 4 and §1.3 of the design's OTLP contract; the design's sheet on Dify, §1.4 and §3.2.
"""

from longpole.domain.runs import RunStatus
from longpole.domain.semconv import dify
from longpole.ingest.otlp.conventions.convention import View
from longpole.ingest.otlp.conventions.dify.readers import Word, word
from longpole.ingest.otlp.conventions.status import CANCELLED
from longpole.ingest.otlp.conventions.usage import forget_usage

_BEST = 0
_STATUS = {
    Word.SUCCEEDED: RunStatus.SUCCEEDED,
    Word.PARTIAL: RunStatus.PARTIAL,
    Word.HANDLED: RunStatus.PARTIAL,
    Word.FAILED: RunStatus.FAILED,
    Word.CANCELLED: RunStatus.FAILED,
}


def refine_run(view: View) -> None:
    """Mark the draft as the run's."""
    draft = view.draft
    draft["node_type"] = "workflow"
    draft["is_run"] = True
    app_name = draft.pop("node_title", None)
    if app_name is not None and dify.APP_NAME not in view.attributes:
        draft["workflow_name"] = (_BEST, app_name)
    forget_usage(draft)
    said = _said(view)
    if said is None or said not in _STATUS:
        return
    status = _STATUS[said]
    draft["run_status"] = status
    draft["is_failed"] = status is RunStatus.FAILED
    if said is Word.CANCELLED:
        draft["error_type"] = CANCELLED


def _said(view: View) -> Word | None:
    for value in (
        view.attributes.get(dify.WORKFLOW_STATUS),
        view.metadata.get(dify.META_STATUS),
        view.attributes.get(dify.SPAN_STATUS),
    ):
        said = word(value)
        if said is not None:
            return Word(said)
    return None
