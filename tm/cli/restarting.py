"""Run a server that starts anew on SIGHUP: its socket keeps listening, so that no client is refused meanwhile."""

import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    import uvicorn

__all__ = ["run_again"]


def run_again(server: "socket.socket", config: "Callable[[bool], uvicorn.Config]") -> None:
    """Serve on ``server`` until SIGINT or SIGTERM; ``config(first)`` gives the settings of the first or a later run."""
    import uvicorn

    first, again = True, threading.Event()
    while True:
        running = uvicorn.Server(config(first))
        again.clear()

        def restart(*_: object, running: uvicorn.Server = running) -> None:
            again.set()
            running.should_exit = True

        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as with nohup
            signal.signal(signal.SIGHUP, restart)
        # uvicorn closes the sockets that it is given.
        running.run(sockets=[server.dup()])
        if not again.is_set():
            return
        first = False
