"""A sentence without its list marker, number and footnote marks, to compare what is said and not how it is numbered.

"(a) The tenant pays." and "The tenant pays." are translated alike but for the marker. Marks are taken off generously,
since texts count as the same only if all that is left is the same.
"""

import re

from corpora.text.markers import parse_bullet, parse_marker
from corpora.text.numerals import HAN_NUMERAL
from corpora.text.scripts import HAN
from tm.tags import plain

__all__ = ["MOST_TOKENS", "without_marks"]

#: Tokens that the marks of a text may have, at most: 第一百二十三条 has seven, and a footnote mark follows.
MOST_TOKENS = 9
_ARTICLE = re.compile(rf"\s*第\s*[0-9０-９{HAN_NUMERAL}]{{1,8}}\s*[条條款项項章节節]\s*")
#: What heads notes, steps and figures, with its number: "Note 1:", "Step 2.", "No. 3", "§ 3", 注1：, 步骤2：.
_HEAD = re.compile(
    r"\s*(?:(?:§§?|№|(?:No|Nr|Art|Fig|Para|Sec|Cl)\.|(?:note|step|figure|table|paragraph|clause|item|question|point|example"
    r"|option|case|exercise)(?=\s))\s?\d{1,4}[a-z]?(?:\.\d{1,3}){0,3}(?:\s*[.:)–—-]|(?=\s))\s*"
    rf"|(?:注|步骤|步驟|图|圖|表|例|问题|問題|选项|選項|案例)\s?[0-9０-９{HAN_NUMERAL}]{{1,4}}\s*[:：.．、)）]\s*"
    r"|[ivxlc]{2,8}[)）]\s*|\d{1,3}/\s+"
    r"|[A-Z]\d{1,3}[.:)]\s+|\d{1,2}[°º]\s+(?=[^\W\d_])|\d{1,3}[a-z][.)]\s+|[oO§]\s+(?=[A-Z])"
    r"|[甲乙丙丁戊己庚辛壬癸]\s*[、.．]\s*"
    r"|[(（]\s?[甲乙丙丁戊己庚辛壬癸]\s?[)）]\s*)",
    re.IGNORECASE,
)
_SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_CLOSING = ',;:!?，；：！？。、》”’"」』）)'
_NOTES = re.compile(
    rf"(?<![\d{_SUPERSCRIPT}])(?<!\bm)(?<!\b[cdkm]m)[{_SUPERSCRIPT}]+"
    r"|[\[［〔](?:注\s*)?\d{1,3}[\]］〕]"
    rf"|(?<=[{_CLOSING}])(?<!\d[,:，：])\d{{1,3}}(?=\s|$|[{HAN}])"
    r"|(?<=[^\W\d]\.)\d{1,3}(?=\s|$)"
    r"|[①-⑳*†‡]+(?=\s*[.,;:。，；：]?\s*$)"
)


def without_marks(text: str) -> str:
    """``text`` without tags and marks; "" if nothing else is in it.

    >>> without_marks("(a) The tenant pays."), without_marks("第三条 船主应当检查缆绳，2")
    ('The tenant pays.', '船主应当检查缆绳，')
    """
    shown = _NOTES.sub("", plain(text)).strip()
    for _ in range(3):
        marker = parse_marker(shown)
        bullet = None if marker is not None else parse_bullet(shown)
        article = None if marker is not None else _ARTICLE.match(shown) or _HEAD.match(shown)
        if marker is not None:
            shown = shown[marker.end :]
        elif bullet is not None:
            shown = shown[bullet[1] :]
        elif article is not None:
            shown = shown[article.end() :]
        else:
            break
    return shown.strip()
