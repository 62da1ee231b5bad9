"""Check that two documents are in the languages that were stated, or in two different ones.

A document that is aligned as Chinese although it is in English gives pairs with high scores in a memory of the wrong
language, so a plain contradiction is refused. Between languages of one script the identifier may err, which gives a
warning only, unless it says of both documents that they are in the language of the other.
"""

from collections.abc import Iterator

from corpora.bilingual.language_pair import LanguagePair, letters_of
from corpora.document import BlockKind, Document
from corpora.errors import UsageError
from corpora.text.languages import base, detect, same

__all__ = ["check_languages"]

_SCRIPT = 0.2  # share of the letters in the script of the stated language below which it is another language
_LETTERS = 12.0  # weight of the letters that a document needs before it is judged
#: Languages that are written in one script only; Serbian, Kazakh or Uzbek are not.
_ONE_SCRIPT = frozenset(
    "zh ja ko ru uk bg el ar fa ur he hi th en de fr es it pt nl pl cs da sv nb fi hu ro tr id vi".split()
)
_LONG = 200  # characters of a text whose language the identifier knows


def check_languages(
    left: Document, right: Document, source_lang: str | None, target_lang: str | None
) -> tuple[str, ...]:
    """Return warnings of documents that seem to be in another language than was stated.

    Raises `UsageError` for documents in one language, in an unknown one, or in another script than that of the stated
    language.
    """
    if not (source_lang and target_lang):
        for document, option in ((left, "source_lang"), (right, "target_lang")):
            if document.language in ("", "und"):
                raise UsageError(f"the language of {document.path} cannot be detected from its text; state `{option}`")
        if same(left.language, right.language):
            raise UsageError(
                f"{left.path} and {right.path} are both in {left.language}; "
                "where that is meant, state both `source_lang` and `target_lang`"
            )
    stated = [(document, code) for document, code in ((left, source_lang), (right, target_lang)) if code]
    texts = {id(document): _prose(document) for document, _ in stated}
    found = {id(document): detect(texts[id(document)]) for document, _ in stated}
    swapped = len(stated) == 2 and not same(left.language, right.language) and (
        same(found[id(left)], right.language) and same(found[id(right)], left.language)
    )  # fmt: skip
    for document, _ in stated:
        if swapped or _is_in_another_script(texts[id(document)], document.language):
            order = ": give the files in the other order, or name the languages in the other order" if swapped else ""
            raise UsageError(f"{document.path} is in {found[id(document)]}, not in {document.language}{order}")
    return tuple(_doubts(stated, texts, found))


def _prose(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks if block.kind is not BlockKind.CODE)


def _is_in_another_script(text: str, language: str) -> bool:
    if base(language) not in _ONE_SCRIPT:
        return False
    found = letters_of(text)
    script = LanguagePair.of(language, language).scripts[0]
    return found.total() >= _LETTERS and found[script] < _SCRIPT * found.total()


def _doubts(stated: list[tuple[Document, str]], texts: dict[int, str], found: dict[int, str]) -> Iterator[str]:
    for document, _ in stated:
        code = found[id(document)]
        if len(texts[id(document)]) >= _LONG and code != "und" and not same(code, document.language):
            yield f"{document.path} seems to be in {code}, not in {document.language} as stated"
