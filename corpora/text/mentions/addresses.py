"""Addresses on the web, and when two of them lead to the same page in two languages.

A site has a host, a folder or a parameter for each language: en.example.org and zh.example.org, /en/ and /zh-cn/,
?lang=en and ?lang=zh, index.en.html and index.zh.html.
"""

import re
from collections.abc import Iterable
from html import unescape

__all__ = ["ADDRESS", "Addresses", "local_address"]

#: An address ends at white space, quotation marks, brackets, and at the punctuation of either language.
_IN_ADDRESS = r"!#-&*-;=?-Z_a-z~"
ADDRESS = rf"(?:https?|ftp)://(?:[{_IN_ADDRESS}]|\([{_IN_ADDRESS}]{{0,80}}\))+"
_CODES = (
    r"(?:zh|en|cn|fr|de|es|ru|ja|ko|ar|it|pt)(?:[-_](?:hans|hant|[a-z]{2})(?:[-_][a-z]{2})?)?"
    r"|chs|cht|chinese|english|zho|eng"
)
_LANGUAGE = re.compile(rf"(?:{_CODES})\Z", re.IGNORECASE)
_IN_FILE = re.compile(rf"(?<=[\w-])[._-](?:{_CODES})(?=\.[a-z0-9]{{1,5}}\Z|\Z)", re.IGNORECASE)
_COUNTRY = re.compile(r"(?:\.com?)?\.(?!io|ai|me|tv)[a-z]{2}\Z|\.com\Z")
_OWN_LANGUAGE = re.compile(r"[^\x00-\x7f].*|%[0-9A-Fa-f]{2}.*", re.DOTALL)


def local_address(address: str) -> str:
    """``address`` without what differs between the language versions of a site: hosts, folders, parameters, files.

    >>> local_address("https://en.example.org/en-us/start?lang=en")
    '.example.org/start'
    >>> local_address("https://www.example.org/zh-cn/start?lang=zh")
    '.example.org/start'
    """
    _, separator, rest = unescape(address).rpartition("://")
    rest, _, anchor = rest.partition("#")
    rest, _, query = rest.partition("?")
    folders = rest.split("/")
    host = ""
    if separator:
        labels = folders.pop(0).lower().split(".")
        host = "".join(f".{label}" for label in labels if label != "www" and not _LANGUAGE.match(label))
        # A site for a country: shop.example.co.uk and shop.example.com.cn.
        host = _COUNTRY.sub("", host)
    path = "/".join(_IN_FILE.sub("", folder) for folder in folders if folder and not _LANGUAGE.match(folder))
    query = "&".join(part for part in query.split("&") if not _LANGUAGE.match(part.rpartition("=")[2]))
    return f"{host}/{path}{'?' * bool(query)}{query}{'#' * bool(anchor)}{anchor}"


class Addresses:
    """Addresses in which those that lead to the same page, or to its version in another language, are found."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._local = {local_address(one) for one in set(addresses)}
        self._folders = {one.rpartition("/")[0] for one in self._local}
        self._heads = {head for one in self._local if (head := _wiki_head(one)) is not None}

    def __contains__(self, address: str) -> bool:
        """True where one of them leads to the same page as ``address``."""
        mine = local_address(address)
        # An encyclopedia names a page in its own language: /wiki/Lighthouse and /wiki/灯塔.
        return mine in self._local or _wiki_head(mine) in self._folders or mine.rpartition("/")[0] in self._heads


def _wiki_head(address: str) -> str | None:
    """What comes before a name in the page's own language, None for an address without one."""
    head = _OWN_LANGUAGE.sub("", address).rstrip("/")
    return head if head != address or address.endswith("/wiki") else None
