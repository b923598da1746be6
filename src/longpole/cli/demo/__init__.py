"""The demo: everything that a user's own workflows would do, in one command and without a key.

    command ─► session ─┬─► serving      the real server, on a database of its own
                        ├─► running      plan ─► workflows ─► simulated models
                        ├─► caching      one of them twice, with LangGraph's node cache in ours
                        ├─► exporting    stock instrumentation and exporter, over HTTP
                        └─► outcome      what the server found

Only `command` is imported without the `demo` extra.
"""

from longpole.cli.demo.command import demo

__all__ = ["demo"]
