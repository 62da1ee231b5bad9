"""Any sentence-transformers model as an encoder, by its name on the Hugging Face hub or as a folder.

torch and sentence-transformers are the extra `transformers`; importing them takes seconds, so they are loaded with
the first text that must really be encoded. Name, width and fingerprint come from the model's files, so
that a run whose vectors are all cached never loads torch.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from corpora.arguments import checked_class
from corpora.errors import ModelError
from corpora.extras import need
from models.encoder import Vectors, short_repr

__all__ = ["SentenceTransformersEncoder", "prefix_for"]

# The prefixes that the model cards require where both sides of a pair are of one kind.
_PREFIXES = (
    (re.compile(r"e5-.*instruct", re.I), "Instruct: Retrieve parallel sentences.\nQuery: "),
    (re.compile(r"(^|[/_-])e5-", re.I), "query: "),
)
_WEIGHTS = {".safetensors", ".bin", ".pt"}
_DESCRIBED = {".json", ".txt", ".model"}
_PURPOSE = "use a sentence-transformers model"


def prefix_for(name: str) -> str:
    """Return the prefix that the model called ``name`` needs before every text; mostly none."""
    return next((prefix for pattern, prefix in _PREFIXES if pattern.search(name)), "")


@checked_class
class SentenceTransformersEncoder:
    """A model such as ``sentence-transformers/LaBSE``, ``intfloat/multilingual-e5-base``, ``BAAI/bge-m3``, or a folder.

    ``device`` is torch's name for where to compute (None: the best there is), ``batch_size`` the texts computed
    together; ``progress`` is called with the number of texts that are done and of all texts. ``prefix`` replaces the
    prefix of the model's name. Texts longer than the model can read are cut off.
    """

    __repr__ = short_repr

    def __init__(
        self,
        name: str,
        *,
        device: str | None = None,
        batch_size: int | None = None,
        progress: Callable[[int, int], None] | None = None,
        prefix: str | None = None,
    ) -> None:
        self._given = name
        # Only the name of a folder, not its path: signatures are written into files that are passed on.
        self.name = Path(name).expanduser().resolve().name if Path(name).expanduser().is_dir() else name
        self._device = device
        self._batch_size = batch_size or 32
        self._progress = progress
        self._prefix = prefix_for(name) if prefix is None else prefix

    @cached_property
    def _folder(self) -> Path:
        """The model's files: the folder given, or the hub's on this machine, or fetched from the hub."""
        given = Path(self._given).expanduser()
        if given.is_dir():
            if not any((given / file).is_file() for file in ("modules.json", "config.json")):
                raise ModelError(
                    f"{given} holds no sentence-transformers model: it has no modules.json and no config.json"
                )
            return given
        hub = need("huggingface_hub", "transformers", _PURPOSE)
        errors = need("huggingface_hub.errors", "transformers", _PURPOSE)
        try:
            return Path(hub.snapshot_download(self.name, local_files_only=True))
        except errors.HFValidationError as error:
            raise ModelError(f"{self.name} is neither a folder nor the name of a model") from error
        except errors.LocalEntryNotFoundError:
            pass
        try:
            return Path(
                hub.snapshot_download(self.name, ignore_patterns=["onnx/*", "openvino/*", "*.h5", "*.msgpack", "*.ot"])
            )
        except errors.RepositoryNotFoundError as error:
            raise ModelError(f"{self.name} is not on the Hugging Face hub, or not for everyone to read") from error
        except (errors.HfHubHTTPError, errors.LocalEntryNotFoundError, OSError) as error:
            raise ModelError(
                f"{self.name} is not on this machine and cannot be fetched now: go online and run "
                f"`hf download {self.name}` once, or give the path of a folder that holds the model"
            ) from error

    def check(self) -> None:
        """Raise `ModelError` or `MissingExtra` now rather than at the first text; torch is not loaded for it."""
        if find_spec("sentence_transformers") is None:
            need("sentence_transformers", "transformers", _PURPOSE)
        _ = self._folder

    @cached_property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits over the configuration files, the sizes of the weights, and the prefix."""
        digest = sha256(self._prefix.encode())
        folder = self._folder
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
            inside = path.relative_to(folder)
            if not path.is_file() or any(part.startswith(".") or part in ("onnx", "openvino") for part in inside.parts):
                continue
            if path.suffix in _WEIGHTS:
                digest.update(f"{inside.as_posix()}:{path.stat().st_size}:".encode())
                with path.open("rb") as file:
                    for at in range(0, path.stat().st_size, 1 << 22):
                        file.seek(at)
                        digest.update(file.read(256))
            elif path.suffix in _DESCRIBED:
                digest.update(f"{inside.as_posix()}:".encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()[:8]

    @cached_property
    def dim(self) -> int:
        """The width of the vectors, from the last module that says one; the model is loaded only if none does."""
        try:
            modules = json.loads((self._folder / "modules.json").read_text("utf-8"))
            for module in reversed(modules):
                file = self._folder / module["path"] / "config.json"
                config = json.loads(file.read_text("utf-8")) if file.is_file() else {}
                for key in ("out_features", "word_embedding_dimension", "embedding_dimension", "hidden_size"):
                    if isinstance(config.get(key), int):
                        return int(config[key])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # an unusual model; asking it costs seconds but always works
        return int(self._model.encode(["1"]).shape[1])

    @cached_property
    def _model(self) -> Any:
        library = need("sentence_transformers", "transformers", _PURPOSE)
        folder = self._folder
        try:
            return library.SentenceTransformer(str(folder), device=self._device, local_files_only=True)
        except Exception as error:  # whatever a model's own code raises: the user chose the model
            raise ModelError(
                f"{self.name} cannot be loaded as a sentence-transformers model: {_first_line(error)}"
            ) from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors ``[len(texts), dim]``, rows of length 1; zeros for a text of blanks."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        # Texts of similar length together need little padding.
        rows = sorted((row for row, text in enumerate(texts) if text.strip()), key=lambda row: len(texts[row]))
        for low in range(0, len(rows), self._batch_size):
            some = rows[low : low + self._batch_size]
            made = self._model.encode(
                [self._prefix + texts[row].encode("utf-8", "replace").decode("utf-8") for row in some],
                batch_size=self._batch_size,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
            made = np.asarray(made, np.float32)
            vectors[some] = made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-12)
            if self._progress:
                self._progress(low + len(some), len(rows))
        return vectors


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
