"""Documents of the other types that are read, built from texts as `tests.fuzz.files` does."""

from collections.abc import Mapping
from io import BytesIO
from itertools import cycle
from xml.sax.saxutils import escape

from tests.fuzz.files import ILLEGAL, RELATIONS, RELATIONSHIP, Build, Pairs, package, xlsx

__all__ = ["MORE_DOCUMENTS"]

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_PPTX = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="{RELATIONSHIP}"'
)


def _xml(text: str) -> str:
    return escape(text.translate(ILLEGAL))


def _sources(pairs: Pairs) -> list[str]:
    return [source for source, _ in pairs]


def _mixed(*forms: str) -> Build:
    """A text in which each source takes the next of ``forms``, with its number for # and itself for @."""

    def build(pairs: Pairs) -> bytes:
        parts = zip(_sources(pairs), cycle(forms), strict=False)
        found = [form.replace("#", str(n)).replace("@", text) for n, (text, form) in enumerate(parts)]
        return "\n\n".join([forms[0].replace("@", "开头"), *found]).encode("utf-8", "surrogatepass")

    return build


def _epub(pairs: Pairs) -> bytes:
    texts = _sources(pairs)
    chapters = {
        f"OEBPS/c{n}.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body>'
        f'<h1 id="h">Chapter {n}</h1><p>{_xml(text)}<a href="c0.xhtml#h">1</a></p></body></html>'
        for n, text in enumerate(texts)
    }
    items = "".join(
        f'<item id="i{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(texts))
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(texts)))
    return package(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/p.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
            "OEBPS/p.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><manifest>'
            f"{items}</manifest><spine>{spine}</spine></package>",
            **chapters,
        }
    )


def _odf(kind: str, body: str) -> bytes:
    spaces = " ".join(f'xmlns:{name}="{_ODF}{name}:1.0"' for name in ("office", "text", "table", "draw", "style"))
    styles = '<text:list-style style:name="L"><text:list-level-style-number text:level="1"/></text:list-style>'
    return package(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {spaces}><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
            "</office:document-content>",
            "styles.xml": f"<office:document-styles {spaces}/>",
            "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:x"/>',
        }
    )


def _odt(pairs: Pairs) -> bytes:
    forms = (
        '<text:h text:outline-level="1">@</text:h>', "<text:p>@<text:s text:c='3'/><text:tab/></text:p>",
        '<text:list text:style-name="L"><text:list-item><text:p>@</text:p></text:list-item></text:list>',
        '<table:table><table:table-row table:number-rows-repeated="2"><table:table-cell '
        'table:number-columns-repeated="2"><text:p>@</text:p></table:table-cell></table:table-row></table:table>',
        '<text:p>@<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
        "<text:p>@</text:p></text:note-body></text:note></text:p>",
    )  # fmt: skip
    parts = zip(_sources(pairs), cycle(forms), strict=False)
    return _odf("text", "".join(form.replace("@", _xml(text)) for text, form in parts))


def _odp(pairs: Pairs) -> bytes:
    pages = (
        f"<draw:page><draw:frame><draw:text-box><text:p>{_xml(text)}</text:p></draw:text-box></draw:frame></draw:page>"
        for text in _sources(pairs)
    )
    return _odf("presentation", "".join(pages))


def _ods(pairs: Pairs) -> bytes:
    rows = "".join(
        f"<table:table-row><table:table-cell><text:p>{_xml(text)}</text:p></table:table-cell></table:table-row>"
        for text in _sources(pairs)
    )
    return _odf("spreadsheet", f'<table:table table:name="s">{rows}</table:table>')


def _pptx(pairs: Pairs) -> bytes:
    texts = _sources(pairs)
    slides = {
        f"ppt/slides/s{n}.xml": f'<p:sld {_PPTX}><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type="title"/>'
        f"</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>Slide {n}</a:t></a:r></a:p></p:txBody></p:sp><p:sp><p:txBody>"
        f'<a:p><a:pPr lvl="1"/><a:r><a:t>{_xml(text)}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>'
        for n, text in enumerate(texts)
    }
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(len(texts)))
    related = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONSHIP}/slide" Target="slides/s{n}.xml"/>' for n in range(len(texts))
    )
    return package(
        {
            "ppt/presentation.xml": f"<p:presentation {_PPTX}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": RELATIONS.format(related),
            **slides,
        }
    )


def _rtf(pairs: Pairs) -> bytes:
    """Chinese as \\u, one paragraph in a table, one with a footnote, one as the bytes of a font of GB 2312."""
    forms = (
        "\\pard {}\\par\n", "\\trowd\\cellx900\\cellx1800\\pard\\intbl {}\\cell {}\\cell\\row\n",
        "\\pard\\b {}{{\\footnote {}}}\\b0\\par\n",
        "{{\\*\\generator x}}{{\\field{{\\*\\fldinst HYPERLINK}}{{\\fldrslt {}}}}}\\par\n",
    )  # fmt: skip
    parts = zip(_sources(pairs), cycle(forms), strict=False)
    body = "".join(form.format(*[_rtf_text(text)] * 2) for text, form in parts)
    return ("{\\rtf1\\ansi\\ansicpg936\\uc1\\deff0{\\fonttbl{\\f0\\fcharset134 S;}}\n" + body + "}").encode("ascii")


def _rtf_text(text: str) -> str:
    written = []
    for sign in text:
        code = ord(sign)
        written.append(sign if 32 <= code < 127 else f"\\u{code if code < 32768 else code - 65536}?")
    return (
        "".join(written) if len(text) % 2 else "\\'b5\\'da" + "".join(written).replace("{", "\\{").replace("}", "\\}")
    )


def _subtitles(head: str, form: str) -> Build:
    def build(pairs: Pairs) -> bytes:
        cues = (
            form.format(n=n, start=f"00:00:{n:02}", end=f"00:00:{n + 1:02}", text=text)
            for n, text in enumerate(_sources(pairs), 1)
        )
        return (head + "".join(cues)).encode("utf-8", "surrogatepass")

    return build


_ASS = (
    "[Script Info]\nTitle: x\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


def _picture(_: Pairs) -> bytes:
    from PIL import Image

    buffer = BytesIO()
    Image.new("L", (8, 8)).save(buffer, "PNG")
    return buffer.getvalue()


#: Documents by the ending of their name.
MORE_DOCUMENTS: Mapping[str, Build] = {
    "epub": _epub,
    "odt": _odt,
    "odp": _odp,
    "ods": _ods,
    "pptx": _pptx,
    "rtf": _rtf,
    "xlsx": xlsx,
    "srt": _subtitles("", "{n}\n{start},000 --> {end},500\n<i>{text}</i>\n\n"),
    "vtt": _subtitles("WEBVTT\n\nSTYLE\n::cue {{}}\n\n", "{n}\n{start}.000 --> {end}.500 align:start\n<v A>{text}\n\n"),
    "ass": _subtitles(_ASS, "Dialogue: 0,0:{start},0:{end},D,,0,0,0,,{{\\i1}}{text}\\Nb\n"),
    "markdown": _mixed("# @\n", "@ **@** [a](b) `c`", "- @\n  - @", "> @", "| a | b |\n|---|---|\n| @ | c |",
                       "```\n@\n```", "1. @[^#]\n\n[^#]: @", "<div>@</div>"),
    "adoc": _mixed("= @\n:a: b", "== @\n\n@ *@* _@_ link:a[b] footnote:[@]", "* @\n** @", "NOTE: @",
                   "|===\n|@ |@\n|===", "----\n@\n----", "ifdef::a[]\n@\nendif::[]", "<<a,@>> {a}"),
    "rst": _mixed("@\n====", "@ **@** ``@`` `a <b>`__", "* @\n\n  * @", ".. note::\n   @", "::\n\n  @",
                  ".. list-table::\n\n   * - @\n     - b", "@ [#]_\n\n.. [#] @", "#. @"),
    "tex": _mixed("\\documentclass{article}\\begin{document}\\section{@}", "@ \\textbf{@} \\footnote{@} $a_{1}$",
                  "\\begin{itemize}\\item @\\end{itemize}", "\\begin{tabular}{ll}@ & b\\\\\\end{tabular}",
                  "\\newcommand{\\a}[1]{@ #1}\\a{@}", "\\begin{verbatim}@\\end{verbatim}", "% @\n\\label{a}\\ref{a}"),
    "png": _picture,
}  # fmt: skip
