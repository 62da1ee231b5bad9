"""The options of the checks, and the TOML file that sets them for a project."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from corpora.arguments import checked_class
from corpora.errors import InputError, UsageError
from corpora.text.languages import checked_code
from tm.checks.finding import Severity
from tm.terms.concept import Concept

__all__ = ["CheckOptions", "PatternRule", "from_toml"]


@checked_class
@dataclass(frozen=True, slots=True)
class PatternRule:
    """A project's own rule: where ``source`` matches the source text, ``target`` must (or must not) match the target.

    ``forbidden`` reverses the rule. Either pattern may be empty: an empty ``source`` applies everywhere, an empty
    ``target`` reports every unit whose source matches. ``source_lang`` and ``target_lang`` restrict it.
    """

    name: str
    source: re.Pattern[str] | None
    target: re.Pattern[str] | None
    forbidden: bool = False
    severity: Severity = Severity.WARNING
    message: str = ""
    source_lang: str = ""
    target_lang: str = ""


@checked_class
@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Which checks run, and how strictly.

    ``only``: names of the checks to run, empty for all. ``skip``: names of those not to run. ``severities``: check
    name -> severity that replaces its own. ``embeddings``: True or False to use the encoder or not, None to use it
    up to ``affordable`` units. ``similarity_margin``: how much higher the cosine with another unit's text must be
    for a unit to be reported; an error from twice that. ``length_warning`` and ``length_error``: how many robust
    standard deviations the length ratio may be off. ``minimum``: the length in letters below which similarities are
    not compared. ``least_score``: the aligner's score below which a pair is reported. ``cjk_latin_space``: the
    style for spaces between Chinese and Latin text, "always", "never", or "as in the file" for the style that most
    of the file has. ``either_script``: Chinese may be simplified or traditional, whichever most of the file is.
    ``glossary``: the concepts whose terms must be used (`tm.terms.formats.exchange.read_terms`). ``rules``: the
    rules of the project. ``strictness``: how many findings of a kind have to be right for it to be an error or a
    warning (`tm.checks.calibration`). ``text_type``: what the file holds, "" for no certain type, "auto" to find out.
    """

    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    embeddings: bool | None = None
    affordable: int = 20_000
    similarity_margin: float = 0.06
    length_warning: float = 3.5
    length_error: float = 5.5
    minimum: int = 6
    least_score: float = 0.5
    cjk_latin_space: Literal["as in the file", "always", "never"] = "as in the file"
    either_script: bool = False
    glossary: tuple[Concept, ...] = ()
    rules: tuple[PatternRule, ...] = ()
    strictness: Literal["low", "normal", "high"] = "normal"
    text_type: Literal["auto", "", "interface", "legal", "prose"] = "auto"

    def wants(self, name: str) -> bool:
        """True where the check of this name is selected."""
        return name not in self.skip and (not self.only or name in self.only)


def from_toml(path: Path, options: CheckOptions | None = None) -> CheckOptions:
    """Return ``options`` (None: the defaults) with the settings of the file.

    The file may have a table ``[checks]`` with ``only``, ``skip``, ``embeddings`` and the thresholds by their names in
    `CheckOptions`, a table ``[severity]`` (check = "error" | "warning" | "info"), and any number of ``[[rule]]`` with
    ``name``, ``source``, ``target``, ``forbidden``, ``severity``, ``message``, ``source_lang``, ``target_lang``.
    Raises `InputError` where the file cannot be read and `UsageError` where it has an unknown setting.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise InputError(f"{path} cannot be read: its values are nested too deeply") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a TOML file: {error}") from error
    except ValueError as error:
        raise InputError(f"{path} cannot be read: a number in it is too long") from error
    unknown = set(data) - {"checks", "severity", "rule"}
    if unknown:
        raise UsageError(f"{path}: unknown table {sorted(unknown)[0]!r}; there are [checks], [severity] and [[rule]]")
    severities = {name: _severity(value, path) for name, value in _table(data, "severity", path).items()}
    rules = tuple(_rule(rule, path) for rule in _rules(data, path))
    options = options or CheckOptions()
    return replace(
        _with_settings(options, _table(data, "checks", path), path),
        severities={**options.severities, **severities},
        rules=options.rules + rules,
    )


def _table(data: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {name} must be a table, written [{name}]")
    return table


def _rules(data: Mapping[str, Any], path: Path) -> list[Mapping[str, Any]]:
    rules = data.get("rule", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise UsageError(f"{path}: rules must be tables, written [[rule]]")
    return rules


_NUMBERS = {"affordable", "similarity_margin", "length_warning", "length_error", "minimum", "least_score"}


def _with_settings(options: CheckOptions, settings: Mapping[str, Any], path: Path) -> CheckOptions:
    changes: dict[str, Any] = {}
    for name, value in settings.items():
        key = name.replace("-", "_")
        if key in ("only", "skip") and isinstance(value, list):
            changes[key] = getattr(options, key) | frozenset(map(str, value))
        elif _fits(key, value):
            changes[key] = value
        else:
            raise UsageError(f"{path}: [checks] has no setting {name} = {_short(value)}")
    return replace(options, **changes)


def _fits(key: str, value: object) -> bool:
    if key == "embeddings":
        return isinstance(value, bool)
    if key == "cjk_latin_space":
        return value in get_args(get_type_hints(CheckOptions)[key])
    return key in _NUMBERS and isinstance(value, int | float)


def _short(value: object) -> str:
    """``value`` in a message; a list in lists without end has no text."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _severity(value: object, path: Path) -> Severity:
    try:
        return Severity(value if isinstance(value, str) else "")
    except ValueError as error:
        raise UsageError(f"{path}: {_short(value)} is not a severity; use error, warning or info") from error


def _rule(rule: Mapping[str, Any], path: Path) -> PatternRule:
    keys = {"name", "source", "target", "forbidden", "severity", "message", "source_lang", "target_lang"}
    if not rule.get("name") or set(rule) - keys or not (rule.get("source") or rule.get("target")):
        allowed = ", ".join(sorted(keys))
        raise UsageError(f"{path}: a [[rule]] needs a name and a source or target pattern; its keys are {allowed}")
    for key, value in rule.items():
        if not isinstance(value, bool if key == "forbidden" else str):
            kind = "true or false" if key == "forbidden" else "a text"
            raise UsageError(f"{path}: {key} of a [[rule]] must be {kind}, not {_short(value)}")
    try:
        source, target = (re.compile(rule[side]) if rule.get(side) else None for side in ("source", "target"))
    except (re.error, RecursionError, OverflowError, ValueError) as error:
        raise UsageError(f"{path}: rule {rule['name']!r} has an invalid pattern: {error}") from error
    return PatternRule(
        name=str(rule["name"]),
        source=source,
        target=target,
        forbidden=bool(rule.get("forbidden", False)),
        severity=_severity(rule.get("severity", "warning"), path),
        message=str(rule.get("message", "")),
        source_lang=_language(rule, "source_lang", path),
        target_lang=_language(rule, "target_lang", path),
    )


def _language(rule: Mapping[str, Any], key: str, path: Path) -> str:
    code = str(rule.get(key, ""))
    try:
        if code:
            checked_code(code)
    except UsageError as error:
        raise UsageError(f"{path}: rule {rule['name']!r}: {error}") from error
    return code
