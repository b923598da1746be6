"""A process beside works on the same database, and another takes its place when it dies."""

import os

import pytest

from longpole.domain.errors import StorageUnavailableError
from longpole.domain.runs import Run, RunRecord
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.store.engine import writing
from longpole.store.run_writes import write_records
from longpole.upkeep.helper_process import HelperProcess
from longpole.upkeep.rollups import refresh


def test_it_refreshes_elsewhere_and_survives_its_end(runtime: Runtime) -> None:
    helper = HelperProcess(runtime.settings)
    try:
        assert helper.do(os.getpid) != os.getpid()
        with pytest.raises(StorageUnavailableError, match="ended unexpectedly"):
            helper.do(os._exit, 1)
        with writing(runtime.engine) as connection:
            write_records(connection, [RunRecord(Run("r", "app", "flow", is_ended=True, end_ns=5))], now_ns=5)
        assert rollups.backlog(10) == 1
        assert helper.do(refresh) == "read 1 runs; computed 1 units, 1 hours, 1 days"
    finally:
        helper.close()
