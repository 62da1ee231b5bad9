r"""Unicode ranges of Chinese, Japanese and Korean, for use inside a character class: ``re.compile(f"[{HAN}]+")``.

Every package takes them from here, so that all parts of the program agree on which characters are Chinese.
"""

__all__ = ["CJK", "HAN", "HANGUL", "KANA", "WIDE"]

#: Chinese characters: the unified ideographs with extensions A to H, and the compatibility ideographs. Without 〇 and
#: 々, which Unicode counts as a number and a modifier.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
#: Letters of Japanese: hiragana, katakana and the sign of a long vowel.
KANA = "\u3041-\u3096\u30a1-\u30fa\u30fc"
#: Korean syllables.
HANGUL = "\uac00-\ud7a3"
#: Everything that Chinese and Japanese are set in: characters, kana, bopomofo, enclosed numbers, punctuation and
#: full-width forms. Not Korean, which puts spaces between words.
CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U000323af"
#: The same, and the marks that Chinese texts share with Latin ones: what stands at a line's end without a space.
WIDE = f"{CJK}“”‘’—…"
