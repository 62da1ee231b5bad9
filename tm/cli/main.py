"""Run the command line: turn errors and signals into a one-line message and an exit code.

Everything else is imported inside `run`, so that a signal during the imports gives a message too.
"""

import os
import re
import signal
import sys
import time
from types import FrameType

__all__ = ["Stopped", "run"]


class Stopped(BaseException):
    """A signal asked the program to stop. Not an `Exception`, so that only clean-up code handles it."""

    def __init__(self, number: int) -> None:
        """``number``: the signal."""
        super().__init__(number)
        self.number = number


#: The signal that asked to stop, as soon as there is one.
_received: list[int] = []
_LONGEST_IMPORT = 3.0  # seconds that a signal waits for the end of an import


def run() -> None:
    """Entry point of the console script: run the command and exit with its code; an error is reported in one line."""
    handled: list[int] = []
    try:
        _handle_signals(handled)
        code = _command()
        _end_quietly(handled)
    except Stopped as stop:
        _say("stopped" if stop.number == signal.SIGINT else f"stopped by {signal.Signals(stop.number).name}")
        code = 128 + stop.number
        _end_quietly(handled)
    sys.exit(code)


def _end_quietly(handled: list[int]) -> None:
    """All is done and written: a signal while the interpreter ends must neither print a traceback nor be ignored."""
    for one in handled:
        signal.signal(one, signal.SIG_DFL)
    if _received and hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)


def _handle_signals(handled: list[int]) -> None:
    """Raise `Stopped` on the first signal that asks to stop, and ignore more of them while files are cleaned up."""

    until: list[float] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if not _received:
            _received.append(number)
            until.append(time.monotonic() + _LONGEST_IMPORT)
            for one in handled:
                signal.signal(one, signal.SIG_IGN)
        if _is_importing(frame) and time.monotonic() < until[0]:
            signal.signal(signal.SIGALRM, stop)
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            return
        raise Stopped(_received[0])

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Signals that the caller ignores, as with nohup or background jobs, stay ignored.
        if number and signal.getsignal(number) != signal.SIG_IGN:
            handled.append(number)
            signal.signal(number, stop)


def _is_importing(frame: FrameType | None) -> bool:
    """Whether a module is being loaded, or an object deleted: an exception there may be lost or become another one."""
    while frame is not None and hasattr(signal, "setitimer"):  # not on Windows
        if frame.f_code.co_filename.startswith("<frozen importlib") or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


def _command() -> int:
    from corpora.errors import DuiyiError

    try:
        try:
            from tm.cli.application import app

            app()
        finally:
            # Not at exit, where an error would be a traceback.
            sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except DuiyiError as error:
        # The library calls options by the names that they have in Python.
        _say(re.sub(r"`([a-z_]+)`", lambda option: f"--{option[1].replace('_', '-')}", str(error)))
    except BrokenPipeError:
        # The reader of the output has closed it (`duiyi … | head`).
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        _say(f"{error.filename or 'the output'}: {error.strerror or error}")
    except MemoryError:
        _say("not enough memory for this input")
    except Exception as error:
        if _received:  # a library has turned `Stopped` into an exception of its own
            raise Stopped(_received[0]) from error
        if os.environ.get("DUIYI_TRACEBACK"):
            raise
        _say(f"a fault of duiyi itself: {_place(error)}; please report it (DUIYI_TRACEBACK=1 shows more)")
    return 2


def _place(error: Exception) -> str:
    """The kind of an exception, its message, and the line that raised it."""
    from traceback import extract_tb

    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {' '.join(str(error).split())} ({os.path.basename(last.filename)}:{last.lineno})"


def _say(text: str) -> None:
    from tm.cli.output import message

    message(f"duiyi: {text}")


def _drop_output() -> None:
    """Discard pending standard output, so that Python does not fail to write it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
