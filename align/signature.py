"""One line that names all that changes the result of an alignment, so that scores are never compared blindly.

It is stored with every memory entry and in every file that is written. What is at its default is left to the
version; options that differ from it are folded into a short checksum, so that two runs with the same line mean
the same run.
"""

from dataclasses import asdict, is_dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from json import dumps
from typing import Any

from align.alignment import Level
from corpora.document import Document
from models.encoder import Encoder

__all__ = ["signature"]


def signature(
    source: Document,
    target: Document,
    *,
    encoder: Encoder,
    unit: Level,
    search: str,
    widest: tuple[int, int],
    segmented: bool,
    options: Any,
    defaults: Any,
) -> str:
    """Return e.g. ``duiyi 0.1.0|unit:sentence|encoder:use-multilingual-3@9f3c|search:band|max:5-6|profile:un|…``.

    ``search`` names the method, ``widest`` the units that one bead may hold on either side; ``options`` and
    ``defaults`` are dataclasses of one type, whose difference becomes ``options:CHECKSUM``.
    """
    profiles = dict.fromkeys((source.profile, target.profile))
    parts = [
        f"duiyi {_version()}",
        f"unit:{unit}",
        f"encoder:{encoder.name}@{encoder.fingerprint}",
        f"search:{search}",
        f"max:{widest[0]}-{widest[1]}",
        f"profile:{'segmented' if segmented else '+'.join(profiles)}",
        f"lang:{source.language}+{target.language}",
    ]
    if options != defaults:
        parts.append(f"options:{_checksum(options)}")
    return "|".join(part.replace("|", "/") for part in parts)


def _checksum(options: Any) -> str:
    values = asdict(options) if is_dataclass(options) and not isinstance(options, type) else options
    text = dumps(values, sort_keys=True, ensure_ascii=True, default=str)
    return sha256(text.encode()).hexdigest()[:8]


def _version() -> str:
    try:
        return version("duiyi")
    except PackageNotFoundError:
        return "0"
