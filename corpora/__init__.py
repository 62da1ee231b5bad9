"""Read documents: text in, structure out, nothing lost.

What users need is exported here and imported on first use; `__init__.pyi` tells type checkers the same.

>>> from corpora import read, sample_pair
>>> document = read(sample_pair()[0])
>>> document.language, document.blocks[0].text
('zh-CN', '第十二届廉政问题区域会议通过的决议')
"""

from corpora.lazy import lazy_exports

__all__ = [
    "Block",
    "BlockKind",
    "Certainty",
    "Change",
    "CleaningOptions",
    "DamagedInput",
    "Document",
    "DuiyiError",
    "EmptyInput",
    "FetchError",
    "FetchOptions",
    "Fetched",
    "FootnoteMark",
    "InputError",
    "Line",
    "Mention",
    "MentionKind",
    "MissingExtra",
    "ModelError",
    "ProtectedInput",
    "Section",
    "Segment",
    "StoreError",
    "UsageError",
    "WrongFormat",
    "blocks_from_lines",
    "detect_language",
    "fetch",
    "find_mentions",
    "normalize_language",
    "read",
    "sample_pair",
    "split_sentences",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "Block": "corpora.document",
        "BlockKind": "corpora.document",
        "Certainty": "corpora.text.mentions.grammar",
        "Change": "corpora.document",
        "CleaningOptions": "corpora.cleaning.pipeline",
        "DamagedInput": "corpora.errors",
        "Document": "corpora.document",
        "DuiyiError": "corpora.errors",
        "EmptyInput": "corpora.errors",
        "FetchError": "corpora.errors",
        "FetchOptions": "corpora.readers.fetch",
        "Fetched": "corpora.readers.fetch",
        "FootnoteMark": "corpora.document",
        "InputError": "corpora.errors",
        "Line": "corpora.document",
        "Mention": "corpora.text.mentions.matching",
        "MentionKind": "corpora.text.mentions.matching",
        "MissingExtra": "corpora.errors",
        "ModelError": "corpora.errors",
        "ProtectedInput": "corpora.errors",
        "Section": "corpora.document",
        "Segment": "corpora.document",
        "StoreError": "corpora.errors",
        "UsageError": "corpora.errors",
        "WrongFormat": "corpora.errors",
        "blocks_from_lines": "corpora.cleaning.pipeline",
        "detect_language": "corpora.text.languages:detect",
        "fetch": "corpora.readers.fetch",
        "find_mentions": "corpora.text.mentions.matching:mentions",
        "normalize_language": "corpora.text.languages:normalize",
        "read": "corpora.readers.reading",
        "sample_pair": "corpora.sample:pair",
        "split_sentences": "corpora.text.sentences:split",
    },
)
