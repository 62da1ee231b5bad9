"""Where a server listens, and the address with the token that it prints."""

import socket
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest

from corpora.errors import UsageError
from tm.web.addresses import names_of
from tm.web.listening import address, check_access, listen, reached


@pytest.mark.parametrize("host", ["a..b", "a" * 70, "no.such.invalid"])
def test_a_host_that_is_none_is_told(host: str) -> None:
    with pytest.raises(UsageError, match=host):
        listen(host, 0)


@pytest.mark.parametrize("token", ["short", "with blanks in it, no", "пароль-подлиннее", "line\nbreak-and-more"])
def test_tokens_that_no_header_can_hold_are_refused(token: str) -> None:
    with pytest.raises(UsageError, match="--token"):
        check_access("127.0.0.1", token)


@pytest.mark.parametrize("token", ["0123456789abcdef", "k+R/8s&x#=%41?-_.~0123=="])
def test_the_address_holds_the_token_as_it_is(token: str) -> None:
    check_access("0.0.0.0", token)
    with closing(listen("127.0.0.1", 0)) as server:
        place = urlsplit(address("127.0.0.1", server, "works/a", token))
    assert place.path == "/works/a"
    assert parse_qs(place.query) == {"token": [token]}


@pytest.mark.parametrize(
    ("host", "opens"), [("0.0.0.0", "127.0.0.1"), ("0", "127.0.0.1"), ("::", "::1"), ("0::0", "::1")]
)
def test_a_server_on_all_addresses_is_shown_at_one_that_opens(host: str, opens: str) -> None:
    try:
        server = listen(host, 0)
    except UsageError as error:
        pytest.skip(f"no such addresses here: {error}")
    with closing(server):
        place = urlsplit(address(host, server, "works/a", "0123456789abcdef"))
        assert (place.hostname, place.path, place.query) == (opens, "/works/a", "token=0123456789abcdef")
        assert place.port is not None
        socket.create_connection((place.hostname or "", place.port), 10).close()


def test_others_are_told_the_name_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Desk.office.example")
    with closing(listen("127.0.0.1", 0)) as server:
        assert reached(server) == ""
    with closing(listen("0.0.0.0", 0)) as server:
        port = server.getsockname()[1]
        assert reached(server, "works/a", "k+R/8s&x").endswith(
            f"name: http://Desk.office.example:{port}/works/a?token=k%2BR%2F8s%26x"
        )
        monkeypatch.setattr(socket, "gethostname", lambda: "localhost")
        assert reached(server).endswith(f"at port {port} of this machine's name or address")


def test_a_server_goes_by_the_name_of_its_machine_where_others_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Desk.office.example")
    own = {"desk.office.example", "desk", "desk.local"}
    assert names_of("0.0.0.0", ["TM.example"]) == {"0.0.0.0", "tm.example", *own}
    assert names_of("127.0.0.1", None) == {"127.0.0.1"}
