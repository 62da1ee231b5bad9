"""Read and write translation units in the formats that translators exchange, all through one `read` and one `write`.

for unit in read("memory.tmx", on_problem=print): ...
report = write("memory.xlf", units, WriteOptions(xliff="2.1"))
"""

from tm.formats.base import ReadOptions, UnitProblem, UnitProblems, WriteOptions, WriteReport
from tm.formats.registry import FORMATS, Format, check_languages, format_of, read, write

__all__ = [
    "FORMATS",
    "Format",
    "ReadOptions",
    "UnitProblem",
    "UnitProblems",
    "WriteOptions",
    "WriteReport",
    "check_languages",
    "format_of",
    "read",
    "write",
]
