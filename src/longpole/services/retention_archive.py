"""Writes runs to Parquet before they go, where the settings name a folder.

Upstream: `services.retention`. Downstream: `store.archive`.
"""

from collections.abc import Sequence

from longpole import runtime
from longpole.domain.errors import StorageUnavailableError
from longpole.store.archive import write_archive


def archived(run_keys: Sequence[int]) -> int:
    """Write the runs with their nodes; how many were written, none where no folder is set.

    Raises:
        MissingExtraError: If pyarrow is not installed; nothing may be removed then.
        StorageUnavailableError: If the files cannot be written; likewise.
    """
    directory = runtime.current().settings.archive_dir
    if directory is None or not run_keys:
        return 0
    try:
        with runtime.reading() as connection:
            write_archive(connection, directory, run_keys)
    except OSError as error:
        raise StorageUnavailableError(f"the archive cannot be written: {error.strerror}") from error
    return len(run_keys)
