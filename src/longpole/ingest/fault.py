"""Where an unexpected error happened, fit for a log.

An error's message may quote what a stranger sent, so only its type and the
line of our code that raised it are told.
"""

import traceback


def place(error: BaseException) -> str:
    """The type of `error` and where it was raised: `KeyError at naming.py:41`."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
