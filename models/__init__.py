"""Turn text into vectors: one encoder protocol, the built-in encoder, other encoders, a cache of vectors.

What users need is named in `__init__.pyi` and imported on first use.

>>> from models import load_encoder
>>> encoder = load_encoder()
>>> encoder.encode(["第一条", "Article 1"]).shape
(2, 512)
"""

from corpora.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
