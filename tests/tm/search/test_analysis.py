"""The analysis of a job: words as Word counts them, and bands as an independent count finds them."""

import random
import unicodedata
from pathlib import Path

import pytest

from corpora.errors import DuiyiError, InputError, UsageError
from tests.commands import done
from tests.data import cases
from tm.formats import WriteOptions, write
from tm.jobs.analyse_files import AnalyseOptions, analyse_files, read_rates
from tm.search.analysis import BANDS, analyse, band_of
from tm.search.counting import characters, words
from tm.search.fuzzy import similarity
from tm.search.memory import Memory
from tm.unit import Unit


@pytest.mark.parametrize("case", cases("counting"), ids=lambda case: case["label"])
def test_counting(case: dict[str, object]) -> None:
    assert (words(str(case["text"])), characters(str(case["text"]))) == (case["words"], case["characters"])


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (102, "context"), (101, "context"), (100, "exact"), (99, "95-99"), (95, "95-99"), (94, "85-94"), (85, "85-94"),
        (84, "75-84"), (75, "75-84"), (74, "50-74"), (50, "50-74"), (49, "new"), (0, "new"),
    ],
)  # fmt: skip
def test_bands(score: int, band: str) -> None:
    assert band_of(score) == band


SENTENCES = [
    "渡船每天早上六点开。", "大雾的时候不开。", "请在栏杆后面等候。", "船上不许点火做饭。", "小孩要有大人牵着。",
    "The gate opens at seven.", "Bring a coat, a lamp and water.", "No dogs on board.", "旧票不能再用，也不能退。",
    "晚上要先敲钟叫船夫。",
]  # fmt: skip


def changed(sentence: str, chance: random.Random) -> str:
    """The sentence with up to four places changed."""
    for _ in range(chance.randrange(5)):
        place = chance.randrange(len(sentence))
        sentence = sentence[:place] + chance.choice(["新", "", "x", " ", "旧的"]) + sentence[place + 1 :]
    return " ".join(sentence.split()) or "空"


def counted_by_hand(documents: list[list[str]], memory: list[list[str]]) -> list[dict[str, list[int]]]:
    """Segments, words and characters by band, without the index, the look-up and the patterns of the program."""
    neighbours: dict[str, set[tuple[str, str]]] = {}
    for lines in memory:
        for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
            neighbours.setdefault(line, set()).add((before, after))
    seen: set[str] = set()
    counts = []
    for lines in documents:
        bands = {band: [0, 0, 0] for band in BANDS}
        for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
            score = max((min(99, similarity(line, text).score) for text in neighbours if text != line), default=0)
            if line in neighbours:
                same = any((before and before == a) or (after and after == b) for a, b in neighbours[line])
                score = 101 if same else 100
            band = next(
                name
                for least, name in [(101, "context"), (100, "exact"), (95, "95-99"), (85, "85-94"), (75, "75-84"),
                                    (50, "50-74"), (0, "new")]
                if score >= least
            )  # fmt: skip
            if score < 100 and line in seen:
                band = "repetitions"
            seen.add(line)
            wide = [sign for sign in line if unicodedata.east_asian_width(sign) in "WF"]
            rest = "".join(" " if unicodedata.east_asian_width(sign) in "WF" else sign for sign in line)
            for place, amount in enumerate((1, len(wide) + len(rest.split()), len(line.replace(" ", "")))):
                bands[band][place] += amount
        counts.append(bands)
    return counts


def test_twenty_documents_as_counted_by_hand(tmp_path: Path) -> None:
    chance = random.Random(7)
    known = [[changed(chance.choice(SENTENCES), chance) for _ in range(12)] for _ in range(6)]

    def sentence() -> str:
        return chance.choice([changed(chance.choice(SENTENCES), chance), chance.choice(chance.choice(known))])

    documents = [[sentence() for _ in range(9)] for _ in range(20)]
    documents[3][2:6] = known[1][2:6]
    documents[9] = documents[8]
    memory = Memory(tmp_path / "m")
    for lines in known:
        memory.add(
            Unit(line, f"{line} (translated)", "zh-CN", "en-GB", previous=before, next=after)
            for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False)
        )
    paths = []
    for number, lines in enumerate(documents):
        paths.append(tmp_path / f"{number}.txt")
        paths[-1].write_text("\n".join(lines) + "\n", "utf-8")
    found = analyse_files(paths, [memory], AnalyseOptions(segmented=True))
    expected = counted_by_hand(documents, known)
    counted = [{band: list(count.to_dict().values()) for band, count in one.bands.items()} for one in found.files]
    assert counted == expected
    assert all(
        sum(one[band][0] for one in expected) for band in ("repetitions", "context", "exact", "75-84", "50-74", "new")
    )
    total = found.to_dict()["total"]
    assert total["all"]["segments"] == 180
    assert total["all"]["words"] == sum(total[band]["words"] for band in BANDS)


def test_repetitions_within_and_across_files_come_after_full_matches() -> None:
    scores = {"a": 100, "b": 80, "c": 0}
    found = analyse([("1", ["a", "b", "b"]), ("2", ["a", "b", "c", "c"])], lambda text, *_: scores[text])
    assert [{band: count.segments for band, count in one.bands.items() if count.segments} for one in found.files] == [
        {"exact": 1, "75-84": 1, "repetitions": 1},
        {"exact": 1, "new": 1, "repetitions": 2},
    ]


def test_internal_matches_are_counted_on_request(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("船上不许点火做饭，也不许抽烟。\n船上不许点火做饭，也不许喝酒。\n", "utf-8")
    plain, internal = (
        analyse_files([path], [], AnalyseOptions(segmented=True, internal=flag)).total.bands for flag in (False, True)
    )
    assert (plain["new"].segments, internal["new"].segments, internal["75-84"].segments) == (2, 1, 1)


def test_bilingual_files_count_their_sources(tmp_path: Path) -> None:
    write(tmp_path / "a.xlf", [Unit("门开着。", "", "zh-CN", "en-GB"), Unit("门关着。", "Shut.", "zh-CN", "en-GB")])
    write(tmp_path / "a.tmx", [Unit("门开着。", "Open.", "zh-CN", "en-GB")], WriteOptions())
    total = analyse_files([tmp_path / "a.xlf", tmp_path / "a.tmx"], []).total
    assert (total.bands["new"].segments, total.bands["repetitions"].segments) == (2, 1)


def test_rates(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text('[rates]\nnew = 0.5\n"95-99" = 0\n', "utf-8")
    found = analyse([("1", ["a b", "c d e"])], lambda text, *_: 96 if text == "a b" else 0, read_rates(path))
    assert found.to_dict()["total"]["weighted_words"] == 1.5
    for wrong, what in (
        ("new = 1", "one table"), ("[rates]\nold = 1", "not a band"), ("[rates]\nnew = 2", "from 0 to 1"),
        ("[rates", "not a TOML file"),
    ):  # fmt: skip
        path.write_text(wrong, "utf-8")
        with pytest.raises(DuiyiError, match=what):
            read_rates(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_rates(tmp_path / "none.toml")


def test_the_command_and_its_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("DUIYI_MEMORY", raising=False)
    (tmp_path / "a.md").write_text("# Rules\n\nOne door. One door.\n", "utf-8")
    outs = [tmp_path / name for name in ("r.html", "r.json", "r.csv")]
    shown = done("analyse", tmp_path / "a.md", *(f"-o{out}" for out in outs))
    assert "you have no memory yet" in shown.err
    assert "repetitions" in shown.out
    assert '"segments": 3' in outs[1].read_text("utf-8")
    assert "total,all,3,5,21" in outs[2].read_text("utf-8")
    assert "<td>5</td>" in outs[0].read_text("utf-8")
    with pytest.raises(UsageError, match=r"is written as \.html"):
        done("analyse", tmp_path / "a.md", "-o", tmp_path / "r.doc")
    with pytest.raises(InputError, match="does not exist"):
        done("analyse", tmp_path / "b.md")
