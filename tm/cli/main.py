"""Run the command line: the one place where errors and signals become a sentence and an exit code.

This module loads little, and everything else inside `run`, so that a signal ends even the loading with one sentence.
"""

import os
import signal
import sys
from types import FrameType

__all__ = ["Stopped", "run"]


class Stopped(BaseException):
    """A signal asked the program to stop. Not an `Exception`, so that nothing but the cleaning up delays the end."""

    def __init__(self, number: int) -> None:
        """``number``: the signal."""
        super().__init__(number)
        self.number = number


def run() -> None:
    """Entry point of the console script: run the command and exit with its code, after one sentence on an error."""
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
        # Ignored by the caller, as by nohup or for jobs in the background: it stays so.
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
        _say(str(error))
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
    """Send what is still to be written to standard output nowhere, so that Python does not fail on it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
