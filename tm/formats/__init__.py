"""Read and write translation units in the formats that translators exchange, through one `read` and one `write`.

>>> from tm.unit import Unit
>>> write("memory.tmx", [Unit("你好。", "Hello.", "zh-CN", "en-US")]).written
1
>>> [unit.target for unit in read("memory.tmx")]
['Hello.']
"""

from tm.formats.base import ReadOptions, UnitProblem, UnitProblems, WriteOptions, WriteReport
from tm.formats.registry import UNIT_FORMATS, Format, check_languages, format_of, read, write

__all__ = [
    "UNIT_FORMATS", "Format", "ReadOptions", "UnitProblem", "UnitProblems", "WriteOptions", "WriteReport",
    "check_languages", "format_of", "read", "write",
]  # fmt: skip
