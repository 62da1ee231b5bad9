"""Files that hold both languages: every layout gives the pairs, and other files are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpora.errors import InputError, UsageError
from corpora.text.chinese import to_traditional
from models.encoder import Encoder
from tests.tm.jobs.bilingual_files import LAYOUTS, PAIRS, Pairs, alternating, ordinance, subtitles
from tm.jobs.align_files import AlignedFiles, AlignFilesOptions, align_files

CHINESE, ENGLISH = ([pair[side] for pair in PAIRS] for side in (0, 1))
PARAGRAPHS = AlignFilesOptions(unit="paragraph")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    from models.registry import load

    return load(None)


def squashed(text: str) -> str:
    return "".join(text.split())


def web_page(path: Path, paragraphs: list[str]) -> Path:
    path.write_text(f"<html><body>{''.join(f'<p>{text}</p>' for text in paragraphs)}</body></html>", "utf-8")
    return path


def wrong(aligned: AlignedFiles, pairs: Pairs) -> list[tuple[str, str]]:
    """The pairs that did not come out, whichever language is the source."""
    found = {frozenset((squashed(unit.source), squashed(unit.target))) for unit in aligned}
    return [pair for pair in pairs if frozenset(map(squashed, pair)) not in found]


@pytest.mark.parametrize(("ending", "write"), LAYOUTS, ids=[write.__name__ for _, write in LAYOUTS])
def test_every_layout_gives_the_pairs(
    tmp_path: Path, encoder: Encoder, ending: str, write: Callable[[Path, Pairs], None]
) -> None:
    path = tmp_path / f"both{ending}"
    write(path, PAIRS)
    pairs = PAIRS
    if write is ordinance:
        texts = path.read_text("utf-8").splitlines()
        pairs = list(zip(texts[::2], texts[1::2], strict=True))
        assert pairs[0][0] == f"(1) {to_traditional(PAIRS[0][0])}"
    aligned = align_files(path, encoder=encoder, options=PARAGRAPHS)
    assert wrong(aligned, pairs) == []
    assert "holds" in aligned.notes[0]


def test_subtitles_of_two_lines(tmp_path: Path, encoder: Encoder) -> None:
    """Headings and list items too, which end in no full stop."""
    pairs = [pair for pair in PAIRS if pair[0].count("。") <= 1]
    assert len(pairs) > 30
    subtitles(tmp_path / "both.srt", pairs)
    aligned = align_files(tmp_path / "both.srt", encoder=encoder)
    assert wrong(aligned, pairs) == []
    assert "subtitles of two lines" in aligned.notes[0]


def test_text_without_counterpart_is_reported(tmp_path: Path, encoder: Encoder) -> None:
    texts = [text for at, pair in enumerate(PAIRS) for text in (pair if at % 7 else pair[:1])]
    aligned = align_files(web_page(tmp_path / "both.html", texts), encoder=encoder, options=PARAGRAPHS)
    assert wrong(aligned, [pair for at, pair in enumerate(PAIRS) if at % 7]) == []
    assert "6 paragraphs in zh-CN have no counterpart" in aligned.notes[1]


def test_the_language_that_leads_is_found_by_meaning(tmp_path: Path, encoder: Encoder) -> None:
    texts = ["二〇二四年县政府公报", *(text for pair in PAIRS for text in reversed(pair))]
    aligned = align_files(web_page(tmp_path / "both.html", texts), encoder=encoder, options=PARAGRAPHS)
    assert wrong(aligned, PAIRS) == []


def test_the_order_may_change_in_the_middle(tmp_path: Path, encoder: Encoder) -> None:
    texts = [text for at, pair in enumerate(PAIRS) for text in (pair if at < 15 else reversed(pair))]
    aligned = align_files(web_page(tmp_path / "both.html", texts), encoder=encoder, options=PARAGRAPHS)
    assert wrong(aligned, PAIRS) == []


def test_a_third_column_is_left_out_and_told(tmp_path: Path, encoder: Encoder) -> None:
    french = ["Règlement des bateaux", "Chapitre premier", "Le règlement garantit la sécurité des bateaux du lac."]
    head = "<tr><th>中文</th><th>English</th><th>French</th></tr>"
    rows = "".join(f"<tr><td>{z}</td><td>{e}</td><td>{f}</td></tr>" for (z, e), f in zip(PAIRS, french, strict=False))
    path = tmp_path / "both.html"
    path.write_text(f"<html><body><table>{head}{rows}</table></body></html>", "utf-8")
    aligned = align_files(path, encoder=encoder, options=PARAGRAPHS)
    assert wrong(aligned, PAIRS[:3]) == []
    assert len(aligned) == 3
    assert "1 column in another language was left out (3 cells)" in aligned.warnings[0]


def test_a_column_of_remarks_is_left_out_and_told(tmp_path: Path, encoder: Encoder) -> None:
    rows = "".join(f"<tr><td>{e}</td><td>{z}</td><td>approved</td></tr>" for z, e in PAIRS[:9])
    path = tmp_path / "both.html"
    path.write_text(f"<html><body><table>{rows}</table></body></html>", "utf-8")
    aligned = align_files(path, encoder=encoder, options=PARAGRAPHS)
    assert wrong(aligned, PAIRS[:9]) == []
    assert len(aligned) == 9
    assert "1 column without a counterpart was left out (9 cells)" in aligned.warnings[0]


def test_empty_cells_move_no_row(tmp_path: Path, encoder: Encoder) -> None:
    rows = "".join(f"<tr><td>{z}</td><td>{e if n % 5 else ''}</td></tr>" for n, (z, e) in enumerate(PAIRS))
    path = tmp_path / "both.html"
    path.write_text(f"<html><body><table>{rows}</table></body></html>", "utf-8")
    aligned = align_files(path, encoder=encoder, options=PARAGRAPHS)
    assert wrong(aligned, [pair for n, pair in enumerate(PAIRS) if n % 5]) == []
    assert sum(not unit.target for unit in aligned) == 8


def test_two_languages_in_one_script(tmp_path: Path, encoder: Encoder) -> None:
    pairs = [
        ("Chapitre premier Dispositions générales", "Chapter 1 General Provisions"),
        ("Chaque bateau est inscrit au registre du quai.", "Every ferry shall be registered at its pier."),
        ("Le capitaine doit avoir au moins vingt-cinq ans.", "A captain shall be at least twenty-five years old."),
        ("Les enfants de moins de trois ans voyagent gratuitement.", "Children under the age of three travel free."),
    ]
    path = web_page(tmp_path / "both.html", [text for pair in pairs for text in pair])
    assert wrong(align_files(path, encoder=encoder, options=PARAGRAPHS), pairs) == []


@pytest.mark.parametrize(
    ("paragraphs", "message"),
    [
        (CHINESE, "in one language only (zh-CN)"),
        (ENGLISH, "in one language only (en-US)"),
        ([*CHINESE, *ENGLISH[:3]], "certain to"),
        ([*CHINESE, "The lake is a quiet place in winter, when most of its birds have left for the south. " * 4],
         "give its translation as the second file"),
    ],
    ids=["Chinese", "English", "a few paragraphs", "another text"],
)  # fmt: skip
def test_other_files_are_refused(tmp_path: Path, encoder: Encoder, paragraphs: list[str], message: str) -> None:
    path, out = web_page(tmp_path / "both.html", paragraphs), tmp_path / "pairs.tmx"
    with pytest.raises(InputError, match=r"both\.html") as refused:
        align_files(path, None, out, encoder=encoder)
    assert message in str(refused.value)
    assert not out.exists()


def test_a_stated_layout_is_followed(tmp_path: Path, encoder: Encoder) -> None:
    path = web_page(tmp_path / "both.html", [*CHINESE, *ENGLISH[:5]])
    stated = AlignFilesOptions(unit="paragraph", bilingual="interleaved")
    assert wrong(align_files(path, encoder=encoder, options=stated), PAIRS[:5]) == []
    with pytest.raises(InputError, match="no table"):
        align_files(path, encoder=encoder, options=AlignFilesOptions(bilingual="table"))


def test_a_stated_source_language_comes_first(tmp_path: Path, encoder: Encoder) -> None:
    path = tmp_path / "both.docx"
    alternating(path, PAIRS[:6])
    aligned = align_files(path, encoder=encoder, options=AlignFilesOptions(source_lang="en", unit="paragraph"))
    assert aligned[0].source == PAIRS[0][1]
    with pytest.raises(UsageError, match="not fr-FR"):
        align_files(path, encoder=encoder, options=AlignFilesOptions(source_lang="fr"))


def test_one_file_given_twice_is_taken_apart(tmp_path: Path, encoder: Encoder) -> None:
    path = tmp_path / "both.docx"
    alternating(path, PAIRS[:6])
    aligned = align_files(path, path, encoder=encoder, options=PARAGRAPHS)
    assert "are the same file" in aligned.notes[0]
    assert wrong(aligned, PAIRS[:6]) == []
    with pytest.raises(UsageError, match="are the same file"):
        align_files(path, path, encoder=encoder, options=AlignFilesOptions(segmented=True))
    alone = web_page(tmp_path / "zh.html", CHINESE)
    with pytest.raises(InputError, match="in one language only"):
        align_files(alone, alone, encoder=encoder)


def test_stated_languages_must_be_those_of_the_files(tmp_path: Path, encoder: Encoder) -> None:
    chinese, english = web_page(tmp_path / "zh.html", CHINESE), web_page(tmp_path / "en.html", ENGLISH)
    with pytest.raises(UsageError, match=r"en\.html is in en-US, not in zh-CN: give the files in the other order"):
        align_files(english, chinese, encoder=encoder, options=AlignFilesOptions("sentence", "zh", "en"))
    with pytest.raises(UsageError, match=r"zh\.html is in zh-CN, not in fr-FR"):
        align_files(chinese, english, encoder=encoder, options=AlignFilesOptions(source_lang="fr"))
    serbian = tmp_path / "sr.txt"
    serbian.write_text("Svaki brod mora biti upisan na pristaništu. Kapetan mora imati dvadeset pet godina.", "utf-8")
    assert align_files(serbian, english, encoder=encoder, options=AlignFilesOptions("paragraph", "sr", "en"))
    doubtful = align_files(chinese, english, encoder=encoder, options=AlignFilesOptions("paragraph", "zh", "fr"))
    assert doubtful.warnings[0].endswith("en.html seems to be in en-US, not in fr-FR as stated")
