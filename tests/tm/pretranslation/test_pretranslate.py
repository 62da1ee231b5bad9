"""Pre-translation: what is filled, how it is marked in each format, and that nothing else of a file changes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from lxml import etree

from corpora.errors import DuiyiError, UsageError
from tests.commands import done
from tests.data import cases
from tm.formats import read
from tm.pretranslation.filling import PretranslateOptions
from tm.pretranslation.job import PretranslateReport, pretranslate
from tm.search.memory import Memory
from tm.store.filters import Filters
from tm.terms.base import TermBase
from tm.terms.editing import add_term
from tm.unit import Origin, Unit

KNOWN = [
    ("The door is open.", "门开着。"), ("Press ⟦1⟧Start⟦/1⟧ now.", "现在按⟦1⟧开始⟦/1⟧。"),
    ("Bring the oil.", "把油拿来。"),
    ("The meeting was held on 6 May 2017.", "会议于2017年5月6日举行。"), ("Close ⟦1/⟧ with ⟦2/⟧.", "用⟦2/⟧关⟦1/⟧。"),
    ("The ferry leaves at six every morning.", "渡船每天早上六点开。"),
    ("The old door is shut today.", "旧门今天关着。"),
    ("The old door is shut today.", "旧门今日关闭。"),
]  # fmt: skip


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add(Unit(*pair, "en-GB", "zh-CN", origin=Origin("k.tsv")) for pair in KNOWN)
        yield memory


XLIFF1 = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!-- kept -->\n'
    '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">'
    '<file original="f" source-language="en-GB" target-language="zh-CN" datatype="plaintext"><body>\n'
    "{0}</body></file></xliff>\n"
)


def filled(path: Path, memory: Memory, **options: object) -> tuple[str, PretranslateReport]:
    """The file as it is filled; what happened."""
    out = path.with_name(f"out-{path.name}")
    report = pretranslate(path, out, [memory], PretranslateOptions(**options))  # type: ignore[arg-type]
    return out.read_text("utf-8"), report


@pytest.mark.parametrize("case", cases("pretranslation"), ids=lambda case: case["label"])
def test_texts_and_codes(tmp_path: Path, memory: Memory, case: dict[str, str]) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(XLIFF1.format(f'<trans-unit id="1"><source>{case["source"]}</source></trans-unit>'), "utf-8")
    text, report = filled(path, memory)
    own = re.sub("<alt-trans.*</alt-trans>", "", text)
    found = re.search(r"<target([^>]*)>(.*?)</target>", own, re.DOTALL)
    assert (found[2] if found else None) == case["target"]
    assert dict(report.filled).get(case["kind"], 0) == (1 if case["target"] else 0)
    if found:
        state = "translated" if case["kind"] == "exact" else "needs-review-translation"
        assert f'state="{state}"' in found[1]
    elif case["source"].count("<"):  # what is near is beside the empty translation
        assert own == path.read_text("utf-8")
        assert (report.unplaced > 0) == ("<alt-trans " in text) == (case["label"] != "nothing to translate")


UNITS = """<trans-unit id="1"><source>The door is open.</source><note>n</note><x:o xmlns:x="urn:x" a="b"/></trans-unit>
<trans-unit id="2"><source>The door is open.</source><target state="final">门敞着。</target></trans-unit>
<trans-unit id="3" translate="no"><source>The door is open.</source></trans-unit>
<trans-unit id="4"><source>Bring the oil.</source><target state="needs-translation">Bring the oil.</target></trans-unit>
<trans-unit id="5"><source>The old door is shut now.</source><target/></trans-unit>
"""


def test_what_is_translated_or_protected_stays(tmp_path: Path, memory: Memory) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(XLIFF1.format(UNITS), "utf-8")
    text, report = filled(path, memory)
    assert report.to_dict() == {
        "segments": 5, "context": 0, "exact": 2, "fuzzy": 1, "assembled": 0, "kept": 2, "left": 0, "unplaced": 0,
    }  # fmt: skip
    lines, before = text.split("\n"), path.read_text("utf-8").split("\n")
    assert [line for line in before if line not in lines] == [before[3], before[6], before[7]]
    assert '<target state="translated" state-qualifier="exact-match">门开着。</target><note>n</note>' in lines[3]
    assert '<x:o xmlns:x="urn:x" a="b"/></trans-unit>' in lines[3]
    root = etree.fromstring(text.encode("utf-8"))
    fifth = root.findall(".//{*}trans-unit")[4]
    quality = [one.get("match-quality") for one in fifth.findall("{*}alt-trans")]
    assert quality == ["83%", "83%"], "the match itself and the runner-up"
    assert {one.findtext("{*}target") for one in fifth.findall("{*}alt-trans")} == {"旧门今天关着。", "旧门今日关闭。"}
    strict, report = filled(path, memory, minimum=95)
    assert dict(report.filled)["fuzzy"] == 0
    assert strict.split("\n")[7] == before[7]


def test_neighbours_choose_among_translations(tmp_path: Path, memory: Memory) -> None:
    for before, target in (("First.", "甲"), ("Second.", "乙")):
        memory.add([Unit("Note", target, "en-GB", "zh-CN", previous=before)])
    path = tmp_path / "a.xlf"
    texts = ("First.", "Note", "Second.", "Note")
    path.write_text(XLIFF1.format("".join(f'<trans-unit id="{n}"><source>{text}</source></trans-unit>'
                                          for n, text in enumerate(texts))), "utf-8")  # fmt: skip
    text, report = filled(path, memory)
    assert re.findall(r"<target state[^>]*>([甲乙])", text) == ["甲", "乙"]
    assert dict(report.filled)["context"] == 2


TRADOS = """\ufeff<?xml version="1.0" encoding="utf-8"?>\r
<xliff xmlns:sdl="urn:sdl" xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2" sdl:version="1.0">\
<file original="a" source-language="en-GB" target-language="zh-CN" datatype="x"><body><trans-unit id="u">\
<source>The door is open. New.</source>\
<seg-source><mrk mtype="seg" mid="1">The door is open.</mrk> <mrk mtype="seg" mid="2">The old door is shut now.</mrk>\
 <mrk mtype="seg" mid="3">New.</mrk></seg-source>{0}<sdl:seg-defs><sdl:seg id="1"/><sdl:seg id="2"/><sdl:seg id="3"/>\
</sdl:seg-defs></trans-unit></body></file></xliff>"""


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("", ["门开着。", "旧门今", ""]),
        ('<target><mrk mtype="seg" mid="1">好</mrk><mrk mtype="seg" mid="3"/></target>', ["好", "", "旧门今"]),
    ],
)
def test_trados(tmp_path: Path, memory: Memory, target: str, expected: list[str]) -> None:
    path = tmp_path / "a.sdlxliff"
    path.write_text(TRADOS.format(target), "utf-8", newline="")
    filled(path, memory)
    text = path.with_name("out-a.sdlxliff").read_bytes().decode("utf-8")
    assert text.startswith('\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<xliff xmlns:sdl')
    root = etree.fromstring(text.encode("utf-8"))
    marks = root.findall(".//{*}target/{*}mrk")
    assert [(mark.text or "")[: len(want)] for mark, want in zip(marks, expected, strict=True)] == expected
    second = root.findall(".//{*}seg")[1]
    assert dict(second.attrib) == {
        "id": "2",
        "conf": "Draft",
        "origin": "tm",
        "percent": "83",
        "origin-system": "m.duiyi",
    }
    assert dict(root.findall(".//{*}seg")[2].attrib) == {"id": "3"}
    assert [unit.quality for unit in read(path.with_name("out-a.sdlxliff")) if unit.source.startswith("The old")] == [
        0.5
    ]


def test_memoq(tmp_path: Path, memory: Memory) -> None:
    path = tmp_path / "a.mqxliff"
    text = "<source>The old door is shut now.</source><target/>"
    unit = f'<trans-unit id="1" mq:status="NotStarted" xmlns:mq="MQXliff">{text}</trans-unit>'
    path.write_text(XLIFF1.format(unit), "utf-8")
    text, _ = filled(path, memory)
    assert 'mq:status="Pretranslated"' in text
    assert 'mq:percent="83"' in text


XLIFF2 = """<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="en-GB" trgLang="zh-CN">
<file id="f">
<unit id="u"><originalData><data id="d1">&lt;b></data><data id="d2">&lt;/b></data></originalData>
<segment id="s1"><source>Press <pc id="1" dataRefStart="d1" dataRefEnd="d2">Start</pc> now.</source></segment>
<segment><source>The old door is shut now.</source></segment></unit></file></xliff>
"""


def test_xliff_2(tmp_path: Path, memory: Memory) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(XLIFF2, "utf-8")
    text, report = filled(path, memory)
    assert '<target>现在按<pc id="1" dataRefStart="d1" dataRefEnd="d2">开始</pc>。</target></segment>' in text
    root = etree.fromstring(text)
    first, second = root.findall(".//{*}segment")
    assert (first.get("state"), second.get("state"), second.get("subState")) == (
        "translated", "initial", "duiyi:needs-review",
    )  # fmt: skip
    matches = root.findall(".//{urn:oasis:names:tc:xliff:matches:2.0}match")
    assert [(one.get("ref"), one.get("similarity")) for one in matches] == [(f"#{second.get('id')}", "83")] * 2
    assert dict(report.filled)["exact"] == 1


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (
            XLIFF1.format(
                '<trans-unit id="1"><source>The <x id="1"/>door is open.</source><alt-trans><source>The door is open.'
                "</source><target>门敞着。</target></alt-trans><alt-trans><target>门</target></alt-trans></trans-unit>"
            ),
            2,
        ),
        (
            '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en-GB" trgLang="zh-CN">'
            '<file id="f"><unit id="u"><segment id="s1"><source>The <ph id="1"/>door is open.</source></segment>'
            '<segment id="s2"><source>The <ph id="2"/>door is open.</source></segment></unit></file></xliff>',
            0,
        ),
    ],
    ids=["XLIFF 1.2", "XLIFF 2"],
)
def test_a_suggestion_is_written_once(tmp_path: Path, memory: Memory, text: str, other: int) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(text, "utf-8")
    mark = re.compile("<alt-trans|<mtc:match ")
    places = text.count("door is open.</source></segment>") or 1
    once = filled(path, memory)[0]
    assert len(mark.findall(once)) == places + other
    path.write_text(once, "utf-8")
    assert filled(path, memory)[0] == once
    memory.add([Unit("The door is open.", "门打开着。", "en-GB", "zh-CN", origin=Origin("k.tsv"))])
    again = filled(path, memory)[0]
    assert (len(mark.findall(again)), again.count("门打开着。")) == (2 * places + other, places)


PO = """msgid ""
msgstr ""
"Language: zh_CN\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

#. comment
#: a.c:1
msgid ""
"The door "
"is open."
msgstr ""

msgid "The old door is shut now."
msgstr ""

msgid "done"
msgstr "完"

#, fuzzy
msgid "Bring the oil."
msgstr "带油"

#~ msgid "old"
#~ msgstr "旧"
"""


def test_po(tmp_path: Path, memory: Memory) -> None:
    path = tmp_path / "a.po"
    path.write_text(PO, "utf-8")
    text, report = filled(path, memory)
    expected = PO.replace('"is open."\nmsgstr ""', '"is open."\nmsgstr "门开着。"')
    one = re.search(r'now\."\nmsgstr "(旧门今.*?)"', text)
    assert one
    expected = expected.replace(
        'msgid "The old door is shut now."\nmsgstr ""',
        f'#, fuzzy\n#| msgid "The old door is shut today."\nmsgid "The old door is shut now."\nmsgstr "{one[1]}"',
    )
    assert text == expected
    assert (report.kept, report.left) == (2, 0)


def test_a_document_becomes_xliff_or_a_table(tmp_path: Path, memory: Memory) -> None:
    path = tmp_path / "a.md"
    path.write_text("# News\n\nThe door is open. The old door is shut now.\n", "utf-8")
    pretranslate(path, tmp_path / "a.xlf", [memory])
    units = list(read(tmp_path / "a.xlf"))
    assert [unit.source for unit in units] == ["News", "The door is open.", "The old door is shut now."]
    assert [(unit.target[:2], unit.quality) for unit in units] == [("", None), ("门开", None), ("旧门", 0.5)]
    for _ in range(2):  # its own result is replaced
        pretranslate(path, tmp_path / "a.docx", [memory])
    rows = [[cell.text for cell in row.cells] for row in Document(str(tmp_path / "a.docx")).tables[0].rows]
    assert rows[1:3] == [["1", "News", "", ""], ["2", "The door is open.", "门开着。", "exact 100 %"]]
    assert rows[3][3] == "fuzzy 83 %"


def test_terms_complete_what_is_put_together(tmp_path: Path, memory: Memory) -> None:
    path = tmp_path / "a.xlf"
    unit = '<trans-unit id="1"><source>Gangway of the old ferry: The door is open.</source></trans-unit>'
    path.write_text(XLIFF1.format(unit), "utf-8")
    assert dict(filled(path, memory)[1].filled)["assembled"] == 0
    with TermBase(tmp_path / "t.db") as terms:
        add_term(terms, "Gangway of the old ferry", "跳板", source_lang="en", target_lang="zh")
        pretranslate(path, tmp_path / "o.xlf", [memory], terms=terms)
    assert ">跳板：门开着。</target>" in (tmp_path / "o.xlf").read_text("utf-8")


def test_the_other_script_of_chinese_is_never_exact(tmp_path: Path, memory: Memory) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(XLIFF1.format(UNITS).replace("zh-CN", "zh-TW"), "utf-8")
    assert dict(filled(path, memory)[1].filled)["exact"] == 0


def test_the_target_language(tmp_path: Path, memory: Memory) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(XLIFF1.format(UNITS).replace(' target-language="zh-CN"', ""), "utf-8")
    assert 'target-language="zh-CN"' in filled(path, memory)[0]
    for code in ("zh-CN", "zh"):  # named by the user, an exact match is as exact as in a file that names it
        assert dict(filled(path, memory, filters=Filters(target_lang=code))[1].filled)["exact"] > 0
    memory.add([Unit("The door is open.", "Die Tür ist offen.", "en-GB", "de-DE")])
    with pytest.raises(UsageError, match="`target_lang`"):
        filled(path, memory)
    assert "Die Tür ist offen." in filled(path, memory, filters=Filters(target_lang="de"))[0]


@pytest.mark.parametrize(
    ("name", "out", "said"),
    [
        ("none.xlf", "o.xlf", "does not exist"), ("a.xlf", "o.po", "duiyi convert"), ("a.tmx", "o.tmx", "is a memory"),
        ("a.md", "o.po", "becomes XLIFF"), ("b.xlf", "o.xlf", "not well-formed"), ("c.xlf", "o.xlf", "is not XLIFF"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, memory: Memory, name: str, out: str, said: str) -> None:
    (tmp_path / "a.xlf").write_text(XLIFF1.format(UNITS), "utf-8")
    (tmp_path / "a.tmx").write_text("<tmx/>", "utf-8")
    (tmp_path / "a.md").write_text("The door.", "utf-8")
    (tmp_path / "b.xlf").write_text("<xliff><file></xliff>", "utf-8")
    (tmp_path / "c.xlf").write_text("<other/>", "utf-8")
    with pytest.raises(DuiyiError, match=said):
        pretranslate(tmp_path / name, tmp_path / out, [memory])
    assert not (tmp_path / out).exists()


def test_the_command(tmp_path: Path, memory: Memory) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(XLIFF1.format(UNITS), "utf-8")
    shown = done("pretranslate", path, "-o", tmp_path / "o.xlf", "--memory", memory.path)
    assert "5 segments: 2 exact, 1 fuzzy, 2 kept, 0 left" in shown.out
    assert (tmp_path / "o.xlf").exists()


@pytest.mark.parametrize(
    ("forms", "expected", "fuzzy"),
    [
        ("nplurals=1; plural=0;", ["%d 扇门开着"], False),
        ("nplurals=2; plural=(n != 1);", ["%d 扇门开着", "%d 扇门开着"], False),
        ("nplurals=3; plural=n;", [""], False),
    ],
)
def test_plural_forms_of_po(tmp_path: Path, forms: str, expected: list[str], fuzzy: bool) -> None:
    head = f'msgid ""\nmsgstr ""\n"Language: zh_CN\\n"\n"X-Source-Language: en\\n"\n"Plural-Forms: {forms}\\n"\n'
    entry = '\nmsgid "%d door is open"\nmsgid_plural "%d doors are open"\n' + "".join(
        f'msgstr[{form}] ""\n' for form in range(len(expected))
    )
    (tmp_path / "a.po").write_text(head + entry, "utf-8")
    with Memory(tmp_path / "p.duiyi") as memory:
        sources = ["%d door is open", "%d doors are open"]
        memory.add(Unit(source, "%d 扇门开着", "en", "zh-CN") for source in sources)
        text, report = filled(tmp_path / "a.po", memory)
        assert re.findall(r'msgstr\[\d\] "(.*)"', text) == expected
        assert ("#, fuzzy" in text) is fuzzy
        assert dict(report.filled)["exact"] == sum(map(bool, expected))
        memory.delete(filters=Filters(with_text="%d doors are open"))
        text, _ = filled(tmp_path / "a.po", memory, minimum=100)
        if len(expected) == 2:
            assert ("#, fuzzy" in text, 'msgstr[1] ""' in text) == (True, True)


_RUSSIAN = """msgid ""
msgstr ""
"Language: ru\\n"
"X-Source-Language: en\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 ? 0 : n%10<5 ? 1 : 2);\\n"

msgid "%d goose"
msgid_plural "%d geese"
msgstr[0] "{0}"
msgstr[1] "{1}"
msgstr[2] "{2}"

msgid "%d nest"
msgid_plural "%d nests"
msgstr[0] "{3}"
msgstr[1] ""
msgstr[2] ""
"""


@pytest.mark.parametrize(("locked", "kept"), [("locked", 1), ("true", 1), ("unlocked", 0), ("false", 0)])
def test_what_other_tools_have_locked_stays_empty(tmp_path: Path, memory: Memory, locked: str, kept: int) -> None:
    unit = f'<trans-unit id="1" xmlns:m="M" m:locked="{locked}"><source>Bring the oil.</source><target/></trans-unit>'
    (tmp_path / "a.mxliff").write_text(XLIFF1.format(unit), "utf-8")
    assert filled(tmp_path / "a.mxliff", memory)[1].kept == kept


def test_an_entry_with_more_plural_forms_is_filled_as_a_memory_has_it(tmp_path: Path) -> None:
    geese = ("%d гусь", "%d гуся", "%d гусей")
    (tmp_path / "known.po").write_text(_RUSSIAN.format(*geese, "%d гнездо"), "utf-8")
    (tmp_path / "a.po").write_text(_RUSSIAN.format("", "", "", ""), "utf-8")
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add(read(tmp_path / "known.po"))
        text, report = filled(tmp_path / "a.po", memory)
        assert re.findall(r'msgstr\[\d\] "(.*)"', text) == [*geese, "", "", ""]
        assert (dict(report.filled)["exact"], report.kept, report.left) == (1, 0, 1)
        other = _RUSSIAN.format("", "", "", "").replace("geese", "wild geese")
        (tmp_path / "b.po").write_text(other, "utf-8")
        text, report = filled(tmp_path / "b.po", memory)
        assert not re.search(r'msgstr\[\d\] "[^"]', text)
        assert (report.left, report.unplaced) == (2, 0)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh_CN", ["%d 扇门开着"]), ("zh-Hant", ["%d 扇门开着"]), ("ja", ["%d 扇门开着"]), ("fr", ["%d 扇门开着"] * 2),
     ("pt_BR", ["%d 扇门开着"] * 2), ("ru", [""]), ("qaa", [""])],
)  # fmt: skip
def test_languages_of_one_or_two_plural_forms_need_no_header(
    tmp_path: Path, language: str, expected: list[str]
) -> None:
    path = tmp_path / "a.po"
    lines = "".join(f'msgstr[{form}] ""\n' for form in range(len(expected)))
    entry = f'msgid "%d door is open"\nmsgid_plural "%d doors are open"\n{lines}'
    path.write_text(f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n\n{entry}', "utf-8")
    with Memory(tmp_path / "p.duiyi") as memory:
        code = language.replace("_", "-")
        memory.add(Unit(source, "%d 扇门开着", "en", code) for source in ("%d door is open", "%d doors are open"))
        assert re.findall(r'msgstr\[\d\] "(.*)"', filled(path, memory)[0]) == expected


@pytest.mark.parametrize("head", ["", '"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"\n'])
@pytest.mark.parametrize("forms", [1, 2, 3])
def test_an_entry_whose_number_of_forms_is_not_known_stays_empty(tmp_path: Path, head: str, forms: int) -> None:
    geese = ("%d гусь", "%d гуся", "%d гусей")
    (tmp_path / "known.po").write_text(_RUSSIAN.format(*geese, "%d гнездо"), "utf-8")
    text = re.sub('"Plural.*\n', lambda _: head, _RUSSIAN.format("", "", "", ""))
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(f"msgstr[{forms}]"))
    text = text if forms > 1 else re.sub(r'msgstr\[2\] ""\n', "", text)
    (tmp_path / "a.po").write_text(f'{text}\nmsgid "no plural"\nmsgstr ""\n', "utf-8")
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add([*read(tmp_path / "known.po"), Unit("no plural", "одно", "en", "ru")])
        filled_text, report = filled(tmp_path / "a.po", memory)
        assert re.findall('^msgstr.* "(.+)"', filled_text, re.MULTILINE) == ["одно"]
        assert (dict(report.filled)["exact"], report.kept, report.left) == (1, 0, 2)
        assert "#, fuzzy" not in filled_text
        done_already = text.replace('msgstr[0] ""', 'msgstr[0] "%d гусь"')
        (tmp_path / "b.po").write_text(done_already, "utf-8")
        filled_text, report = filled(tmp_path / "b.po", memory)
        assert (filled_text, report.kept) == (done_already, 2)


def test_an_entry_that_is_half_translated_stays_as_it_was(tmp_path: Path, memory: Memory) -> None:
    before = _RUSSIAN.format("%d гусь", "", "", "%d гнездо")
    (tmp_path / "a.po").write_text(before, "utf-8")
    assert filled(tmp_path / "a.po", memory)[0] == before


@pytest.mark.parametrize(
    ("unit", "state", "qualifier"),
    [
        ({}, "translated", "exact-match"),
        ({"quality": 0.9}, "translated", "exact-match"),
        ({"quality": 0.5}, "needs-review-translation", "exact-match"),
        (
            {"quality": 0.5, "properties": {"state": "translated", "state-origin": "mt"}},
            "needs-review-translation",
            "leveraged-mt",
        ),
        ({"quality": 0.5, "status": "reviewed"}, "translated", "exact-match"),
    ],
)
def test_a_draft_in_the_memory_is_filled_in_for_review(
    tmp_path: Path, unit: dict[str, Any], state: str, qualifier: str
) -> None:
    entry = 'msgid "The lock is new."\nmsgstr ""\n'
    (tmp_path / "a.xlf").write_text(XLIFF1.format('<trans-unit id="1"><source>The lock is new.</source></trans-unit>'))
    (tmp_path / "a.po").write_text(f'msgid ""\nmsgstr "Language: zh_CN\\nX-Source-Language: en\\n"\n\n{entry}')
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add([Unit("The lock is new.", "锁是新的。", "en-GB", "zh-CN", **unit)])
        text = filled(tmp_path / "a.xlf", memory)[0]
        assert f'<target state="{state}" state-qualifier="{qualifier}">锁是新的。</target>' in text
        text = filled(tmp_path / "a.po", memory)[0]
        assert ("#, fuzzy" in text, "#|" in text) == (state != "translated", False)


def test_a_translation_comes_before_a_newer_draft(tmp_path: Path) -> None:
    (tmp_path / "a.xlf").write_text(XLIFF1.format('<trans-unit id="1"><source>The lock is new.</source></trans-unit>'))
    with Memory(tmp_path / "m.duiyi") as memory:
        for target, quality in (("锁是新的。", None), ("锁新。", 0.5)):
            memory.add([Unit("The lock is new.", target, "en-GB", "zh-CN", quality=quality)])
        assert 'state="translated" state-qualifier="exact-match">锁是新的。' in filled(tmp_path / "a.xlf", memory)[0]


def test_origins_are_preferred_or_cost_points(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(XLIFF1.format('<trans-unit id="1"><source>The door is open.</source></trans-unit>'), "utf-8")
    with Memory(tmp_path / "o.duiyi") as memory:
        for name, target in (("draft.docx", "门开着了。"), ("final.docx", "门开着。"), ("draft.docx", "门开了。")):
            memory.add([Unit("The door is open.", target, "en-GB", "zh-CN", origin=Origin(name))])
        assert ">门开着。<" in filled(path, memory, prefer=("final",))[0]
        assert ">门开着。<" in filled(path, memory, penalties=(("draft", 5),))[0]
        assert ">门开着。<" in filled(path, memory, filters=Filters(exclude_origin=("draft",)))[0]
        command = ["pretranslate", path, "-o", tmp_path / "out.xlf", "--memory", memory.path]
        done(*command, "--prefer", "final", "--penalty", "draft=9")
        assert ">门开着。<" in (tmp_path / "out.xlf").read_text("utf-8")
        (tmp_path / "a.txt").write_text("The door is open.\n", "utf-8")
        penalties = ["--penalty", "final=8", "--penalty", "draft=9"]
        told = done("analyse", tmp_path / "a.txt", "--memory", memory.path, "--json", *penalties)
        assert json.loads(told.out)["total"]["85-94"]["segments"] == 1
