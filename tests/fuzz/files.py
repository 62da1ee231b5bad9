"""Files of every kind that is read, written by hand from texts, so that their parts can be made hostile one by one.

They are not written with the project's writers, which would never write what other programs write.
"""

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

__all__ = [
    "DOCUMENTS", "GLOSSARIES", "ILLEGAL", "RELATIONS", "RELATIONSHIP", "UNITS", "Build", "Pairs", "docx", "package",
    "pdf", "xlsx",
]  # fmt: skip

#: Source and target texts; a document has one for each paragraph, from the sources.
Pairs = Sequence[tuple[str, str]]
Build = Callable[[Pairs], bytes]

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
ILLEGAL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535, *range(55296, 57344)))


def _xml(text: str) -> str:
    return escape(text.translate(ILLEGAL))


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of ``parts``."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, **parts: str) -> bytes:
    """A Word document of this ``body``, and of the parts that it is related to by their names."""
    related = "".join(f'<Relationship Id="{kind}" Type="{RELATIONSHIP}/{kind}" Target="{kind}.xml"/>' for kind in parts)
    return package(
        {
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": RELATIONS.format(related),
            **{f"word/{kind}.xml": f"<w:{kind} {_W}>{content}</w:{kind}>" for kind, content in parts.items()},
        }
    )


def pdf(pages: Sequence[str]) -> bytes:
    """A PDF of pages, each given as the operators that draw it; the font is /F."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for drawn in pages:
        packed = zlib.compress(drawn.encode("latin-1", "replace"))
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + head + table + trailer


def _text(pairs: Pairs) -> bytes:
    return "\n\n".join(source for source, _ in pairs).encode("utf-8", "surrogatepass")


def _html(pairs: Pairs) -> bytes:
    body = "".join(f"<p>{source}</p>\n" for source, _ in pairs)
    return f"<!DOCTYPE html><html><head><title>t</title></head><body>{body}</body></html>".encode("utf-8", "replace")


def _docx(pairs: Pairs) -> bytes:
    return docx("".join(f"<w:p><w:r><w:t>{_xml(source)}</w:t></w:r></w:p>" for source, _ in pairs))


def _pdf(pairs: Pairs) -> bytes:
    """A line of print for every 90 characters, 40 lines to a page."""
    lines = [source[at : at + 90] for source, _ in pairs for at in range(0, len(source), 90)]
    escaped = [line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for line in lines]
    shown = [f"BT /F 11 Tf 72 {780 - 18 * (n % 40)} Td ({line}) Tj ET\n" for n, line in enumerate(escaped)]
    return pdf(["".join(shown[at : at + 40]) for at in range(0, len(shown), 40)] or [""])


def _tmx(pairs: Pairs) -> bytes:
    units = "".join(
        f'<tu><tuv xml:lang="zh-CN"><seg>{_xml(source)}</seg></tuv>'
        f'<tuv xml:lang="en-US"><seg>{_xml(target)}</seg></tuv></tu>\n'
        for source, target in pairs
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4"><header creationtool="x" creationtoolversion="1" '
        'segtype="sentence" o-tmf="x" adminlang="en" srclang="zh-CN" datatype="plaintext"/>\n'
        f"<body>\n{units}</body></tmx>\n"
    ).encode()


def _xliff1(pairs: Pairs) -> bytes:
    units = "".join(
        f'<trans-unit id="{n}"><source>{_xml(source)}</source><target>{_xml(target)}</target></trans-unit>\n'
        for n, (source, target) in enumerate(pairs)
    )
    return (
        '<?xml version="1.0"?>\n<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="x" '
        f'source-language="zh-CN" target-language="en-US" datatype="plaintext"><body>\n{units}</body></file></xliff>\n'
    ).encode()


def _xliff2(pairs: Pairs) -> bytes:
    units = "".join(
        f'<unit id="u{n}"><segment><source>{_xml(source)}</source><target>{_xml(target)}</target></segment></unit>\n'
        for n, (source, target) in enumerate(pairs)
    )
    return (
        '<?xml version="1.0"?>\n<xliff version="2.1" xmlns="urn:oasis:names:tc:xliff:document:2.0" srcLang="zh-CN" '
        f'trgLang="en-US"><file id="f1">\n{units}</file></xliff>\n'
    ).encode()


def _tbx(pairs: Pairs) -> bytes:
    entries = "".join(
        f'<termEntry id="c{n}"><langSet xml:lang="zh-CN"><tig><term>{_xml(source)}</term></tig></langSet>'
        f'<langSet xml:lang="en-US"><tig><term>{_xml(target)}</term></tig></langSet></termEntry>\n'
        for n, (source, target) in enumerate(pairs)
    )
    return (
        f'<?xml version="1.0"?>\n<martif type="TBX" xml:lang="en"><text><body>\n{entries}</body></text></martif>\n'
    ).encode()


def _cell(text: str, comma: str) -> str:
    text = text.replace("\x00", "")
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in f'{comma}"\n\r') else text


def _table(comma: str) -> Build:
    def build(pairs: Pairs) -> bytes:
        rows = [("zh-CN", "en-US"), *pairs]
        return "".join(f"{_cell(a, comma)}{comma}{_cell(b, comma)}\n" for a, b in rows).encode("utf-8", "surrogatepass")

    return build


def _lines(head: str) -> Build:
    """A row for every pair, its cells separated by a tab, without quoting."""

    def build(pairs: Pairs) -> bytes:
        rows = (f"{' '.join(a.split())}\t{' '.join(b.split())}\n" for a, b in pairs)
        return (head + "".join(rows)).encode("utf-8", "surrogatepass")

    return build


def _jsonl(pairs: Pairs) -> bytes:
    languages = {"source_lang": "zh-CN", "target_lang": "en-US"}
    return "".join(json.dumps({"source": a, "target": b, **languages}) + "\n" for a, b in pairs).encode()


def _terms_jsonl(pairs: Pairs) -> bytes:
    entries = (
        {"id": f"c{n}", "terms": [{"text": a, "language": "zh-CN"}, {"text": b, "language": "en-US"}]}
        for n, (a, b) in enumerate(pairs)
    )
    return "".join(json.dumps(entry) + "\n" for entry in entries).encode()


def _po(pairs: Pairs) -> bytes:
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: en_US\\n"\n'
        '"X-Source-Language: zh_CN\\n"\n\n'
    )
    entries = (
        f"msgid {json.dumps(a, ensure_ascii=False)}\nmsgstr {json.dumps(b, ensure_ascii=False)}\n\n" for a, b in pairs
    )
    return (head + "".join(entries)).encode("utf-8", "replace")


def xlsx(pairs: Pairs) -> bytes:
    """A workbook of one sheet with both texts of each pair in a row, after a row with the languages."""
    rows = [("zh-CN", "en-US"), *pairs]
    cells = "".join(
        f'<row r="{n}">'
        + "".join(
            f'<c r="{column}{n}" t="inlineStr"><is><t>{_xml(text)}</t></is></c>'
            for column, text in zip("AB", row, strict=True)
        )
        + "</row>"
        for n, row in enumerate(rows, 1)
    )
    return package(
        {
            "xl/workbook.xml": f"<workbook {_S} xmlns:r={quoteattr(RELATIONSHIP)}><sheets>"
            '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": RELATIONS.format(
                f'<Relationship Id="r1" Type="{RELATIONSHIP}/worksheet" Target="worksheets/sheet1.xml"/>'
            ),
            "_rels/.rels": RELATIONS.format(
                f'<Relationship Id="r1" Type="{RELATIONSHIP}/officeDocument" Target="xl/workbook.xml"/>'
            ),
            "xl/worksheets/sheet1.xml": f"<worksheet {_S}><sheetData>{cells}</sheetData></worksheet>",
        }
    )


#: Documents by the ending of their name.
DOCUMENTS: Mapping[str, Build] = {"txt": _text, "md": _text, "html": _html, "docx": _docx, "pdf": _pdf}
#: Files of units by the ending of their name; the two versions of XLIFF by a name before the ending.
UNITS: Mapping[str, Build] = {
    "tmx": _tmx,
    "1.xlf": _xliff1,
    "2.xlf": _xliff2,
    "po": _po,
    "tbx": _tbx,
    "tsv": _table("\t"),
    "csv": _table(","),
    "jsonl": _jsonl,
    "xlsx": xlsx,
}
#: Glossaries by the ending of their name.
GLOSSARIES: Mapping[str, Build] = {
    "tbx": _tbx,
    "tsv": _table("\t"),
    "csv": _table(","),
    "xlsx": xlsx,
    "utf8": _lines(""),
    "utx": _lines("#UTX 1.20; zh-CN/en-US; 2020-01-01T00:00:00; copyright: x;\n#src\ttgt\n"),
    "jsonl": _terms_jsonl,
}
