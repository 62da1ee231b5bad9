"""Fetch an official document by its UN symbol, or a web address, and never take an error page for a document.

The UN's document service responds to ``…/api/symbol/access?s=SYMBOL&l=LANG&t=FORMAT`` with a redirect to the file,
with a 404, or, at times, with an HTML page and status 200; so the type is checked from the bytes.
Documents are kept in a cache folder, so that a second run needs no network. `download` reads a web address that was
named in place of a file. Nothing is sent but what was named.
"""

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from corpora.arguments import checked_class
from corpora.errors import FetchError, UsageError
from corpora.files import replacing
from corpora.text.languages import base, checked_code
from corpora.text.plurals import counted

if TYPE_CHECKING:
    import httpx

__all__ = ["SERVICE", "FetchOptions", "Fetched", "download", "fetch", "file_name"]

SERVICE = "https://documents.un.org/api/symbol/access"
_SYMBOL = re.compile(r"[A-Z][A-Za-z0-9]*(?:[/.][A-Za-z0-9.\-()\[\] ]+)+")
#: The six official languages and what the service calls them.
_LANGUAGES = {"ar": "ar", "zh": "zh", "en": "en", "fr": "fr", "ru": "ru", "es": "es"}
_SIGNATURES = {"pdf": (b"%PDF-",), "docx": (b"PK\x03\x04",), "doc": (b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"{\\rtf")}
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT = 30.0  # seconds; no retry if the service requires more


@checked_class
@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How to fetch.

    ``service``: the requested address. ``format``: "pdf", "docx" or "doc". ``timeout``: seconds for a connection and
    between two pieces of the response. ``retries``: further tries after a time-out, a refused connection or an
    overloaded server. ``backoff``: seconds before the first retry, doubled each time. ``max_bytes``: a larger response
    is refused. ``cache``: the folder where documents are kept, None for none.
    """

    service: str = SERVICE
    format: str = "pdf"
    timeout: float = 30.0
    retries: int = 3
    backoff: float = 1.0
    max_bytes: int = 100_000_000
    cache: Path | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document: its bytes, the final address after redirects, and whether it came from the cache."""

    symbol: str
    language: str
    content: bytes
    url: str
    cached: bool


def file_name(symbol: str, language: str, format: str) -> str:  # noqa: A002 - the service's own word
    """A file name for every system: ``A/RES/58/4`` in Chinese is ``A_RES_58_4.zh.pdf``."""
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '_', symbol).strip('_.')}.{base(language)}.{format}"


def fetch(symbol: str, language: str, options: FetchOptions | None = None) -> Fetched:
    """Return the document ``symbol`` (such as ``A/RES/58/4``) in ``language``.

    Raises `UsageError` for a symbol, language or format that cannot be requested, and `FetchError` where the service
    has no such document, responds with a page instead of one, sends too much, or cannot be reached after all tries.
    """
    options = options or FetchOptions()
    symbol = symbol.strip()
    if not _SYMBOL.fullmatch(symbol):
        raise UsageError(f"{symbol!r} is not a UN document symbol such as A/RES/58/4")
    if base(checked_code(language)) not in _LANGUAGES:
        raise UsageError(f"UN documents are not published in {language!r}; choose from {', '.join(_LANGUAGES)}")
    if options.format not in _SIGNATURES:
        raise UsageError(f"{options.format!r} is not a format of the service; choose from {', '.join(_SIGNATURES)}")
    kept = _cache_path(symbol, language, options)
    if kept is not None and kept.is_file():
        return Fetched(symbol, base(language), kept.read_bytes(), options.service, cached=True)
    content, url = _download(symbol, _LANGUAGES[base(language)], options)
    if kept is not None:
        with replacing(kept) as temporary:
            temporary.write_bytes(content)
    return Fetched(symbol, base(language), content, url, cached=False)


def _cache_path(symbol: str, language: str, options: FetchOptions) -> Path | None:
    if options.cache is None:
        return None
    # Two services, or two symbols that differ in a slash only, must not share a file.
    key = hashlib.sha256(f"{options.service} {symbol}".encode()).hexdigest()[:10]
    return options.cache / f"{key}-{file_name(symbol, language, options.format)}"


def download(address: str, options: FetchOptions | None = None) -> bytes:
    """The bytes at a web address that the user named.

    Raises `UsageError` for what is not an address, `FetchError` where nothing, too much or an error comes back.
    """
    options = options or FetchOptions()
    return _requested(address, {}, address, options, _body)[0]


def _download(symbol: str, language: str, options: FetchOptions) -> tuple[bytes, str]:
    query = {"s": symbol, "l": language, "t": options.format}
    return _requested(options.service, query, f"{symbol} in {language}", options, _read)


def _requested(
    address: str,
    query: dict[str, str],
    what: str,
    options: FetchOptions,
    read: "Callable[[httpx.Response, str, FetchOptions], bytes]",
) -> tuple[bytes, str]:
    """Request ``address``, again after a wait where it is overloaded; the response as ``read``, and its address."""
    import httpx

    wait, problem = options.backoff, ""
    with httpx.Client(follow_redirects=True, max_redirects=10, timeout=options.timeout) as client:
        for attempt in range(options.retries + 1):
            try:
                with client.stream("GET", address, params=query or None) as response:
                    if response.status_code not in _RETRIED:
                        return read(response, what, options), str(response.url)
                    problem = f"the service responds with HTTP {response.status_code}"
                    wait = max(wait, _required_wait(response))
            except httpx.TooManyRedirects as error:
                raise FetchError(f"{what}: the service redirects in a circle") from error
            except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
                raise UsageError(f"{address!r} is not a web address") from error
            except httpx.TimeoutException:
                problem = f"no response within {counted(options.timeout, 'second')}"
            except httpx.TransportError as error:
                problem = f"{httpx.URL(address).host} cannot be reached ({error})"
            if wait > _LONGEST_WAIT:
                break
            if attempt < options.retries:
                time.sleep(wait)
                wait *= 2
    raise FetchError(f"{what} could not be fetched: {problem}")


def _required_wait(response: "httpx.Response") -> float:
    seconds = response.headers.get("retry-after", "")
    return float(seconds) if seconds.isdecimal() else 0.0


def _read(response: "httpx.Response", what: str, options: FetchOptions) -> bytes:
    """A document of the service, in the format that was requested."""
    content = _body(response, what, options)
    if not content[:8].startswith(_SIGNATURES[options.format]):
        raise FetchError(f"{what}: the service sent {_description(content[:4000])} instead of a {options.format}")
    return content


def _body(response: "httpx.Response", what: str, options: FetchOptions) -> bytes:
    if response.status_code == 404:
        raise FetchError(f"there is no document {what}")
    if response.status_code != 200:
        raise FetchError(f"{what} could not be fetched: the service responds with HTTP {response.status_code}")
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > options.max_bytes:
            raise FetchError(f"{what} is larger than the limit of {counted(options.max_bytes, 'byte')}")
    announced = response.headers.get("content-length", "")
    encoded = response.headers.get("content-encoding", "identity") != "identity"
    if announced.isdecimal() and not encoded and len(content) < int(announced):
        raise FetchError(f"{what} broke off after {len(content):,} of {counted(int(announced), 'byte')}")
    return bytes(content)


def _description(content: bytes) -> str:
    """What came in place of a document, in a few words; the title of a page often says why."""
    text = content.decode("utf-8", "replace")
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    if title:
        return f"a web page (“{' '.join(unescape(title[1]).split())[:80]}”)"
    if not content.strip():
        return "nothing"
    return "a web page" if re.search(r"<(?:!doctype|html|body)", text, re.IGNORECASE) else "another kind of file"
