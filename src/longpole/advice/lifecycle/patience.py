"""When something has changed enough for a user to be asked again who had said no, or had done it.

Invariant: a figure that moves by a little from day to day changes nothing.

Upstream: `reconciled`. Downstream: `severity`, `worth`.
"""

from dataclasses import dataclass

from longpole.advice.observations import Ints
from longpole.advice.plain import plain
from longpole.advice.severity import severity_of
from longpole.advice.worth import rank
from longpole.domain.findings import Finding
from longpole.domain.recommendations import Recommendation, Verdict
from longpole.domain.units import instant_ns

_NO_HELP = {Verdict.NO_EVIDENCE.value, Verdict.REGRESSED.value}


@dataclass(frozen=True, slots=True)
class Patience:
    """When something has changed enough to change what is said.

    Attributes:
        runs_since: With fewer runs since it was last found, its absence says nothing; rules look at 20 runs and more.
        share_of_runs: Nor with a smaller share of the runs that it was found among: a day has less to see than a week.
        days: Unless it was not found for so long.
        growth: A dismissed one comes back when a part of its gain grew to so many times what it was …
        severity_steps: … and its severity by so many steps. Who said no does not want to be asked again for a little.
        share_after: An implemented one still stands if it is found in runs of which so many came after the change.
        share_stands: An active one stands in spite of a change of the workflow if it is found in such runs.
        fading: Until then a gain that became so many times what it was, or less, is one that is being dealt with.
        most_active: More recommendations of a workflow nobody reads; what is worth least is left out.
    """

    runs_since: int = 20
    share_of_runs: float = 0.5
    days: float = 14.0
    growth: float = 1.5
    severity_steps: int = 1
    share_after: float = 0.9
    share_stands: float = 0.95
    fading: float = 0.95
    most_active: int = 25


PATIENCE = Patience()


def why_asked_again(known: Recommendation, finding: Finding, patience: Patience) -> str | None:
    """Why a dismissed one should be looked at again, if it should."""
    then = known.dismissed_gain or {"gain": known.gain, "severity": known.severity}
    severity = severity_of(finding)
    if rank(severity) < rank(then["severity"]) + patience.severity_steps:
        return None
    was, now = then.get("gain") or {}, plain(finding.gain)
    grown = [
        name
        for name, value in now.items()
        if name in _PARTS and value is not None and value > 0 and value >= (was.get(name) or 0.0) * patience.growth
    ]
    if not grown:
        return None
    parts = ", ".join(f"{_PARTS[name]} {_figure(was.get(name))} → {_figure(now[name])}" for name in grown)
    return f"It got markedly worse since it was dismissed: {parts}."


_PARTS = {
    "seconds_per_run": "seconds a run",
    "usd_per_month": "dollars a month",
    "failed_run_share": "share of runs that fail",
}


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3g}"


def why_not_done(known: Recommendation, ends_ns: Ints, patience: Patience) -> str | None:
    """Why an implemented one should be looked at again, if it should."""
    verdict = (known.verification or {}).get("verdict")
    if verdict not in _NO_HELP or known.implemented_at is None or known.verified_at is None:
        return None
    after = int((ends_ns >= instant_ns(known.implemented_at)).sum())
    if after < patience.runs_since or after < patience.share_after * ends_ns.size:
        return None
    said = "it got worse" if verdict == Verdict.REGRESSED else "no improvement is to be seen"
    return f"It was implemented, {said}, and it is still found in {after:,} runs since."
