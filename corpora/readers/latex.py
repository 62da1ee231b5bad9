"""LaTeX as a page of HTML: sections, lists, tables, notes and prose; listings and displayed formulas as code.

pylatexenc parses; what a macro means for the text is decided here. Listings are taken out before, since they are not
LaTeX. Numbers that only TeX can know (``\\ref``, ``\\cite``) are left out and recorded.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, TypeAlias

from corpora.errors import DamagedInput
from corpora.readers.conversion import Notes, dropped, heading, plain, tag, unwrapped
from corpora.readers.latex_source import BRACKET, closed, with_definitions, with_listings

__all__ = ["convert"]

_LISTING_OPTIONS = re.compile(r"\A(?:[ \t]*\[[^\]\n]*\])?(?:[ \t]*\{[^}\n]*\})?[ \t]*\n")
_INLINE_CODE = re.compile(r"\\(?:lstinline|mintinline\{\w+\})(?:\[[^\]]{0,1000}\])?(\W)(.{0,1000}?)\1")
_THEOREM = re.compile(r"\\(?:newtheorem|declaretheorem(?:\[[^\]]{0,1000}\])?)\*?\{([A-Za-z]+)\}")
_OVERLAY = re.compile(r"(\\[A-Za-z]+)<[-+\d,.|]*>")  # of beamer: \item<1->
_BREAK = re.compile(r"\n[ \t]*\n\s*")
_QUOTED = re.compile(r"(?<![\w`])`([^`'\n]{1,200})'(?![\w'])")
_POWER = re.compile(r"(?<![\^])\^([-−+]?\d{1,3}|[a-z])(?![\w^])|\A_([\w+-]{1,3})\Z")
_NUMBER_GONE = re.compile(r"[ \u00a0]+((?:<span data-dropped=[^<>]*>[^<>]*</span>)+)(?=[.,;:!?)，。；：、）])")
#: The levels of headings; in a book or report, below \chapter, all but the first are one deeper.
_SECTIONS = {"part": 1, "chapter": 1, "section": 1, "subsection": 2, "subsubsection": 3, "paragraph": 4,
             "subparagraph": 5, "frametitle": 2, "framesubtitle": 3}  # fmt: skip
#: Macros and the arguments they have, all of which are settings and not text.
_SETTINGS = {
    "documentclass": "[{", "usepackage": "[{", "RequirePackage": "[{", "input": "{", "include": "{", "label": "{",
    "vspace": "*{", "hspace": "*{", "setlength": "{{", "addtolength": "{{", "setcounter": "{{", "addtocounter": "{{",
    "pagestyle": "{", "thispagestyle": "{", "pagenumbering": "{", "bibliographystyle": "{", "bibliography": "{",
    "addbibresource": "[{", "printbibliography": "[", "newcommand": "*{[[{", "renewcommand": "*{[[{",
    "providecommand": "*{[[{", "newenvironment": "*{[[{{", "renewenvironment": "*{[[{{", "newtheorem": "*{[{[",
    "theoremstyle": "{", "definecolor": "{{{", "color": "[{", "selectlanguage": "{", "includegraphics": "*[{",
    "graphicspath": "{", "hypersetup": "{", "geometry": "{", "setmainfont": "[{[", "setCJKmainfont": "[{[",
    "setsansfont": "[{[", "setmonofont": "[{[", "ctexset": "{", "lstset": "{", "linespread": "{", "fontsize": "{{",
    "hypertarget": "{", "phantomsection": "", "addcontentsline": "{{{", "markboth": "{{", "markright": "{",
    "titleformat": "*{[{{{{[", "titlespacing": "*{{{{", "cline": "{", "cmidrule": "[{", "arraystretch": "",
    "nocite": "{", "index": "{", "glossary": "{", "rule": "[{{", "raisebox": "{[[", "resizebox": "*{{",
    "scalebox": "{[", "rotatebox": "[{", "usetheme": "[{", "usecolortheme": "{", "setbeamertemplate": "{[[",
    "tableofcontents": "", "listoffigures": "", "listoftables": "", "maketitle": "", "noindent": "", "centering": "",
    "hline": "", "toprule": "[", "midrule": "[", "bottomrule": "[", "newpage": "", "clearpage": "", "cleardoublepage":
    "", "bigskip": "", "medskip": "", "smallskip": "", "columnwidth": "", "textwidth": "", "linewidth": "", "item": "[",
    "endhead": "", "endfirsthead": "", "endfoot": "", "endlastfoot": "", "tabularnewline": "", "captionsetup": "[{",
    "DeclareMathOperator": "*{{", "theoremsymbol": "{", "raggedright": "", "frontmatter": "", "mainmatter": "",
    "backmatter": "", "appendix": "", "protect": "", "strut": "", "hfill": "", "vfill": "", "date": "{", "author": "[{",
    "institute": "{", "allowbreak": "", "displaystyle": "", "cellcolor": "[{", "rowcolor": "[{",
    "setstretch": "{", "urlstyle": "{", "addplot": "[{", "hyphenation": "{", "def": "",
}  # fmt: skip
#: Macros that stand for a number which TeX computes.
_NUMBERS = {
    **dict.fromkeys("ref pageref eqref autoref cref Cref nameref vref".split(), "*{"),
    **dict.fromkeys("cite citep citet citeauthor citeyear parencite textcite autocite supercite".split(), "*[[{"),
}
#: Macros with text in an argument, counted from 0.
_TEXTS = {
    "href": ("{{", 1), "textcolor": ("[{{", 2), "colorbox": ("{{", 1), "fcolorbox": ("{{{", 2),
    "multirow": ("{[{[{", 4),
    "multicolumn": ("{{{", 2), "caption": ("*[{", 2), "parbox": ("[[[{{", 4), "foreignlanguage": ("{{", 1),
    "text": ("{", 0), "texorpdfstring": ("{{", 0), "uline": ("{", 0), "url": ("{", 0), "path": ("{", 0), "hl": ("{", 0),
    "nolinkurl": ("{", 0), "textquote": ("{", 0), "enquote": ("*{", 1), "gls": ("[{", 1), "hyperref": ("[{", 1),
    "emph": ("{", 0), "passthrough": ("{", 0), "makebox": ("[[{", 2), "framebox": ("[[{", 2), "mbox": ("{", 0),
    "fbox": ("{", 0), "underline": ("{", 0), "sout": ("{", 0), "st": ("{", 0), "textnormal": ("{", 0),
    "marginpar": ("[{", 1), "todo": ("[{", 1), "ruby": ("{{", 0), "hyperlink": ("{{", 1),
}  # fmt: skip
_ENVIRONMENTS = {
    "tabular": "[{", "tabular*": "{[{", "tabularx": "{[{", "tabulary": "{[{", "longtable": "[{", "array": "[{",
    "tabu": "{", "minipage": "[[[{", "figure": "[", "figure*": "[", "table": "[", "table*": "[", "wrapfigure": "[{[{",
    "multicols": "{", "thebibliography": "{", "frame": "[", "block": "{", "adjustbox": "{", "tcolorbox": "[",
    "alertblock": "{", "exampleblock": "{", "mdframed": "[",
    "itemize": "[", "enumerate": "[", "description": "[", "spacing": "{", "otherlanguage": "{", "Shaded": "",
}  # fmt: skip
_TABLES = frozenset("tabular tabular* tabularx tabulary longtable tabu array".split())
_LISTS = frozenset("itemize enumerate description compactitem compactenum inparaenum thebibliography".split())


#: Of siunitx: a number and its unit, either alone in some.
_MEASURES = {"SI": "[{[{", "qty": "[{{", "si": "[{", "unit": "[{", "num": "[{", "ang": "[{"}
_UNITS = {
    "metre": "m", "meter": "m", "gram": "g", "second": "s", "litre": "L", "liter": "L", "kelvin": "K", "ampere": "A",
    "volt": "V", "watt": "W", "joule": "J", "newton": "N", "pascal": "Pa", "hertz": "Hz", "ohm": "Ω", "mole": "mol",
    "degreeCelsius": "°C", "celsius": "°C", "degree": "°", "percent": "%", "hour": "h", "minute": "min", "day": "d",
    "tonne": "t", "hectare": "ha", "kilo": "k", "mega": "M", "giga": "G", "milli": "m", "micro": "µ", "centi": "c",
    "deci": "d", "hecto": "h", "nano": "n", "kilogram": "kg", "per": "/", "squared": "²", "cubed": "³",
}  # fmt: skip


#: A text, a block (a tuple), or a paragraph break.
_Piece: TypeAlias = str | tuple[str] | None


def convert(text: str, name: str) -> str:
    """The LaTeX ``text`` as one page of HTML. Raises `DamagedInput` where it cannot be read."""
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerError

    kept: list[str] = []

    def keep(content: str) -> str:
        kept.append(content)
        return f"\\duiyikept{{{len(kept) - 1}}}"

    def listing(environment: str, content: str) -> str:
        if environment in ("comment", "tikzpicture") or environment.startswith("filecontents"):
            return keep(dropped("comments" if environment == "comment" else "markup", content))
        return keep(tag("pre", plain(_LISTING_OPTIONS.sub("\n", content).strip("\n"))))

    text = re.sub("[\ue000-\ue002]", "", text)
    text = _OVERLAY.sub(r"\1", with_listings(text, listing))
    text = _INLINE_CODE.sub(lambda match: keep(plain(match[2])), text)
    preamble, begun, body = text.partition(r"\begin{document}")
    preamble, body = (preamble, body) if begun else ("", text)
    body, _, rest = body.partition(r"\end{document}")
    body = with_definitions(preamble + body, body)
    settings = dropped("preamble", re.sub(r"\\duiyikept\{\d+\}", "", f"{preamble} {rest}"))
    try:
        theorems = frozenset({*_THEOREM.findall(preamble + body), *_THEOREMS} - {*_ENVIRONMENTS, *_TABLES, *_MATH})
        writer = _Writer(kept, theorems, chapters=bool(re.search(r"\\(?:chapter|part)\b", body)))
        context = _context(theorems)
        writer.title(LatexWalker(closed(preamble), latex_context=context, tolerant_parsing=True))
        nodes = LatexWalker(closed(body), latex_context=context, tolerant_parsing=True).get_latex_nodes()[0]
        page = writer.blocks(nodes)
        page = writer.settled(writer.head + page).replace(BRACKET, "[")
    except (LatexWalkerError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise DamagedInput(f"{name} is not LaTeX that can be read: {str(error).partition(chr(10))[0][:120]}") from error
    return f"<html><body>{page}{writer.notes.html()}{settings}</body></html>"


@lru_cache(maxsize=16)
def _context(theorems: frozenset[str]) -> Any:
    from pylatexenc.latexwalker import get_default_latex_context_db
    from pylatexenc.macrospec import EnvironmentSpec, MacroSpec

    own = {**_SETTINGS, **_NUMBERS, **_MEASURES, **{name: spec for name, (spec, _) in _TEXTS.items()}}
    own |= dict.fromkeys(_SECTIONS, "*[{") | {
        "duiyikept": "{",
        "title": "[{",
        "footnote": "[{",
        "thanks": "{",
        "footnotetext": "[{",
    }
    own |= {"footnotemark": "[", "bibitem": "[{", "\\": "*[", "newline": "", "par": "", "textsuperscript": "{"}
    context = get_default_latex_context_db()
    context.add_context_category(
        "duiyi",
        prepend=True,
        macros=[MacroSpec(name, spec) for name, spec in own.items()],
        environments=[
            EnvironmentSpec(name, spec) for name, spec in {**dict.fromkeys(theorems, "["), **_ENVIRONMENTS}.items()
        ],
    )
    return context


class _Writer:
    """Writes nodes as HTML: `blocks` for what contains paragraphs, `inline` for the text of one."""

    def __init__(self, kept: list[str], theorems: frozenset[str], *, chapters: bool) -> None:
        self.notes = Notes()
        self.head = ""
        self._open_marks: list[str] = []  # \\footnotemark, as they stand in the page until their text comes
        self._later: list[str] = []
        self._kept = kept
        self._titled = theorems | _BOXES
        self._deeper = int(chapters)

    def title(self, walker: Any) -> None:
        """The title from the preamble; everything else there is settings."""
        found = ""
        for node in walker.get_latex_nodes()[0]:
            if getattr(node, "macroname", "") == "title":
                found = tag("p", self._argument(node, 1), title=1)
        self.head = found

    def blocks(self, nodes: Sequence[Any]) -> str:
        parts: list[str] = []
        text: list[str] = []

        def flush() -> None:
            content = _NUMBER_GONE.sub(r"\1", unwrapped("".join(text).strip()))
            text.clear()
            if content:
                parts.append(f"<p>{content}</p>")

        for node in nodes:
            for piece in self._pieces(node):
                if piece is None:
                    flush()
                elif isinstance(piece, str):
                    text.append(piece)
                else:
                    flush()
                    parts.append(piece[0])
        flush()
        return "".join(parts)

    def inline(self, nodes: Sequence[Any]) -> str:
        """The text of ``nodes`` as one paragraph."""
        found: list[str] = []
        for node in nodes:
            for piece in self._pieces(node):
                found.append(" " if piece is None else piece if isinstance(piece, str) else piece[0])
        return unwrapped("".join(found).strip())

    def _pieces(self, node: Any) -> list[_Piece]:
        """A text, a paragraph break (None) or a block (a tuple) each."""
        if node is None:
            return []
        kind = type(node).__name__
        if kind == "LatexCharsNode":
            return _split_paragraphs(_QUOTED.sub(r"‘\1’", node.chars))
        if kind == "LatexCommentNode":
            comment = (
                tag("span", plain(node.comment.strip("% ")), dropped="comments") if node.comment.strip("% ") else ""
            )
            return [comment, None] if _BREAK.search(node.comment_post_space) else [comment]
        if kind == "LatexGroupNode":
            return [piece for one in node.nodelist for piece in self._pieces(one)]
        if kind == "LatexMathNode":
            if node.displaytype == "display":
                return [(tag("pre", plain(_formula(node))),)]
            return [_POWER.sub(_raised, plain(_text_of(node).replace("^∘", "°")))]
        if kind == "LatexEnvironmentNode":
            return [(self._environment(node),)]
        if kind == "LatexSpecialsNode":
            return [None] if node.specials_chars.startswith("\n") else [_SPECIALS.get(node.specials_chars, "")
                    or plain(_text_of(node))]  # fmt: skip
        return self._macro(node)

    def _macro(self, node: Any) -> list[_Piece]:
        name = node.macroname.rstrip("*")
        after = " " if node.macro_post_space and name.isalpha() and not _arguments(node) else ""
        if name in _SECTIONS:
            content = self._argument(node, 2)
            level = _SECTIONS[name] + self._deeper * (name not in ("part", "chapter"))
            return [(heading(content, level),)] if content else [None]
        if name == "duiyikept":
            content = self._kept[int(_text_of(node.nodeargd.argnlist[0]))]
            return [(content,)] if content.startswith(("<pre", "<div")) else [content]
        if name in ("footnote", "thanks"):
            return [self.notes.mark(self.blocks([_arguments(node)[-1]]))]
        if name in ("footnotemark", "footnotetext"):
            return [self._apart(node, name)]
        if name == "title":
            self.head = self.head or tag("p", self._argument(node, 1), title=1)
            return [None]
        if name in ("\\", "newline", "tabularnewline"):
            return ["<br>"]
        if name == "par":
            return [None]
        if name == "caption":
            return [(f"<p>{self._argument(node, 2)}</p>",)]
        if name in _TEXTS:
            return [self._argument(node, _TEXTS[name][1])]
        if name in _MEASURES:
            number, unit = (self.inline(_arguments(node)[part]) for part in (slice(-2, -1), slice(-1, None)))
            return [f"{number} {unit}" if number and unit else number + unit]
        if name == "textsuperscript":
            return [f"<sup>{self._argument(node, 0)}</sup>"]
        if name in _NUMBERS:
            shown = " ".join(filter(None, (self.inline([one]) for one in _arguments(node))))
            return [tag("span", shown, dropped="references")]
        if name in ("author", "date", "institute"):
            return [(dropped("front matter", self._argument(node, -1)),)]
        if name in _SETTINGS or name == "bibitem":
            return [after]
        return [*self._unknown(node), after]

    def _unknown(self, node: Any) -> list[_Piece]:
        """A macro for a sign or an accent, or an unknown one, whose arguments are text."""
        if node.macroname in _UNITS:
            return [_UNITS[node.macroname]]
        if node.macroname in _SIGNS:
            return [plain(_SIGNS[node.macroname])]
        arguments = _arguments(node)
        if not arguments or node.macroname in _ACCENTS:
            return [plain(_text_of(node))]
        return [piece for one in arguments for piece in self._pieces(one)]

    def _apart(self, node: Any, name: str) -> str:
        """The mark of a note whose text is written elsewhere stands for it; a text without a mark is its own."""
        if name == "footnotemark":
            self._open_marks.append(f"\ue000{len(self._later)}\ue001")
            self._later.append("")
            return self._open_marks[-1]
        mark = self.notes.mark(self.blocks([_arguments(node)[-1]]))
        if not self._open_marks:
            return mark
        self._later[int(self._open_marks.pop(0)[1:-1])] = mark
        return ""

    def settled(self, page: str) -> str:
        """``page`` with the marks whose notes came later."""
        return re.sub("\ue000(\\d+)\ue001", lambda match: self._later[int(match[1])], page)

    def _argument(self, node: Any, place: int) -> str:
        arguments = node.nodeargd.argnlist if node.nodeargd is not None else []
        found = arguments[place] if -len(arguments) <= place < len(arguments) else None
        return self.inline([found]) if found is not None else ""

    def _environment(self, node: Any) -> str:
        name = node.environmentname
        if name in _TABLES:
            return self._table(node)
        if name.rstrip("*") in _MATH or node.nodelist is None:
            return tag("pre", plain(_formula(node)))
        if name in _LISTS:
            return self._list(node)
        title = self._argument(node, 0) if name in self._titled else ""
        if name in _FRAMES and (stated := _TITLE.search(_settings(node))):
            title = plain(stated[1] or stated[2])
        return (f"<p>{title}</p>" if title else "") + f"<div>{self.blocks(node.nodelist)}</div>"

    def _list(self, node: Any) -> str:
        numbered = node.environmentname in ("enumerate", "compactenum")
        items: list[list[Any]] = []
        labels: list[str] = []
        for one in node.nodelist:
            if getattr(one, "macroname", "") in ("item", "bibitem"):
                label = one.nodeargd.argnlist[0] if one.nodeargd is not None and one.nodeargd.argnlist else None
                labels.append(self.inline([label]) if label is not None and one.macroname == "item" else "")
                items.append([])
            elif items:
                items[-1].append(one)
        parts, count = [], 0
        for label, content in zip(labels, items, strict=True):
            count += not label
            marker = f"{count}." if numbered and not label else ""
            if label and node.environmentname == "description":
                parts.append(f"<dt>{label}</dt><dd>{self.blocks(content)}</dd>")
            else:
                own = label if numbered or any(map(str.isalnum, label)) else ""  # others are bullets
                parts.append(tag("li", self.blocks(content), marker=own or marker))
        return f"<ul>{''.join(parts)}</ul>"

    def _table(self, node: Any) -> str:
        """Cells are separated by &, rows by \\\\."""
        rows: list[list[list[Any]]] = [[[]]]
        for one in node.nodelist:
            if _is_row_end(one):
                rows.append([[]])
            elif getattr(one, "specials_chars", "") == "&":
                rows[-1].append([])
            else:
                rows[-1][-1].append(one)
        made = ["".join(f"<td>{self.blocks(cell)}</td>" for cell in row) for row in rows]
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in made)}</table>"


_SIGNS = {
    "LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "TeX": "TeX", "XeLaTeX": "XeLaTeX", "BibTeX": "BibTeX", "S": "§", "P": "¶",
    "copyright": "©", "textcopyright": "©", "textregistered": "®", "texttrademark": "™", "dag": "†", "ddag": "‡",
    "pounds": "£", "euro": "€", "texteuro": "€", "textbackslash": "\\", "textasciitilde": "~", "slash": "/",
    "textasciicircum": "^", "textbar": "|", "textless": "<", "textgreater": ">", "today": "", "textbullet": "•",
    "textunderscore": "_", "textsection": "§", "textellipsis": "…", "ldots": "…", "textquotesingle": "'",
}  # fmt: skip
_SPECIALS = {"~": " ", "&": " "}
_MATH = frozenset(
    "equation align eqnarray gather multline displaymath math flalign alignat split aligned cases matrix".split()
)
_BOXES = frozenset("block alertblock exampleblock".split())
_FRAMES = frozenset("tcolorbox mdframed framed".split())
_THEOREMS = frozenset(
    "theorem lemma proof corollary proposition definition example remark thm lem prop cor defn".split()
)
_TITLE = re.compile(r"\b(?:frame)?title\s*=\s*(?:\{([^{}]*)\}|([^,\]{}]*))")
_ACCENTS = frozenset("' ` ^ \" ~ = . u v H t c d b k r".split())


def _raised(match: re.Match[str]) -> str:
    return f"<sup>{match[1]}</sup>" if match[1] else match[2]


def _split_paragraphs(chars: str) -> list[_Piece]:
    found: list[str | tuple[str] | None] = []
    for at, part in enumerate(_BREAK.split(chars)):
        if at:
            found.append(None)
        found.append(plain(part))
    return found


def _arguments(node: Any) -> list[Any]:
    return [one for one in (node.nodeargd.argnlist if node.nodeargd is not None else []) or [] if one is not None]


def _settings(node: Any) -> str:
    first = next(iter(_arguments(node)), None)
    return "" if first is None else str(first.latex_verbatim())


def _formula(node: Any) -> str:
    """A displayed formula as text, one of its lines a line."""
    found = "".join("\n" if _is_row_end(one) else _text_of(one) for one in node.nodelist or () if one is not None)
    lines = (" ".join(line.replace("&", " ").split()) for line in found.split("\n"))
    return "\n".join(line for line in lines if line)


def _is_row_end(node: Any) -> bool:
    return getattr(node, "macroname", "") in ("\\", "tabularnewline", "cr")


@cache
def _converter() -> Callable[[Any], str]:
    from pylatexenc.latex2text import LatexNodes2Text

    converter = LatexNodes2Text(math_mode="text", strict_latex_spaces=True)
    return lambda node: str(converter.nodelist_to_text([node]))


def _text_of(node: Any) -> str:
    return _converter()(node)
