"""Turn text into vectors: one encoder protocol, the built-in encoder, other encoders, a cache of vectors.

What users need is exported here and imported on first use; `__init__.pyi` tells type checkers the same.

>>> from models import load_encoder
>>> encoder = load_encoder()
>>> encoder.encode(["第一条", "Article 1"]).shape
(2, 512)
"""

from corpora.lazy import lazy_exports

__all__ = [
    "BuiltinEncoder",
    "CachedEncoder",
    "CombinedEncoder",
    "E5Encoder",
    "Encoder",
    "SentenceTransformersEncoder",
    "VectorCache",
    "load_encoder",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "BuiltinEncoder": "models.builtin",
        "CachedEncoder": "models.cache",
        "CombinedEncoder": "models.combined",
        "E5Encoder": "models.e5",
        "Encoder": "models.encoder",
        "SentenceTransformersEncoder": "models.transformers",
        "VectorCache": "models.cache",
        "load_encoder": "models.registry:load",
    },
)
