"""Keep, exchange, look up and check translation units: memories, formats, terms, checks, reports.

What users need is exported here and imported on first use; `__init__.pyi` tells type checkers the same.

>>> from tm import Memory, Unit
>>> with Memory("work.duiyi") as memory:
...     report = memory.add([Unit("协议自签字之日起生效。", "The agreement enters into force.", "zh", "en")])
...     memory.lookup("协议自签字之日起生效")[0].target
'The agreement enters into force.'
"""

from corpora.lazy import lazy_exports

__all__ = [
    "CheckOptions",
    "CheckReport",
    "Concept",
    "ConcordanceHit",
    "ConcordanceOptions",
    "ExtractOptions",
    "FilePair",
    "Filters",
    "Finding",
    "ImportOptions",
    "LookupOptions",
    "Match",
    "MatchKind",
    "Memory",
    "Origin",
    "Outcome",
    "ReadOptions",
    "Severity",
    "Status",
    "Term",
    "TermBase",
    "TermMatch",
    "TermPair",
    "Unit",
    "WriteOptions",
    "align_batch",
    "check",
    "check_terms",
    "concordance",
    "extract_terms",
    "import_file",
    "inspect_units",
    "lookup",
    "read_manifest",
    "read_terms",
    "read_units",
    "render_report",
    "write_terms",
    "write_units",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "CheckOptions": "tm.checks.options",
        "CheckReport": "tm.checks.run",
        "Concept": "tm.terms.concept",
        "ConcordanceHit": "tm.search.concordance",
        "ConcordanceOptions": "tm.search.concordance",
        "ExtractOptions": "tm.terms.extraction",
        "FilePair": "tm.jobs.manifest",
        "Filters": "tm.store.filters",
        "Finding": "tm.checks.finding",
        "ImportOptions": "tm.jobs.import_file",
        "LookupOptions": "tm.search.lookup",
        "Match": "tm.search.matches",
        "MatchKind": "tm.search.matches",
        "Memory": "tm.search.memory",
        "Origin": "tm.unit",
        "Outcome": "tm.jobs.batch",
        "ReadOptions": "tm.formats",
        "Severity": "tm.checks.finding",
        "Status": "tm.terms.concept",
        "Term": "tm.terms.concept",
        "TermBase": "tm.terms.base",
        "TermMatch": "tm.terms.matches",
        "TermPair": "tm.terms.extraction",
        "Unit": "tm.unit",
        "WriteOptions": "tm.formats",
        "align_batch": "tm.jobs.batch:run",
        "check": "tm.checks.run",
        "check_terms": "tm.terms.check",
        "concordance": "tm.search.concordance",
        "extract_terms": "tm.terms.extraction",
        "import_file": "tm.jobs.import_file",
        "inspect_units": "tm.formats.inspection:inspect",
        "lookup": "tm.search.lookup",
        "read_manifest": "tm.jobs.manifest",
        "read_terms": "tm.terms.formats.exchange",
        "read_units": "tm.formats:read",
        "render_report": "tm.report:render",
        "write_terms": "tm.terms.formats.exchange",
        "write_units": "tm.formats:write",
    },
)
