"""OmegaT, the real client, reads our glossary and our TBX."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.omegat import translate
from tm.terms.formats.exchange import write_terms
from tm.terms.sample import sample_concepts

#: Runs inside OmegaT when the project is loaded and prints what its own readers make of the two files.
SCRIPT = """
import org.omegat.gui.glossary.*
if (eventType.toString() != "LOAD") return
["%(utf8)s": GlossaryReaderTSV, "%(tbx)s": GlossaryReaderTBX].each { path, reader ->
    reader.read(new File(path), true).each { println "GLOSSARY " + path + "|" + it.srcText + "|" + it.locText }
}
"""


@pytest.mark.client
def test_omegat_shows_every_term_of_a_written_glossary_and_tbx(tmp_path: Path, program: Callable[[str], str]) -> None:
    concepts = list(sample_concepts())
    paths = {kind: tmp_path / f"glossary.{kind}" for kind in ("utf8", "tbx")}
    for path in paths.values():
        write_terms(path, concepts)
    script = SCRIPT % {kind: path.as_posix() for kind, path in paths.items()}
    done = translate(program("omegat"), tmp_path / "project", {"a.txt": "资产追回"}, {}, script=script)
    for kind, path in paths.items():
        lines = [line.split("|") for line in done.log.splitlines() if f"GLOSSARY {path.as_posix()}" in line]
        shown = {(source, target) for _, source, target in lines}
        assert ("资产追回", "asset recovery") in shown, f"{kind}: {done.log[-2000:]}"
        preferred = {(c.named("zh")[0].text, c.named("en")[0].text) for c in concepts}
        assert len(preferred & shown) >= 0.99 * len(preferred), sorted(preferred - shown)[:5]
