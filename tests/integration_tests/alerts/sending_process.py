"""A program for tests: sends what is due on a database, until nothing is, and says so.

python sending_process.py DATABASE_URL
"""

import sys

from longpole import runtime
from longpole.runtime import Runtime
from longpole.services.alert_delivery import deliver_due
from longpole.settings import Settings

on = Runtime(Settings(database_url=sys.argv[1]))
runtime.install(on)
print(deliver_due(), flush=True)  # noqa: T201 - what the test reads
on.close()
