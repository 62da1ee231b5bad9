import re
from pathlib import Path

import pytest

from corpora.text.scripts import CJK, HAN, HANGUL, KANA

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("char", "classes"),
    [
        ("中", {"HAN", "CJK"}),
        ("㐀", {"HAN", "CJK"}),  # extension A
        ("豈", {"HAN", "CJK"}),  # compatibility
        ("𠮷", {"HAN", "CJK"}),  # beyond 16 bits
        ("䷀", {"CJK"}),  # a hexagram between two blocks of characters
        ("〇", {"CJK"}),
        ("の", {"KANA", "CJK"}),
        ("ー", {"KANA", "CJK"}),
        ("・", {"CJK"}),
        ("、", {"CJK"}),
        ("％", {"CJK"}),
        ("㈠", {"CJK"}),
        ("한", {"HANGUL"}),
        ("—", set()),
        ("é", set()),
    ],
)
def test_ranges(char: str, classes: set[str]) -> None:
    ranges = {"HAN": HAN, "KANA": KANA, "HANGUL": HANGUL, "CJK": CJK}
    assert {name for name, members in ranges.items() if re.match(f"[{members}]", char)} == classes


def test_no_other_module_defines_chinese_characters() -> None:
    modules = [
        path for top in ("align", "corpora", "models", "tm", "benchmarks") for path in (ROOT / top).rglob("*.py")
    ]
    written = re.compile(r"\\u(?:3400|4e00|9fff|4dbf|9fa[0-9a-f])|0x(?:3400|4dbf|9fff)|一-[龥鿿]", re.IGNORECASE)
    found = {str(path.relative_to(ROOT)) for path in modules if written.search(path.read_text("utf-8"))}
    assert found == {"corpora/text/scripts.py"}
