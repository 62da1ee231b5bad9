"""Words of a text for terminology: their normalized form, and whether a term may begin or end with them.

Chinese is split with the dictionary of jieba (by `rjieba`), which also gives the part of speech; languages with spaces
are split at blanks, and inflected forms are reduced to one. Word classes are reduced to what term extraction needs:
whether the word may be the first, the last or an inner word of a term, or not a part of one. Stop words are data.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag

from corpora.text.languages import base
from corpora.text_cache import cached_for_texts
from tm.terms.stopwords import stopwords

__all__ = ["Word", "WordRole", "replace_surrogates", "singular", "without_markup", "words"]


_SURROGATE = re.compile("[\ud800-\udfff]")


class WordRole(IntFlag):
    """The positions in a term that a word may have; a word without a role cannot be part of a term."""

    NONE = 0
    FIRST = 1
    INSIDE = 2
    LAST = 4
    ALL = 7


@dataclass(frozen=True, slots=True)
class Word:
    """A word: as printed, normalized, its role, how noun-like it is by itself (0 to 1), its span in the text."""

    text: str
    normalized: str
    role: WordRole
    noun: float
    start: int
    end: int


#: Code, markup roles, addresses and placeholders: they are not words, and no term contains them.
_CODE = re.compile(
    r"``[^`]*``|<[^<>]{1,200}>|https?://\S+|\{\d*\}|%\([^)]{0,200}\)\w|%[a-z]\b"
    r"|:(?:meth|func|attr|mod|data|const|exc|option|envvar|file|ref|c:\w+|pep|rfc|source|program|samp|keyword|class|opcode):`[^`]*`"
)
_ROLE = re.compile(r":[a-z:]+:`(?:[!~])?|`_{0,2}")
#: Emphasis of Markdown, AsciiDoc and reStructuredText; ``__init__`` is a name.
_EMPHASIS = re.compile(
    r"(?<![A-Za-z0-9_*])(\*{1,3}|_{1,2})(?=\S)(?![A-Za-z0-9_]+_)([^*_\n]+)(?<=\S)\1(?![A-Za-z0-9_*])"
)
_SPACED = re.compile(r"[^\W\d_][\w]*(?:[-’'][^\W_]+)*|\S")
_ASCII_WORD = re.compile(r"[A-Za-z][\w.+-]*")
_INITIAL = WordRole.FIRST | WordRole.INSIDE
#: jieba's part-of-speech tags (ICTCLAS set) with the same role and noun-likeness.
_TAGS: tuple[tuple[str, WordRole, float], ...] = (
    ("n nz nt j", WordRole.ALL, 1.0),
    ("ng vn", WordRole.ALL, 0.9),
    ("an l", WordRole.ALL, 0.8),
    ("nr ns nrt nrfg eng", WordRole.ALL, 0.7),
    ("i s v vi q g", WordRole.ALL, 0.5),
    ("b", _INITIAL, 0.4),
    ("vg", _INITIAL, 0.3),
    ("a ag z", _INITIAL, 0.2),
    ("ad h", _INITIAL, 0.1),
    ("d", _INITIAL, 0.0),
    ("f", WordRole.INSIDE, 0.1),
    ("m", WordRole.INSIDE, 0.0),
    ("k", WordRole.INSIDE | WordRole.LAST, 0.5),
)
_ROLES = {tag: (role, noun) for tags, role, noun in _TAGS for tag in tags.split()}


def replace_surrogates(text: str) -> str:
    """``text`` with U+FFFD for unpaired surrogates, which JSON allows and UTF-8, used by the libraries, does not."""
    return _SURROGATE.sub("\ufffd", text)


def without_markup(text: str) -> str:
    """``text`` without markup around or between its words, for a term.

    >>> without_markup("**slip** clay` module")
    'slip clay module'
    """
    return _ROLE.sub("", _EMPHASIS.sub(r"\2", text)).strip("*_~ ")


def words(text: str, language: str) -> list[Word]:
    """The words of ``text`` in order; punctuation, code and addresses are words without a role."""
    plain = _CODE.sub(lambda match: "\x00" * len(match[0]), replace_surrogates(text))
    plain = _EMPHASIS.sub(lambda match: match[0].replace(match[1], "\x01" * len(match[1])), plain)
    plain = _ROLE.sub(lambda match: "\x01" * len(match[0]), plain)
    if base(language) == "zh":
        return list(_chinese(plain))
    return list(_spaced(plain, base(language)))


def _chinese(text: str) -> Iterator[Word]:
    import rjieba

    stops = stopwords("zh")
    at = 0
    for piece, tag in rjieba.tag(text):
        start, at = at, at + len(piece)
        if not piece.strip("\x01 "):
            continue
        role, noun = _ROLES.get(tag, _ROLES.get(tag[:1], (WordRole.NONE, 0.0)))
        if tag.startswith(("u", "x", "w")) or piece in stops.breakers:
            role = WordRole.ALL if _ASCII_WORD.fullmatch(piece) else WordRole.NONE
            noun = 0.6 if role else 0.0
        elif piece in stops.edges:
            role &= WordRole.INSIDE
        yield Word(piece, piece.lower(), role, noun, start, at)


def _spaced(text: str, language: str) -> Iterator[Word]:
    stops = stopwords(language)
    for match in _SPACED.finditer(text.replace("\x01", " ")):
        word = match[0]
        lower = word.lower()
        if not word[0].isalpha() or lower in stops.breakers:
            role = WordRole.NONE
        elif lower in stops.inner:
            role = WordRole.INSIDE
        elif lower in stops.edges:
            role = WordRole.NONE
        else:
            role = WordRole.ALL
        yield Word(word, singular(lower) if language == "en" else lower, role, 0.6, match.start(), match.end())


_IRREGULAR = {
    word: single
    for single, _, plurals in (
        entry.partition("=")
        for entry in (
            "analysis=analyses base=bases child=children criterion=criteria data=data index=indices matrix=matrices "
            "person=people phenomenon=phenomena series=series species=species vertex=vertices woman=women man=men "
            "alias=aliases class=classes mouse=mice louse=lice goose=geese foot=feet tooth=teeth ox=oxen die=dice "
            "bacterium=bacteria medium=media curriculum=curricula memorandum=memoranda addendum=addenda stratum=strata "
            "spectrum=spectra symposium=symposia consortium=consortia millennium=millennia erratum=errata "
            "crisis=crises thesis=theses hypothesis=hypotheses axis=axes diagnosis=diagnoses synthesis=syntheses "
            "parenthesis=parentheses oasis=oases emphasis=emphases nucleus=nuclei stimulus=stimuli fungus=fungi "
            "alumnus=alumni radius=radii cactus=cacti focus=foci locus=loci appendix=appendices codex=codices "
            "larva=larvae alga=algae formula=formulae antenna=antennae vertebra=vertebrae knife=knives life=lives "
            "wife=wives leaf=leaves half=halves shelf=shelves thief=thieves wolf=wolves calf=calves loaf=loaves "
            "self=selves hero=heroes potato=potatoes tomato=tomatoes echo=echoes veto=vetoes cargo=cargoes "
            "embargo=embargoes quiz=quizzes its=its lens=lens news=news always=always thus=thus perhaps=perhaps "
            "besides=besides proceeds=proceeds sanction=sanctions goods=goods"
        ).split()
    )
    for word in plurals.split(",")
    if word
}


@cached_for_texts(16_384, longest=40)
def singular(word: str) -> str:
    """The singular of a lower-case English noun by its ending; words that only look like plurals are kept."""
    if word.endswith(("'s", "’s")):
        word = word[:-2]
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("men") and len(word) > 5 and not word.endswith(("specimen", "regimen", "omen")):
        return word[:-2] + "an"
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]
