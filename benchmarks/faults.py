"""Plant faults of known kinds in clean pairs, so that what the checks find can be counted.

Every kind is a small function that damages one pair (or a few neighbouring ones) the way real files are damaged, and
says None where the pair offers nothing to damage. All chance comes from one seeded generator, so that a file of
faults is the same on every machine. The foreign sentences are written for this purpose.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from corpora.text.mentions.matching import Certainty, Mention, MentionKind, mentions
from corpora.text.scripts import HAN
from corpora.text.sentences import split
from tm.checks.checked_unit import size
from tm.unit import Unit

__all__ = ["KINDS", "Planted", "drop_negation", "plant"]


@dataclass(frozen=True, slots=True)
class Planted:
    """Units with faults in them: ``faults`` maps a unit's position to the kind planted there.

    ``runs`` lists the runs of shifted units as (first, last + 1).
    """

    units: tuple[Unit, ...]
    faults: dict[int, str]
    runs: tuple[tuple[int, int], ...] = ()


Damage = Callable[[Unit, random.Random], Unit | None]


def _truncated(unit: Unit, rng: random.Random) -> Unit | None:
    """The last 30 to 70 percent of the target are lost."""
    text = unit.target
    if size(text) < 40:
        return None
    keep = int(len(text) * rng.uniform(0.3, 0.7))
    cut = text[:keep]
    if " " in cut and unit.target_lang[:2] != "zh":
        cut = cut.rsplit(" ", 1)[0]
    return replace(unit, target=cut.rstrip())


def _replace_figures(text: str, mention: Mention, rng: random.Random) -> str | None:
    """Another figure in the place of one of the mention's: 5 for 3, 2018 for 2015; in Chinese numerals too."""
    piece = text[mention.start : mention.end]
    figures = list(re.finditer(r"[0-9]+", piece))
    if figures:
        match = rng.choice(figures)
        old = int(match[0])
        new = (
            old + rng.choice([1, 2, 3, 5, 7]) if rng.random() < 0.7 or old < 4 else max(1, old - rng.choice([1, 2, 3]))
        )
        return text[: mention.start] + piece[: match.start()] + str(new) + piece[match.end() :] + text[mention.end :]
    signs = list(re.finditer("[一二三四五六七八九]", piece))
    if signs:
        match = rng.choice(signs)
        new_sign = rng.choice([sign for sign in "二三四五六七八九" if sign != match[0]])
        return text[: mention.start] + piece[: match.start()] + new_sign + piece[match.end() :] + text[mention.end :]
    roman = re.search(r"\b[IVX]+\b", piece)
    if roman:
        other = rng.choice([sign for sign in ("II", "III", "IV", "VI", "VII") if sign != roman[0]])
        return text[: mention.start] + piece[: roman.start()] + other + piece[roman.end() :] + text[mention.end :]
    return None


def _changed(kinds: frozenset[MentionKind]) -> Damage:
    def damage(unit: Unit, rng: random.Random) -> Unit | None:
        found = [
            mention
            for mention in mentions(unit.target, unit.target_lang)
            if mention.kind in kinds and mention.certainty != Certainty.VAGUE
        ]
        rng.shuffle(found)
        for mention in found:
            text = _replace_figures(unit.target, mention, rng)
            if text is not None and text != unit.target:
                return replace(unit, target=text)
        return None

    return damage


_NEGATED_EN = re.compile(
    r"\b(?:do|does|did) not (?=[a-z])"
    r"|\b(?:is|are|was|were|can|could|should|will|would|must|may|has|have|shall) not\b(?! only)"
    r"|\bcannot\b|n['’]t\b|\bnot (?!only)|\bno (?!longer|more|less|later)|\bnever |\bwithout "
)
_NEGATED_ZH = re.compile(
    "没有|尚未|未(?=[能被经曾予])|无法|无需|并非|不(?=[会能是要需应可得支允返在存为被再包受适具想敢知])(?!可变|可撤|需要|得不|是不)|不得"
)
_POSITIVE = {
    "cannot": "can", "never ": "", "without ": "with ", "没有": "有", "尚未": "已", "未": "已", "无法": "可以",
    "无需": "需要", "并非": "是", "不得": "可以",
}  # fmt: skip


def drop_negation(text: str, language: str, rng: random.Random) -> str | None:
    """Return ``text`` with one negation dropped, None where there is none."""
    found = list((_NEGATED_ZH if language.startswith("zh") else _NEGATED_EN).finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    old = match[0]
    if old in _POSITIVE:
        new = _POSITIVE[old]
    elif re.match(r"(?:do|does|did) not ", old) or old in ("n't", "n’t", "不", "not ", "no "):
        new = ""
    else:
        new = old.removesuffix(" not")
    return text[: match.start()] + new + text[match.end() :]


def _negation(unit: Unit, rng: random.Random) -> Unit | None:
    text = drop_negation(unit.target, unit.target_lang, rng)
    return None if text is None else replace(unit, target=text)


def _sentence_dropped(unit: Unit, rng: random.Random) -> Unit | None:
    """One of several sentences of the target is lost; one that says something."""
    spans = split(unit.target, unit.target_lang)
    choices = [span for span in spans if size(unit.target[span[0] : span[1]]) >= 25]
    if len(spans) < 2 or not choices:
        return None
    start, end = rng.choice(choices)
    text = (unit.target[:start] + unit.target[end:].lstrip()).strip()
    return replace(unit, target=text) if text else None


def _untranslated(unit: Unit, rng: random.Random) -> Unit | None:
    letters = re.findall(r"[^\W\d_]", unit.source)
    # A source of one word or of code may rightly be copied.
    if (
        unit.source == unit.target
        or len(letters) < 4
        or not re.search(f"[a-z]{{2,}} [a-z]{{2,}}|[{HAN}]{{2}}", unit.source)
    ):
        return None
    return replace(unit, target=unit.source)


_FOREIGN = {
    "fr": [
        "Les États parties sont invités à présenter leurs observations dans un délai de trois mois.",
        "Ce module fournit des fonctions qui permettent de lire et d'écrire des fichiers dans plusieurs formats.",
        "Le comité se réunit une fois par an et rend compte de ses travaux à la conférence.",
        "La valeur est renvoyée telle quelle si aucun argument n'est donné.",
        "Voir aussi la liste des paquets installés sur votre système.",
    ],
    "de": [
        "Die Vertragsstaaten werden gebeten, ihre Stellungnahmen innerhalb von drei Monaten vorzulegen.",
        "Dieses Modul stellt Funktionen bereit, mit denen sich Dateien in mehreren Formaten lesen lassen.",
        "Der Ausschuss tritt einmal im Jahr zusammen und berichtet der Konferenz über seine Arbeit.",
        "Der Wert wird unverändert zurückgegeben, wenn kein Argument angegeben ist.",
        "Siehe auch die Liste der Pakete, die auf dem System installiert sind.",
    ],
    "es": [
        "Se invita a los Estados parte a que presenten sus observaciones en un plazo de tres meses.",
        "Este módulo ofrece funciones que permiten leer y escribir archivos en varios formatos.",
        "El comité se reúne una vez al año e informa de su labor a la conferencia.",
        "El valor se devuelve tal cual si no se indica ningún argumento.",
    ],
    "ru": [
        "Государствам-участникам предлагается представить свои замечания в течение трех месяцев.",
        "Этот модуль содержит функции, которые позволяют читать и записывать файлы в разных форматах.",
        "Комитет собирается один раз в год и отчитывается о своей работе перед конференцией.",
        "Значение возвращается без изменений, если аргумент не указан.",
    ],
    "ja": [
        "締約国は三か月以内に意見を提出するよう求められている。",
        "このモジュールは、さまざまな形式のファイルを読み書きするための関数を提供します。",
        "委員会は年に一度会合を開き、その活動を会議に報告する。",
        "引数が与えられない場合、値はそのまま返されます。",
    ],
    "ko": [
        "당사국은 석 달 안에 의견을 제출하도록 요청받는다.",
        "이 모듈은 여러 형식의 파일을 읽고 쓰는 함수를 제공합니다.",
        "위원회는 해마다 한 번 모여 그 활동을 회의에 보고한다.",
    ],
}  # fmt: skip


def _wrong_language(unit: Unit, rng: random.Random) -> Unit | None:
    """The target is a text in a third language, of about the right length."""
    if size(unit.target) < 15:
        return None
    sentences = _FOREIGN[rng.choice(sorted(_FOREIGN))]
    text = rng.choice(sentences)
    while size(text) < 0.6 * size(unit.target):
        text += (" " if text.isascii() or " " in text else "") + rng.choice(sentences)
    return replace(unit, target=text)


def _damaged_encoding(unit: Unit, rng: random.Random) -> Unit | None:
    """The target as it looks after a wrong decoding; where it is plain ASCII, the way a lossy conversion leaves it."""
    text = unit.target
    if not text.isascii():
        way = rng.choice(["latin", "windows", "gbk", "gbk as latin", "marks", "replaced"])
        raw = text.encode("utf-8")
        damaged = {
            "latin": lambda: raw.decode("latin-1"),
            "windows": lambda: raw.decode("cp1252", "replace"),
            "gbk": lambda: raw.decode("gb18030", "replace"),
            "gbk as latin": lambda: text.encode("gb18030", "replace").decode("latin-1"),
            "marks": lambda: text.encode("ascii", "replace").decode("ascii"),
            "replaced": lambda: text.encode("ascii", "replace").decode("ascii").replace("?", "\ufffd"),
        }[way]()
        return replace(unit, target=damaged) if damaged != text else None
    if len(text) < 10:
        return None
    places = sorted(rng.sample(range(len(text)), k=max(1, len(text) // 25)))
    signs = list(text)
    for place in places:
        signs[place] = rng.choice(["\ufffd", "â€™", "Ã©", "\x92"])
    return replace(unit, target="".join(signs))


#: The kinds that damage one pair by itself.
ALONE: dict[str, Damage] = {
    "target truncated": _truncated,
    "number changed": _changed(frozenset({MentionKind.NUMBER, MentionKind.PERCENT})),
    "date changed": _changed(frozenset({MentionKind.DATE})),
    "article changed": _changed(frozenset({MentionKind.REFERENCE})),
    "negation dropped": _negation,
    "sentence dropped": _sentence_dropped,
    "untranslated": _untranslated,
    "wrong language": _wrong_language,
    "encoding damage": _damaged_encoding,
}
KINDS = ("shifted by one", "swapped", "duplicated", *ALONE)


def plant(units: Sequence[Unit], kind: str, share: float, seed: int) -> Planted:
    """Plant faults of one kind in about ``share`` of the units, fewer where fewer can be damaged so."""
    rng = random.Random(f"{kind}/{seed}")
    wanted = max(1, round(len(units) * share))
    if kind == "shifted by one":
        return _shifted(list(units), wanted, rng)
    if kind == "swapped":
        return _swapped(list(units), wanted, rng)
    if kind == "duplicated":
        return _duplicated(list(units), wanted, rng)
    damaged = list(units)
    faults: dict[int, str] = {}
    order = list(range(len(units)))
    rng.shuffle(order)
    for position in order:
        if len(faults) >= wanted:
            break
        changed = ALONE[kind](units[position], rng)
        if changed is not None:
            damaged[position] = changed
            faults[position] = kind
    return Planted(tuple(damaged), faults)


def _shifted(units: list[Unit], wanted: int, rng: random.Random) -> Planted:
    """Runs of three to eight units whose targets have moved up by one, the first one's to the end of the run."""
    faults: dict[int, str] = {}
    runs: list[tuple[int, int]] = []
    tries = 0
    while len(faults) < wanted and tries < 200:
        tries += 1
        length = rng.randint(3, 8)
        if length + 2 >= len(units):
            break
        first = rng.randrange(0, len(units) - length)
        span = range(first, first + length)
        if any(place in faults for place in range(max(0, first - 1), min(len(units), first + length + 1))):
            continue
        targets = [units[place].target for place in span]
        moved = [*targets[1:], targets[0]]
        if any(new.strip() == old.strip() for new, old in zip(moved, targets, strict=True)):
            continue
        for place, target in zip(span, moved, strict=True):
            units[place] = replace(units[place], target=target)
            faults[place] = "shifted by one"
        runs.append((first, first + length))
    return Planted(tuple(units), faults, tuple(runs))


def _swapped(units: list[Unit], wanted: int, rng: random.Random) -> Planted:
    """The targets of two units exchanged: neighbours in half of the cases, otherwise units anywhere."""
    faults: dict[int, str] = {}
    for _ in range(wanted * 10):
        if len(faults) >= wanted:
            break
        first = rng.randrange(len(units))
        second = first + 1 if rng.random() < 0.5 else rng.randrange(len(units))
        if second >= len(units) or first == second or first in faults or second in faults:
            continue
        if units[first].target.strip() == units[second].target.strip() or units[first].source == units[second].source:
            continue
        one, two = units[first].target, units[second].target
        units[first], units[second] = replace(units[first], target=two), replace(units[second], target=one)
        faults[first] = faults[second] = "swapped"
    return Planted(tuple(units), faults)


def _duplicated(units: list[Unit], wanted: int, rng: random.Random) -> Planted:
    """A unit occurs twice in a row, or (every other time) its target says everything twice."""
    chosen = set(rng.sample(range(len(units)), k=min(wanted, len(units))))
    out: list[Unit] = []
    faults: dict[int, str] = {}
    for position, unit in enumerate(units):
        if position in chosen and size(unit.target) >= 12:
            if rng.random() < 0.5:
                out.append(unit)
                faults[len(out)] = "duplicated"
                out.append(unit)
                continue
            joiner = "" if unit.target_lang[:2] == "zh" else " "
            faults[len(out)] = "duplicated"
            out.append(replace(unit, target=unit.target + joiner + unit.target))
            continue
        out.append(unit)
    return Planted(tuple(out), faults)
