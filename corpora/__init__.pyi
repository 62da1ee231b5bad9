from corpora.cleaning.pipeline import CleaningOptions as CleaningOptions
from corpora.cleaning.pipeline import blocks_from_lines as blocks_from_lines
from corpora.document import Block as Block
from corpora.document import BlockKind as BlockKind
from corpora.document import Change as Change
from corpora.document import Document as Document
from corpora.document import FootnoteMark as FootnoteMark
from corpora.document import Line as Line
from corpora.document import Section as Section
from corpora.document import Segment as Segment
from corpora.errors import DamagedInput as DamagedInput
from corpora.errors import DuiyiError as DuiyiError
from corpora.errors import EmptyInput as EmptyInput
from corpora.errors import FetchError as FetchError
from corpora.errors import InputError as InputError
from corpora.errors import MissingExtra as MissingExtra
from corpora.errors import ModelError as ModelError
from corpora.errors import ProtectedInput as ProtectedInput
from corpora.errors import StoreError as StoreError
from corpora.errors import UsageError as UsageError
from corpora.errors import WrongFormat as WrongFormat
from corpora.readers.fetch import Fetched as Fetched
from corpora.readers.fetch import FetchOptions as FetchOptions
from corpora.readers.fetch import fetch as fetch
from corpora.readers.reading import read as read
from corpora.sample import pair as sample_pair
from corpora.text.languages import detect as detect_language
from corpora.text.languages import normalize as normalize_language
from corpora.text.mentions.grammar import Certainty as Certainty
from corpora.text.mentions.matching import Mention as Mention
from corpora.text.mentions.matching import MentionKind as MentionKind
from corpora.text.mentions.matching import mentions as find_mentions
from corpora.text.sentences import split as split_sentences

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
