"""Manifests and batches: mistakes reported before the work, failures that affect one pair only, runs that continue."""

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import DuiyiError, EmptyInput, InputError, MissingExtra, UsageError
from corpora.sample import pair as sample_pair
from tests.commands import Ran, ran
from tm import formats
from tm.jobs import batch, workers
from tm.jobs.batch import BatchJournal, Outcome, run
from tm.jobs.manifest import FilePair, read_manifest

ZH, EN = (path.read_text("utf-8") for path in sample_pair())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "zh.txt").write_text(ZH, encoding="utf-8")
    (tmp_path / "en.txt").write_text(EN, encoding="utf-8")
    (tmp_path / "empty.txt").write_text("\n \n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def manifest(folder: Path) -> Callable[..., Path]:
    def write(
        *rows: str, header: str = "source\ttarget\toutput", name: str = "pairs.tsv", encoding: str = "utf-8"
    ) -> Path:
        path = folder / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)
        return path

    return write


class TestManifest:
    """`read_manifest`."""

    def test_relative_paths_options_and_several_outputs(self, folder: Path, manifest: Callable[..., Path]) -> None:
        path = manifest(
            "zh.txt\ten.txt\tout/a.tmx | out/a.align\tparagraph\tyes\t0.5\tzh\tLaBSE\tNo. 1\tlater",
            "",
            "# zh.txt\ten.txt\tb.tmx",
            header="source\ttarget\toutput\tunit\tsegmented\tmin-score\tsource_lang\tmodel\tname\tnotes",
        )
        (pair,) = read_manifest(path)
        assert (pair.line, pair.name, pair.model) == (2, "No. 1", "LaBSE")
        assert pair.source == folder / "zh.txt"
        assert pair.outputs == (folder / "out/a.tmx", folder / "out/a.align")
        assert (pair.options.unit, pair.options.segmented, pair.options.min_score) == ("paragraph", True, 0.5)
        assert (pair.options.source_lang, pair.options.target_lang) == ("zh", None)

    def test_a_file_that_holds_both_languages(self, folder: Path, manifest: Callable[..., Path]) -> None:
        path = manifest(
            "both.txt\t\ta.tmx\tinterleaved\trules.srx\tyes\tno",
            "zh.txt\ten.txt\tb.tmx\t\t\t\t",
            header="source\ttarget\toutput\tbilingual\tsrx\tkeep_identical\tocr",
        )
        both, pair = read_manifest(path)
        assert (both.target, both.options.bilingual, both.options.srx) == (
            None,
            "interleaved",
            str(folder / "rules.srx"),
        )
        assert (both.options.keep_identical, both.options.ocr) == (True, False)
        assert (pair.target, pair.options.bilingual, pair.options.srx) == (folder / "en.txt", "auto", None)

    @pytest.mark.parametrize(
        ("name", "text", "encoding"),
        [
            ("m.csv", "source,target,output\n决议.txt,en.txt,a.tmx\n", "utf-8-sig"),
            ("m.csv", "source;target;output\r\n决议.txt;en.txt;a.tmx\r\n", "utf-8"),
            (
                "m.csv",
                'source,target,output\n决议.txt,"en.txt","a.tmx"\n' + "中文译文.txt,e.txt,b.tmx\n" * 1,
                "gb18030",
            ),
            ("m.tsv", "source\ttarget\toutput\n决议.txt\ten.txt\ta.tmx\n", "utf-16"),
            ("m.jsonl", '{"source": "决议.txt", "target": "en.txt", "output": ["a.tmx"]}\n', "utf-8"),
        ],
    )
    def test_tables_as_they_come(self, name: str, text: str, encoding: str, folder: Path) -> None:
        path = folder / name
        path.write_bytes(text.encode(encoding))
        pair = read_manifest(path)[0]
        assert (pair.source.name, pair.target.name, pair.outputs[0].name) == ("决议.txt", "en.txt", "a.tmx")

    @pytest.mark.parametrize(
        ("header", "row", "said"),
        [
            ("source\ttarget", "zh.txt\ten.txt", "no column output"),
            ("source\ttarget\toutput\ttarget_language", "a\tb\tc.tmx\ten", "no column 'target_language'"),
            ("source\ttarget\toutput", "zh.txt\t\tc.tmx", "line 2: target is empty"),
            ("source\ttarget\toutput", "zh.txt\ten.txt\tc.tmx\tx", "line 2: more cells"),
            ("source\ttarget\toutput\tunit", "zh.txt\ten.txt\tc.tmx\tword", "line 2: unit is one of"),
            ("source\ttarget\toutput\tmin_score", "zh.txt\ten.txt\tc.tmx\thigh", "line 2: min_score is a number"),
            ("source\ttarget\toutput\tmin_score", "zh.txt\ten.txt\tc.tmx\t70", "line 2: min_score lies between"),
            ("source\ttarget\toutput\tsegmented", "zh.txt\ten.txt\tc.tmx\tmaybe", "line 2: segmented is yes or no"),
            ("source\ttarget\toutput", "zh.txt\ten.txt\t./zh.txt", "would destroy a file that line 2 reads"),
            ("source\ttarget\toutput", "zh.txt\ten.txt\ta.tmx|./a.tmx", "is written by line 2 already"),
            ("source\ttarget\toutput", "zh.txt\ten.txt\tpairs.tsv", "line 2: .* would destroy the manifest itself"),
            ("source\ttarget\toutput", "zh.txt\ten.txt\ta.xyz", "line 2: .*a.xyz"),
            ("source\ttarget\toutput\tsource_lang", "zh.txt\ten.txt\ta.tmx\t?", "line 2: '\\?' is not a language code"),
        ],
    )
    def test_mistakes_are_reported_with_their_line(
        self, header: str, row: str, said: str, manifest: Callable[..., Path]
    ) -> None:
        with pytest.raises(DuiyiError, match=said):
            read_manifest(manifest(row, header=header))

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"source": "a\0b"}, "line 1: source contains a character"),
            ({"output": ["\ud800.tmx"]}, "line 1: output contains a character"),
            ({"min_score": 10**400}, "line 1: min_score is a number"),
            ({"source_lang": 5}, "line 1: '5' is not a language code"),
            ({"segmented": [True]}, "line 1: segmented is yes or no"),
        ],
    )
    def test_what_only_json_can_say(self, more: dict[str, Any], said: str, folder: Path) -> None:
        row = {"source": "zh.txt", "target": "en.txt", "output": "a.tmx", **more}
        (folder / "m.jsonl").write_text(json.dumps(row), encoding="utf-8")
        with pytest.raises(UsageError, match=said):
            read_manifest(folder / "m.jsonl")

    def test_what_is_no_manifest(self, folder: Path, manifest: Callable[..., Path]) -> None:
        with pytest.raises(EmptyInput):
            read_manifest(folder / "empty.txt")
        with pytest.raises(EmptyInput, match="names no pairs"):
            read_manifest(manifest())
        with pytest.raises(InputError, match="does not exist"):
            read_manifest(folder / "none.tsv")
        for text in ('{"source": ', "[" * 100_000):
            (folder / "m.jsonl").write_text(text, encoding="utf-8")
            with pytest.raises(InputError, match="line 1: not JSON"):
                read_manifest(folder / "m.jsonl")


def test_a_later_run_does_what_is_left_or_changed(folder: Path, manifest: Callable[..., Path]) -> None:
    path = manifest("zh.txt\ten.txt\ta.tmx", "zh.txt\tnone.txt\tb.tmx", "zh.txt\ten.txt\tc.align")

    def states() -> list[str]:
        return [outcome.state for outcome in run(read_manifest(path), journal=BatchJournal(path))]

    assert states() == ["done", "failed", "done"]
    (folder / "none.txt").write_text(EN, encoding="utf-8")
    (folder / "c.align").unlink()
    # What is kept comes first; the pair that failed and the one whose file is gone are done.
    assert states() == ["kept", "done", "done"]
    assert states() == ["kept"] * 3
    os.utime(folder / "en.txt", ns=(1, 1))
    assert sorted(states()) == ["done", "done", "kept"]
    # A line that a crash left half written, and a pair with other options.
    with BatchJournal(path).path.open("a", encoding="utf-8") as file:
        file.write('{"key": "x", "fig')
    first, *_ = read_manifest(path)
    assert BatchJournal(path).find(first) is not None
    assert BatchJournal(path).find(replace(first, options=replace(first.options, unit="paragraph"))) is None
    assert BatchJournal(path).find(replace(first, model="LaBSE")) is None


def test_a_fault_of_ours_costs_one_pair(
    folder: Path, manifest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(source: Path, *rest: object, **options: object) -> None:
        raise KeyError(source.name)

    monkeypatch.setattr(batch, "align_files", broken)
    (outcome,) = run(read_manifest(manifest("zh.txt\ten.txt\ta.tmx")))
    assert outcome.state == "failed"
    assert "KeyError" in outcome.message


def dies_on_line_3(pair: FilePair, loaded: object) -> Outcome:
    if pair.line == 3:
        os._exit(1)
    return Outcome(pair, "done")


@pytest.mark.slow
def test_a_process_that_dies_costs_one_pair(manifest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_done", dies_on_line_3)
    pairs = read_manifest(manifest(*(f"zh.txt\ten.txt\t{n}.tmx" for n in range(6))))
    found = {outcome.pair.line: outcome for outcome in run(pairs, workers=2)}
    assert {line: one.state for line, one in found.items()} == dict.fromkeys(range(2, 8), "done") | {3: "failed"}
    assert "died" in found[3].message


def threads_of_encoder(item: int, loaded: workers.Loaded) -> int:
    threads: int = workers.encoder_of("", loaded)._threads
    return threads


@pytest.mark.slow
def test_each_worker_computes_with_its_share_of_the_cores() -> None:
    found = list(workers.spread([1, 2, 3], threads_of_encoder, lambda item, why: -1, workers=2))
    assert found == [max(1, min(2, workers.cores() // 2))] * 3


def test_a_pool_that_breaks_between_two_pairs_loses_none(
    manifest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pool(ThreadPoolExecutor):
        """Works on two pairs; then a process died, which the next one that is handed over learns."""

        left = 2

        def submit(self, call: Any, /, *arguments: Any, **named: Any) -> Any:
            if not self.left:
                raise BrokenProcessPool
            self.left -= 1
            return super().submit(call, *arguments, **named)

    monkeypatch.setattr(workers, "_pool", lambda count, memory: Pool(count))
    monkeypatch.setattr(batch, "_done", lambda pair, loaded: Outcome(pair, "done"))
    pairs = read_manifest(manifest(*(f"zh.txt\ten.txt\t{n}.tmx" for n in range(7))))
    assert sorted(outcome.pair.line for outcome in run(pairs, workers=2)) == [pair.line for pair in pairs]


def test_a_name_that_is_too_long_costs_one_pair(manifest: Callable[..., Path]) -> None:
    path = manifest(f"zh.txt\ten.txt\t{'x' * 300}.tmx", "zh.txt\ten.txt\tb.align")
    outcomes = list(run(read_manifest(path), journal=BatchJournal(path)))
    assert [outcome.state for outcome in outcomes] == ["failed", "done"]
    assert "too long" in outcomes[0].message


def test_a_half_written_line_swallows_no_other(folder: Path, manifest: Callable[..., Path]) -> None:
    path = manifest("zh.txt\ten.txt\ta.tmx")
    (pair,) = read_manifest(path)
    pair.outputs[0].touch()
    BatchJournal(path).path.write_text('{"key": "x", "fig', encoding="utf-8")
    BatchJournal(path).add(Outcome(pair, "done", figures={"moved": 1}))
    BatchJournal(path).add(Outcome(pair, "done", figures={"moved": 2}))
    assert BatchJournal(path).find(pair) == {"moved": 2}
    assert BatchJournal(path).path.read_text("utf-8").count("\n") == 3


def test_texts_in_another_order_are_doubtful(folder: Path, manifest: Callable[..., Path]) -> None:
    parts = [part for part in EN.split("\n\n") if part.strip()]
    (folder / "other.txt").write_text("\n\n".join(parts[::-1]), encoding="utf-8")
    path = manifest("zh.txt\ten.txt\t1.tmx", "zh.txt\tother.txt\t2.tmx")
    for kept in ("done", "kept"):
        outcomes = list(run(read_manifest(path), journal=BatchJournal(path)))
        assert sorted(outcome.state for outcome in outcomes) == sorted([kept, "doubtful"])
        (doubtful,) = (outcome for outcome in outcomes if outcome.state == "doubtful")
        assert "do not seem to be in the same order" in doubtful.figures["doubtful"]
        assert doubtful.figures["doubtful"] in doubtful.figures["warnings"]
    code, out, err = ran("batch", path, "--json")
    assert (code, json.loads(out)["doubtful"]) == (0, 1)
    assert f"line 3 ({doubtful.pair.name}): doubtful: {doubtful.figures['doubtful']}" in err


class TestCommand:
    """`duiyi batch`."""

    def call(self, *arguments: object) -> Ran:
        return ran("batch", *arguments)

    @pytest.mark.slow
    def test_all_but_the_bad_are_done_in_processes(self, folder: Path, manifest: Callable[..., Path]) -> None:
        rows = ["zh.txt\ten.txt\ta/1.tmx|a/1.tsv", "zh.txt\tempty.txt\ta/2.tmx", "en.txt\tzh.txt\ta/3.tmx"]
        code, out, err = self.call(manifest(*rows), "--json", "-j", 2)
        told = json.loads(out)
        assert code == 2
        assert [pair["state"] for pair in told["pairs"]] == ["done", "failed", "done"]
        assert (told["done"], told["kept"], told["failed"]) == (2, 0, 1)
        assert "line 3 (zh.txt): " in err
        assert "blank lines" in told["pairs"][1]["message"]
        assert told["pairs"][0]["signature"].startswith("duiyi ")
        assert sorted(path.name for path in (folder / "a").iterdir()) == ["1.tmx", "1.tsv", "3.tmx"]
        assert next(formats.read(folder / "a" / "3.tmx")).source_lang == "en-US"

    def test_table_dry_run_and_again(self, folder: Path, manifest: Callable[..., Path]) -> None:
        path = manifest("zh.txt\ten.txt\t1.tmx", "zh.txt\ten.txt\t2.tmx")
        assert self.call(path, "--dry-run")[1].count("to do") == 2
        assert not (folder / "1.tmx").exists()
        whole = path.read_text("utf-8")
        path.write_text("".join(whole.splitlines(keepends=True)[:2]), encoding="utf-8")
        code, out, _ = self.call(path)
        assert (code, "1 done, 0 kept, 0 failed" in out, "│ zh.txt │ done" in out) == (0, True, True)
        path.write_text(whole, encoding="utf-8")
        assert [line[:5] for line in self.call(path, "--dry-run")[1].splitlines()] == ["kept\t", "to do"]
        assert "1 done, 1 kept" in self.call(path)[1]
        assert "2 done, 0 kept" in self.call(path, "--again")[1]

    @pytest.mark.parametrize("address", ["postgresql://host/db", "head:x:1", "s3://bucket"])
    def test_an_address_that_is_none(self, address: str, manifest: Callable[..., Path]) -> None:
        with pytest.raises(UsageError, match="is not the address of a Ray cluster"):
            self.call(manifest("zh.txt\ten.txt\t1.tmx"), f"--cluster={address}")

    def test_without_ray(self, manifest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "ray", None)
        with pytest.raises(MissingExtra, match=r"ray is needed to use a cluster: .*cluster"):
            self.call("--cluster", manifest("zh.txt\ten.txt\t1.tmx"))


def test_a_file_that_holds_both_languages_is_aligned(folder: Path, manifest: Callable[..., Path]) -> None:
    lines = (
        "任何人不得向湖中倾倒废物。|No one may dump waste into the lake.|夜间禁止捕鱼。|Fishing at night is prohibited."
    )
    (folder / "both.txt").write_text(lines.replace("|", "\n\n"), encoding="utf-8")
    (done,) = run(read_manifest(manifest("both.txt\t\tout.tmx\tauto", header="source\ttarget\toutput\tbilingual")))
    assert (done.state, (folder / "out.tmx").is_file()) == ("done", True)
