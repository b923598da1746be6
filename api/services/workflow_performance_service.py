"""`WorkflowPerformanceService`, at the import path that the contract promises."""

from longpole.services.performance import WorkflowPerformanceService

__all__ = ["WorkflowPerformanceService"]
