"""Glossary terms that were not used, forbidden terms that were, and the pattern rules of a project.

The terms themselves are found by `tm.terms.check`, which handles inflection, term status and terms within terms.
"""

from collections.abc import Sequence
from dataclasses import replace

from corpora.errors import UsageError
from corpora.expressions import expression
from corpora.text.languages import base
from tm.checks.checked_unit import Check, CheckedFile, CheckedUnit
from tm.checks.finding import Finding, Severity
from tm.checks.options import CheckOptions, PatternRule

__all__ = ["CHECKS"]


def _term(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    if not options.glossary:
        return ()
    from tm.terms.base import TermBase
    from tm.terms.check import check_terms

    units = (replace(pair.unit, source=pair.source.text, target=pair.target.text) for pair in batch.pairs)
    with TermBase(":memory:") as terms:
        terms.add(options.glossary)
        return [
            Finding(
                "term",
                Severity.INFO if found.check == "term-inconsistent" else Severity.WARNING,
                found.unit,
                found.message,
                found.source_span,
                found.target_span,
            )
            for found in check_terms(units, terms)
            if not batch.pairs[found.unit].is_half
        ]


def _rules(batch: CheckedFile, options: CheckOptions) -> Sequence[Finding]:
    found: list[Finding] = []
    for rule in options.rules:
        for pair in batch.pairs:
            try:
                found += _apply(pair, rule)
            except UsageError as error:  # it takes too long, and would for other units
                found.append(pair.finding("rule", Severity.WARNING, f"{rule.name}: {error}"))
                break
    return found


def _apply(pair: CheckedUnit, rule: PatternRule) -> Sequence[Finding]:
    if (rule.source_lang and base(rule.source_lang) != pair.source.base) or (
        rule.target_lang and base(rule.target_lang) != pair.target.base
    ):
        return ()
    here = expression(rule.source.pattern, rule.source.flags).search(pair.source.text) if rule.source else None
    if rule.source and here is None:
        return ()
    there = expression(rule.target.pattern, rule.target.flags).search(pair.target.text) if rule.target else None
    if rule.target is not None and (there is not None) != rule.forbidden:
        return ()
    message = f"{rule.name}: {rule.message}" if rule.message else f"the rule {rule.name} is violated"
    spans = here.span() if here else None, there.span() if there else None
    return [pair.finding("rule", rule.severity, message, *spans)]


CHECKS = (
    Check(
        "term",
        Severity.WARNING,
        "a term of the given glossary not used, forbidden or used in several ways",
        None,
        _term,
    ),
    Check("rule", Severity.ERROR, "a rule of the project", None, _rules),
)
