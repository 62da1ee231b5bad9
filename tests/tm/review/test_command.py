"""`duiyi review` without a browser: what was reviewed goes to files, and bad usage is reported in one sentence."""

from pathlib import Path

import pytest

from corpora.errors import DuiyiError, EmptyInput, InputError, UsageError
from tests.commands import done
from tm.formats import read, write
from tm.review.repository import ReviewRepository
from tm.unit import Unit


def run(*arguments: object) -> str:
    return done("review", *arguments).out


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "units.tmx"
    write(path, [Unit("第五条", "Article 5", "zh-CN", "en-US"), Unit("第六条", "Article 6", "zh-CN", "en-US")])
    return path


def test_what_was_accepted_is_written(file: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "reviews", tmp_path / "out.jsonl"
    assert "2 units" in run(file, "-o", out, "--data", data)
    with pytest.raises(EmptyInput):
        run(file, "-o", out, "--accepted", "--data", data)
    assert len(list(read(out))) == 2, "what stood there stays"
    repository = ReviewRepository(data, "ada")
    repository.session(repository.open_file(file)).edit({"do": "accept", "rows": [1]}, 0)
    repository.close()
    assert "1 unit\n" in run(file, "-o", out, "--accepted", "--data", data)
    (unit,) = read(out)
    assert (unit.source, unit.status, unit.author, unit.previous) == ("第六条", "reviewed", "ada", "第五条")


def test_all_files_are_written_or_none(file: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "reviews", tmp_path / "out.jsonl"
    with pytest.raises(UsageError, match="do not record their positions"):
        run(file, "-o", out, "-o", tmp_path / "out.align", "--data", data)
    with pytest.raises(InputError, match="is not a folder"):
        run(file, "-o", out, "-o", file / "out.tsv", "--data", data)
    assert not out.exists()


def test_another_content_is_another_review(file: Path, tmp_path: Path) -> None:
    repository = ReviewRepository(tmp_path / "reviews", "ada")
    first = repository.open_file(file)
    assert repository.open_file(file) == first
    write(file, [Unit("第七条", "Article 7", "zh-CN", "en-US")])
    assert repository.open_file(file) != first
    assert len(repository.summaries()) == 2


def test_a_document_in_both_languages_is_aligned_once(tmp_path: Path) -> None:
    data, out, both = tmp_path / "reviews", tmp_path / "out.jsonl", tmp_path / "both.txt"
    english = ["No one may dump waste into the lake.", "Fishing at night is prohibited."]
    both.write_text(f"任何人不得向湖中倾倒废物。\n\n{english[0]}\n\n夜间禁止捕鱼。\n\n{english[1]}\n", "utf-8")
    assert "2 units" in run(both, "-o", out, "--data", data)
    assert [unit.target for unit in read(out)] == english
    run(both, "-o", out, "--data", data)
    (review,) = ReviewRepository(data, "ada").summaries()
    assert (review.title, review.units) == ("both.txt", 2)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["missing.tmx"], InputError, "missing.tmx"),
        (["missing.md"], InputError, "missing.md does not exist"),
        (["missing.txt", "other.txt"], InputError, "missing.txt"),
        (["{file}", "{file}", "{file}"], UsageError, "one document in both languages, or two documents"),
        (["-o", "x.tmx"], UsageError, "--out needs"),
        (["{file}", "-o", "{tmp}/x.align"], UsageError, "do not record their positions"),
        (["{file}", "--host", "0.0.0.0"], UsageError, "`token` is required"),
        (["--port", "1", "--host", "203.0.113.1", "--token", "0123456789abcdef"], UsageError, "cannot listen on"),
    ],
)
def test_bad_usage_is_reported_in_one_sentence(
    file: Path, tmp_path: Path, arguments: list[str], error: type[DuiyiError], words: str
) -> None:
    with pytest.raises(error, match=words):
        run(*(one.format(file=file, tmp=tmp_path) for one in arguments), "--data", tmp_path / "r", "--no-browser")


def test_the_extension_selects_a_report(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    done("check", file, "--no-embeddings", "-o", out)
    assert "units.tmx" in out.read_text("utf-8")
