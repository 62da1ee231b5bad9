"""A page that shows both sides next to each other, to read and to print: one file without scripts or other files.

Doubtful pairs are marked by words as well as by colour. All text is escaped; a policy in the head prevents the page
from loading or running anything, whatever the texts contain.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from corpora.text.languages import base
from corpora.version import tool_version
from corpora.xml import legal
from tm.formats.base import WriteCounts, WriteOptions, spelt
from tm.tags import Tag, split
from tm.unit import Unit, is_doubtful

__all__ = ["write_units"]

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --doubt: #e0a80033; --bad: #d0303033; }
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem; font: 1rem/1.6 Georgia, "Noto Serif", serif; }
:lang(zh) { font-family: "Noto Serif CJK SC", "Source Han Serif SC", SimSun, "Songti SC", serif; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: start; vertical-align: top;
  overflow-wrap: anywhere; white-space: pre-wrap; }
th.n, td.n { width: 3.5rem; color: #777; font: .8rem system-ui, sans-serif; text-align: end; white-space: normal; }
tr.doubtful { background: var(--doubt); }
tr.missing { background: var(--bad); }
tr.heading td { font-weight: bold; }
code { color: #777; font-size: .85em; }
footer, p.about { color: #777; font: .85rem system-ui, sans-serif; }
@media print { body { margin: 0; max-width: none; } thead { display: table-header-group; } tr { break-inside: avoid; } }
"""
_HEADINGS = frozenset({"title", "heading"})


def write_units(path: Path, units: Iterable[Unit], options: WriteOptions, written: WriteCounts) -> None:
    """Write a table with a row a unit; units with one empty side are shown as such."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        languages: tuple[str, str] | None = None
        for unit in units:
            pair = spelt(unit.source_lang), spelt(unit.target_lang)
            if pair != languages:
                # A memory may have several language pairs: each has tables of its own.
                file.write(_opening(pair, unit) if languages is None else f"</tbody></table>\n{_table(pair)}")
                languages = pair
            written.units += 1
            file.write(_row(unit, pair, options, written))
        file.write(f"</tbody></table>\n<footer>duiyi {escape(tool_version())}</footer>\n</body>\n</html>\n")


def _opening(pair: tuple[str, str], unit: Unit) -> str:
    names = " – ".join(name for name in (unit.origin.source_file, unit.origin.target_file) if name) or "duiyi"
    title, signature = escape(legal(names)[0]), escape(legal(unit.signature)[0])
    return f"""<!DOCTYPE html>
<html lang="{escape(base(pair[1]))}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{title}</h1>
<p class="about">{signature}</p>
{_table(pair)}"""


def _table(pair: tuple[str, str]) -> str:
    source, target = (escape(code) for code in pair)
    return (
        f'<table>\n<thead><tr><th class="n" scope="col">#</th><th scope="col">{source}</th>'
        f'<th scope="col">{target}</th><th class="n" scope="col">%</th></tr></thead>\n<tbody>\n'
    )


def _row(unit: Unit, pair: tuple[str, str], options: WriteOptions, written: WriteCounts) -> str:
    classes = []
    remark = "" if unit.quality is None else f"{100 * unit.quality:.0f}"
    if not unit.source.strip() or not unit.target.strip():
        classes.append("missing")
        remark = "no counterpart"
    elif unit.status == "rejected" or is_doubtful(unit, options.review_below):
        classes.append("doubtful")
        remark += " review"
    if unit.kind in _HEADINGS:
        classes.append("heading")
    attribute = f' class="{" ".join(classes)}"' if classes else ""
    cells = "".join(
        f'<td lang="{escape(code)}" dir="auto">{_marked(written.legal(text), options)}</td>'
        for code, text in zip(pair, (unit.source, unit.target), strict=True)
    )
    return f'<tr{attribute}><td class="n">{written.units}</td>{cells}<td class="n">{remark}</td></tr>\n'


def _marked(text: str, options: WriteOptions) -> str:
    """``text`` escaped, its tags as small code or left out."""
    shown = []
    for part in split(text):
        if isinstance(part, str):
            shown.append(escape(part))
        elif options.tags != "drop":
            shown.append(f"<code>{escape(_label(part))}</code>")
    return "".join(shown)


def _label(tag: Tag) -> str:
    return tag.content or str(tag)
