from models.builtin import BuiltinEncoder as BuiltinEncoder
from models.cache import CachedEncoder as CachedEncoder
from models.cache import VectorCache as VectorCache
from models.combined import CombinedEncoder as CombinedEncoder
from models.e5 import E5Encoder as E5Encoder
from models.encoder import Encoder as Encoder
from models.registry import load as load_encoder
from models.transformers import SentenceTransformersEncoder as SentenceTransformersEncoder

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
