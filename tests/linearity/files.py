"""Files whose structure grows: nested elements, many attributes, tables, letters set one by one."""

from collections.abc import Callable
from random import Random

from tests.fuzz.files import DOCUMENTS, UNITS, package, pdf

__all__ = ["FILES"]

_Shape = Callable[[int], bytes]


def _within(build: Callable[[list[tuple[str, str]]], bytes], inside: Callable[[int], str]) -> _Shape:
    """The file of one unit, with raw code in the place of its source."""

    def make(size: int) -> bytes:
        return build([("MARK", "b")]).replace(b"MARK", inside(size).encode())

    return make


def _nested(start: str, end: str, most: int = 10**9) -> Callable[[int], str]:
    def make(size: int) -> str:
        levels = size // (len(start) + len(end))
        depth = min(levels, most)
        return ("".join(start for _ in range(depth)) + "a" + end * depth) * max(levels // depth, 1)

    return make


def _times(piece: str) -> Callable[[int], str]:
    return lambda size: piece * (size // len(piece) + 1)


def _counted(piece: str) -> Callable[[int], str]:
    return lambda size: "".join(piece.replace("#", str(n)) for n in range(size // len(piece)))


_HTML = {
    name: _within(DOCUMENTS["html"], inside)
    for name, inside in {
        "nested boxes": _nested("<div>", "</div>"),
        "boxes nested a hundred deep": _nested("<div>", "</div>", 100),
        "nested tables": _nested("<table><tr><td>", "</td></tr></table>"),
        "nested lists": _nested("<ul><li>", "</li></ul>"),
        "nested emphasis": _nested("<b>", "</b>"),
        "nested quotes": _nested("<blockquote>", "</blockquote>"),
        "open paragraphs": _times("<p>a"),
        "open emphasis": _times("<b>a"),
        "open cells": _times("<td>a"),
        "rows": _times("<tr><td>a</td><td>b</td></tr>"),
        "cells": _times("<td>a</td>"),
        "cells of one row": lambda size: "<table><tr>" + "<td>a</td>" * (size // 10) + "</tr></table>",
        "items": _times("<li>a</li>"),
        "line breaks": _times("a<br>"),
        "headings": _times("<h2>a</h2>"),
        "links": _times('<a href="#b">a</a> '),
        "notes": _counted('a<sup><a href="#n#" id="r#">#</a></sup><p id="n#"><a href="#r#">#</a> b</p>'),
        "attributes": lambda size: "<p " + " ".join(f'a{n}="b"' for n in range(size // 8)) + ">a</p>",
        "boxes of links": _times('<div><a href="b">c</a></div>'),
        "boxes of text": _times("<div>This is a sentence of the text, with a comma.</div>"),
        "one class": _times('<div class="note">a</div>'),
        "comments": _times("<!-- a -->"),
        "entities": _times("&nbsp;"),
        "superscripts": _times("a<sup>2</sup>"),
        "soft breaks": _times("a<wbr>"),
        "code": _times("<pre>a\n</pre>"),
        "definitions": _times("<dl><dt>a</dt><dd>b</dd></dl>"),
    }.items()
}

_TMX_INSIDE = {
    "nested codes": _nested('<bpt i="1"><sub>', "</sub></bpt>", 60),
    "codes nested in one": lambda size: "".join(
        "<ph>a<sub>b<ph>c<sub>d</sub></ph></sub></ph>" for _ in range(size // 44)
    ),
    "nested emphasis": _nested("<hi>", "</hi>", 200),
    "codes": _times('<ph x="1">&lt;b&gt;</ph>a'),
    "pairs of codes": _counted('<bpt i="#">b</bpt>a<ept i="#">b</ept>'),
    "codes that are open": _counted('<bpt i="#">b</bpt>a'),
    "attributes of a code": lambda size: "<ph " + " ".join(f'a{n}="b"' for n in range(size // 8)) + "/>a",
    "codes that are closed": _counted('<ept i="#">b</ept>a'),
}
_XLIFF_INSIDE = {
    "nested groups": _nested('<g id="1">', "</g>", 200),
    "nested codes": _nested('<ph id="1"><sub>', "</sub></ph>", 60),
    "groups": _counted('<g id="#">a</g>'),
    "codes": _counted('<x id="#"/>a'),
    "marks": _counted('<mrk mtype="seg" mid="#">a</mrk>'),
}
_XLIFF2_INSIDE = {
    "nested pairs": _nested('<pc id="1">', "</pc>", 200),
    "pairs": _counted('<pc id="#">a</pc>'),
    "codes": _counted('<ph id="#"/>a'),
    "starts": _counted('<sc id="#"/>a'),
    "ends": _counted('<ec startRef="#"/>a'),
}


def _letters(size: int) -> bytes:
    chance = Random(2)
    return pdf(
        [
            "".join(
                f"BT /F 3 Tf {chance.random() * 560:.2f} {chance.random() * 700:.2f} Td (abcd) Tj ET\n"
                for _ in range(size // 40)
            )
        ]
    )


def _drawn(step: tuple[float, float], text: str, size_of_type: int = 8) -> _Shape:
    """A page of pieces, set one after the other in rows of that step."""

    def make(size: int) -> bytes:
        wide, high = step
        columns = max(int(560 / wide), 1)
        return pdf(
            [
                "".join(
                    f"BT /F {size_of_type} Tf {20 + wide * (n % columns):.1f} {800 - high * (n // columns):.1f} "
                    f"Td ({text}) Tj ET\n"
                    for n in range(size // 40)
                )
            ]
        )

    return make


_PDF: dict[str, _Shape] = {
    "words set anywhere": _letters,
    "columns of numbers": _drawn((40, 9), "12345"),
    "words one by one": _drawn((25, 9), "word"),
    "letters one by one": _drawn((5, 9), "w"),
    "short lines": _drawn((500, 2), "A short line"),
    "letters in one place": _drawn((0.01, 900), "w"),
    "pages": lambda size: pdf([f"BT /F 11 Tf 72 700 Td (Page {n} of the text) Tj ET" for n in range(size // 400)]),
}
_DOCX_INSIDE = {
    "runs": _times("</w:t></w:r><w:r><w:t>a"),
    "paragraphs": _times("</w:t></w:r></w:p><w:p><w:r><w:t>a"),
    "nested tables": lambda size: (
        "</w:t></w:r></w:p>"
        + "<w:tbl><w:tr><w:tc>" * min(size // 60, 60)
        + "<w:p/>"
        + "</w:tc></w:tr></w:tbl>" * min(size // 60, 60)
        + "<w:p><w:r><w:t>a"
    ),
    "rows": lambda size: (
        "</w:t></w:r></w:p><w:tbl>"
        + "<w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr>" * (size // 60)
        + "</w:tbl><w:p><w:r><w:t>a"
    ),
    "breaks": _times("</w:t><w:br/><w:t>a"),
    "notes": _counted('</w:t><w:footnoteReference w:id="#"/><w:t>a'),
    "list items": _times(
        '</w:t></w:r></w:p><w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>a'
    ),
}


def _strings(size: int) -> bytes:
    """A workbook whose cells point to shared strings."""
    count = size // 40
    names = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{n}</v></c><c r="B{n}" t="s"><v>{n + 1}</v></c></row>'
        for n in range(1, count)
    )
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return package(
        {
            "xl/workbook.xml": f'<workbook xmlns="{names}" xmlns:r="{kind}"><sheets>'
            '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
            f'Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{names}"><sheetData>{rows}</sheetData></worksheet>',
            "xl/sharedStrings.xml": f'<sst xmlns="{names}">'
            + "<si><t>甲</t></si><si><t>word</t></si>" * count
            + "</sst>",
        }
    )


def _cues_of_one_time(size: int) -> bytes:
    cue = "#\n00:00:01,000 --> 00:00:02,000\n这是第#句话。\nThis is line #.\n\n"
    return "".join(cue.replace("#", str(n)) for n in range(size // 2)).encode()


def _paragraphs_of_two_cells(size: int) -> bytes:
    cells = (
        "<td>" + "<p>每晚点灯</p>" * (size // 20) + "</td><td>" + "<p>The lamps are lit.</p>" * (size // 20) + "</td>"
    )
    return f"<html><body><table><tr>{cells}</tr></table></body></html>".encode()


FILES: dict[tuple[str, str], dict[str, _Shape]] = {
    ("bilingual", "srt"): {"cues of one time": _cues_of_one_time},
    ("bilingual", "html"): {"paragraphs of two cells": _paragraphs_of_two_cells},
    ("document", "tex"): {
        "options that are open": lambda size: b"\\newcommand{\\q}[2][x]{#1#2}\n" + b"\\q[" * size,
        "code that is open": lambda size: b"\\lstinline[" * size,
        "listings that are open": lambda size: b"\\begin{verbatim}" * (size // 16),
        "arguments that are open": lambda size: b"\\section[" * (size // 9),
    },
    ("document", "html"): _HTML,
    ("document", "pdf"): _PDF,
    ("document", "docx"): {name: _within(DOCUMENTS["docx"], inside) for name, inside in _DOCX_INSIDE.items()},
    ("units", "tmx"): {
        **{name: _within(UNITS["tmx"], inside) for name, inside in _TMX_INSIDE.items()},
        "units that are open": _within(UNITS["tmx"], _times("<tu><tuv><seg>a</seg></tuv>")),
        "properties": lambda size: UNITS["tmx"]([("a", "b")]).replace(
            b"<tu>", b"<tu>" + b"".join(b'<prop type="x-%d">a</prop>' % n for n in range(size // 30))
        ),
        "properties of one type": lambda size: UNITS["tmx"]([("a", "b")]).replace(
            b"<tu>", b"<tu>" + b'<prop type="x">a</prop>' * (size // 24)
        ),
        "notes": lambda size: UNITS["tmx"]([("a", "b")]).replace(b"<tu>", b"<tu>" + b"<note>a</note>" * (size // 14)),
        "languages": lambda size: UNITS["tmx"]([("a", "b")]).replace(
            b"<tu>", b"<tu>" + b'<tuv xml:lang="fr"><seg>a</seg></tuv>' * (size // 40)
        ),
        "an open comment": lambda size: UNITS["tmx"]([("a", "b")] * (size // 90)).replace(b"<tu>", b"<!-- <tu>", 2),
        "open comments": lambda size: UNITS["tmx"]([("a", "b")] * (size // 90)).replace(b"<tu>", b"<!-- <tu>"),
        "control characters": lambda size: UNITS["tmx"]([("aX", "b")] * (size // 90)).replace(b"X", b"\x02"),
    },
    ("units", "1.xlf"): {name: _within(UNITS["1.xlf"], inside) for name, inside in _XLIFF_INSIDE.items()},
    ("units", "2.xlf"): {name: _within(UNITS["2.xlf"], inside) for name, inside in _XLIFF2_INSIDE.items()},
    ("units", "xlsx"): {"shared strings": _strings},
    ("units", "jsonl"): {
        "lists in lists": lambda size: b"[" * size + b"\n",
        "digits": lambda size: b'{"source": ' + b"1" * size + b"}\n",
        "keys": lambda size: (
            "{" + ",".join(f'"k{n}": 1' for n in range(size // 10)) + ', "source": "a", "target": "b"}\n'
        ).encode(),
    },
    ("terms", "xlsx"): {"shared strings": _strings},
    ("terms", "csv"): {
        "columns": lambda size: (",".join(["zh-CN", "en-US"] * (size // 12)) + "\n" + "a,b," * (size // 12)).encode(),
        "one concept": lambda size: (
            "id,zh-CN,en-US\n" + "".join(f"1,甲{n},a{n}\n" for n in range(size // 12))
        ).encode(),
    },
}
