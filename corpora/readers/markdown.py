"""Markdown as a page of HTML: CommonMark with tables, footnotes, definitions, formulas, admonitions and front matter.

markdown-it-py parses. Its tokens are written out here and not by its renderer, because the text has to lose what
neither prints: front matter, comments, statements and components of MDX, tags of site generators, and asterisks beside
Chinese punctuation, which CommonMark does not accept as emphasis (``**注意：**请``).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from corpora.readers.conversion import dropped, plain, tag, unwrapped

__all__ = ["convert"]

_FRONT = re.compile(r"^(title|subtitle|description|summary)[ \t]*[:=][ \t]*(?![|>&*\[{])(\S.*)$", re.MULTILINE)
_TOML = re.compile(r"\A\s*\+\+\+[ \t]*\n((?:.*\n){0,200}?)\+\+\+[ \t]*\n")  # front matter of Hugo
_WIKI = re.compile(r"\[\[(?:[^\[\]|\n]*\|)?([^\[\]|\n]+)\]\]")
_KEY = re.compile(r"^[\w-]+[ \t]*[:=]", re.MULTILINE)
_ATTRIBUTES = re.compile(r"(?:(?<![ \t])[ \t]+)?\{[:#.][^{}\n]*\}[ \t]*+(?=\n|$)")  # {#anchor .class}, {: .class}
_GENERATED = re.compile(r"\{%.{0,1000}?%\}|\{\{(?:&lt;|%).{0,1000}?(?:&gt;|%)\}\}", re.DOTALL)  # Jekyll, Hugo; escaped
_STATEMENTS = re.compile(  # of MDX: imports over one or more lines, then exports up to the end of the paragraph
    r"""(?:import\s(?:[\w\s{},*$]{1,2000}\sfrom\s{0,99})?['"][^'"\n]+['"];?\s*)*"""
    r"""(?:export\s+(?:const|default|function|let|async|class)\b.*?[;})\]'"\w])?\s*""",
    re.DOTALL,
)
_REMARK = re.compile(r"\{/\*(.{0,2000}?)\*/\}", re.DOTALL)  # a comment of MDX
_CONTENTS = re.compile(r"\[\[?_?toc_?\]\]?|\$\{toc\}|@\[toc\]", re.IGNORECASE)
_ALERT = re.compile(r"\[!\w+\][+-]?[ \t]*")
_DIRECTIVE = re.compile(r"\{([\w:-]+)\}[ \t]*(.*)")  # MyST: ```{note} Title
_CODE_DIRECTIVES = frozenset(
    "code code-block code-cell sourcecode math eval-rst literalinclude toctree mermaid".split()
)
_OPTION = re.compile(r"\A(?:[ \t]*:[\w-]+:[^\n]*\n)+|\A---\n.*?\n---\n", re.DOTALL)
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_STARS = re.compile(r"(\*\*|__)(?=\S)([^*_\n]+?)(?<=\S)\1")
_TAB = re.compile(r'^( *)===[+!]? "([^"\n]+)"[ \t]*$', re.MULTILINE)  # of Material for MkDocs
_LABEL = re.compile(r"""<[A-Z]\w*\s[^<>]*?\b(?:label|title|summary)=["']([^"'<>]+)["'][^<>]*>""")  # of components
_TASK = re.compile(r"\[[ xX]\][ \t]+")
_RAISED = re.compile(r"(?<=\w)\^([^\s^~]{1,8})\^|(?<=\w)~([^\s^~]{1,8})~(?!~)")
_MARKED = re.compile(r"(?<![A-Za-z0-9=+])(==|\+\+)(?=[^\s=+])([^\n]{0,500}?[^\s=+])\1(?![A-Za-z0-9=+])")
_BADGE = re.compile(
    r"badge|shields\.io|travis-ci|codecov|coveralls|appveyor|circleci|readthedocs\.org/projects", re.IGNORECASE
)
_MISSING = 2_000  # cells of a table for which the rows say nothing; a few hundred bytes may ask for 65,536
_DEEPEST = 10  # directives within directives


def convert(text: str, name: str) -> str:
    """The Markdown ``text`` as one page of HTML."""
    text = _TAB.sub(r'\1!!! tab "\2"', _TOML.sub(r"---\n\1---\n", text))
    return f"<html><body>{_page(text, 0)}</body></html>"


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.admon import admon_plugin
    from mdit_py_plugins.container import container_plugin
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    # The package has a function of the same name.
    import_module("markdown_it.rules_block.table").MAX_AUTOCOMPLETED_CELLS = _MISSING  # type: ignore[attr-defined]
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.use(front_matter_plugin).use(footnote_plugin).use(deflist_plugin).use(admon_plugin)
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    return parser.use(container_plugin, name="box", validate=lambda info, *_: True)


def _page(text: str, depth: int) -> str:
    parts: list[str] = []
    tokens = _parser().parse(text)
    contents = set(_contents(tokens))
    for at, token in enumerate(tokens):
        if at in contents:
            parts.append(dropped("table of contents", " ".join(one.content for one in token.children or ())))
            continue
        make = _BLOCKS.get(token.type)
        if token.type == "inline":
            # The title of a box that has none of its own is the name of its kind.
            named = tokens[at - 1].type == "admonition_title_open" and '"' not in tokens[at - 2].info
            parts.append("" if named else _paragraph(token, tokens[at - 1]))
        elif token.type == "fence":
            parts.append(_fence(token, depth))
        elif make is not None:
            parts.append(make(token))
        elif token.tag and token.nesting and not token.hidden:
            parts.append(f"<{token.tag}>" if token.nesting > 0 else f"</{token.tag}>")
    return "".join(parts)


def _contents(tokens: Sequence[Any]) -> Iterator[int]:
    """The positions of the items of lists that hold nothing but links to places of the page, three or more."""
    items: list[int] = []
    all_links = True
    for at, token in enumerate(tokens):
        if token.type in ("bullet_list_open", "ordered_list_open") and token.level == 0:
            items, all_links = [], True
        elif token.type == "inline":
            items.append(at)
            shown = [one for one in token.children or () if one.type != "text" or one.content.strip()]
            inside = bool(shown) and shown[0].type == "link_open" and shown[-1].type == "link_close"
            all_links &= inside and str(shown[0].attrGet("href") or "").startswith("#")
        elif token.type in ("bullet_list_close", "ordered_list_close") and token.level == 0:
            if all_links and len(items) >= 3:
                yield from items
            items = []


def _front(token: Any) -> str:
    """The title and the description are text; the rest of the front matter is data."""
    content = str(token.content)
    if not _KEY.search(content):
        return _page(content, 0)  # text between two rules
    values = [(match[1], match[2].strip().strip("'\"")) for match in _FRONT.finditer(content)]
    rest = dropped("front matter", _FRONT.sub("", content))
    return "".join(tag("p", plain(value), title=key == "title") for key, value in values) + rest


def _item(token: Any) -> str:
    return f'<li data-marker="{plain(token.info + token.markup)}">' if token.info else "<li>"


def _title_of_admonition(token: Any) -> str:
    """A word that only repeats the kind of the box is not text."""
    kind, _, title = str(token.info).strip().partition(" ")
    title = (title or re.sub(r"\A[^\[]*\[?|\][^\]]*\Z", "", kind) if "[" in kind else title).strip().strip('"')
    return f"<div><p>{plain(title)}</p>" if title and not title.startswith("{") else "<div>"


def _html(token: Any) -> str:
    content = str(token.content)
    comments = "".join(dropped("comments", one) for one in _COMMENT.findall(content))
    return comments + _LABEL.sub(r"<p>\1</p>\g<0>", _COMMENT.sub("", content))


_BLOCKS: dict[str, Callable[[Any], str]] = {
    "front_matter": _front,
    "list_item_open": _item,
    "container_box_open": _title_of_admonition,
    "html_block": _html,
    "code_block": lambda token: tag("pre", plain(token.content)),
    "math_block": lambda token: tag("pre", plain(token.content.strip("\n"))),
    "math_block_label": lambda token: tag("pre", plain(token.content.strip("\n"))),
    "amsmath": lambda token: tag("pre", plain(token.content.strip("\n"))),
    "footnote_open": lambda token: f'<div id="duiyi-note-{token.meta["id"]}" class="footnote">',
    "footnote_close": lambda token: "</div>",
    "admonition_title_open": lambda token: "<p>",
    "hr": lambda token: "",
}


def _fence(token: Any, depth: int) -> str:
    """A listing; in MyST some fences are boxes of text."""
    found = _DIRECTIVE.fullmatch(str(token.info).strip())
    if found is None or found[1] in _CODE_DIRECTIVES or depth == _DEEPEST:
        return tag("pre", plain(token.content))
    title = f"<p>{plain(found[2])}</p>" if found[2] and found[1] not in ("image", "include") else ""
    return f"<div>{title}{_page(_OPTION.sub('', token.content), depth + 1)}</div>"


def _paragraph(token: Any, before: Any) -> str:
    """The text of a paragraph, heading or cell."""
    content = str(token.content).strip()
    if _CONTENTS.fullmatch(content):
        return tag("span", plain(content), dropped="table of contents")
    if content.startswith(("import", "export")) and _STATEMENTS.fullmatch(content):
        return tag("span", plain(content), dropped="code")
    children = token.children or ()
    if _REMARK.search(content):
        children = _parser().parseInline(_REMARK.sub(r"<!--\1-->", content))[0].children
    made = "".join(_inline(children))
    made = _ALERT.sub("", made, count=1) if before.type == "paragraph_open" and made.startswith("[!") else made
    made = _TASK.sub("", made, count=1) if before.type == "paragraph_open" and before.level else made
    made = _WIKI.sub(r"\1", made)
    made = _STARS.sub(r"\2", _GENERATED.sub(_statement, _ATTRIBUTES.sub("", made)))
    return unwrapped(made.strip())


def _statement(match: re.Match[str]) -> str:
    """A statement of a site generator, recorded as left out; within a link it cannot be."""
    inside = re.sub("<[^<>]*>", "", match[0])
    return tag("span", inside, dropped="markup")


def _written(match: re.Match[str]) -> str:
    return f"<sup>{match[1]}</sup>" if match[1] else match[2]


def _inline(tokens: Sequence[Any]) -> Iterator[str]:
    for token in tokens:
        kind = token.type
        if kind == "text" or kind == "text_special":
            yield _MARKED.sub(r"\2", _RAISED.sub(_written, plain(token.content)))
        elif kind == "softbreak":
            yield "\n"
        elif kind == "hardbreak":
            yield "<br>"
        elif kind in ("code_inline", "math_inline", "math_inline_double"):
            # As entities, so that nothing in it is taken for emphasis.
            yield re.sub(r"[*_{}]", lambda match: f"&#{ord(match[0])};", plain(token.content))
        elif kind == "image" and _BADGE.search(str(token.attrGet("src") or "")):
            yield tag("span", plain(token.content), dropped="badges")
        elif kind == "image":
            yield from _inline(token.children or ())
        elif kind == "footnote_ref":
            yield f'<sup><a href="#duiyi-note-{token.meta["id"]}">{token.meta["id"] + 1}</a></sup>'
        elif kind == "html_inline":
            comment = _COMMENT.fullmatch(str(token.content))
            yield tag("span", plain(comment[1].strip()), dropped="comments") if comment else str(token.content)
