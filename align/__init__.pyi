from align.alignment import Alignment as Alignment
from align.alignment import Bead as Bead
from align.beadfile import read as read_beads
from align.beadfile import write as write_beads
from align.blocks import BlockOptions as BlockOptions
from align.evidence import EvidenceOptions as EvidenceOptions
from align.metrics import BeadScores as BeadScores
from align.metrics import Comparison as Comparison
from align.metrics import Evaluation as Evaluation
from align.metrics import Interval as Interval
from align.metrics import Score as Score
from align.metrics import compare as compare
from align.metrics import evaluate as evaluate
from align.moved import MovedOptions as MovedOptions
from align.options import AlignOptions as AlignOptions
from align.pipeline import align as align
from align.search import SearchOptions as SearchOptions
from align.sections import SectionOptions as SectionOptions
from tm.jobs.align_files import AlignedFiles as AlignedFiles
from tm.jobs.align_files import AlignFilesOptions as AlignFilesOptions
from tm.jobs.align_files import align_files as align_files

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
