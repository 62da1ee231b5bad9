"""A server in the tests: its units, and a client of the application without a socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from starlette.testclient import TestClient

from tm.server.app import create
from tm.server.options import ServerOptions
from tm.server.resources import Resources
from tm.unit import Origin, Unit

__all__ = ["HOME", "UNITS", "client_of", "unit"]

HOME = "http://127.0.0.1:8080"


def unit(source: str, target: str, **more: Any) -> Unit:
    return Unit(source, target, "zh-CN", "en-US", **more)


UNITS = [
    unit("第一条", "Article 1", next="本协议自签字之日起生效。"),
    unit(
        "本协议自签字之日起生效。",
        "This agreement enters into force on signature.",
        previous="第一条",
        next="第二条",
        origin=Origin("treaty.txt", "treaty.en.txt", (1,), (1,), 3, "Final clauses"),
        quality=0.97,
    ),
    unit("本协议自批准之日起生效。", "This agreement enters into force on ratification.", status="reviewed"),
    unit("共有 12 名成员参加会议", "12 members attended the meeting"),
    unit("请按 <b>确定</b> & 继续 100%", 'Press <b>OK</b> & "continue" 100%'),
]


@contextmanager
def client_of(options: ServerOptions, *, follow_redirects: bool = False, **changes: Any) -> Iterator[TestClient]:
    app = create(Resources(replace(options, **changes)))
    with TestClient(app, HOME, raise_server_exceptions=False, follow_redirects=follow_redirects) as client:
        yield client
