"""Read documents: text in, structure out, nothing lost.

What users need is named in `__init__.pyi` and imported on first use.

>>> from corpora import read, sample_pair
>>> document = read(sample_pair()[0])
>>> document.language, document.blocks[0].text
('zh-CN', '第十二届廉政问题区域会议通过的决议')
"""

from corpora.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
