"""Files of other programs, settings and journals, and what reads them."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from tests.fuzz.files import UNITS, Pairs
from tests.fuzz.hostile import changed, hostile_pairs, hostile_value
from tests.tm.formats import other_tools

__all__ = ["MADE", "READ"]

_SRX = """<?xml version="1.0"?><srx xmlns="http://www.lisa.org/srx20" version="2.0"><header segmentsubflows="yes"
cascade="yes"><formathandle type="start" include="no"/></header><body><languagerules><languagerule
languagerulename="Default"><rule break="no"><beforebreak>\\b(?:Mr|e\\.g)\\.</beforebreak><afterbreak>\\s</afterbreak>
</rule><rule break="yes"><beforebreak>[.?!\\u3002]+</beforebreak><afterbreak>\\s*\\p{Lu}</afterbreak></rule>
</languagerule></languagerules><maprules><languagemap languagepattern="(ZH|EN).*" languagerulename="Default"/>
</maprules></body></srx>"""
_RATES = b'[rates]\n"100" = 0.1\nnew = 1\n"95-99" = 0.3\n'
_BASELINE = json.dumps({"duiyi-baseline": 1, "findings": [{"fingerprint": "ab", "check": "c", "message": "d"}]})
_JOURNAL = '{"key": "a", "figures": {"units": 3}}\n{"key": "b", "figures": {}}\n'


def _by(maker: Callable[[Path, Pairs], Path], ending: str) -> Callable[[Random], bytes]:
    def make(chance: Random) -> bytes:
        with TemporaryDirectory() as folder:
            pairs = [tuple(text.encode("utf-8", "replace").decode() for text in pair) for pair in hostile_pairs(chance)]
            try:
                made = maker(Path(folder) / f"x{ending}", pairs).read_bytes()  # type: ignore[arg-type]
            except (ValueError, UnicodeError):
                made = maker(Path(folder) / f"x{ending}", [("第一条", "Article 1")]).read_bytes()
        return changed(made, chance)

    return make


def _values(seed: bytes) -> Callable[[Random], bytes]:
    """JSON whose values another program has changed, or a text that somebody has."""

    def make(chance: Random) -> bytes:
        if chance.random() < 0.5:
            return changed(seed, chance)
        data = json.loads(seed.splitlines()[0])
        data[chance.choice([*data, "x"])] = hostile_value(chance)
        return json.dumps(data).encode()

    return make


def _untranslated(name: str) -> Callable[[Random], bytes]:
    return lambda chance: changed(UNITS[name]([(source, "") for source, _ in hostile_pairs(chance)]), chance)


def _glossary(chance: Random) -> bytes:
    """A table with headers of all kinds: statuses, notes, definitions, numbered synonyms."""
    columns = [
        "id",
        "zh-CN",
        "en-US",
        "en-US 2",
        "en-US status",
        "definition",
        "note",
        "subject",
        "created",
        "forbidden",
    ]
    rows = [columns, *([str(n), a, b, b + "s", "preferred", a, b, "x", "2020-01-01", "yes"] for n, (a, b) in
                       enumerate(hostile_pairs(chance)))]  # fmt: skip
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)
    return changed(text.encode("utf-8", "surrogatepass"), chance)


@cache
def _stores() -> tuple[Any, Any]:
    from tm.search.memory import Memory
    from tm.terms.base import TermBase
    from tm.unit import Unit

    memory = Memory(":memory:")
    memory.add([Unit("会议通过了第5号决议。", "The meeting adopted resolution 5.", "zh-CN", "en-US")], whole=True)
    return memory, TermBase(":memory:")


def _filled(path: Path) -> None:
    from tm.pretranslation.job import pretranslate

    memory, _ = _stores()
    pretranslate(path, path.with_name(f"out{path.suffix}"), [memory])


def _with_rules(path: Path) -> None:
    from corpora.text.srx import read_srx

    rules = read_srx(path)
    for text, language in (("会议通过了。The meeting. It met Mr. A.", "zh-CN"), ("e.g. A. B" * 20, "en-US")):
        rules.split(text, language)


def _rates(path: Path) -> None:
    from tm.jobs.analyse_files import read_rates

    read_rates(path)


def _baseline(path: Path) -> None:
    from tm.checks.run import check
    from tm.report.outputs import accept
    from tm.unit import Unit

    units = [Unit("第5号", "No. 6", "zh-CN", "en-US")]
    accept(path, check(units), units)


def _journal(path: Path) -> None:
    from tm.jobs.batch import BatchJournal

    manifest = path.with_name("manifest.tsv")
    path.replace(BatchJournal(manifest).path)
    BatchJournal(manifest)


def _stored_terms(path: Path) -> None:
    from tm.terms.base import TermBase
    from tm.terms.formats.exchange import read_terms, write_terms

    with TermBase(":memory:") as terms:
        terms.add(read_terms(path).concepts)
        terms.find("会议通过了决议。The meeting adopted it.", "zh-CN")
        for ending in ("tbx", "csv", "jsonl", "utf8", "utx"):
            write_terms(path.with_name(f"out.{ending}"), terms.concepts())


def _both(path: Path) -> None:
    from corpora.bilingual.separation import read_both

    read_both(path)


_TEXT = "\n".join(f"第{n}条 会议通过了决议。\nArticle {n} The meeting adopted the resolution.\n" for n in range(1, 9))

#: What makes the files of each kind, by its name: the ending of the file and the maker.
MADE: Mapping[str, tuple[str, Callable[[Random], bytes]]] = {
    "units sdltm": ("sdltm", _by(other_tools.sdltm, ".sdltm")),
    "units wordfast": ("txt", _by(other_tools.wordfast, ".txt")),
    "units txml": ("txml", _by(other_tools.txml, ".txml")),
    "units ttx": ("ttx", _by(other_tools.ttx, ".ttx")),
    "units weblate": ("json", _by(other_tools.weblate, ".json")),
    "units trados table": ("docx", _by(other_tools.trados_docx, ".docx")),
    "units memoq table": ("docx", _by(other_tools.memoq_docx, ".docx")),
    **{f"filled {name}": (name.rpartition(".")[2], _untranslated(name)) for name in ("1.xlf", "2.xlf", "po")},
    "stored glossary": ("csv", _glossary),
    "srx": ("srx", lambda chance: changed(_SRX.encode(), chance)),
    "rates": ("toml", lambda chance: changed(_RATES, chance)),
    "baseline": ("json", _values(_BASELINE.encode())),
    "journal": ("jsonl", _values(_JOURNAL.encode())),
    "both languages": ("txt", lambda chance: changed(_TEXT.encode(), chance)),
}
#: What reads the files of a name, or of names that begin with it.
READ: Mapping[str, Callable[[Path], object]] = {
    "filled": _filled, "stored": _stored_terms, "srx": _with_rules, "rates": _rates, "baseline": _baseline,
    "journal": _journal, "both languages": _both,
}  # fmt: skip
