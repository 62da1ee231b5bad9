"""Names to encoders: the one place where the user's `--model` is read.

Nothing is imported before an encoder is asked for, so that a command that needs none pays for none.
"""

from collections.abc import Callable

from corpora.errors import ModelError
from models.encoder import Encoder

__all__ = ["load"]


def load(
    name: str | None = None,
    *,
    cache: bool = True,
    device: str | None = None,
    batch_size: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Encoder:
    """Return the encoder that ``name`` stands for; None stands for the built-in one.

    ``cache`` keeps vectors on disk where making them is dear; ``device`` and ``batch_size`` go to
    sentence-transformers; ``progress`` is told how many texts are done, and of how many. Raises `ModelError`.
    """
    match (name or "builtin").strip().lower():
        case "builtin" | "use" | "use-multilingual-3":
            from models.builtin import BuiltinEncoder

            return BuiltinEncoder()
        case _:
            raise ModelError(f"there is no encoder named {name}")
