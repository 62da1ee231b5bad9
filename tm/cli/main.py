"""Run the command line: turn errors and signals into a one-line message and an exit code.

Everything else is imported inside `run`, so that a signal during the imports gives a message too.
"""

import os
import re
import signal
import sys
from types import FrameType

__all__ = ["Stopped", "run"]


class Stopped(BaseException):
    """A signal asked the program to stop. Not an `Exception`, so that only clean-up code handles it."""

    def __init__(self, number: int) -> None:
        """``number``: the signal."""
        super().__init__(number)
        self.number = number


def run() -> None:
    """Entry point of the console script: run the command and exit with its code; an error is reported in one line."""
    try:
        _handle_signals()
        code = _command()
    except Stopped as stop:
        _say("stopped" if stop.number == signal.SIGINT else f"stopped by {signal.Signals(stop.number).name}")
        code = 128 + stop.number
    sys.exit(code)


def _handle_signals() -> None:
    """Raise `Stopped` on the first signal that asks to stop, and ignore more of them while files are cleaned up."""
    signals = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]

    def stop(number: int, _: FrameType | None) -> None:
        for one in signals:
            signal.signal(one, signal.SIG_IGN)
        raise Stopped(number)

    for one in signals:
        # Signals that the caller ignores, as with nohup or background jobs, stay ignored.
        if signal.getsignal(one) != signal.SIG_IGN:
            signal.signal(one, stop)


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
    return 2


def _say(text: str) -> None:
    from tm.cli.output import message

    message(f"duiyi: {text}")


def _drop_output() -> None:
    """Discard pending standard output, so that Python does not fail to write it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
