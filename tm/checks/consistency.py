"""Units that contradict or repeat each other: one source with several targets, the reverse, and plain doubles."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

from corpora.sentences import split
from tm.checks.finding import Finding, Severity, Span
from tm.checks.options import CheckOptions
from tm.checks.pair import Batch, Check, Pair, Side

__all__ = ["CHECKS"]


def _groups(pairs: Sequence[Pair], key: Callable[[Pair], str]) -> list[list[Pair]]:
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if not pair.is_half:
            groups[key(pair)].append(pair)
    return [group for group in groups.values() if len(group) > 1]


def _inconsistent(
    batch: Batch, name: str, key: Callable[[Pair], str], other: Callable[[Pair], str], sides: tuple[str, str]
) -> Sequence[Finding]:
    findings = []
    for group in _groups(batch.pairs, key):
        counts = Counter(other(pair) for pair in group)
        if len(counts) == 1:
            continue
        usual, times = counts.most_common(1)[0]
        first = next(pair for pair in group if other(pair) == usual)
        for pair in group:
            if other(pair) == usual and (times > 1 or pair is first):
                continue
            message = f"unit {first.index} has the same {sides[0]}, but another {sides[1]}"
            findings.append(pair.finding(name, Severity.WARNING, message))
    return findings


def _source_key(pair: Pair) -> str:
    return pair.source.key


def _target_key(pair: Pair) -> str:
    return pair.target.key


def _inconsistent_target(batch: Batch, options: CheckOptions) -> Sequence[Finding]:
    return _inconsistent(batch, "inconsistent-target", _source_key, _target_key, ("source", "target"))


def _inconsistent_source(batch: Batch, options: CheckOptions) -> Sequence[Finding]:
    return _inconsistent(batch, "inconsistent-source", _target_key, _source_key, ("target", "source"))


def _duplicate(batch: Batch, options: CheckOptions) -> Sequence[Finding]:
    findings = []
    for group in _groups(batch.pairs, lambda pair: f"{pair.source.key}\0{pair.target.key}"):
        for before, pair in pairwise(group):
            # A double right behind its twin was pasted twice; further away only a heading or a label may come again.
            near = pair.index - before.index == 1 and pair.source.size >= options.minimum
            severity = Severity.WARNING if near or pair.source.size >= _LONG else Severity.INFO
            findings.append(pair.finding("duplicate", severity, f"the same as unit {before.index} on both sides"))
    return findings


def _repeated(pair: Pair, options: CheckOptions) -> Sequence[Finding]:
    if pair.is_half:
        return ()
    findings = []
    (left, here), (right, there) = _twice(pair.source), _twice(pair.target)
    if right and not left:
        message = "the target says the same sentence twice"
        findings.append(pair.finding("repetition", Severity.ERROR, message, None, there))
    elif left and not right:
        message = "the source says the same sentence twice"
        findings.append(pair.finding("repetition", Severity.ERROR, message, here, None))
    return findings


_LONG = 40.0  # letters: who says as much again, word for word, has copied
_ENDS = re.compile(r"[。！？.!?]+\s*")


def _twice(side: Side) -> tuple[bool, Span | None]:
    text = side.text
    # The whole text twice, with or without a blank between.
    half, rest = divmod(len(text), 2)
    if half >= 12 and text[:half].strip() and text[:half].strip() == text[half + rest :].strip():
        return True, (half, len(text))
    if len(text) < 30:
        return False, None
    rough = [piece for piece in _ENDS.split(text) if len(piece) >= 8]
    if len(rough) == len(set(rough)):
        return False, None
    seen: set[str] = set()
    spans = split(text, side.language)
    if len(spans) < 2:
        return False, None
    for start, end in spans:
        sentence = text[start:end].strip(" 。.!！?？")
        if len(sentence) >= 8:
            if sentence in seen:
                return True, (start, end)
            seen.add(sentence)
    return False, None


CHECKS = (
    Check("inconsistent-target", Severity.WARNING, "one source with several targets", None, _inconsistent_target),
    Check("inconsistent-source", Severity.WARNING, "one target for several sources", None, _inconsistent_source),
    Check("duplicate", Severity.WARNING, "the same unit again", None, _duplicate),
    Check("repetition", Severity.ERROR, "a sentence twice on one side only", _repeated),
)
