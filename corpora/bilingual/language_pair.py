"""Which two languages a file holds, and in which of them a piece of text is.

Two languages in different scripts are distinguished by their letters, which works for a heading of two words too. Two
languages in the same script are distinguished by the trained identifier, piece by piece, where a piece is long enough.
Letters are weighted by how much they say: a Chinese character is worth some three Latin letters.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpora.text.languages import base, detect, detect_among, same
from corpora.text.scripts import HAN, HANGUL, KANA

__all__ = ["LanguagePair", "find_pair", "letters_of", "stretches"]

_SCRIPTS = {
    "han": (f"{HAN}{KANA}", 1.0),
    "hangul": (HANGUL, 0.8),
    "latin": ("A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff", 1 / 3),
    "cyrillic": ("\u0400-\u052f", 1 / 3),
    "greek": ("\u0370-\u03ff\u1f00-\u1fff", 1 / 3),
    "arabic": ("\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff", 0.4),
    "hebrew": ("\u0590-\u05ff", 0.4),
    "devanagari": ("\u0900-\u097f", 0.4),
    "thai": ("\u0e00-\u0e7f", 0.35),
}
_LANGUAGES = {
    "zh": "han", "ja": "han", "ko": "hangul", "ru": "cyrillic", "uk": "cyrillic", "bg": "cyrillic", "sr": "cyrillic",
    "be": "cyrillic", "mk": "cyrillic", "el": "greek", "ar": "arabic", "fa": "arabic", "ur": "arabic", "he": "hebrew",
    "hi": "devanagari", "ne": "devanagari", "th": "thai",
}  # fmt: skip
_LETTERS = re.compile("|".join(f"(?P<{name}>[{letters}]+)" for name, (letters, _) in _SCRIPTS.items()))
#: Latin letters that belong to no language: list markers such as (a), (iv) and (1A), addresses.
_NO_WORDS = re.compile(
    r"[(（](?:[A-Za-z]{1,2}|[ivxlIVXL]{1,6}|\d{1,3}[A-Za-z]{1,3})[)）]|(?:https?|ftp)://[!-~]+"
    r"|(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+"
)
_LEAST = 0.05  # share of the letters from which the language of a second script counts
_LEAST_OF_SAME = 0.2  # the same where both are in one script, since the identifier errs on short pieces
_LONG = 30  # letters that the identifier needs to find a language
_TITLE = 4.0  # weight of the letters of a title
_SHORT = 6  # the same to choose between two
_ENGLISH = 1.5  # of several languages in one script, English is the likely one unless another has so much more text


@dataclass(frozen=True, slots=True)
class LanguagePair:
    """Two languages, each with the name of its script."""

    languages: tuple[str, str]
    scripts: tuple[str, str]

    @classmethod
    def of(cls, first: str, second: str) -> "LanguagePair":
        """The pair of two language codes."""
        return cls((first, second), (_script(first), _script(second)))

    @property
    def one_script(self) -> bool:
        """Whether letters do not tell the two apart."""
        return self.scripts[0] == self.scripts[1]

    def weights(self, text: str) -> tuple[float, float]:
        """How much of ``text`` is in each of the two scripts."""
        found = letters_of(text)
        return found[self.scripts[0]], found[self.scripts[1]]

    def side(self, text: str) -> int | None:
        """0 or 1, the language that ``text`` is in; None where it contains no letters, or too few to be certain."""
        if self.one_script:
            if set(self._bases) == {"zh", "ja"}:
                found = base(detect(text))
                return self._bases.index(found) if found in self._bases else None
            letters = sum(letter.isalpha() for letter in text)
            return self.languages.index(detect_among(text, self.languages)) if letters >= _SHORT else None
        first, second = self.weights(text)
        return None if first == second else int(second > first)

    @property
    def _bases(self) -> list[str]:
        return [base(code) for code in self.languages]


def find_pair(texts: Sequence[str]) -> LanguagePair | None:
    """The two languages of most of ``texts``, the one that comes first before the other; None where there is one."""
    scripts = sum((letters_of(text) for text in texts), Counter[str]())
    ranked = [name for name, _ in scripts.most_common(2)]
    if len(ranked) == 2 and scripts[ranked[1]] >= _LEAST * scripts.total():
        codes = {name: _language(name, texts) for name in ranked}
        first = _first_language(texts, ranked)
        other = ranked[1 - ranked.index(first)]
        if not same(codes[first], codes[other]):
            return LanguagePair((codes[first], codes[other]), (first, other))
    weights: Counter[str] = Counter()
    codes, order = {}, []
    for text in texts:
        # A Chinese or Japanese character says as much as three letters.
        if 3 * letters_of(text).total() >= _LONG and (code := detect(text)) != "und":
            weights[base(code)] += len(text)
            codes.setdefault(base(code), code)
            order.append(base(code))
    named = [name for name, weight in weights.most_common(2) if weight >= _LEAST_OF_SAME * weights.total()]
    if len(named) < 2:
        return None
    named.sort(key=order.index)
    return LanguagePair.of(codes[named[0]], codes[named[1]])


def _language(script: str, texts: Sequence[str]) -> str:
    """The language of what is in ``script``: that of most texts that are long enough, else that of all words."""
    weights: Counter[str] = Counter()
    for text in texts:
        words = _only(script, [text])
        if len(words) >= _LONG:
            weights[detect(words)] += len(words)
    if len(weights) > 1 and script == "latin":
        weights = Counter({code: round(n * _ENGLISH) if base(code) == "en" else n for code, n in weights.items()})
    return weights.most_common(1)[0][0] if weights else detect(_only(script, texts))


def letters_of(text: str) -> Counter[str]:
    """The weight of the letters of each script in ``text``."""
    found: Counter[str] = Counter()
    for script, _, _, weight in stretches(text):
        found[script] += weight  # type: ignore[assignment]
    return found


def stretches(text: str) -> Iterator[tuple[str, int, int, float]]:
    """(script, start, end, weight) of each stretch of letters, without list markers and addresses."""
    plain = _NO_WORDS.sub(lambda match: re.sub(r"\w", "0", match[0]), text)
    for match in _LETTERS.finditer(plain):
        script = str(match.lastgroup)
        yield script, match.start(), match.end(), len(match[0]) * _SCRIPTS[script][1]


def _script(code: str) -> str:
    return _LANGUAGES.get(base(code), "latin")


def _first_language(texts: Sequence[str], names: Sequence[str]) -> str:
    """The script of the first text that is more than a number, a name of a column or a mark."""
    found = ""
    for text in texts:
        weights = letters_of(text)
        if script := _first_script(text, names):
            found = found or script
            if weights[names[0]] + weights[names[1]] >= _TITLE:
                return script
    return found


def _first_script(text: str, names: Sequence[str]) -> str:
    return next((script for script, *_ in stretches(text) if script in names), "")


def _only(script: str, texts: Iterable[str]) -> str:
    """The words of one script."""
    return " ".join(text[start:end] for text in texts for name, start, end, _ in stretches(text) if name == script)
