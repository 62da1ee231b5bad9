from tm.checks.finding import Finding as Finding
from tm.checks.finding import Severity as Severity
from tm.checks.options import CheckOptions as CheckOptions
from tm.checks.options import PatternRule as PatternRule
from tm.checks.run import CheckReport as CheckReport
from tm.checks.run import check as check
from tm.corpus.build import build_corpus as build_corpus
from tm.corpus.options import CorpusOptions as CorpusOptions
from tm.corpus.report import CorpusReport as CorpusReport
from tm.formats import ReadOptions as ReadOptions
from tm.formats import WriteOptions as WriteOptions
from tm.formats import read as read_units
from tm.formats import write as write_units
from tm.formats.base import UnitProblems as UnitProblems
from tm.formats.base import WriteReport as WriteReport
from tm.formats.inspection import Inspection as Inspection
from tm.formats.inspection import inspect as inspect_units
from tm.jobs.analyse_files import AnalyseOptions as AnalyseOptions
from tm.jobs.analyse_files import analyse_files as analyse_files
from tm.jobs.batch import BatchJournal as BatchJournal
from tm.jobs.batch import Outcome as Outcome
from tm.jobs.batch import run as align_batch
from tm.jobs.clean_memory import clean_memory as clean_memory
from tm.jobs.cluster import ClusterOptions as ClusterOptions
from tm.jobs.import_file import ImportOptions as ImportOptions
from tm.jobs.import_file import ImportResult as ImportResult
from tm.jobs.import_file import import_file as import_file
from tm.jobs.manifest import FilePair as FilePair
from tm.jobs.manifest import read_manifest as read_manifest
from tm.pretranslation.filling import PretranslateOptions as PretranslateOptions
from tm.pretranslation.job import PretranslateReport as PretranslateReport
from tm.pretranslation.job import pretranslate as pretranslate
from tm.report import render as render_report
from tm.search.analysis import Analysis as Analysis
from tm.search.concordance import ConcordanceHit as ConcordanceHit
from tm.search.concordance import ConcordanceOptions as ConcordanceOptions
from tm.search.concordance import concordance as concordance
from tm.search.lookup import LookupOptions as LookupOptions
from tm.search.lookup import lookup as lookup
from tm.search.matches import Match as Match
from tm.search.matches import MatchKind as MatchKind
from tm.search.memory import Memory as Memory
from tm.store.filters import Filters as Filters
from tm.store.replacing import ReplaceOptions as ReplaceOptions
from tm.store.replacing import ReplaceReport as ReplaceReport
from tm.terms.base import TermBase as TermBase
from tm.terms.candidates import CandidateOptions as CandidateOptions
from tm.terms.check import TermFinding as TermFinding
from tm.terms.check import check_terms as check_terms
from tm.terms.concept import Concept as Concept
from tm.terms.concept import Status as Status
from tm.terms.concept import Term as Term
from tm.terms.editing import TermEdit as TermEdit
from tm.terms.editing import add_term as add_term
from tm.terms.editing import delete_term as delete_term
from tm.terms.editing import edit_term as edit_term
from tm.terms.extraction import ExtractOptions as ExtractOptions
from tm.terms.extraction import TermPair as TermPair
from tm.terms.extraction import extract_terms as extract_terms
from tm.terms.formats.exchange import GlossaryContents as GlossaryContents
from tm.terms.formats.exchange import read_terms as read_terms
from tm.terms.formats.exchange import write_terms as write_terms
from tm.terms.matches import TermMatch as TermMatch
from tm.terms.merging import TermConflict as TermConflict
from tm.terms.merging import merge as merge_terms
from tm.unit import Origin as Origin
from tm.unit import Unit as Unit

__all__ = [
    "AnalyseOptions",
    "Analysis",
    "BatchJournal",
    "CandidateOptions",
    "CheckOptions",
    "CheckReport",
    "ClusterOptions",
    "Concept",
    "ConcordanceHit",
    "ConcordanceOptions",
    "CorpusOptions",
    "CorpusReport",
    "ExtractOptions",
    "FilePair",
    "Filters",
    "Finding",
    "GlossaryContents",
    "ImportOptions",
    "ImportResult",
    "Inspection",
    "LookupOptions",
    "Match",
    "MatchKind",
    "Memory",
    "Origin",
    "Outcome",
    "PatternRule",
    "PretranslateOptions",
    "PretranslateReport",
    "ReadOptions",
    "ReplaceOptions",
    "ReplaceReport",
    "Severity",
    "Status",
    "Term",
    "TermBase",
    "TermConflict",
    "TermEdit",
    "TermFinding",
    "TermMatch",
    "TermPair",
    "Unit",
    "UnitProblems",
    "WriteOptions",
    "WriteReport",
    "add_term",
    "align_batch",
    "analyse_files",
    "build_corpus",
    "check",
    "check_terms",
    "clean_memory",
    "concordance",
    "delete_term",
    "edit_term",
    "extract_terms",
    "import_file",
    "inspect_units",
    "lookup",
    "merge_terms",
    "pretranslate",
    "read_manifest",
    "read_terms",
    "read_units",
    "render_report",
    "write_terms",
    "write_units",
]
