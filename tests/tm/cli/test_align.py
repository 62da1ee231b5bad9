"""`duiyi align` and `demo`: what bad input gets, what odd input gets, and that no file is lost or left half."""

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from corpora.errors import DuiyiError
from corpora.sample import gold, pair
from tests.commands import done, process, ran
from tests.commands import refused as refused_by_command
from tm import formats

NOISE = bytes((i * i * 7 + i * 13 + (i >> 3)) % 256 for i in range(20_000))


def pdf(draw: Callable[[Canvas], None], **options: object) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, **options)  # type: ignore[arg-type]
    draw(canvas)
    canvas.save()
    return file.getvalue()


def zipped(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


def picture(canvas: Canvas) -> None:
    from reportlab.lib.utils import ImageReader

    dots = b"P6 8 8 255\n" + b"\xff\x00" * 96
    canvas.drawImage(ImageReader(io.BytesIO(dots)), 0, 0, 500, 700)


TEXT = pdf(lambda canvas: canvas.drawString(100, 700, "The Conference adopted the following resolution."))
LOCKED = pdfencrypt.StandardEncryption("secret", ownerPassword="other", strength=128)

#: Name, content, and what the one sentence says.
BAD = [
    ("empty.txt", b"", "is empty"),
    ("blank.txt", "\n \t\n\u3000\n".encode(), "blank lines"),
    ("noise.txt", NOISE, "is not text"),
    ("noise", NOISE, "is not text"),
    ("noise.pdf", NOISE, "is not a PDF"),
    ("nul.txt", b"hello\x00\x00\x00" * 300, "is not text"),
    ("text.pdf", b"The Conference adopted the resolution.", "is not a PDF, as its name says, but plain text"),
    ("page.docx", b"<html><body><p>Adopted.</p></body></html>", "is not a Word document (DOCX), as its name says"),
    ("pdf.txt", TEXT, "is not plain text, as its name says, but a PDF"),
    ("picture.txt", b"\x89PNG\r\n\x1a\n" + NOISE, "is a picture"),
    ("cut.pdf", TEXT[: len(TEXT) // 2], "is damaged"),
    ("garbled.pdf", b"%PDF-1.4\n" + NOISE + b"\n%%EOF", "is damaged"),
    ("locked.pdf", pdf(lambda canvas: canvas.drawString(9, 9, "Adopted"), encrypt=LOCKED), "protected with a password"),
    ("scan.pdf", pdf(picture), "is a scan"),
    ("nothing.pdf", pdf(lambda canvas: canvas.showPage()), "contains no text"),
    ("cut.docx", zipped(word__document_xml="<w:document/>")[:-40], "is damaged"),
    ("broken.docx", zipped(word__document_xml="<w:document><broken"), "is a damaged Word document"),
    ("other.docx", zipped(a="text"), "is a ZIP archive, not a document"),
    ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE, "Office before 2007"),
    ("menu.html", b"<html><body><nav>Home</nav></body></html>", "contains no text"),
    ("memory.xml", b'<?xml version="1.0"?><tmx version="1.4"></tmx>', "is a translation memory"),
    ("numbers.txt", b"1 2 3\n4 5 6\n", "the language of"),
    ("chinese.txt", "大会通过了下列决议。\n".encode(), "are both in zh-CN"),
]


@pytest.fixture
def zh(tmp_path: Path) -> Path:
    path = tmp_path / "zh.txt"
    path.write_text("\n\n".join(row[1] for row in gold()[:12]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def en(tmp_path: Path) -> Path:
    path = tmp_path / "en.txt"
    path.write_text("\n\n".join(row[2] for row in gold()[:12]) + "\n", encoding="utf-8")
    return path


def refused(*arguments: object) -> str:
    with pytest.raises(DuiyiError) as refusal:
        ran("align", *arguments)
    return str(refusal.value)


@pytest.mark.parametrize(("name", "content", "said"), BAD, ids=[row[0] for row in BAD])
@pytest.mark.parametrize("swapped", [False, True], ids=["target", "source"])
def test_what_cannot_be_read_is_refused_and_leaves_nothing(
    name: str, content: bytes, said: str, swapped: bool, zh: Path, tmp_path: Path
) -> None:
    bad, out = tmp_path / name, tmp_path / "out"
    bad.write_bytes(content)
    sides = (bad, zh) if swapped else (zh, bad)
    sentence = refused(*sides, "-o", out / "a.tmx", "-o", out / "a.xlf")
    assert said in sentence
    assert name in sentence
    assert "\n" not in sentence
    assert not out.exists()


def test_what_is_missing_or_no_file(zh: Path, en: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.tmx"
    assert "does not exist" in refused(zh, tmp_path / "none.txt", "-o", out)
    assert "is a folder" in refused(zh, tmp_path, "-o", out)
    assert "is a folder" in refused(zh, en, "-o", tmp_path)
    assert "does not have the extension of a format" in refused(zh, en, "-o", tmp_path / "a.doc")
    assert "the two files are the same, and both languages are not in it" in refused(zh, zh, "-o", out)
    assert "is named twice" in refused(zh, en, "-o", out, "-o", tmp_path / "b" / ".." / "a.tmx")
    assert "`unit` is one of" in refused(zh, en, "-o", out, "--unit", "word")
    assert "`profile` is one of" in refused(zh, en, "-o", out, "--profile", "novel")
    assert "is not a language code" in refused(zh, en, "-o", out, "--source-lang", "klingonese")
    page = tmp_path / "a.html"
    page.write_text("<html><p>Adopted.</p></html>")
    assert "not plain text" in refused(zh, page, "-o", out, "--segmented")
    assert not out.exists()


def test_messages_name_options_as_the_command_line_does(zh: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.txt"
    more.write_text(zh.read_text("utf-8") * 2, "utf-8")
    said = refused_by_command("align", zh, more, "-o", tmp_path / "a.tmx")
    assert said.endswith("state both --source-lang and --target-lang\n")
    assert "--unit is one of paragraph, sentence" in refused_by_command(
        "align", zh, zh, "-o", "a.tmx", "--unit", "word"
    )


@pytest.mark.parametrize("link", [os.link, os.symlink, None], ids=["hard link", "symbolic link", "itself"])
def test_no_input_is_written_over(link: Callable[..., None] | None, zh: Path, en: Path, tmp_path: Path) -> None:
    table = tmp_path / "en.tsv"
    en.rename(table)
    place = table
    if link is not None:
        place = tmp_path / "other.tsv"
        link(table, place)
    before = table.read_bytes()
    assert "would destroy it" in refused(zh, table, "-o", tmp_path / "a.tmx", "-o", place)
    assert table.read_bytes() == before
    assert not (tmp_path / "a.tmx").exists()


def test_a_file_in_the_way_of_a_folder(zh: Path, en: Path, tmp_path: Path) -> None:
    assert "cannot be written" in refused(zh, en, "-o", zh / "a.tmx")


def test_all_files_appear_or_none(zh: Path, en: Path, tmp_path: Path) -> None:
    old = tmp_path / "a.tmx"
    old.write_text("what stood there")
    assert "cannot be written" in refused(zh, en, "-o", old, "-o", zh / "b.tsv")
    assert old.read_text() == "what stood there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tmx", "en.txt", "zh.txt"]


def test_unwritable_output_is_reported_before_the_work(
    zh: Path, en: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpora.readers.reading.read", None)
    assert "cannot be written" in refused(zh, en, "-o", tmp_path / "a.tmx", "-o", zh / "new" / "b.tsv")


def test_files_written_before_one_that_fails_are_put_back(
    zh: Path, en: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, rename = tmp_path / "a.tmx", os.replace
    old.write_text("what stood there")

    def fail(source: Path, target: Path) -> None:
        if target.name == "c.tsv":
            raise PermissionError(13, "Permission denied")
        rename(source, target)

    monkeypatch.setattr("corpora.files.os.replace", fail)
    said = refused(zh, en, "-o", old, "-o", tmp_path / "b.align", "-o", tmp_path / "c.tsv")
    assert said == f"{tmp_path / 'c.tsv'} cannot be written: Permission denied"
    assert old.read_text() == "what stood there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tmx", "en.txt", "zh.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no file names that are not in Unicode")
def test_names_of_files_that_are_not_in_utf_8(zh: Path, en: Path, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode("决议".encode("gb18030"))
    folder.mkdir()
    source = zh.rename(folder / os.fsdecode("原文.txt".encode("gb18030")))
    outputs = [folder / os.fsdecode("出".encode("gb18030") + kind) for kind in (b".tmx", b".xlf", b".tsv", b".jsonl")]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8:strict"}
    result = process("align", source, en, *(f"-o{path}" for path in outputs), env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert all(len(list(formats.read(path))) == 12 for path in outputs)


@pytest.mark.parametrize("encoding", ["gb18030", "cp1252", "ascii"])
def test_output_is_utf_8_whatever_the_console(encoding: str, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    result = process("structure", pair()[0], env=environment)
    assert result.returncode == 0
    assert "加强资产追回方面的合作" in result.stdout


def test_one_language_on_both_sides_where_both_are_named(zh: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.tmx"
    done("align", zh, zh, "-o", out, "--source-lang", "zh-CN", "--target-lang", "zh-TW")
    assert {(unit.source_lang, unit.target_lang) for unit in formats.read(out)} == {("zh-CN", "zh-TW")}


def test_traditional_chinese_in_big5(tmp_path: Path) -> None:
    from opencc import OpenCC

    zh = tmp_path / "zh.txt"
    zh.write_bytes(OpenCC("s2t").convert(pair()[0].read_text("utf-8")).encode("big5hkscs", "replace"))
    _, out, err = done("align", zh, pair()[1], "-o", tmp_path / "a.tmx", "--unit", "paragraph", "--json")
    assert json.loads(out)["beads"] == {"1-1": len(gold())}
    assert json.loads(out)["source_lang"] == "zh-TW"
    assert "taken for big5" in err


def test_a_text_of_one_word_is_aligned_with_a_warning(zh: Path, tmp_path: Path) -> None:
    word = tmp_path / "word.txt"
    word.write_text("ok")
    _, _, err = done("align", zh, word, "-o", tmp_path / "a.tmx", "-o", tmp_path / "a.xlf", "-o", tmp_path / "a.tsv")
    assert "warning" in err
    assert sorted(path.suffix for path in tmp_path.glob("a.*")) == [".tmx", ".tsv", ".xlf"]


def test_unrelated_texts_get_low_scores_and_a_warning(zh: Path, tmp_path: Path) -> None:
    cooking = tmp_path / "cooking.txt"
    cooking.write_text(
        "\n\n".join(
            f"{verb} the {thing} in a heavy pan with a little butter until it smells of nuts, then let it rest."
            for verb in ("Brown", "Fry", "Warm", "Soften")
            for thing in ("onions", "flour", "carrots")
        )
    )
    _, out, err = done("align", zh, cooking, "-o", tmp_path / "a.tsv", "--json")
    assert "are they the same text?" in err
    summary = json.loads(out)
    assert summary["mean_score"] < 0.5 or not any("0" not in kind.split("-") for kind in summary["beads"])


def test_json_and_files_of_every_kind(zh: Path, en: Path, tmp_path: Path) -> None:
    names = ["a.tmx", "a.xlf", "a.tsv", "a.jsonl", "a.align", "a.html", "a.csv", "a.po", "a.xlsx", "a.parquet"]
    _, out, err = done("align", zh, en, *(f"-o{tmp_path / name}" for name in names), "--unit", "paragraph", "--json")
    told = json.loads(out)
    assert [file["path"] for file in told["files"]] == [str(tmp_path / name) for name in names]
    assert {file["units"] for file in told["files"]} == {12}
    assert (told["source_lang"], told["target_lang"], told["beads"]) == ("zh-CN", "en-US", {"1-1": 12})
    assert "unit:paragraph" in told["signature"]
    assert err == ""


def test_one_pair_is_reported_in_the_singular(zh: Path, en: Path, tmp_path: Path) -> None:
    zh.write_text("大会通过了下列决议。\n", encoding="utf-8")
    en.write_text("The Assembly adopted the following resolution.\n", encoding="utf-8")
    first, _, _, last, _ = done("align", zh, en, "-o", tmp_path / "a.tmx").out.splitlines()
    assert first == f"{zh} (zh-CN, 1 sentence) and {en} (en-US, 1 sentence)"
    assert last == f"{tmp_path / 'a.tmx'}: 1 unit"


def test_pairs_below_the_least_score_are_left_out(zh: Path, tmp_path: Path) -> None:
    en = tmp_path / "en.txt"
    en.write_text("\n\n".join([*(row[2] for row in gold()[:8]), "Butter melts.", "Salt it."]), encoding="utf-8")
    done("align", zh, en, "-o", tmp_path / "all.align")
    scores = [float(line.rpartition(":")[2]) for line in (tmp_path / "all.align").read_text().splitlines()]
    least = sorted(set(scores))[1] - 0.00005  # scores have four digits in files
    done("align", zh, en, "-o", tmp_path / "a.tsv", "-o", tmp_path / "some.align", "--min-score", least)
    kept = (tmp_path / "some.align").read_text().splitlines()
    assert 0 < len(kept) == sum(score >= least for score in scores) < len(scores)
    assert all((unit.quality or 0) >= least for unit in formats.read(tmp_path / "a.tsv"))


def test_demo_writes_the_files_that_it_names(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    done("demo", "--out", folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "en.txt", "sample.tmx", "sample.tsv", "sample.xlf", "zh.txt",
    ]  # fmt: skip
    assert (folder / "zh.txt").read_bytes() == pair()[0].read_bytes()
    assert len(list(formats.read(folder / "sample.tmx"))) >= len(gold())
