"""A recommendation on paper: what it is, what it would bring, how it is done, and what shows it.

Upstream: `cli.advise`. Downstream: `advice_pictures`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from longpole.cli.advice_pictures import Picture
from longpole.domain import amounts
from longpole.domain.metric_names import metric_name, shift_words
from longpole.domain.recommendations import Recommendation, RecommendationStatus, Severity

_STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "bold cyan",
    Severity.INFO: "bold",
}
_VERDICTS = {
    "improved": ("It got better", "green"),
    "regressed": ("It got worse", "red"),
    "no_evidence": ("No difference is to be seen yet", "yellow"),
    "too_few_runs": ("Too few runs to say yet", "dim"),
}
_DECIDED = frozenset({"improved", "regressed"})
_MOST_RUNS = 3
_INDENT = (0, 0, 0, 2)
_BLANK = Text(" ")


class Sheet:
    """All of one recommendation; `is_whole` adds its history, every run and figure of its verification."""

    def __init__(self, told: Recommendation, *, is_whole: bool = False) -> None:
        self._told, self._is_whole = told, is_whole

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        """A heading, then the parts that there are."""
        told = self._told
        yield Rule(style="dim")
        yield Text.assemble(
            (f" {told.severity.upper()} ", _STYLES[told.severity]), " ", (_line(told.title), "bold"), *self._status()
        )
        for part in self._parts(options):
            yield Padding(part, _INDENT, expand=False)

    def _status(self) -> Iterator[tuple[str, str]]:
        yield f"  {self._told.category.value.replace('_', ' ')}", "dim"
        if self._told.status is not RecommendationStatus.ACTIVE:
            yield f"  {self._told.status.value}", "magenta"

    def _parts(self, options: ConsoleOptions) -> Iterator[RenderableType]:
        told = self._told
        if told.estimated_improvement:
            yield Text(_line(told.estimated_improvement), style="green")
        if told.estimate is not None:
            yield _BLANK
            yield Text(_basis(told.estimate), style="dim")
            yield Picture.of_estimate(told.estimate)
        if told.verification is not None:
            yield from _verification(told)
        yield _BLANK
        yield Text(_words(told))
        if told.recommendation_steps:
            yield _BLANK
            yield _numbered(told.recommendation_steps)
        if told.code_example:
            yield _BLANK
            yield _code(told.code_example, options)
        yield _BLANK
        yield from self._evidence()
        yield from self._footer()

    def _evidence(self) -> Iterator[RenderableType]:
        runs = list(dict.fromkeys(run for each in self._told.evidence for run in each.get("run_ids") or ()))
        shown = runs if self._is_whole else runs[:_MOST_RUNS]
        if shown:
            more = f" and {len(runs) - len(shown):,} more" if len(runs) > len(shown) else ""
            yield Text(f"Seen in runs {', '.join(map(amounts.name, shown))}{more}", style="dim")
        turns = self._told.history if self._is_whole else self._told.history[-1:]
        for turn in turns:
            yield Text(f"{turn['at'][:16].replace('T', ' ')}Z  {_line(turn['words'])}", style="magenta")

    def _footer(self) -> Iterator[RenderableType]:
        told = self._told
        if told.status is RecommendationStatus.ACTIVE:
            yield Text.assemble(("done?       ", "dim"), f"longpole advise implement {told.id}")
            yield Text.assemble(("not for us? ", "dim"), f"longpole advise dismiss {told.id}")
        elif not self._is_whole:
            yield Text.assemble(("more        ", "dim"), f"longpole advise show {told.id}")


def _verification(told: Recommendation) -> Iterator[RenderableType]:
    verified = told.verification or {}
    words, style = _VERDICTS[verified["verdict"]]
    since = "" if told.implemented_at is None else f", since {amounts.moment(told.implemented_at)}"
    counts = f"{verified['n_before']:,} runs before, {verified['n_after']:,} since"
    yield _BLANK
    yield Text.assemble((words, f"bold {style}"), (f"{since} ({counts})", "dim"))
    picture = Picture.of_verification(verified)
    if picture is not None:
        yield picture
    share = verified.get("share_of_estimate")
    if share is not None and verified["verdict"] in _DECIDED:
        yield Text(f"That is {share * 100:.0f} % of what was estimated.".replace("-", "−"))
    for other in verified.get("others") or ():
        if other["verdict"] in _DECIDED:
            bounds = other["low"], other["high"]
            words = shift_words(other["metric"], other["before"], other["after"], bounds, other["unit"])
            yield Text(words, style=_VERDICTS[other["verdict"]][1])
    for caveat in verified.get("caveats") or ():
        yield Text(_line(caveat), style="dim")


def _basis(estimate: Any) -> str:
    return f"{metric_name(estimate['metric'])} · {_line(str(estimate['method']))} · n = {estimate['n']:,}"


def _words(told: Recommendation) -> str:
    narrative = (told.narrative or {}).get("text")
    return _block(narrative or told.description)


def _numbered(steps: Sequence[str]) -> Table:
    made = Table.grid(padding=(0, 1))
    made.add_column(justify="right")
    for number, step in enumerate(steps, start=1):
        made.add_row(f"{number}.", Text(_block(step)))
    return made


def _code(code: str, options: ConsoleOptions) -> RenderableType:
    """Copied as it stands: no frame, no line cut off."""
    language = (
        "json" if code.lstrip().startswith(("{", "[")) else "python" if "import " in code or "def " in code else "yaml"
    )
    if options.ascii_only:
        return Text(_block(code))
    return Syntax(_block(code), language, theme="ansi_dark", background_color="default", word_wrap=True)


def _line(text: str) -> str:
    return amounts.name(" ".join(text.split()))


def _block(text: str) -> str:
    """Text of several lines, without anything that a terminal would obey."""
    return "\n".join(amounts.name(line.replace("\t", "    ")) for line in text.strip("\n").split("\n"))


def sheets(told: Sequence[Recommendation], title: str) -> Group:
    """Recommendations below one another, under a title."""
    return Group(Text(title, style="bold"), *(Sheet(each) for each in told), Rule(style="dim"))
