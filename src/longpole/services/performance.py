"""`WorkflowPerformanceService`: what workflow runs took and cost, and which nodes decided it.

Called on the class, without a session, in a bare script as in the server. Each
method checks what it is given and passes it on; the period's figures are of
the last `days` days by the runtime's clock.

Upstream: users, `rest`, `cli`. Downstream: `recording`, `summary`,
`cell_breakdown`, `cell_bottlenecks`, `trend_series`, `recommendations`, `what_if`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from longpole import runtime
from longpole.domain.figures import Bottlenecks, NodeBreakdown, PerformanceSummary
from longpole.domain.recommendations import Recommendation
from longpole.domain.run_lists import RunFilters
from longpole.domain.runs import NodeExecution, Run
from longpole.domain.trends import TrendSeries
from longpole.domain.what_if import Change, WhatIf
from longpole.services import (
    bottlenecks,
    breakdown,
    cell_bottlenecks,
    cell_breakdown,
    recommendations,
    recording,
    trend_series,
    what_if,
)
from longpole.services.fresh_cells import fresh
from longpole.services.periods import question
from longpole.services.recommendations import RecommendationDraft
from longpole.services.reports import NodeReport, RunReport
from longpole.services.summary import summary

Money = Decimal | float | str


class WorkflowPerformanceService:
    """Records workflow runs and node executions, and says what they come to.

    Whatever may be left out may be None, which means that it was not said.
    Seconds are numbers, money is exact US dollars, instants have a time zone.
    """

    @staticmethod
    def record_workflow_execution(  # noqa: PLR0917 - the contract's order
        app_id: str,
        workflow_id: str,
        workflow_run_id: str,
        total_execution_time: float | None = None,
        node_count: int | None = None,
        successful_nodes: int | None = None,
        failed_nodes: int | None = None,
        cached_nodes: int | None = None,
        total_tokens_used: int | None = None,
        total_tokens_cost: Money | None = None,
        cache_hit_rate: float | None = None,
        execution_status: str | None = None,
        *,
        started_at: datetime | None = None,
        finished_at: datetime | None = None,
        workflow_name: str | None = None,
        workflow_version: str | None = None,
        error_type: str | None = None,
        error_message: str | None = None,
        user_id: str | None = None,
        session_id: str | None = None,
        environment: str | None = None,
        tags: Sequence[str] = (),
        model: str | None = None,
        provider: str | None = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cache_read_tokens: int | None = None,
        cache_write_tokens: int | None = None,
        reasoning_tokens: int | None = None,
        memory_peak_bytes: int | None = None,
        cpu_seconds: float | None = None,
        input_bytes: int | None = None,
        output_bytes: int | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> Run:
        """Store a run that has ended; what is said stands as given, the rest is derived from its nodes.

        The same call again changes nothing, a later one replaces what this one
        said. With the whole time and one instant the other instant follows; a
        run of which no end is known counts by when it was recorded.

        Args:
            app_id: The application.
            workflow_id: The workflow, within the application.
            workflow_run_id: The run; unique, 1 to 255 characters, as all ids.
            total_execution_time: Seconds.
            node_count: Node executions of the run.
            successful_nodes: Of these, those that succeeded, cached ones among them.
            failed_nodes: Those that failed.
            cached_nodes: Those that were served from a cache.
            total_tokens_used: Input and output tokens.
            total_tokens_cost: US dollars.
            cache_hit_rate: 0 to 100.
            execution_status: succeeded, failed or partial.
            started_at: When it started.
            finished_at: When it ended; not before `started_at`.
            workflow_name: What people call the workflow.
            workflow_version: The version that ran.
            error_type: What kind of error ended it.
            error_message: The error in words; 2,000 characters of it are kept.
            user_id: Whose run it was.
            session_id: What it was a part of.
            environment: production, staging, …
            tags: Words of your own.
            model: Prices the tokens below, where no cost is given.
            provider: The model's provider.
            input_tokens: Cache reads and writes included.
            output_tokens: Reasoning included.
            cache_read_tokens: Input that the provider had cached.
            cache_write_tokens: Input that the provider cached.
            reasoning_tokens: Output that was not shown.
            memory_peak_bytes: Peak memory.
            cpu_seconds: Processor time.
            input_bytes: Size of the input; kept among the metrics.
            output_bytes: Size of the output; likewise.
            metrics: Numbers of your own, by name.

        Returns:
            The run as it is stored.

        Raises:
            InvalidInputError: Names the field that is wrong; nothing is stored then.
            StorageUnavailableError: Nothing is stored: no database, or no room in it; try again.
        """
        return recording.record_workflow_execution(RunReport(**locals()))

    @staticmethod
    def record_node_execution(  # noqa: PLR0917 - the contract's order
        workflow_run_id: str,
        node_id: str,
        node_execution_id: str,
        node_type: str,
        node_title: str | None = None,
        execution_time: float | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        tokens_used: int | None = None,
        tokens_cost: Money | None = None,
        is_cached: bool | None = None,  # noqa: FBT001 - the contract's order
        status: str | None = None,
        retry_count: int = 0,
        *,
        started_at: datetime | None = None,
        finished_at: datetime | None = None,
        workflow_version: str | None = None,
        model: str | None = None,
        requested_model: str | None = None,
        provider: str | None = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cache_read_tokens: int | None = None,
        cache_write_tokens: int | None = None,
        reasoning_tokens: int | None = None,
        error_type: str | None = None,
        error_message: str | None = None,
        input_bytes: int | None = None,
        output_bytes: int | None = None,
        memory_peak_bytes: int | None = None,
        cpu_seconds: float | None = None,
        time_to_first_token: float | None = None,
        ready_at: datetime | None = None,
        slot: str | None = None,
        waits_for: Sequence[str] = (),
        parent_node_execution_id: str | None = None,
        enclosing_node_id: str | None = None,
        iteration_index: int | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> NodeExecution:
        """Store one execution of a node; its run may be recorded before or after it.

        The same call again changes nothing, a later one replaces what this one
        said. Of start, end and time, the one that is not given follows.

        Args:
            workflow_run_id: The run.
            node_id: The node within the workflow.
            node_execution_id: This execution, within the run.
            node_type: In any spelling; kept in snake_case.
            node_title: What people call the node; its id if None.
            execution_time: Seconds, retries and the waits between them included.
            start_time: When it started.
            end_time: When it ended; not before `start_time`.
            tokens_used: Input and output tokens.
            tokens_cost: US dollars; priced by `model` and the tokens by kind if None.
            is_cached: It was served from a cache; None: nothing is known of caching.
            status: succeeded, failed or skipped; None while it runs.
            retry_count: Attempts after the first.
            started_at: Another name of `start_time`.
            finished_at: Another name of `end_time`.
            workflow_version: The run's to say; checked, not kept.
            model: The model that answered.
            requested_model: The model that was asked for.
            provider: The model's provider.
            input_tokens: Cache reads and writes included.
            output_tokens: Reasoning included.
            cache_read_tokens: Input that the provider had cached.
            cache_write_tokens: Input that the provider cached.
            reasoning_tokens: Output that was not shown.
            error_type: What kind of error it was.
            error_message: The error in words; 2,000 characters of it are kept.
            input_bytes: Size of the input.
            output_bytes: Size of the output.
            memory_peak_bytes: Peak memory.
            cpu_seconds: Processor time.
            time_to_first_token: Seconds from the start to the first output.
            ready_at: When it could have started.
            slot: What it needed a place of (a worker, a rate limit).
            waits_for: Ids of the nodes that it waited for.
            parent_node_execution_id: The loop, iteration or sub-workflow around it.
            enclosing_node_id: The node around it, where that tells nodes of one id apart.
            iteration_index: Which turn of the loop, from 0.
            metrics: Numbers of your own, by name.

        Returns:
            The node execution as it is stored.

        Raises:
            InvalidInputError: Names the field that is wrong; nothing is stored then.
            StorageUnavailableError: Nothing is stored: no database, or no room in it; try again.
        """
        return recording.record_node_execution(NodeReport(**locals()))

    @staticmethod
    def get_workflow_performance_summary(
        app_id: str, workflow_id: str, days: int = 7, *, filters: RunFilters | None = None
    ) -> PerformanceSummary:
        """What the runs of the last `days` days come to, and of as many days before, with the change.

        Percentiles are right to 1.1 %; with `filters` (a user, a tag, a status …) they are exact.

        Raises:
            InvalidInputError: `days` is not 1 to 365.
            RangeTooLargeError: `filters` ask for more runs than are read one by one.
        """
        asked = question(app_id, workflow_id, days)
        if filters is None:
            return fresh(lambda connection: summary(connection, asked))
        with runtime.reading() as connection:
            return summary(connection, asked, filters)

    @staticmethod
    def get_node_performance_breakdown(
        app_id: str, workflow_id: str, days: int = 7, *, filters: RunFilters | None = None
    ) -> NodeBreakdown:
        """The node executions of the last `days` days by type and, under each type, by node.

        Raises:
            InvalidInputError: `days` is not 1 to 365.
            RangeTooLargeError: `filters` ask for more runs than are read one by one.
        """
        asked = question(app_id, workflow_id, days)
        if filters is None:
            return fresh(lambda connection: cell_breakdown.breakdown(connection, asked))
        with runtime.reading() as connection:
            return breakdown.breakdown(connection, asked, filters)

    @staticmethod
    def identify_bottlenecks(
        app_id: str, workflow_id: str, days: int = 7, *, filters: RunFilters | None = None
    ) -> Bottlenecks:
        """The nodes by their time on the critical path of the last `days` days' runs, and the waiting between them.

        Raises:
            InvalidInputError: `days` is not 1 to 365.
            RangeTooLargeError: `filters` ask for more runs than are read one by one.
        """
        asked = question(app_id, workflow_id, days)
        if filters is None:
            return fresh(lambda connection: cell_bottlenecks.bottlenecks(connection, asked))
        with runtime.reading() as connection:
            return bottlenecks.bottlenecks(connection, asked, filters)

    @staticmethod
    def what_if(
        app_id: str, workflow_id: str, changes: Sequence[Change], days: int = 7, *, ttl_hours: float | None = None
    ) -> WhatIf:
        """What the runs of the last `days` days would have taken with all of `changes`, by replaying a sample of them.

        Args:
            app_id: The application.
            workflow_id: The workflow.
            changes: Of `longpole.domain.what_if`, made one after the other.
            days: The period.
            ttl_hours: The hits of a `Cached` change that names none are those that a cache of this TTL would have had.

        Returns:
            Mean, p50 and p95 with 95 % intervals; where that cannot be said, `declined` says why.

        Raises:
            InvalidInputError: `days` is not 1 to 365, `ttl_hours` not above 0.
        """
        return what_if.what_if(app_id, workflow_id, changes, days, ttl_hours=ttl_hours)

    @staticmethod
    def get_performance_trends(
        app_id: str,
        workflow_id: str,
        metric: str | None = None,
        period: str = "daily",
        days: int = 30,
        *,
        by: str | None = None,
        tz: str | None = None,
    ) -> TrendSeries:
        """How a metric went over the periods that began in the last `days` days, and over the one that goes on.

        A period in which nothing is known of the metric has no point. An unknown workflow has no lines.

        Args:
            app_id: The application.
            workflow_id: The workflow.
            metric: A name of `longpole.domain.trends.UNITS`; None: `run_time`, of nodes and models `node_time`.
            period: hourly, daily, weekly or monthly.
            days: The period: 1 to 365.
            by: version, node, node_type or model: each has a line; None: the workflow as a whole.
            tz: A zone such as `Europe/Berlin`, whose days, weeks and months are meant; served while hours are kept.

        Raises:
            InvalidInputError: One of them is none of these, or nodes or models have no such metric.
        """
        return trend_series.trend_series(app_id, workflow_id, metric, period, days, by, tz)

    @staticmethod
    def create_optimization_recommendation(  # noqa: PLR0917 - the contract's order
        app_id: str,
        workflow_id: str,
        title: str,
        description: str,
        category: str,
        severity: str,
        estimated_improvement: str | None = None,
        affected_nodes: Sequence[str] = (),
        recommendation_steps: Sequence[str] = (),
        code_example: str | None = None,
    ) -> Recommendation:
        """Store a recommendation, which stands from now on.

        Raises:
            InvalidInputError: Names the field that is wrong.
        """
        return recommendations.create(RecommendationDraft(**locals()))

    @staticmethod
    def get_active_recommendations(
        app_id: str, workflow_id: str, severity: str | None = None, category: str | None = None
    ) -> Sequence[Recommendation]:
        """The recommendations that stand, the most severe first; both filters match exactly.

        Raises:
            InvalidInputError: There is no such severity or category.
        """
        return recommendations.listed(app_id, workflow_id, severity, category)

    @staticmethod
    def dismiss_recommendation(
        recommendation_id: str,
        reason: str | None = None,
        app_id: str | None = None,
        workflow_id: str | None = None,
    ) -> Recommendation:
        """Take a recommendation out of those that stand; with an application or workflow given, only one of theirs.

        It comes back if its cause gets markedly worse.

        Raises:
            RecommendationNotFoundError: There is none of this id there.
        """
        return recommendations.dismiss(recommendation_id, reason, app_id, workflow_id)

    @staticmethod
    def implement_recommendation(
        recommendation_id: str,
        at: datetime | None = None,
        note: str | None = None,
        app_id: str | None = None,
        workflow_id: str | None = None,
    ) -> Recommendation:
        """Say that a recommendation was followed, since now or since `at`; runs from then on say what it brought.

        Raises:
            RecommendationNotFoundError: There is none of this id there.
            InvalidInputError: `at` has no time zone, or has not come yet.
        """
        return recommendations.implement(recommendation_id, at, note, app_id, workflow_id)
