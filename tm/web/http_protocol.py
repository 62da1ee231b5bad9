"""The HTTP/1.1 of the servers: uvicorn's on h11, which bears a fault in a body whose response has already been sent.

A body may be found to be malformed (a chunk without a size) when the application has responded without reading it to
the end. uvicorn (0.54) would begin a second response then, and log the traceback of the exception that h11 raises.
"""

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["HttpProtocol"]


class HttpProtocol(H11Protocol):
    """Closes the connection where the request is malformed and no response can be sent any more."""

    def send_400_response(self, msg: str) -> None:
        """Respond with 400 if no response has begun, and close the connection."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()
        if self.cycle is not None:  # the application may be at work; what it sends now is dropped
            self.cycle.disconnected = True
