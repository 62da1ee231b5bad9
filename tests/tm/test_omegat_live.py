"""OmegaT asks a running server for every segment, through the script that users run in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpora.sample import gold
from tests.data import ROOT
from tests.omegat import translate
from tests.tm.server.conftest import serving as serving
from tm.search.memory import Memory
from tm.unit import Unit

pytestmark = pytest.mark.client


def test_every_sentence_of_the_sample_is_matched(
    program: Callable[[str], str],
    serving: Callable[..., tuple[str, object]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs = [(zh, en) for _, zh, en in gold()]
    with Memory(tmp_path / "m.duiyi") as memory:
        memory.add(Unit(zh, en, "zh-CN", "en-US") for zh, en in pairs)
    address, _ = serving("--memory", tmp_path / "m.duiyi")
    monkeypatch.setenv("DUIYI_SERVER", address.rstrip("/"))
    texts = list(dict.fromkeys(zh for zh, _ in pairs))
    bold = f"<html><body><p>{texts[0][:2]}<b>{texts[0][2:4]}</b>{texts[0][4:]}</p></body></html>"
    files = {"a.txt": "\n\n".join(texts) + "\n", "b.html": bold}
    script = (ROOT / "docs" / "omegat" / "duiyi.groovy").read_text("utf-8")
    run = translate(program("omegat"), tmp_path / "p", files, {}, by_sentence=False, script=script)
    assert f"duiyi: matches of 100 % for {len(texts) + 1} of {len(texts) + 1} segments" in run.log
