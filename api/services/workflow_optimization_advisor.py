"""`WorkflowOptimizationAdvisor`, at the import path that the contract promises."""

from longpole.services.advisor import WorkflowOptimizationAdvisor

__all__ = ["WorkflowOptimizationAdvisor"]
