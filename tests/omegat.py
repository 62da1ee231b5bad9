"""Drive OmegaT, the real client, without a window: make a project, run it, hand back what it translated.

OmegaT exits with 0 even when it could not load a memory, so tests look at the translated files and at `log`.
"""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Run", "translate"]

_TOKENIZERS = {"zh": "LuceneSmartChineseTokenizer", "en": "LuceneEnglishTokenizer"}
_PROJECT = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<omegat>
<project version="1.0">
<source_dir>__DEFAULT__</source_dir>
<source_dir_excludes/>
<target_dir>__DEFAULT__</target_dir>
<tm_dir>__DEFAULT__</tm_dir>
<glossary_dir>__DEFAULT__</glossary_dir>
<glossary_file>__DEFAULT__</glossary_file>
<dictionary_dir>__DEFAULT__</dictionary_dir>
<source_lang>{source}</source_lang>
<target_lang>{target}</target_lang>
<source_tok>org.omegat.tokenizer.{source_tokenizer}</source_tok>
<target_tok>org.omegat.tokenizer.{target_tokenizer}</target_tok>
<sentence_seg>{by_sentence}</sentence_seg>
<support_default_translations>true</support_default_translations>
<remove_tags>false</remove_tags>
</project>
</omegat>
"""


@dataclass(frozen=True)
class Run:
    """What OmegaT left: the translated files by name and all that it printed."""

    files: Mapping[str, str]
    log: str

    @property
    def complaints(self) -> list[str]:
        """The lines in which OmegaT complains about a memory."""
        return [line for line in self.log.splitlines() if "TMXR_" in line or "TF_TM_LOAD_ERROR" in line]


def translate(
    omegat: str,
    project: Path,
    sources: Mapping[str, str],
    memories: Mapping[str, Path],
    *,
    source_lang: str = "ZH-CN",
    target_lang: str = "EN-US",
    by_sentence: bool = True,
    script: str = "",
    seconds: int = 180,
) -> Run:
    """Translate ``sources`` (name to content) with ``memories`` ("enforce/x.tmx" to a file) and return the result.

    ``project`` is made; its path must hold no blanks, which OmegaT's start script cannot bear. ``script`` is
    Groovy that runs when the project is loaded; after ``seconds`` OmegaT is stopped.
    """
    for folder in ("source", "target", "omegat", "dictionary", "glossary", "tm/enforce", "tm/auto"):
        (project / folder).mkdir(parents=True)
    settings = _PROJECT.format(
        source=source_lang,
        target=target_lang,
        source_tokenizer=_TOKENIZERS[source_lang[:2].lower()],
        target_tokenizer=_TOKENIZERS[target_lang[:2].lower()],
        by_sentence=str(by_sentence).lower(),
    )
    (project / "omegat.project").write_text(settings, encoding="utf-8")
    for name, content in sources.items():
        (project / "source" / name).write_text(content, encoding="utf-8")
    for name, path in memories.items():
        shutil.copyfile(path, project / "tm" / name)
    command = [
        omegat,
        str(project),
        "--mode=console-translate",
        "--quiet",
        f"--config-dir={project / 'config'}",
        "--disable-project-locking",
        "--no-team",
    ]
    if script:
        (project / "script.groovy").write_text(script, encoding="utf-8")
        command.append(f"--script={project / 'script.groovy'}")
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=seconds, check=False)
    files = {name: (project / "target" / name).read_text("utf-8") for name in sources}
    return Run(files, done.stdout + done.stderr)
