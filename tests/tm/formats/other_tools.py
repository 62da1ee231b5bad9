"""Files as other tools write them, made of (source, target) pairs in Chinese and English."""

import json
import sqlite3
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Pairs = Sequence[tuple[str, str]]

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def sdltm(path: Path, pairs: Pairs) -> Path:
    """A memory of Trados Studio with a field "Client" and a pair of tags in the first unit."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.executescript(
            "CREATE TABLE translation_memories (id INTEGER PRIMARY KEY, name TEXT, source_language TEXT,"
            " target_language TEXT);"
            "CREATE TABLE translation_units (id INTEGER PRIMARY KEY, translation_memory_id INTEGER,"
            " source_hash INTEGER,"
            " source_segment TEXT, target_segment TEXT, creation_date TEXT, creation_user TEXT, change_date TEXT,"
            " change_user TEXT, last_used_date TEXT, usage_counter INTEGER);"
            "CREATE TABLE attributes (id INTEGER PRIMARY KEY, name TEXT, type INTEGER);"
            "CREATE TABLE string_attributes (translation_unit_id INTEGER, attribute_id INTEGER, value TEXT);"
            "INSERT INTO translation_memories VALUES (1, 'm', 'zh-CN', 'en-GB');"
            "INSERT INTO attributes VALUES (1, 'Client', 1);"
        )
        for number, (source, target) in enumerate(pairs, 1):
            db.execute(
                "INSERT INTO translation_units VALUES (?, 1, 0, ?, ?, '2024-05-06 07:08:09', 'LI',"
                " '2024-06-01 00:00:00', 'WANG', '2024-06-02 00:00:00', ?)",
                (number, _segment(source, "zh-CN", tagged=number == 1), _segment(target, "en-GB"), number - 1),
            )
        db.execute("INSERT INTO string_attributes VALUES (1, 1, 'A&B'), (1, 1, 'C')")
    db.close()
    return path


def _segment(text: str, language: str, *, tagged: bool = False) -> str:
    tag = "<Tag><Type>{}</Type><Anchor>1</Anchor><AlignmentAnchor>1</AlignmentAnchor><TagID>5</TagID></Tag>"
    before, after = (tag.format("Start"), tag.format("End")) if tagged else ("", "")
    return (
        f"<Segment><Elements>{before}<Text><Value>{escape(text)}</Value></Text>{after}</Elements>"
        f"<CultureName>{language}</CultureName></Segment>"
    )


def wordfast(path: Path, pairs: Pairs) -> Path:
    """A memory of Wordfast in UTF-16."""
    head = "%20240506~070809\t%User ID,LI,LI Li\t%TU=00000002\t%ZH-CN\t%Wordfast TM v.546/00\t%EN-01\t%---1\t\t\t\t."
    rows = [
        f"20240506~070809\tLI\t{n}\tZH-CN\t{source}\tEN-01\t{target}\tLaw\t\t"
        for n, (source, target) in enumerate(pairs)
    ]
    path.write_bytes("\r\n".join([head, *rows, ""]).encode("utf-16"))
    return path


def txml(path: Path, pairs: Pairs) -> Path:
    """A file of Wordfast Pro; the last segment is a machine translation."""
    body = "".join(
        f'<segment segmentId="{n}" gtmt="{str(n == len(pairs)).lower()}">'
        f'<source>{escape(source)}<ut x="1">&lt;b&gt;</ut></source>'
        f'<target creationid="LI" creationdate="20240506T070809Z">{escape(target)}</target>'
        f"<comments><comment>note {n}</comment></comments></segment>\n"
        for n, (source, target) in enumerate(pairs, 1)
    )
    path.write_text(
        '<?xml version="1.0"?><txml locale="zh-CN" targetlocale="en-US" version="1.0"><skeleton>&lt;p&gt;</skeleton>'
        f'<translatable blockId="1">\n{body}</translatable></txml>',
        "utf-8",
    )
    return path


def ttx(path: Path, pairs: Pairs) -> Path:
    """A file of TagEditor in UTF-16, with formatting round the text."""
    body = "".join(
        f'<Tu MatchPercent="{80 if n else 0}"><Tuv Lang="ZH-CN"><df Size="12">{escape(source)}</df></Tuv>'
        f'<Tuv Lang="EN-US">{escape(target)}<ut Type="end" DisplayText="p">&lt;/p&gt;</ut></Tuv></Tu>\n'
        for n, (source, target) in enumerate(pairs)
    )
    path.write_bytes(
        (
            '<?xml version="1.0"?><TRADOStag Version="2.0"><FrontMatter><ToolSettings CreationTool="T"/>'
            '<UserSettings SourceLanguage="ZH-CN" TargetLanguage="EN-US" DataType="HTML"/></FrontMatter><Body><Raw>'
            f'<ut DisplayText="html">&lt;html&gt;</ut>not segmented\n{body}</Raw></Body></TRADOStag>'
        ).encode("utf-16")
    )
    return path


def weblate(path: Path, pairs: Pairs) -> Path:
    """The memory that Weblate exports; the second unit is pending."""
    rows = [
        {"source_language": "zh_Hans", "target_language": "en", "source": source, "target": target,
         "origin": "p/c", "category": 1, "status": int(number != 1)}
        for number, (source, target) in enumerate(pairs)
    ]  # fmt: skip
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=2), "utf-8")
    return path


def trados_docx(path: Path, pairs: Pairs) -> Path:
    """The bilingual review file of Trados Studio, with tags, a deletion, and a table about the file before."""
    rows = [["Segment ID", "Segment status", "Source segment", "Target segment"]]
    states = ["Translated (100%)", "Draft (85%)", "Sign-off Rejected"]
    rows += [[f"{n}", states[n % 3], source, target] for n, (source, target) in enumerate(pairs)]
    table = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p>{_runs(cell, n)}</w:p></w:tc>" for cell in row) + "</w:tr>"
        for n, row in enumerate(rows)
    )
    about = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>File</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    return _word(path, f"{about}<w:tbl>{table}</w:tbl>")


def memoq_docx(path: Path, pairs: Pairs) -> Path:
    """The table of memoQ: a banner, a header with the languages, a comment and a status."""
    rows = [["memoQ table"], ["ID", "Chinese (PRC)", "English (United States)", "Comment", "Status"]]
    rows += [
        [f"{n} a-b", source, target, f"note {n}", "Pre-translated (99%)"] for n, (source, target) in enumerate(pairs)
    ]
    table = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{escape(cell)}</w:t></w:r></w:p></w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return _word(path, f"<w:tbl>{table}</w:tbl>")


def _runs(text: str, number: int) -> str:
    run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    if number != 1 or text in ("0", "Translated (100%)"):
        return run
    tag = '<w:r><w:rPr><w:rStyle w:val="Tag"/></w:rPr><w:t>&lt;{}1&gt;</w:t></w:r>'
    return f"{tag.format('')}{run}<w:del><w:r><w:delText>x</w:delText><w:t>x</w:t></w:r></w:del>{tag.format('/')}"


def _word(path: Path, body: str) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>')
    return path


#: Extension and maker of each format.
MAKERS = {
    "sdltm": (".sdltm", sdltm), "wordfast": (".txt", wordfast), "txml": (".txml", txml), "ttx": (".ttx", ttx),
    "weblate": (".json", weblate), "trados": (".docx", trados_docx), "memoq": (".docx", memoq_docx),
}  # fmt: skip
