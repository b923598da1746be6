"""Every call that the server answers is documented, and none that it does not answer."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.routing import BaseRoute, Route

from longpole.app import create_app
from longpole.rest.schemas import (
    cache,
    cache_answers,
    cache_questions,
    compare,
    figures,
    forecast,
    recording,
    run_query,
    runs,
    trends,
    what_if,
)
from longpole.runtime import Runtime
from longpole.settings import Settings

_PAGE = "docs/reference/endpoints.md"
_CALL = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`?\s]*)")
_ALIASES = ("/api/public/otel/v1/traces", "/otel/v1/traces")


def _routes(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """Routes, those of included routers among them."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _routes(included.routes)
        elif isinstance(route, Route):
            yield route


@pytest.fixture
def answered() -> set[tuple[str, str]]:
    """Methods and paths of the application, without the forms of a path that only clients know."""
    app = create_app(Runtime(Settings(database_url="sqlite://")))
    calls = {(method, route.path) for route in _routes(app.routes) for method in route.methods or ()}
    return {
        (method, path)
        for method, path in calls
        if method != "HEAD" and ":path}" not in path and (path == "/" or not path.endswith("/"))
    }


def test_every_call_is_documented(pages: Any, answered: set[tuple[str, str]]) -> None:
    documented = set(_CALL.findall(pages.text(_PAGE)))

    assert ("GET", "/runs/{workflow_run_id}") in answered
    assert answered - documented == set()


def test_every_documented_call_is_answered(pages: Any, answered: set[tuple[str, str]]) -> None:
    documented = {call for call in _CALL.findall(pages.text(_PAGE)) if call[1] not in _ALIASES}

    assert documented - answered == set()


@pytest.mark.parametrize(
    "report", [recording.RunReport, recording.NodeReport, recording.Recorded, recording.RejectedNode]
)
def test_every_field_of_a_report_is_documented(pages: Any, report: type[BaseModel]) -> None:
    words = set(re.findall(r"\w+", pages.section(_PAGE, "## Recording")))

    assert set(report.model_fields) - words == set()


def test_every_filter_of_runs_is_documented(pages: Any) -> None:
    words = set(re.findall(r"`(\w+)`", pages.section(_PAGE, "## Runs")))

    assert set(run_query.RunQuery.model_fields) - words == set()


@pytest.mark.parametrize(
    ("figure", "word"),
    [
        (figures.Summary, "**summary**"),
        (figures.NodeTypeFigures, "**nodes**"),
        (figures.NodeFigures, "**nodes**"),
        (figures.Bottlenecks, "**bottlenecks**"),
        (figures.Bottleneck, "**bottlenecks**"),
        (trends.TrendQuery, "**trends**"),
        (trends.TrendSeries, "**trends**"),
        (trends.TrendLine, "**trends**"),
        (trends.TrendPoint, "**trends**"),
        (forecast.ForecastQuery, "**forecast**"),
        (forecast.Forecast, "**forecast**"),
        (forecast.ForecastTotal, "**forecast**"),
        (forecast.ForecastPoint, "**forecast**"),
        (forecast.PastPoint, "**forecast**"),
        (forecast.Backtest, "**forecast**"),
        (what_if.WhatIf, "**what-if**"),
        (what_if.WhatIfQuery, "**what-if**"),
        (compare.CompareQuery, "**compare**"),
        (compare.ComparisonAnswer, "**compare**"),
        (compare.ComparedFigure, "**compare**"),
        (compare.ComparedNode, "**compare**"),
        (compare.DifferenceFigures, "**compare**"),
        (what_if.ShiftFigures, "**what-if**"),
    ],
)
def test_every_figure_is_documented(pages: Any, figure: type[BaseModel], word: str) -> None:
    section = pages.section(_PAGE, "## Performance")
    words = set(re.findall(r"\w+", section[section.index(word) :]))

    assert set(figure.model_fields) - words == set()


@pytest.mark.parametrize("shown", [runs.RunLine, runs.Node, runs.Attempt])
def test_every_field_of_a_run_is_documented(pages: Any, shown: type[BaseModel]) -> None:
    words = set(re.findall(r"\w+", pages.section(_PAGE, "## Runs")))

    assert set(shown.model_fields) - words == set()


@pytest.mark.parametrize(
    "shown",
    [
        cache.Statistics,
        cache.NodeTypeCacheFigures,
        cache.HourCacheFigures,
        cache.ShadowFigures,
        cache.CachedNode,
        cache.Explanation,
        cache_questions.Invalidation,
        cache_answers.Hit,
        cache_answers.Lease,
        cache_answers.Bypass,
        cache_answers.Stored,
        cache_questions.Lookup,
        cache_questions.Store,
    ],
)
def test_every_field_of_the_cache_is_documented(pages: Any, shown: type[BaseModel]) -> None:
    text = pages.text(_PAGE)
    section = text[text.index("## Cache") : text.index("## Health")]

    assert set(shown.model_fields) - set(re.findall(r"\w+", section)) == set()
