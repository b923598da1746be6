"""For programs that run nodes themselves: what a run is, which functions are nodes, and which of them are cached.

    workflow ─► nodes ─┬─► transport ─► the cache          served, or run
                       └─► reporter ──► the run's record   told by a thread of its own

Nothing here raises into a program or keeps it waiting for a report; what
cannot be told is dropped and counted, what cannot be served runs.

Only `domain` is known here; where the server extra is installed, `in_process`
finds the services by itself.
"""
