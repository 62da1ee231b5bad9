"""Where a server listens, and the address with the token that it prints."""

from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest

from corpora.errors import UsageError
from tm.web.listening import address, check_access, listen


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
