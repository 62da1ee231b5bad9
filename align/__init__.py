"""Align two documents: beads of paragraphs or sentences, their scores, and evaluation.

What users need is named in `__init__.pyi` and imported on first use.

>>> from align import align_files
>>> from corpora import sample_pair
>>> pairs = align_files(*sample_pair())
>>> len(pairs), pairs[0].target
(65, 'Resolutions adopted by the Regional Conference on Integrity at its twelfth session')
"""

from corpora.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
