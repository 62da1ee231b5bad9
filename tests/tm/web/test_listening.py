"""Listening, and the address with the token that is printed."""

import socket
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest

from corpora.errors import UsageError
from tm.web.addresses import names_of
from tm.web.listening import address, check_access, listen, remote_address


@pytest.mark.parametrize("host", ["a..b", "a" * 70, "no.such.invalid"])
def test_an_invalid_host_is_reported(host: str) -> None:
    with pytest.raises(UsageError, match=host):
        listen(host, 0)


@pytest.mark.parametrize("token", ["short", "with blanks in it, no", "пароль-подлиннее", "line\nbreak-and-more"])
def test_tokens_that_cannot_be_sent_in_headers_are_refused(token: str) -> None:
    with pytest.raises(UsageError, match="`token`"):
        check_access("127.0.0.1", token)


@pytest.mark.parametrize("token", ["0123456789abcdef", "k+R/8s&x#=%41?-_.~0123=="])
def test_the_address_contains_the_token(token: str) -> None:
    check_access("0.0.0.0", token)
    with closing(listen("127.0.0.1", 0)) as server:
        place = urlsplit(address("127.0.0.1", server, "reviews/a", token))
    assert place.path == "/reviews/a"
    assert parse_qs(place.query) == {"token": [token]}


@pytest.mark.parametrize(
    ("host", "opens"), [("0.0.0.0", "127.0.0.1"), ("0", "127.0.0.1"), ("::", "::1"), ("0::0", "::1")]
)
def test_a_server_on_all_addresses_is_shown_with_a_usable_address(host: str, opens: str) -> None:
    try:
        server = listen(host, 0)
    except UsageError as error:
        pytest.skip(f"no such addresses here: {error}")
    with closing(server):
        place = urlsplit(address(host, server, "reviews/a", "0123456789abcdef"))
        assert (place.hostname, place.path, place.query) == (opens, "/reviews/a", "token=0123456789abcdef")
        assert place.port is not None
        socket.create_connection((place.hostname or "", place.port), 10).close()


def test_the_address_for_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Office-PC.office.example")
    with closing(listen("127.0.0.1", 0)) as server:
        assert remote_address(server) == ""
    with closing(listen("0.0.0.0", 0)) as server:
        port = server.getsockname()[1]
        assert remote_address(server, "reviews/a", "k+R/8s&x").endswith(
            f"name: http://Office-PC.office.example:{port}/reviews/a?token=k%2BR%2F8s%26x"
        )
        monkeypatch.setattr(socket, "gethostname", lambda: "localhost")
        assert remote_address(server).endswith(f"at port {port} of this machine's name or address")


def test_the_names_of_a_server_that_others_can_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Office-PC.office.example")
    own = {"office-pc.office.example", "office-pc", "office-pc.local"}
    assert names_of("0.0.0.0", ["TM.example"]) == {"0.0.0.0", "tm.example", *own}
    assert names_of("127.0.0.1", None) == {"127.0.0.1"}
