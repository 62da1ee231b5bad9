"""Align two documents: beads of paragraphs or sentences, their scores, and evaluation.

What users need is exported here and imported on first use; `__init__.pyi` tells type checkers the same.

>>> from align import align_files
>>> from corpora import sample_pair
>>> pairs = align_files(*sample_pair())
>>> len(pairs), pairs[0].target
(65, 'Resolutions adopted by the Regional Conference on Integrity at its twelfth session')
"""

from corpora.lazy import lazy_exports

__all__ = [
    "AlignFilesOptions",
    "AlignOptions",
    "AlignedFiles",
    "Alignment",
    "Bead",
    "BeadScores",
    "BlockOptions",
    "Comparison",
    "Evaluation",
    "EvidenceOptions",
    "Interval",
    "MovedOptions",
    "Score",
    "SearchOptions",
    "SectionOptions",
    "align",
    "align_files",
    "compare",
    "evaluate",
    "read_beads",
    "write_beads",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "AlignFilesOptions": "tm.jobs.align_files",
        "AlignOptions": "align.options",
        "AlignedFiles": "tm.jobs.align_files",
        "Alignment": "align.alignment",
        "Bead": "align.alignment",
        "BeadScores": "align.metrics",
        "BlockOptions": "align.blocks",
        "Comparison": "align.metrics",
        "Evaluation": "align.metrics",
        "EvidenceOptions": "align.evidence",
        "Interval": "align.metrics",
        "MovedOptions": "align.moved",
        "Score": "align.metrics",
        "SearchOptions": "align.search",
        "SectionOptions": "align.sections",
        "align": "align.pipeline",
        "align_files": "tm.jobs.align_files",
        "compare": "align.metrics",
        "evaluate": "align.metrics",
        "read_beads": "align.beadfile:read",
        "write_beads": "align.beadfile:write",
    },
)
