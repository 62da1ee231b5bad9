"""The documents of the memories: which of them to use, each in both languages, and its alignment in the editor."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from corpora.errors import DuiyiError, UsageError
from corpora.text.languages import detect
from corpora.text.plurals import counted
from tm.formats.jsonl import to_dict
from tm.jobs.bitext import Bitext, DocumentNames, bitext_of, bitext_rows, is_shown, symbols_in
from tm.review.repository import ReviewRepository
from tm.server.dependencies import ExecutorsDependency, ServiceDependency
from tm.server.errors import http_status
from tm.server.frame import render
from tm.server.service import Service
from tm.server.sources import Sources, SourcesDependency, keep_sources
from tm.terms.matches import occurrence_rows

__all__ = ["bitext", "choose", "correct", "documents", "documents_named", "router"]

_LISTED = 200  # documents on a page
_UNITS = 1_000  # of a document on a page
_LONGEST = 300  # characters that are searched for in a document
_SENTENCE = 60  # characters from which a search is for a sentence, not for words

router = APIRouter(include_in_schema=False)


@router.get("/documents")
async def documents(
    service: ServiceDependency, executors: ExecutorsDependency, chosen: SourcesDependency, name: str = ""
) -> Response:
    """The documents whose names contain ``name``, and what is chosen of them."""
    return HTMLResponse(await executors.query(lambda: _documents_page(service, chosen, name)))


def _documents_page(service: Service, chosen: Sources, name: str, error: str = "") -> str:
    wanted, rows, more = name.strip().casefold(), list[dict[str, Any]](), 0
    for memory in service.resources.memories.values():
        for source, target in memory.memory.documents():
            if wanted not in f"{source}\n{target}".casefold():
                continue
            if len(rows) < _LISTED:
                state = chosen.state_of(source)
                rows.append({"memory": memory.name, "source": source, "target": target, "state": state})
            else:
                more += 1
    return render("documents.html", service.visitor, here="/documents", name=name, rows=rows, more=more,
                  chosen=chosen, memories=list(service.resources.memories), error=error)  # fmt: skip


@router.post("/documents")
async def choose(
    request: Request, service: ServiceDependency, executors: ExecutorsDependency, chosen: SourcesDependency
) -> Response:
    """Keep what was chosen of the documents that the page showed; what was chosen of others stays."""
    form = await request.form()
    name = str(form.get("name", ""))
    if form.get("all"):
        made = Sources()
    else:
        states = {key[6:]: str(value) for key, value in form.multi_items() if key.startswith("state-")}
        given = enumerate(map(str, form.getlist("document")))
        shown = {document: states.get(str(number), "included") for number, document in given}
        picked = tuple(str(one) for one in form.getlist("memory"))
        names = () if len(picked) == len(service.resources.memories) else picked
        made = Sources(
            names,
            _with_state(chosen.exclude, shown, "excluded"),
            _with_state(chosen.prefer, shown, "preferred"),
        )
    response = RedirectResponse(f"{service.visitor.root}/documents?{urlencode({'name': name})}", 303)
    try:
        keep_sources(request, response, made)
    except DuiyiError as error:
        message = str(error)
        page = await executors.query(lambda: _documents_page(service, chosen, name, message))
        return HTMLResponse(page, http_status(error))
    return response


def _with_state(before: Iterable[str], shown: dict[str, str], state: str) -> tuple[str, ...]:
    kept = [one for one in before if one not in shown]
    return tuple(dict.fromkeys([*kept, *(one for one, given in shown.items() if given == state)]))


@router.get("/bitext")
async def bitext(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    origin: str,
    memory: str = "",
    find: Annotated[str, Query(max_length=100_000)] = "",
    page: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    unit: int = 0,
) -> Response:
    """A page of a document of a memory in both languages, ``find`` marked in it.

    Without a ``page`` the one with the ``unit`` of this number, else the one with the first hit.
    """
    view = _View(origin, memory, find, page, unit)
    return HTMLResponse(*await executors.query(lambda: _bitext_page(service, view)))


@dataclass(frozen=True, slots=True)
class _View:
    """What of a document is shown, as the parameters of its page."""

    origin: str
    memory: str
    find: str = ""
    page: int = 0
    unit: int = 0


def _bitext_page(service: Service, view: _View, error: str = "") -> tuple[str, int]:
    resources, visitor = service.resources, service.visitor
    try:
        named = resources.named_memory(view.memory)
        found = bitext_of(named.memory, view.origin)
    except UsageError as one:
        return render("message.html", visitor, message=resources.without_paths(str(one))), 404
    every, pattern = list(bitext_rows(found)), _pattern(view.find)
    hits = [place for place, row in enumerate(every) if pattern and _is_hit(row["unit"], pattern)]
    pages = max(1, -(-len(every) // _UNITS))
    first = hits[0] if hits else 0
    wanted = next((place for place, one in enumerate(found.entries) if one.id == view.unit), first)
    page = min(view.page or wanted // _UNITS + 1, pages)
    start = (page - 1) * _UNITS
    values: dict[str, Any] = {
        "rows": _linked(service, every[start : start + _UNITS], pattern),
        "memory": named.name,
        "origin": found.source_file,
        "find": view.find,
        "hits": len(hits),
        "first": (first // _UNITS + 1, found.entries[first].id),
        "units": len(every),
        "page": page,
        "pages": pages,
        "title": found.title,
        "made": Counter(str(row["how"]) for row in every),
        "may_correct": resources.options.reviews is not None and visitor.may("edit reviews"),
        "error": error,
    }
    return render("bitext.html", visitor, here="/documents", **values), 200


def _is_hit(unit: Any, pattern: re.Pattern[str]) -> bool:
    return pattern.search(unit.source) is not None or pattern.search(unit.target) is not None


def _linked(
    service: Service, rows: Sequence[dict[str, object]], pattern: re.Pattern[str] | None
) -> list[dict[str, Any]]:
    """The rows of a page with the parts of their texts; the first one names its section."""
    linker, found = _Linker(service), list[dict[str, Any]]()
    for row in rows:
        unit: Any = row["unit"]
        sides = {
            side: _marked(text, pattern, linker.links(text, language))
            for side, text, language in (
                ("source", unit.source, unit.source_lang), ("target", unit.target, unit.target_lang),
            )
        }  # fmt: skip
        section = row["section"] if found else unit.origin.section
        is_hit = any(part["mark"] for parts in sides.values() for part in parts)
        found.append({**row, **sides, "section": section, "hit": is_hit})
    return found


def _pattern(find: str) -> re.Pattern[str] | None:
    """What to mark: the words and quoted phrases of a search, in any order; a long text as a whole."""
    text = find.strip()[:_LONGEST]
    if text.count('"') % 2:
        text += '"'  # of a phrase that was cut
    words = [phrase or word for phrase, word in re.findall(r'"([^"]*[^\s"][^"]*)"|([^\s"*?]+)', text)]
    if len(text) > _SENTENCE and len(words) > 1:
        words = [text]
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if words else None


@dataclass(frozen=True, slots=True)
class _Link:
    """A part of a text that leads to a page: a symbol of a document, or a term."""

    start: int
    end: int
    kind: str
    path: str


def documents_named(service: Service, text: str) -> list[dict[str, str]]:
    """The symbols of documents in a text, each with the path of its document, "" where no memory has it."""
    symbols = symbols_in(text, detect(text))
    if not symbols:
        return []
    linker = _Linker(service)
    found = {symbol: linker.document_of(symbol) for symbol in symbols}
    return [{"symbol": symbol, "path": path} for symbol, path in found.items() if is_shown(symbol, path)]


class _Linker:
    """Finds the symbols of documents and the terms in texts; each symbol is looked for once."""

    def __init__(self, service: Service) -> None:
        self._root = service.visitor.root
        self._documents = [(one.name, DocumentNames(one.memory)) for one in service.resources.memories.values()]
        self._terms = service.resources.terms()
        self._paths: dict[str, str] = {}

    def links(self, text: str, language: str) -> list[_Link]:
        """The links of a text, in order, none inside another."""
        found, place = [], 0
        for symbol in symbols_in(text, language):  # in the order of the text
            if (start := text.find(symbol, place)) >= 0:
                place = start
                found.append(_Link(start, start + len(symbol), "symbol", self._path_of(symbol)))
        for row in occurrence_rows(text, self._terms.find(text, language), language, None):
            if not row["nested"]:
                query = urlencode({"text": text[row["start"] : row["end"]]})
                found.append(_Link(row["start"], row["end"], "term", f"{self._root}/terms?{query}"))
        taken: list[_Link] = []
        for link in sorted(found, key=lambda one: (one.start, -one.end)):
            if not taken or link.start >= taken[-1].end:
                taken.append(link)
        return taken

    def _path_of(self, symbol: str) -> str:
        """The document with this symbol if a memory has it, otherwise where the symbol occurs."""
        if symbol not in self._paths:
            self._paths[symbol] = self.document_of(symbol) or f"{self._root}/phrases?{urlencode({'text': symbol})}"
        return self._paths[symbol]

    def document_of(self, symbol: str) -> str:
        """The document with this symbol, "" if no memory has just one."""
        for name, documents in self._documents:
            if len(documents.find(symbol)) == 1:
                return f"{self._root}/bitext?{urlencode({'memory': name, 'origin': symbol})}"
        return ""


def _marked(text: str, pattern: re.Pattern[str] | None, links: Sequence[_Link]) -> list[dict[str, Any]]:
    """The text in parts that are marked or not, and links or not."""
    marks = [match.span() for match in pattern.finditer(text)] if pattern else []
    places = {place for span in [*marks, *((one.start, one.end) for one in links)] for place in span}
    parts = []
    marked, linked = 0, 0  # the first mark, and the first link, that ends after the part; they are in order
    for start, end in pairwise(sorted({0, len(text), *places})):
        while marked < len(marks) and marks[marked][1] <= start:
            marked += 1
        while linked < len(links) and links[linked].end <= start:
            linked += 1
        is_marked = marked < len(marks) and marks[marked][0] <= start
        link = links[linked] if linked < len(links) and links[linked].start <= start else None
        where = {"kind": link.kind if link else "", "path": link.path if link else ""}
        parts.append({"text": text[start:end], "mark": is_marked, **where})
    return parts


@router.post("/bitext/review")
async def correct(
    service: ServiceDependency,
    executors: ExecutorsDependency,
    origin: Annotated[str, Form()],
    memory: Annotated[str, Form()] = "",
    unit: Annotated[int, Form()] = 0,
) -> Response:
    """Open the units of a document in the editor, at one of them, to correct how they are aligned.

    Where they are under review already, it is that review which is opened.
    """

    def document() -> Bitext:
        return bitext_of(service.resources.named_memory(memory).memory, origin)

    try:
        found = await executors.query(document)
        name, is_new = await executors.query(lambda: _review_of(service, found))
        if is_new:
            await executors.long(lambda: _begin(service, name, found))
    except UsageError as error:
        message = str(error)
        return HTMLResponse(
            *await executors.query(lambda: _bitext_page(service, _View(origin, memory, unit=unit), message))
        )
    row = next((place for place, one in enumerate(found.entries) if one.id == unit), 0)
    return RedirectResponse(f"{service.visitor.root}/review/reviews/{name}#row-{row}", 303)


def _repository(service: Service) -> ReviewRepository:
    folder = service.resources.options.reviews
    if folder is None:
        raise UsageError("there are no reviews here; the owner of the server can start it with --reviews")
    return ReviewRepository(folder, service.visitor.name)


def _review_of(service: Service, found: Bitext) -> tuple[str, bool]:
    """The name of the review of these units, and whether there is none yet.

    Units that were changed, and a review that the visitor may not see, have another one. Raises `UsageError` where the
    server has no reviews.
    """
    repository, visitor = _repository(service), service.visitor
    sees_all = not visitor.team or visitor.may("delete reviews")
    units = [to_dict(one.unit) for one in found.entries]
    for owner in ("", visitor.name):
        given = json.dumps([found.source_file, found.target_file, units, owner], sort_keys=True)
        name = sha256(given.encode()).hexdigest()[:16]
        try:
            known = repository.assignment(name)
        except UsageError:
            return name, True
        if sees_all or known.is_visible(visitor.name):
            break
    return name, known.stage != "units"


def _begin(service: Service, name: str, found: Bitext) -> None:
    if not _review_of(service, found)[1]:
        return  # somebody who asked at the same time was faster
    more = {"owner": service.visitor.name} if service.visitor.name else {}
    _repository(service).begin(name, [one.unit for one in found.entries], title=found.title, **more)
    service.trace.note(f"review {name}", units=counted(len(found.entries), "unit"))
