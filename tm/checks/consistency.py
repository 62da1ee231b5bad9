"""Units that contradict or repeat each other: one source with several targets, the reverse, and duplicates."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

from corpora.text.sentences import split
from tm.checks.checked_unit import Check, CheckedFile, CheckedSide, CheckedUnit, folded
from tm.checks.finding import Finding, Severity, Span
from tm.checks.options import CheckOptions

__all__ = ["CHECKS"]


def _groups(pairs: Sequence[CheckedUnit], key: Callable[[CheckedUnit], str]) -> list[list[CheckedUnit]]:
    groups: dict[str, list[CheckedUnit]] = defaultdict(list)
    for pair in pairs:
        if not pair.is_half:
            groups[key(pair)].append(pair)
    return [group for group in groups.values() if len(group) > 1]


def _inconsistent(
    batch: CheckedFile,
    name: str,
    key: Callable[[CheckedUnit], str],
    other: Callable[[CheckedUnit], str],
    sides: tuple[str, str],
) -> Sequence[Finding]:
    findings = []
    is_large = len(batch.pairs) >= _LARGE
    for group in _groups(batch.pairs, key):
        counts = Counter(other(pair) for pair in group)
        if len(counts) == 1:
            continue
        usual, times = counts.most_common(1)[0]
        first = next(pair for pair in group if other(pair) == usual)
        for pair in group:
            if other(pair) == usual and (times > 1 or pair is first):
                continue
            message = f"unit {first.index} has the same {sides[0]} but a different {sides[1]}"
            same = _form(other(pair)) == _form(usual) or (
                name == "inconsistent-source" and _is_near(pair, first, sides)
            )
            # A label of one or two words is said in another way in another place.
            is_label = is_large and min(pair.source.size, pair.target.size) < _LABEL
            findings.append(pair.finding(name, Severity.INFO if same or is_label else Severity.WARNING, message))
    return findings


_LABEL = 14.0  # letters
_LARGE = 100  # units
_ENGLISH = re.compile("[a-z]+")


def _is_near(pair: CheckedUnit, first: CheckedUnit, sides: tuple[str, str]) -> bool:
    """True where two English texts differ in the forms of their words only: Columns, Column; Tue, Tuesday."""
    one, other = (getattr(which, sides[1]) for which in (pair, first))
    if one.base != "en" or one.size > _LONG:
        return False
    left, right = (_ENGLISH.findall(side.text.lower()) for side in (one, other))
    return len(left) == len(right) and all(
        a.startswith(b[:3]) and b.startswith(a[:3]) for a, b in zip(left, right, strict=True)
    )


_INFINITIVE = re.compile(r"\A\s*to\s+(?=[a-z])")  # "To delete a file:" and "Delete a file"
_NOT_WORDS = re.compile(r"[\W_]+")


def _form(text: str) -> str:
    """``text`` without what is only a matter of form: case, spaces, punctuation, width, "to"."""
    form = _INFINITIVE.sub("", folded(text))
    return _NOT_WORDS.sub("", form) or form


def _source_key(pair: CheckedUnit) -> str:
    return pair.source.key


def _target_key(pair: CheckedUnit) -> str:
    return pair.target.key


def _inconsistent_target(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    return _inconsistent(batch, "inconsistent-target", _source_key, _target_key, ("source", "target"))


def _inconsistent_source(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    return _inconsistent(batch, "inconsistent-source", _target_key, _source_key, ("target", "source"))


def _duplicate(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    findings = []
    groups = _groups(batch.pairs, lambda pair: f"{pair.source.key}\0{pair.target.key}")
    # Where much occurs again, as in a law or a help of many pages, a copy further away is not a mistake.
    again = sum(pair.index - before.index > 1 for group in groups for before, pair in pairwise(group))
    is_usual = again > max(3, _USUAL * len(batch.pairs))
    for group in groups:
        for before, pair in pairwise(group):
            is_pasted = _is_pasted(before, pair, len(group), options)
            is_near = pair.index - before.index == 1
            may_return = is_usual or (len(batch.pairs) >= _LARGE and pair.source.size < _LONG)
            severity = Severity.WARNING if is_pasted and (is_near or not may_return) else Severity.INFO
            findings.append(pair.finding("duplicate", severity, f"the same as unit {before.index} on both sides"))
    return findings


def _is_pasted(before: CheckedUnit, pair: CheckedUnit, times: int, options: CheckOptions) -> bool:
    """A duplicate directly after the first copy was pasted; further away, a formula may be repeated correctly."""
    if pair.index - before.index == 1:
        return pair.source.size >= options.minimum or _LETTERS.search(pair.source.text) is not None
    if pair.source.size >= _LONG:
        return True
    one, two = before.unit.origin, pair.unit.origin
    occurs_twice = bool(one.source_ids and two.source_ids) and one.source_ids != two.source_ids
    return times == 2 and pair.source.size >= options.minimum and not occurs_twice


def _repeated(pair: CheckedUnit, options: CheckOptions) -> Sequence[Finding]:
    if pair.is_half:
        return ()
    findings = []
    here, there = _repetition(pair.source), _repetition(pair.target)
    if there and not here:
        message = "the target repeats itself"
        findings.append(pair.finding("repetition", _severity(there), message, None, there))
    elif here and not there:
        message = "the source repeats itself"
        findings.append(pair.finding("repetition", _severity(here), message, here, None))
    return findings


_USUAL = 0.02  # of all units
_LONG = 40.0  # letters: a longer text that occurs again was copied
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_ENDS = re.compile(r"[。！？.!?]+\s*")


def _severity(span: Span) -> Severity:
    """One or two words may be repeated on purpose."""
    return Severity.ERROR if span[1] - span[0] >= 12 else Severity.WARNING


def _repetition(side: CheckedSide) -> Span | None:
    """The span of a side that repeats what came before: the second half of the text, or a sentence."""
    text = side.text
    half, rest = divmod(len(text), 2)
    is_twice = half >= 2 and text[:half].strip() == text[half + rest :].strip()
    if is_twice and (half >= 8 or _LETTERS.search(text[:half])):
        return half, len(text)
    if len(text) < 30:
        return None
    rough = [piece for piece in _ENDS.split(text) if len(piece) >= 8]
    if len(rough) == len(set(rough)):
        return None
    seen: set[str] = set()
    spans = split(text, side.language)
    if len(spans) < 2:
        return None
    for start, end in spans:
        sentence = text[start:end].strip(" 。.!！?？")
        if len(sentence) >= 8:
            if sentence in seen:
                return start, end
            seen.add(sentence)
    return None


CHECKS = (
    Check("inconsistent-target", Severity.WARNING, "one source with several targets", None, _inconsistent_target),
    Check("inconsistent-source", Severity.WARNING, "one target for several sources", None, _inconsistent_source),
    Check("duplicate", Severity.WARNING, "a duplicate of another unit", None, _duplicate),
    Check("repetition", Severity.ERROR, "a sentence twice on one side only", _repeated),
)
