"""Keep, exchange, look up and check translation units: memories, formats, terms, checks, reports.

What users need is named in `__init__.pyi` and imported on first use.

>>> from tm import Memory, Unit
>>> with Memory("work.duiyi") as memory:
...     report = memory.add([Unit("协议自签字之日起生效。", "The agreement enters into force.", "zh", "en")])
...     memory.lookup("协议自签字之日起生效")[0].target
'The agreement enters into force.'
"""

from corpora.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
