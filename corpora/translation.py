"""Show messages in the language of the person who reads them: English, or another that has a catalogue.

Messages are written in English where they arise, and translated where they are shown: on the command line, on pages and
in responses to pages. So errors stay plain text for programs, and no layer needs to know who reads them. A message is
found in the catalogue (gettext, `corpora/locale`) as it stands, or with its placeholders filled in; a part that is a
message itself, such as the reason after the name of a file, is translated too.

>>> with use_language("zh"):
...     translated("Accept")
'接受'
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

__all__ = ["LANGUAGES", "current_language", "preferred_language", "translated", "translated_count", "use_language"]

#: The languages of pages and messages, the one they are written in first, each by its own name.
LANGUAGES = {"en": "English", "zh": "中文"}

_CATALOGUES = Path(__file__).with_name("locale")
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # in this order, as gettext has it after LANGUAGE
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DEEPEST = 3  # messages inside messages: a file, its line, the reason
_LONGEST = 4000  # characters of a message that is compared with patterns
_WORD = re.compile(r"[^\W\d_]{4}")
_NUMBER = re.compile(r"[\d.,]+")
_COUNT = re.compile(r"[\d.,]+ .+", re.DOTALL)
_VALUED = re.compile(r"([\d.,]+|(?:ar|en|es|fr|ru|zh)(?:-\w+)*) (.+)")  # a count or a language, and a word
_LISTS = (("; ", "；"), (", ", "，"))  # between the parts of a list, in English and in the translation
#: What is typed or names a file stands as it is: spans of code, commands, options with their values.
_VERBATIM = re.compile(r"`[^`]*`|\bduiyi(?: (?:[a-z]+|-[\w-]+|[A-Z]+|\{\w+\}))+|--[a-z][\w-]* ?=?\{\w+\}")
_OF_FILE = re.compile(r"(?:path|out|file|folder|url)\d*")
_COMMAND = re.compile(r"duiyi [a-z]")
_MOST_WORDS = 3  # of a part of a message that has only short words besides, as in "{a} of {b}"

_language: ContextVar[str] = ContextVar("language", default="")


def current_language() -> str:
    """The language that is set by `use_language`, otherwise the one of the environment (LANGUAGE, LC_ALL, LANG)."""
    return _language.get() or _of_environment()


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Show messages in the language ``code`` inside a ``with`` statement; "" is the one of the environment."""
    token = _language.set(code if code in LANGUAGES else "")
    try:
        yield
    finally:
        _language.reset(token)


def preferred_language(accepted: str) -> str:
    """The first known language of an HTTP header Accept-Language (RFC 9110, 12.5.4), "" if there is none.

    >>> preferred_language("fr, zh-TW;q=0.8, en;q=0.9")
    'en'
    """
    ranked: list[tuple[float, str]] = []
    for part in accepted[:1000].split(","):
        tag, _, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        ranked.append((-weight, tag.strip().lower().split("-")[0]))
    return next((code for weight, code in sorted(ranked, key=lambda one: one[0]) if weight and code in LANGUAGES), "")


def translated(message: str) -> str:
    """``message`` in the current language; as it stands where the catalogue does not have it."""
    language = current_language()
    return message if language == "en" else _translated(message, _catalogue(language), _DEEPEST)


def translated_count(one: str, many: str, number: float) -> str:
    """The form of a message for ``number``: ``one`` or ``many`` in English, the catalogue's form elsewhere."""
    language = current_language()
    form = one if number == 1 else many
    return form if language == "en" else _catalogue(language).exact.get(one, form)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A message with placeholders: the texts between them, their names, and the translation."""

    texts: tuple[str, ...]
    names: tuple[str, ...]
    translation: str
    verbatim: frozenset[str] = frozenset()  # names of what is not translated

    def parts(self, message: str) -> dict[str, str] | None:
        """What fills the placeholders in ``message``, None where it is another one. Takes time linear in its length."""
        first, *middle, last = self.texts
        start, end = len(first), len(message) - len(last)
        if end <= start or not message.startswith(first) or not message.endswith(last):
            return None
        found = []
        for text in middle:
            place = message.find(text, start + 1, end)
            if place < 0:
                return None
            found.append(message[start:place])
            start = place + len(text)
        if start >= end:
            return None
        found.append(message[start:end])
        if not _WORD.search(" ".join(self.texts)) and any(len(part.split()) > _MOST_WORDS for part in found):
            return None  # rather a sentence that the catalogue does not have
        for name, part in zip(self.names, found, strict=True):
            wanted = _NUMBER if name == "number" else _COUNT if "_counted" in name else None
            if wanted and not wanted.fullmatch(part):
                return None
        return dict(zip(self.names, found, strict=True))


@dataclass(frozen=True, eq=False)
class _Catalogue:
    exact: dict[str, str]
    patterns: tuple[_Pattern, ...]

    @lru_cache(maxsize=4096)  # noqa: B019 - there is one catalogue for each language
    def like(self, start: str, end: str) -> tuple[_Pattern, ...]:
        """The patterns of messages that begin and end with these two letters: few of more than a thousand."""
        return tuple(
            one for one in self.patterns if start.startswith(one.texts[0][:2]) and end.endswith(one.texts[-1][-2:])
        )


@cache
def _catalogue(language: str) -> _Catalogue:
    from babel.messages.mofile import read_mo

    with (_CATALOGUES / language / "LC_MESSAGES" / "duiyi.mo").open("rb") as file:
        entries = [(message.id, message.string) for message in read_mo(file) if message.id]
    exact: dict[str, str] = {}
    patterns = []
    for key, value in entries:
        original, translation = _first(key), _first(value)
        exact[original] = translation
        if names := _PLACEHOLDER.findall(original):
            code = {name for span in _VERBATIM.findall(original) for name in _PLACEHOLDER.findall(span)}
            code.update(filter(_OF_FILE.fullmatch, names))
            texts = tuple(_PLACEHOLDER.split(original)[::2])
            patterns.append(_Pattern(texts, tuple(names), translation, frozenset(code)))
    # The most special one first; of equal ones the one that leaves more as it is.
    patterns.sort(
        key=lambda one: (
            -sum(map(len, one.texts)),
            -sum("_counted" in name for name in one.names),
            -len(one.verbatim),
        )
    )
    return _Catalogue(exact, tuple(patterns))


def _first(forms: str | Sequence[str] | None) -> str:
    """A text, or its first plural form."""
    return forms if isinstance(forms, str) else next(iter(forms or ()), "")


def _translated(message: str, catalogue: _Catalogue, depth: int) -> str:
    if (found := catalogue.exact.get(message)) is not None:
        return found
    if not depth or len(message) > _LONGEST or _COMMAND.match(message):
        return _valued(message, catalogue) or message
    for pattern in catalogue.like(message[:2], message[-2:]):
        if (parts := pattern.parts(message)) is not None:
            return _filled(
                pattern,
                {
                    name: part if name in pattern.verbatim else _translated(part, catalogue, depth - 1)
                    for name, part in parts.items()
                },
            )
    # Most messages that are joined from others have the subject first: a file, a line, a unit.
    subject, colon, rest = message.partition(": ")
    if colon and (meaning := _translated(rest, catalogue, depth - 1)) != rest:
        return f"{_translated(subject, catalogue, depth - 1)}：{meaning}"
    return _valued(message, catalogue) or _listed(message, catalogue, depth) or message


def _valued(message: str, catalogue: _Catalogue) -> str:
    """A count or a language with a word of the catalogue; "" where it is something else."""
    found = _VALUED.fullmatch(message)
    if not found:
        return ""
    if (noun := catalogue.exact.get(f"{{number}} {found[2]}")) and found[1][0].isdecimal():
        return noun.replace("{number}", found[1])
    word = catalogue.exact.get(found[2])
    return f"{found[1]} {word}" if word else ""


def _listed(message: str, catalogue: _Catalogue, depth: int) -> str:
    """``message`` as a list of parts, each of which the catalogue has; "" where it is none."""
    for sign, translation in _LISTS:
        if len(parts := message.split(sign)) > 1:
            known = [_translated(part, catalogue, depth) for part in parts]
            if all(one != part for one, part in zip(known, parts, strict=True)):
                return translation.join(known)
    return ""


def _filled(pattern: _Pattern, parts: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda name: parts[name[1]], pattern.translation)


def _of_environment() -> str:
    # LANGUAGE is a list of languages, and counts only where a locale is set.
    locale = next((value for name in _VARIABLES if (value := os.environ.get(name))), "")
    if not locale or locale.partition(".")[0] in ("C", "POSIX"):
        return "en"
    wanted = [*os.environ.get("LANGUAGE", "").split(":"), locale]
    codes = [re.split(r"[_.@-]", one)[0].lower() for one in wanted if one]
    return next((code for code in codes if code in LANGUAGES), "en")
