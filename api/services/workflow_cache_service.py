"""`WorkflowCacheService`, at the import path that the contract promises."""

from longpole.services.cache import WorkflowCacheService

__all__ = ["WorkflowCacheService"]
