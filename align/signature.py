"""One line that identifies everything that can change the result of an alignment.

It is stored with every memory entry and in every file that is written. Default options are implied by the version;
options that differ from the defaults are reduced to a short checksum, so that two alignments with the same signature
were made in the same way.
"""

from dataclasses import asdict, replace
from hashlib import sha256
from json import dumps

from align.options import AlignOptions
from corpora.document import Document
from corpora.version import tool_version
from models.encoder import Encoder

__all__ = ["signature"]


def signature(source: Document, target: Document, *, encoder: Encoder, options: AlignOptions) -> str:
    """Return e.g. ``duiyi 0.1.0|unit:sentence|encoder:use-multilingual-3@9f3c|search:band|max:5-6|profile:un|…``.

    ``max`` is the most units that a bead may hold on each side, ``profile`` how the structure of the two files was
    read, and ``lang`` their languages; options that differ from the defaults become ``options:CHECKSUM``.
    """
    search = options.sentences if options.unit == "sentence" else options.blocks.search
    profiles = "+".join(dict.fromkeys((source.profile, target.profile)))
    parts = [
        f"duiyi {tool_version()}",
        f"unit:{options.unit}",
        f"encoder:{encoder.name}@{encoder.fingerprint}",
        "search:band",
        f"max:{search.max_source}-{search.max_target}",
        f"profile:{'segmented' if options.segmented else profiles}",
        f"lang:{source.language}+{target.language}",
    ]
    defaults = AlignOptions()
    tuned = replace(options, unit=defaults.unit, segmented=defaults.segmented)
    if tuned != defaults:
        parts.append(f"options:{_checksum(tuned)}")
    return "|".join(part.replace("|", "/") for part in parts)


def _checksum(options: AlignOptions) -> str:
    text = dumps(asdict(options), sort_keys=True)
    return sha256(text.encode()).hexdigest()[:8]
