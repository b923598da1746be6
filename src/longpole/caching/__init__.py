"""What may be reused: keys, which nodes, for how long, and where results are kept meanwhile.

Knows neither the database nor the settings: `runtime` gives it both, each
behind a protocol of `backend`.
"""
