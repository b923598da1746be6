"""The process that helps another one: does what it is told, one thing a lane at a time, until the other one ends.

Upstream: `helper`, which starts it and says what is passed how.
"""

import gc
import os
import pickle
import select
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection

_LOOK_EVERY_S = 1.0
_OBJECTS_UNTIL_COLLECTION = 50_000  # work makes tens of thousands that all live until it is done
_SWITCH_S = 0.02  # nobody here waits for milliseconds


class UnspeakableError(Exception):
    """Something was raised, or returned, that cannot be passed on; this names its type."""


def main(life_file: int, lane_files: str) -> None:
    """Serve the lanes until the other process says so, or is gone."""
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)  # meant for the process that started this one, with which this one ends
    parent = os.getppid()
    life = Connection(life_file)
    lanes = [_Lane(Connection(int(file))) for file in lane_files.split(",")]
    try:
        begin, arguments = life.recv()
        begin(*arguments)
    except EOFError:
        os._exit(0)
    gc.freeze()  # a thousand modules make no garbage
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTION, 10, 20)
    sys.setswitchinterval(_SWITCH_S)
    for lane in lanes:
        threading.Thread(target=lane.serve, daemon=True).start()
    if _is_asked_to_leave(life, parent):
        for lane in lanes:
            lane.leave()
    os._exit(0)


def _is_asked_to_leave(life: Connection, parent: int) -> bool:
    """Wait for the end of the other process (False), or to be told to end."""
    while os.getppid() == parent:  # who else inherited the other end could keep it open
        if select.select([life], [], [], _LOOK_EVERY_S)[0]:
            try:
                life.recv()
            except (EOFError, OSError):
                return False
            return True
    return False


class _Lane:
    """One caller's line, and the thread that works for it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._working = threading.Lock()

    def serve(self) -> None:
        """Answer one call after the other."""
        while True:
            try:
                call = self._connection.recv_bytes()
            except (EOFError, OSError):
                return
            with self._working:
                self._connection.send_bytes(_answer(call))

    def leave(self) -> None:
        """Wait for what is being done, and take nothing more."""
        self._working.acquire()


def _answer(call: bytes) -> bytes:
    """What the work returned or raised, packed."""
    try:
        work, arguments = pickle.loads(call)  # noqa: S301 - from the process that started this one
        return _packed(work(*arguments))
    except BaseException as error:  # noqa: BLE001 - it is the caller's to handle, SystemExit as well
        error.add_note("In the helper process:\n" + "".join(traceback.format_tb(error.__traceback__)))
        return _packed_error(error)


def _packed(result: object) -> bytes:
    return pickle.dumps((result, None), pickle.HIGHEST_PROTOCOL)


def _packed_error(error: BaseException) -> bytes:
    """As it is, not as it was made: what its class makes of a message should not be made of it twice."""
    try:
        packed = pickle.dumps((None, (type(error), error.args, error.__dict__)), pickle.HIGHEST_PROTOCOL)
        pickle.loads(packed)  # noqa: S301 - made a line above: not all that can be packed can be unpacked
    except Exception:  # noqa: BLE001 - any error of any class's own packing
        return _packed_error(UnspeakableError(type(error).__name__))
    return packed
