"""reStructuredText as a page of HTML: docutils parses, its tree is written out here.

Sphinx has directives and roles that docutils does not know. An unknown directive is read as a box with its text, an
unknown role as its text (``:term:`the word <entry>``` is "the word"), and nothing is included from other files.

Source: the Docutils document tree (docutils.sourceforge.io/docs/ref/doctree.html).
"""

import re
from typing import Any

from corpora.errors import DamagedInput
from corpora.readers.conversion import Notes, dropped, heading, plain, tag, unwrapped
from corpora.text.numerals import to_letters, to_roman

__all__ = ["convert"]

_DIRECTIVE = re.compile(r"^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([a-zA-Z][\w:+.-]*)::(?=\s|$)", re.MULTILINE)
#: A line above a table of so many columns that docutils would take hours to read it; without it the text is plain.
_WIDE = re.compile(r"^[ \t]*(?:=++[ \t]++){300}[= \t]*$", re.MULTILINE)
_ROLE = re.compile(r":([a-zA-Z][\w:+.-]*):`")
#: Directives whose content is data and not text.
_SILENT = frozenset("toctree index automodule autoclass autofunction automethod literalinclude tabularcolumns "
                    "highlight currentmodule module default-domain program "
    "sectionauthor codeauthor graphviz plantuml mermaid "
                    "only-data bibliography".split())  # fmt: skip
#: Listings and formulas; Sphinx gives some of those that docutils knows options that it does not.
#: Directives whose argument is a condition or a class.
_UNTITLED = frozenset("only ifconfig cssclass rst-class".split())
_CODE = frozenset(
    "code-block code math sourcecode doctest testcode testoutput prompt productionlist parsed-code".split()
)
_DEEPEST = 100
_SETTINGS = {
    "file_insertion_enabled": False, "raw_enabled": False, "report_level": 3, "halt_level": 6, "warning_stream": False,
    "smart_quotes": False, "_disable_config": True, "line_length_limit": 10_000_000, "traceback": True,
    "input_encoding": "unicode", "language_code": "en",
}  # fmt: skip


def convert(text: str, name: str) -> str:
    """The reStructuredText ``text`` as one page of HTML."""
    from docutils.core import publish_doctree

    text = _WIDE.sub("", text)
    if _levels(text) > _DEEPEST:
        raise DamagedInput(f"{name} nests its parts too deeply to be read")
    _register(text)
    tree = publish_doctree(text, source_path=name, settings_overrides=_SETTINGS)
    writer = _Writer(tree)
    body = "".join(writer.write(one) for one in tree.children)
    return f"<html><body>{body}{writer.notes.html()}</body></html>"


def _levels(text: str) -> int:
    """How deep lines are indented in each other: docutils copies what is inside for each level."""
    levels, most = [0], 1
    for line in text.split("\n"):
        if inside := line.lstrip():
            indent = len(line) - len(inside)
            while levels and levels[-1] >= indent:
                levels.pop()
            levels.append(indent)
            most = max(most, len(levels))
    return most


def _register(text: str) -> None:
    """Make docutils read what it does not know: in its registry, for it has no other place."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives, roles
    from docutils.parsers.rst.languages import en as english

    class Box(Directive):  # type: ignore[misc]
        """A directive that docutils does not know."""

        has_content, optional_arguments, final_argument_whitespace = True, 100, True
        option_spec = _AnyOption()

        def run(self) -> list[Any]:
            if self.name in _SILENT:
                return [nodes.comment("", " ".join([*self.arguments, *self.content]))]
            content = "\n".join(self.content)
            if self.name in _CODE:
                caption = self.options.get("caption")
                return [*([nodes.paragraph("", caption)] if caption else []), nodes.literal_block(content, content)]
            box = nodes.container("")
            if self.arguments and self.name not in _UNTITLED:
                title = " ".join(self.arguments)
                # The names of functions and the like are code.
                box += nodes.literal_block(title, title) if ":" in self.name else nodes.paragraph("", title)
            self.state.nested_parse(self.content, self.content_offset, box)
            return [box]

    known = set(english.directives) | set(getattr(directives, "_directives", ()))
    for name in {match[1] for match in _DIRECTIVE.finditer(text)} - (known - _CODE):
        directives.register_directive(name, Box)
    known = set(english.roles) | set(getattr(roles, "_roles", ()))
    for name in {match[1] for match in _ROLE.finditer(text)} - known:
        roles.register_local_role(name, _role)


class _AnyOption(dict[str, Any]):
    """Accepts every option, as text."""

    def __getitem__(self, name: str) -> Any:
        return lambda argument: argument or ""

    def __bool__(self) -> bool:
        return True


def _role(role: str, raw: str, text: str, line: int, inliner: Any, options: Any = None, content: Any = None) -> Any:
    from docutils import nodes, utils

    shown = utils.unescape(text)
    before, _, target = shown.rpartition("<")
    title = before.rstrip() if target.find(">") == len(target) - 1 else ""
    shown = title or shown.lstrip("!~")
    return [nodes.inline(raw, shown)], []


class _Writer:
    """Writes the nodes of a docutils tree."""

    def __init__(self, tree: Any) -> None:
        from docutils import nodes

        self.notes = Notes()
        self._level = 0
        self._footnotes = {key: one for one in tree.findall(nodes.footnote) for key in one["ids"]}
        self._citations = {key: one for one in tree.findall(nodes.citation) for key in one["ids"]}

    def write(self, node: Any) -> str:
        """A block."""
        kind = type(node).__name__
        made = getattr(self, f"_{kind}", None)
        if made is not None:
            return str(made(node))
        if kind in _INLINE_BLOCKS:
            return f"<p>{self._inline(node)}</p>"
        if kind in _LEFT_OUT:
            return dropped(_LEFT_OUT[kind], node.astext())
        return self._children(node) if kind != "Text" else plain(node.astext())

    def _children(self, node: Any) -> str:
        """The blocks in a node, without the label of a note."""
        return "".join(self.write(one) for one in node.children if type(one).__name__ != "label")

    def _inline(self, node: Any) -> str:
        return unwrapped(self._raw_inline(node))

    def _raw_inline(self, node: Any) -> str:
        parts = []
        for one in node.children:
            kind = type(one).__name__
            if kind == "Text":
                parts.append(plain(one.astext()))
            elif kind == "footnote_reference":
                note = self._footnotes.get(one.get("refid", ""))
                parts[-1:] = [part.rstrip() for part in parts[-1:]]  # the syntax requires a space before it
                parts.append(
                    self._mark(note, one.astext()) if note is not None else f"<sup>{plain(one.astext())}</sup>"
                )
            elif kind == "superscript":
                parts.append(f"<sup>{self._raw_inline(one)}</sup>")
            elif kind == "image":
                parts.append(plain(one.get("alt", "")))
            elif kind != "system_message":
                parts.append(self._raw_inline(one))
        return "".join(parts)

    def _mark(self, note: Any, label: str) -> str:
        body = [self.write(one) for one in note.children if type(one).__name__ != "label"]
        note["written"] = True
        return self.notes.mark(body, label)

    def _document(self, node: Any) -> str:
        return self._children(node)

    def _section(self, node: Any) -> str:
        self._level += 1
        made = self._children(node)
        self._level -= 1
        return made

    def _title(self, node: Any) -> str:
        if type(node.parent).__name__ == "document":
            # docutils takes the only section of the highest level for the document; so it is that section's heading.
            return heading(self._inline(node), 1)
        if type(node.parent).__name__ != "section":
            return f"<p>{self._inline(node)}</p>"
        level = self._level + (type(node.document.children[0]).__name__ == "title")
        return heading(self._inline(node), level)

    def _topic(self, node: Any) -> str:
        listed = "contents" in node.get("classes", ())
        return dropped("table of contents", node.astext()) if listed else self._children(node)

    def _field(self, node: Any) -> str:
        """A field without a text is a setting of Sphinx."""
        name, body = node.children[0], node.children[-1]
        if not body.astext().strip():
            return dropped("front matter", name.astext())
        return f"<dl><dt>{self._inline(name)}</dt><dd>{self._children(body)}</dd></dl>"

    def _subtitle(self, node: Any) -> str:
        if type(node.parent).__name__ != "document":
            return f"<p>{self._inline(node)}</p>"
        return heading(self._inline(node), 2)

    def _bullet_list(self, node: Any) -> str:
        return f"<ul>{self._children(node)}</ul>"

    def _enumerated_list(self, node: Any) -> str:
        first, parts = int(node.get("start", 1)), []
        for at, item in enumerate(node.children):
            number = _ENUMERATORS.get(node.get("enumtype", ""), str)(first + at)
            marker = f"{node.get('prefix', '')}{number}{node.get('suffix', '.')}"
            parts.append(tag("li", self._children(item), marker=marker))
        return f"<ol>{''.join(parts)}</ol>"

    def _list_item(self, node: Any) -> str:
        return f"<li>{self._children(node)}</li>"

    def _definition_list(self, node: Any) -> str:
        return f"<dl>{self._children(node)}</dl>"

    def _term(self, node: Any) -> str:
        return f"<dt>{self._inline(node)}</dt>"

    def _definition(self, node: Any) -> str:
        return f"<dd>{self._children(node)}</dd>"

    def _literal_block(self, node: Any) -> str:
        return tag("pre", plain(node.astext()))

    _doctest_block = _math_block = _literal_block

    def _table(self, node: Any) -> str:
        return f"<table>{self._children(node)}</table>"

    def _row(self, node: Any) -> str:
        return f"<tr>{self._children(node)}</tr>"

    def _entry(self, node: Any) -> str:
        return f"<td>{self._children(node)}</td>"

    def _image(self, node: Any) -> str:
        return f"<p>{plain(node.get('alt', ''))}</p>"

    def _footnote(self, node: Any) -> str:
        """One that is not marked in the text; the others are written with their marks."""
        if node.get("written") or node.get("backrefs"):
            return ""
        return self._children(node)

    def _citation(self, node: Any) -> str:
        return self._children(node)

    def _substitution_definition(self, node: Any) -> str:
        return ""  # its text stands where it is used

    def _line(self, node: Any) -> str:
        return f"<p>{self._inline(node)}</p>"


_INLINE_BLOCKS = frozenset("paragraph caption attribution rubric field_name term_classifier inline reference".split())
_LEFT_OUT = {
    "comment": "comments", "docinfo": "front matter", "meta": "front matter",
    "raw": "markup", "system_message": "markup", "target": "markup",
    "pending": "markup", "label": "markup", "colspec": "markup", "transition": "markup",
}  # fmt: skip


_ENUMERATORS: dict[str, Any] = {
    "loweralpha": to_letters,
    "upperalpha": lambda number: to_letters(number).upper(),
    "lowerroman": to_roman,
    "upperroman": lambda number: to_roman(number).upper(),
}
