"""amaGama's protocol under `/tmserver/`, so that tools that speak it (Weblate, Virtaal, Pootle) need not be changed.

    GET  /tmserver/languages/                    {"sourceLanguages": [...], "targetLanguages": [...]}
    GET  /tmserver/<source>/<target>/unit/<text> [{"source", "target", "quality", "rank"}], best first
    GET  /tmserver/<source>/<target>/unit/?source=<text>      the same
    PUT, POST .../unit/<id>                      {"source", "target"} is added
    POST .../store/<id>                          a list of these is added
    PUT  .../store/<name>                        the units of a file are added

The text is everything after `/unit/`, slashes and line breaks included, which is why no router is used. Codes are those
of gettext, in upper or lower case: `zh_cn`, `zh_Hans`, `zh-CN`, `en`. A language that no unit has gives an empty list,
because clients query languages of their own choice while they are set up (Weblate: from en to de). Invalid parameters
are ignored, as amaGama does. `jsoncallback` is not supported: it would let any page in the browser read the memory.
"""

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from corpora.errors import DuiyiError, UsageError
from corpora.text.languages import base, checked_code, normalize
from corpora.text.plurals import counted
from tm.formats import format_of
from tm.jobs.import_file import ImportOptions
from tm.search.lookup import LookupOptions
from tm.server.authority import RESOURCES
from tm.server.errors import UNEXPECTED, http_status
from tm.server.executors import Executors
from tm.server.service import Service
from tm.store.filters import Filters
from tm.unit import Unit
from tm.web.uploads import clean_name
from tm.web.visitor import trace_of

__all__ = ["PREFIX", "Amagama"]

PREFIX = "/tmserver/"
_PLACE = re.compile(r"([^/]+)/([^/]+)/(unit|store)(?:/([\s\S]*))?")
_CANDIDATES = 5
_MOST = 500
_UNITS = 10_000  # in one list


class Amagama:
    """The ASGI application for everything below `PREFIX`."""

    def __init__(self, executors: Executors) -> None:
        """Run on ``executors``."""
        self._executors = executors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond; errors become a sentence."""
        service = Service(scope[RESOURCES], trace_of(scope))
        try:
            response = await _Exchange(service, self._executors).response(Request(scope, receive))
        except DuiyiError as error:
            response = _error(service.resources.without_paths(str(error)), http_status(error))
        except Exception:
            await _error(UNEXPECTED, 500)(scope, receive, send)
            raise  # for the log
        await response(scope, receive, send)


class _Exchange:
    """One request and its response."""

    def __init__(self, service: Service, executors: Executors) -> None:
        self._service = service
        self._executors = executors

    async def response(self, request: Request) -> Response:
        rest = request.scope["path"][len(PREFIX) :]
        method = "GET" if request.method == "HEAD" else request.method
        if rest in ("languages", "languages/"):
            return await self._languages() if method == "GET" else _error("this address only accepts GET", 405)
        place = _PLACE.fullmatch(rest)
        if place is None:
            return _error("this address does not exist; try /tmserver/languages/", 404)
        source_lang, target_lang = _code(place[1]), _code(place[2])
        if (
            source_lang is None
            or target_lang is None
            or source_lang == target_lang
            or not (await self._knows(source_lang) and await self._knows(target_lang))
        ):
            return _error("the address must name two different languages, such as zh_cn/en", 404)
        kind, name = place[3], place[4] or request.query_params.get("source", "")
        if not name.strip():
            return _error(f"the text after /{kind}/ is missing", 404)
        match (method, kind):
            case ("GET", "unit"):
                return await self._unit(request, name, source_lang, target_lang)
            case ("PUT" | "POST", "unit"):
                unit = await _json(request)
                await self._add([unit], source_lang, target_lang)
                return PlainTextResponse("")
            case ("POST", "store"):
                count = await self._add(await _json(request), source_lang, target_lang)
                return PlainTextResponse(f"added {counted(count, 'unit')} from {name}")
            case ("PUT", "store"):
                count = await self._import(request, name, source_lang, target_lang)
                return PlainTextResponse(f"added {counted(count, 'unit')} from {name}")
        return _error("this address does not accept that method", 405)

    async def _knows(self, code: str) -> bool:
        """True for a language of BCP 47 and for one that a memory has; only the language itself is compared."""
        try:
            checked_code(base(code))
        except UsageError:
            return base(code) in {base(one) for one in await self._executors.query(self._service.languages)}
        return True

    async def _languages(self) -> Response:
        """All languages, as source and as target, since a memory is searched in both directions."""
        names: dict[str, None] = {}
        for code in await self._executors.query(self._service.languages):
            names[code.replace("-", "_").lower()] = None
            names[base(code)] = None
            # As Weblate calls them.
            for script, region in (("zh_hans", "zh-CN"), ("zh_hant", "zh-TW")):
                if normalize(code) == region:
                    names[script] = None
        return JSONResponse({"sourceLanguages": list(names), "targetLanguages": list(names)})

    async def _unit(self, request: Request, text: str, source_lang: str, target_lang: str) -> Response:
        minimum = max(30, min(100, _number(request, "min_similarity") or 70))
        limit = max(1, min(_MOST, _number(request, "max_candidates") or _CANDIDATES))
        options = LookupOptions(minimum, limit, filters=Filters(source_lang=source_lang, target_lang=target_lang))

        def matches() -> list[dict[str, Any]]:
            available = {base(code) for code in self._service.languages()}
            if not {base(source_lang), base(target_lang)} <= available:
                return []
            return [
                {
                    "source": match.unit.source,
                    "target": match.unit.target,
                    "quality": float(min(100, match.score)),
                    "rank": float(min(100, match.score)),
                }
                for match in self._service.lookup(text, options)
            ]

        return JSONResponse(await self._executors.query(matches))

    async def _add(self, found: Any, source_lang: str, target_lang: str) -> int:
        self._service.resources.check_writable()
        if not isinstance(found, list) or len(found) > _UNITS:
            raise UsageError(f"the body must be a list of at most {_UNITS:,} units")
        units = []
        for one in found:
            source, target = (one.get("source"), one.get("target")) if isinstance(one, dict) else (None, None)
            if not isinstance(source, str) or not isinstance(target, str):
                raise UsageError('a unit must have the form {"source": "...", "target": "..."}')
            units.append(Unit(source, target, source_lang, target_lang))
        report = await self._executors.write(lambda: self._service.add(units))
        if report.left_out and len(units) == 1:
            raise UsageError(f"the unit was not added: {next(iter(report.left_out))}")
        return report.read - sum(report.left_out.values())

    async def _import(self, request: Request, name: str, source_lang: str, target_lang: str) -> int:
        self._service.resources.check_writable()
        format_of(clean_name(name))
        body = await request.body()

        def imported() -> int:
            from pathlib import Path

            with self._service.resources.upload_folder() as folder:
                path = Path(folder) / clean_name(name)
                path.write_bytes(body)
                report = self._service.import_file(path, ImportOptions(), source_lang, target_lang)
                left_out: int = sum(report["left_out"].values())
                return int(report["read"]) - left_out

        return await self._executors.long(imported)


def _error(message: str, status: int) -> Response:
    return JSONResponse({"message": message}, status, {"retry-after": "1"} if status in (423, 503) else None)


def _code(text: str) -> str | None:
    try:
        return normalize(text)
    except UsageError:
        return None


def _number(request: Request, name: str) -> int | None:
    try:
        return int(request.query_params.get(name, ""))
    except ValueError:
        return None


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise UsageError("the body is not valid JSON") from error
