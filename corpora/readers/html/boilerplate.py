"""Detect the parts of a web page that are not its text: navigation, banners, tables of contents, hidden parts.

Three kinds of evidence, from strong to weak: what the elements declare (`nav`, ARIA roles, `hidden`), common words in
their class names, and how much of their text is links
(Kohlschütter et al., "Boilerplate Detection using Shallow Text Features", WSDM 2010: link density is the best single
feature). The last two are trusted only outside the element that contains most of the running text, so that a list of
links within the text stays.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

from corpora.cleaning.layout import columns

__all__ = ["BLOCKS", "INVISIBLE", "boilerplate", "is_page_number", "visible_text"]

#: Elements that begin and end a block of text.
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html legend li listing main menu nav ol optgroup option p pre search "
    "section summary table tbody td tfoot th thead tr ul xmp".split()
)
#: Elements that a page never shows as text.
INVISIBLE = frozenset(
    "script style template head title noscript iframe object embed audio video canvas svg link meta".split()
)
_CONTROLS = frozenset("button select textarea input datalist".split())
_ROLES = frozenset(
    "navigation banner contentinfo search menu menubar toolbar doc-toc doc-pagelist dialog alertdialog".split()
)
_STRONG = frozenset(
    "nav navbar navigation navheader navfooter topnav breadcrumb breadcrumbs crumb crumbs sphinxsidebar "
    "pagination pager toc toctree headerlink permalink anchorjs skiplink sitemap cookie cookies noprint "
    "editsection navbox printfooter catlinks sitenotice backlink ad ads advert advertisement comments commentlist "
    "newsletter disqus consent gdpr".split()
)
_WEAK = frozenset(
    "header footer banner masthead menu related share social tool tools toolbar links copyright search login "
    "lang langs language languages qr qrcode topbar top bottom".split()
)
_MARGIN = frozenset(("header", "footer", "masthead", "copyright"))
_WEAK_TAGS = frozenset(("header", "footer"))
_BOXES = frozenset("aside sidebar related recommended".split())
#: Names of small parts that hold no sentence of the text.
_SMALL = frozenset(
    "share sharing sharebar sharedaddy bdsharebuttonbox social prevnext toolbar toolbox fontsize print".split()
)
#: Elements that a page may name for what holds its text.
_CONTENT_NAMES = frozenset("content main article post entry story articlebody".split())
_UNSEEN = frozenset("sr-only visually-hidden visuallyhidden screen-reader-text".split())
_CROSSED_OUT = ("del", "s", "strike")
_PAGE_NAMES = frozenset("pagenum pageno pagenumber pagebreak page-number page-break".split())
_PAGE_NUMBER = re.compile(
    r"[\[({]?\s*(?:p\.?|pg\.?|page|第)?\s*(?:\d{1,4}|[ivxlc]{1,8})\s*页?\s*[\])}]?", re.IGNORECASE
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_GROUPS = frozenset("ul ol dl table div p nav section tr td center dir menu".split())
_HERE = re.compile(
    r"(?:您|你)?(?:现在|目前|當前|当前|所在)?(?:的|所在)?(?:位置|页面)\s*[:：]"
    r"|(?:you are here|sie sind hier|vous êtes ici)\b",
    re.IGNORECASE,
)
_NEIGHBOURS = re.compile(r"[«‹<←\s]*(?:(?:上|下|前|后)一(?:篇|页|章|条|頁|條)|(?:previous|prev|next)\b)", re.IGNORECASE)
_COOKIES = re.compile(r"\bcookies?\b", re.IGNORECASE)
_SHORT = 300  # columns of a part of the page that is known by its words
_FIRST_LINKS = 3  # of a list before the text of a page that has no element for its text
_SENTENCE = 20  # columns outside links from which a block counts as running text
_MAIN_SHARE = 0.8  # share of the running text that the next element inwards must contain to be the content
_STATED_SHARE = 0.5  # the same where the page itself calls the element its main part
_ASIDE_SHARE = 0.3  # of the running text: what a page has in its head or foot at most
_LINK_SHARE = 0.6  # share of link text from which a block outside the content is navigation
_BOX_SHARE = 0.5  # share of link text up to which a box beside the text belongs to it
_CONTENTS_SHARE = 0.9  # share of link text from which a list of in-page links is a table of contents


def boilerplate(body: Any, keep: Collection[Any] = ()) -> dict[Any, str]:
    """Return the elements of ``body`` (an lxml tree) that are not its text, each with the step that says why.

    Only the outermost element is named; its content is removed too. ``keep`` are elements known to be text, such
    as footnotes, which some pages set in an `aside`.
    """
    amounts = _Amounts(body)
    content = _content(body, amounts)
    # Neither the content nor anything around it can be boilerplate, whatever its class says.
    around = {content, *content.iterancestors()}
    for element in keep:
        around |= {element, *element.iterancestors()}
    inside = set(content.iter())
    first = _first_links(body, amounts) if content is body else frozenset()
    title_elsewhere = next(content.iter("h1"), None) is None
    found: dict[Any, str] = {}
    for element in _outermost(body, found):
        if element in around:
            continue
        # What contains much of the running text is not boilerplate, whatever its name.
        little = amounts.running[element] <= _ASIDE_SHARE * amounts.running[body]
        if element in inside:
            # An id inside the content is the slug of a heading: a section may well be called "Navigation".
            reason = _stated(element) or (_named(element.get("class")) if little else "")
            reason = reason or _box(element, element.get("class"), amounts, least=0) or _contents_list(element, amounts)
            reason = reason or _small(element, amounts)
            if not reason and content is body and little:
                reason = _margin(element) or ("link list" if element in first else "")
        else:
            names = _names(element)
            reason = _stated(element) or (_named(names) if little else "")
            reason = reason or _box(element, names, amounts, least=1)
            reason = reason or _small(element, amounts) or _beside(element, names, amounts, keep_title=title_elsewhere)
        if reason:
            found[element] = reason
    return found


def visible_text(element: Any) -> str:
    """The text of ``element`` as a reader sees it, on one line."""
    from lxml import etree

    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, one in walk:
        shown = isinstance(one.tag, str) and one.tag not in INVISIBLE
        space = " " if one.tag in BLOCKS or one.tag == "br" else ""
        if event == "start":
            parts.append(space + (one.text or "") if shown else "")
            if not shown:
                walk.skip_subtree()
        elif one is not element:
            parts.append(space + (one.tail or ""))
    return " ".join("".join(parts).split())


def is_page_number(element: Any) -> bool:
    """Whether ``element`` shows where a page of the printed book begins."""
    kinds = f"{element.get('epub:type') or ''} {element.get('role') or ''}".split()
    if "pagebreak" in kinds or "doc-pagebreak" in kinds:
        return True
    named = not _PAGE_NAMES.isdisjoint((element.get("class") or "").lower().split())
    return named and _PAGE_NUMBER.fullmatch(visible_text(element)) is not None


def _outermost(body: Any, found: dict[Any, str]) -> Iterator[Any]:
    """Elements in document order, without those inside an element that was found meanwhile."""
    stack = [body]
    while stack:
        element = stack.pop()
        yield element
        if element not in found:
            stack.extend(one for one in reversed(element) if isinstance(one.tag, str) and one.tag not in INVISIBLE)


class _Amounts:
    """How much text, link text and running text each element contains, counted once from the leaves up."""

    def __init__(self, body: Any) -> None:
        self.text: dict[Any, int] = {}
        self.link: dict[Any, int] = {}
        self.links: dict[Any, int] = {}
        self.running: dict[Any, int] = {}
        order = [one for one in body.iter() if isinstance(one.tag, str)]
        for element in reversed(order):
            self._count(element)

    def _count(self, element: Any) -> None:
        children = [one for one in element if isinstance(one.tag, str)]
        own = _solid(element.text) + sum(_solid(one.tail) for one in element)
        if element.tag in INVISIBLE:
            own, children = 0, []
        text = own + sum(self.text[one] for one in children)
        is_link = element.tag == "a" and element.get("href") is not None
        link = text if is_link else sum(self.link[one] for one in children)
        running = sum(self.running[one] for one in children)
        if element.tag in BLOCKS and running == 0 and text - link >= _SENTENCE:
            running = text - link
        self.text[element], self.link[element], self.running[element] = text, link, running
        self.links[element] = int(is_link) + sum(self.links[one] for one in children)

    def density(self, element: Any) -> float:
        return self.link[element] / self.text[element] if self.text[element] else 0.0


def _solid(text: str | None) -> int:
    """The columns of the letters and digits of a text: Chinese says in one character what takes two letters or more."""
    return columns("".join(filter(str.isalnum, text))) if text else 0


def _content(body: Any, amounts: _Amounts) -> Any:
    """The smallest element that contains nearly all running text, or the one that the page calls its main part."""
    total = amounts.running[body]
    if not total:
        return body
    articles = body.findall(".//article")
    stated = [
        *body.iterfind(".//main"),
        *body.iterfind(".//*[@role='main']"),
        *(articles if len(articles) == 1 else []),
    ]
    for element in stated:
        if amounts.running[element] >= _STATED_SHARE * total:
            return element
    content = body
    while True:
        inner = [one for one in content if amounts.running.get(one, 0) >= _MAIN_SHARE * total]
        if not inner or inner[0].tag not in BLOCKS or inner[0].tag == "p":
            break
        content = inner[0]
    if content is not body:
        return content
    named = (one for one in body.iter("div", "section", "td") if _words(_names(one)) & _CONTENT_NAMES)
    return next((one for one in named if amounts.running[one] >= _STATED_SHARE * total), body)


def _names(element: Any) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _first_links(body: Any, amounts: _Amounts) -> frozenset[Any]:
    """The lists of links before the first text or heading of the page."""
    found: set[Any] = set()
    for element in body.iter():
        inner = isinstance(element.tag, str) and any(amounts.running.get(one) for one in element)
        if element.tag in _HEADINGS or (amounts.running.get(element) and element.tag in BLOCKS and not inner):
            return frozenset(found - set(element.iterancestors()) - {element})
        many = amounts.links.get(element, 0) >= _FIRST_LINKS and amounts.density(element) >= _LINK_SHARE
        if many and element.tag in _GROUPS:
            found.add(element)
    return frozenset()


def _stated(element: Any) -> str:
    """What the element itself declares."""
    style = (element.get("style") or "").replace(" ", "").lower()
    unseen = element.get("hidden") is not None or not _UNSEEN.isdisjoint((element.get("class") or "").split())
    if unseen or "display:none" in style or "visibility:hidden" in style:
        return "hidden"
    if element.tag in _CONTROLS:
        return "controls"
    if element.tag in _CROSSED_OUT or "line-through" in style:
        return "crossed out"
    if element.tag in ("rt", "rp"):
        return "ruby"
    if is_page_number(element):
        return "page marks"
    if "mso-element:comment" in style or "MsoCommentReference" in (element.get("class") or ""):
        return "comments"
    if element.tag == "div" and element.get("title") in ("header", "footer"):  # of LibreOffice
        return "headers and footers"
    return "navigation" if element.tag == "nav" or element.get("role") in _ROLES else ""


def _named(names: str | None) -> str:
    """Class names that mean navigation on every page."""
    return "navigation" if _words(names) & _STRONG else ""


def _box(element: Any, names: str | None, amounts: _Amounts, *, least: int) -> str:
    """A box at the side of the text that is mostly links or has less running text than ``least``; others are text."""
    if element.tag not in _BOXES and _words(names).isdisjoint(_BOXES):
        return ""
    boilerplate = amounts.density(element) >= _BOX_SHARE or amounts.running[element] < least
    return "navigation" if boilerplate else ""


def _small(element: Any, amounts: _Amounts) -> str:
    """A part without a sentence that its name or its first words give away: the way to the page, its neighbours."""
    if element.tag not in _GROUPS or amounts.text[element] > _SHORT:
        return ""
    text = visible_text(element)
    if amounts.links[element] and _HERE.match(text):
        return "navigation"
    if amounts.density(element) >= _BOX_SHARE and _NEIGHBOURS.match(text):
        return "navigation"
    if _COOKIES.search(text) and next(element.iter("button"), None) is not None:
        return "navigation"
    return "navigation" if not amounts.running[element] and _words(_names(element)) & _SMALL else ""


def _beside(element: Any, names: str, amounts: _Amounts, *, keep_title: bool) -> str:
    """Boilerplate outside the content."""
    has_title = keep_title and next(element.iter("h1"), None) is not None
    if (element.tag in _WEAK_TAGS or _words(names) & _WEAK) and not has_title:
        return "navigation"
    if element.tag in _GROUPS and amounts.links[element] and amounts.density(element) >= _LINK_SHARE and not has_title:
        return "link list"
    return ""


def _margin(element: Any) -> str:
    """The head or foot of a page that has no element of its own for its content."""
    if next(element.iter("h1"), None) is not None or element.tag in _HEADINGS:
        return ""
    words = _words(_names(element)) if element.tag in ("div", "table") else set()
    return "navigation" if element.tag in _WEAK_TAGS or words & _MARGIN else ""


def _contents_list(element: Any, amounts: _Amounts) -> str:
    """A table of contents within the text: three or more links, all of them to places of this page."""
    if element.tag not in ("ul", "ol", "dl", "table", "div") or amounts.links[element] < 3:
        return ""
    if amounts.density(element) < _CONTENTS_SHARE:
        return ""
    targets = [one.get("href") for one in element.iter("a") if one.get("href")]
    return "table of contents" if all(one.startswith("#") for one in targets) else ""


def _words(names: str | None) -> set[str]:
    """The words of class names: ``navHeader``, ``nav-header`` and ``nav_header`` are ``nav`` and ``header``."""
    if not names:
        return set()
    return set(names.lower().split()) | {word.lower() for word in _WORDS.findall(names)}
