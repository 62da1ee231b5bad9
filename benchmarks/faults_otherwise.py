"""A second generator of faults that shares nothing with the first, to see whether thresholds were fitted to that one.

It knows no mentions and no sentence splitter: it cuts anywhere, within words too, changes any figure and numbers in
words, shifts single pairs, sets doubles at the end of the file, leaves half of a target untranslated, and reads texts
in the wrong encoding of some twenty kinds, on either side. Its foreign sentences are others.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from corpora.text.scripts import HAN
from tm.unit import Unit

__all__ = ["FAULTS", "plant"]

#: Damaged units, and the positions of which at least one must be reported for every fault.
Damaged = tuple[list[Unit], list[tuple[int, ...]]]
#: A new target, a new source and target, or None where there is nothing to damage.
Damage = Callable[[Unit, random.Random], "str | tuple[str, str] | None"]
Plan = Callable[[Sequence[Unit], int, random.Random], Damaged]

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_WORDS = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty"
_COUNTED = "(?<![一二三四五六七八九十])[二三四五六七八九](?=[个项种次名位年月天])"
_HAN = re.compile(f"[{HAN}]")


def _is_chinese(text: str) -> bool:
    return len(_HAN.findall(text)) > 0.2 * len(text)


def _is_long(text: str, han: int, latin: int) -> bool:
    return len(text) >= (han if _is_chinese(text) else latin)


def _cut(least: float, most: float, head: bool, unit: Unit, rng: random.Random) -> str | None:
    text = unit.target
    if not _is_long(text, 12, 30):
        return None
    place = int(len(text) * rng.uniform(least, most))
    return text[place:].lstrip() if head else text[:place]


def _cut_words(unit: Unit, rng: random.Random) -> str | None:
    words = unit.target.split(" ")
    if len(words) >= 6:
        return " ".join(words[: max(2, int(len(words) * rng.uniform(0.5, 0.75)))])
    return unit.target[: int(len(unit.target) * 0.75)] if _is_long(unit.target, 15, 10_000) else None


def _exchange(pattern: str, new: Callable[[str, random.Random], str], unit: Unit, rng: random.Random) -> str | None:
    """The target with one match of ``pattern`` replaced."""
    found = list(re.finditer(pattern, unit.target))
    if not found:
        return None
    match = rng.choice(found)
    return unit.target[: match.start()] + new(match[0], rng) + unit.target[match.end() :]


def _other_figure(old: str, rng: random.Random) -> str:
    tries = [str(int(old) + 1), str(int(old) + rng.randint(2, 30)), f"{old[:-1]}{rng.randint(0, 9)}"]
    return next((new for new in rng.sample(tries, 3) if new != old), old + "1")


def _one_of(choices: str, old: str, rng: random.Random) -> str:
    return rng.choice([one for one in choices.split("|") if one.lower() != old.lower()])


def _next(limit: int, old: str, rng: random.Random) -> str:
    return str(int(old) % limit + 1)


def _other_place(old: str, rng: random.Random) -> str:
    if old.isdecimal():
        return str(int(old) + rng.randint(1, 3))
    if old.isascii():
        return _one_of("I|II|III|IV|V|VI|VII", old, rng)
    last = _one_of("一|二|三|四|五|六|七|八|九", old[-1], rng)
    return (old[:-1] if old[-1] in "一二三四五六七八九" else old) + last


_POSITIVE = {
    "没有": "有", "不": "", "未": "已", "禁止": "允许", "cannot": "can", "never": "always", "without": "with",
    "no": "a", "not": "", "n't": "", "n’t": "",
}  # fmt: skip
_NEGATIONS = r"没有|不(?!同|仅|断|论|管|过)|未(?!来)|禁止|\bcannot\b|\bnever\b|\bwithout\b|\bno\b(?! longer| more|\.)|\bnot\b(?! only)|n['’]t\b"  # noqa: E501


def _positive(old: str, rng: random.Random) -> str:
    return _POSITIVE[old]


def _sentence(unit: Unit, rng: random.Random) -> str | None:
    pieces = re.findall(r"[^。！？]+?(?:[。！？]+|[.!?](?=\s+[A-Z])|\Z)\s*", unit.target)
    dropped = [place for place, piece in enumerate(pieces) if _is_long(piece.strip(), 6, 20)]
    if len(pieces) < 2 or not dropped or "".join(pieces) != unit.target:
        return None
    place = rng.choice(dropped)
    return "".join(pieces[:place] + pieces[place + 1 :]).strip() or None


def _is_prose(text: str) -> bool:
    return len(_HAN.findall(text)) >= 4 or len(re.findall(r"\b[a-z]{2,}\b", text)) >= 3


def _copied(unit: Unit, rng: random.Random) -> str | None:
    source = unit.source
    return rng.choice([source, source + " ", source.rstrip("。.")]) if _is_prose(source) else None


def _half_copied(unit: Unit, rng: random.Random) -> str | None:
    source, target = unit.source, unit.target
    if not _is_prose(source) or min(len(source), len(target)) < 30:
        return None
    return f"{target[: len(target) // 2]} {source[len(source) // 2 :]}"


_FOREIGN = {
    "de": "Bitte lesen Sie zuerst die Anleitung.|Das Sekretariat wird die Unterlagen vor der Tagung verteilen.",
    "ja": "まず説明書をお読みください。|事務局は次回会合の前に、すべての代表団に文書を配布する。",
    "fr": "Veuillez d'abord lire le mode d'emploi.|Le secrétariat distribuera les documents à toutes les délégations.",
    "ru": "Сначала прочитайте инструкцию.|Секретариат распространит документы до начала следующей сессии.",
    "ko": "먼저 설명서를 읽어 주십시오.|사무국은 다음 회의 전에 모든 대표단에 문서를 배포한다.",
    "es": "Lea primero las instrucciones.|La secretaría distribuirá los documentos a todas las delegaciones.",
    "it": "Leggere prima le istruzioni.|Se il file non esiste, viene generato un errore.",
    "pt": "Leia primeiro as instruções.|Se o arquivo não existir, ocorrerá um erro.",
    "nl": "Lees eerst de handleiding.|Het secretariaat zal de documenten aan alle delegaties uitdelen.",
    "ar": "يرجى قراءة التعليمات أولا.|ستوزع الأمانة الوثائق على جميع الوفود قبل الدورة المقبلة.",
}  # fmt: skip


def _foreign(unit: Unit, rng: random.Random) -> str | None:
    if not _is_long(unit.target, 8, 20):
        return None
    return rng.choice(_FOREIGN[rng.choice(sorted(_FOREIGN))].split("|"))


def _misread(wrote: str, read: str, of_source: bool, unit: Unit, rng: random.Random) -> str | tuple[str, str] | None:
    old = unit.source if of_source else unit.target
    try:
        new = old.encode(wrote).decode(read, "replace")
    except UnicodeEncodeError:
        return None
    if new == old:
        return None
    return (new, unit.target) if of_source else new


def _lost(unit: Unit, rng: random.Random) -> str | None:
    new = unit.target.encode("ascii", "replace").decode("ascii")
    return new if new.count("?") - unit.target.count("?") >= 3 else None


def _sprinkled(signs: str, unit: Unit, rng: random.Random) -> str | None:
    if len(unit.target) < 8:
        return None
    place = rng.randrange(1, len(unit.target))
    return unit.target[:place] + rng.choice(signs) + unit.target[place + 1 :]


def _alone(damage: Damage, units: Sequence[Unit], wanted: int, rng: random.Random) -> Damaged:
    out, faults = list(units), []
    for place in rng.sample(range(len(units)), len(units)):
        unit = units[place]
        new = damage(unit, rng) if unit.source.strip() and unit.target.strip() and len(faults) < wanted else None
        source, target = new if isinstance(new, tuple) else (unit.source, new)
        if target is not None and target.strip() and (source, target) != (unit.source, unit.target):
            out[place] = replace(unit, source=source, target=target)
            faults.append((place,))
    return out, faults


def _share_a_side(one: Unit, two: Unit) -> bool:
    return one.target.strip() == two.target.strip() or one.source.strip() == two.source.strip()


def _swapped(is_near: bool, units: Sequence[Unit], wanted: int, rng: random.Random) -> Damaged:
    out, taken = list(units), set[int]()
    for _ in range(8 * wanted):
        one = rng.randrange(len(units) - 1)
        two = one + 1 if is_near else rng.randrange(len(units))
        if len(taken) < wanted and one != two and not {one, two} & taken and not _share_a_side(units[one], units[two]):
            out[one] = replace(units[one], target=units[two].target)
            out[two] = replace(units[two], target=units[one].target)
            taken |= {one, two}
    return out, [(place,) for place in sorted(taken)]


def _run(least: int, most: int, by: int, units: Sequence[Unit], wanted: int, rng: random.Random) -> Damaged:
    """Runs whose units have the target of the one before or after them; what was there is lost."""
    out, taken = list(units), set[int]()
    for _ in range(100):
        length = min(rng.randint(least, most), len(units) // 3)
        first = rng.randrange(1, len(units) - length - 1)
        places = range(first, first + length)
        if len(taken) >= wanted or taken.intersection(range(first - 1, first + length + 1)):
            continue
        if any(_share_a_side(units[place], units[place + by]) for place in places):
            continue
        for place in places:
            out[place] = replace(units[place], target=units[place + by].target)
        taken.update(places)
    return out, [(place,) for place in sorted(taken)]


def _to_the_end(units: Sequence[Unit], wanted: int, rng: random.Random) -> Damaged:
    """From one place on every target is the next one's, and the last unit has none."""
    first = rng.randrange(len(units) // 2)
    targets = [*(unit.target for unit in units[first + 1 :]), ""]
    out = list(units[:first]) + [replace(unit, target=new) for unit, new in zip(units[first:], targets, strict=True)]
    return out, [
        (place,) for place in range(first, len(units)) if out[place].target.strip() != units[place].target.strip()
    ]


def _again(where: str, units: Sequence[Unit], wanted: int, rng: random.Random) -> Damaged:
    """Units that occur a second time: right behind the first, or at the end of the file."""
    chosen = sorted(rng.sample(range(len(units)), min(wanted, len(units))))
    if where == "end":
        return [*units, *(units[place] for place in chosen)], [(p, len(units) + n) for n, p in enumerate(chosen)]
    out: list[Unit] = []
    faults = []
    for place, unit in enumerate(units):
        out.append(unit)
        if place in chosen:
            faults.append((len(out) - 1, len(out)))
            out.append(unit)
    return out, faults


def _twice(unit: Unit, rng: random.Random) -> str | None:
    return unit.target + ("" if _is_chinese(unit.target) else " ") + unit.target if len(unit.target) > 3 else None


_ARTICLE_EN = (
    r"(?<=[Aa]rticle )\d+|(?<=[Pp]aragraph )\d+|(?<=[Rr]esolution )\d+|(?<=[Aa]nnex )[IVX]+|(?<=[Cc]hapter )[IVX]+"
)
_ARTICLE_ZH = r"(?<=第)(?:\d+|[一二三四五六七八九十百]+)(?= ?[条款章节段项号])|(?<=附件)[一二三四五六七八九]"
_ENCODINGS = (
    *(("utf-8", read) for read in "cp1252 latin-1 gbk big5 shift_jis cp437 mac_roman cp1251".split()),
    *(("gbk", read) for read in "latin-1 cp1252 utf-8 big5 shift_jis euc_kr".split()),
    ("utf-16-le", "latin-1"),
)
_DAMAGES: Mapping[str, Mapping[str, Damage]] = {
    "target truncated": {
        "anywhere": partial(_cut, 0.3, 0.8, False),
        "in the middle": partial(_cut, 0.5, 0.5, False),
        "at a word": _cut_words,
        "at its head": partial(_cut, 0.3, 0.6, True),
    },
    "number changed": {
        "any figure": partial(_exchange, r"\d+", _other_figure),
        "in English words": partial(_exchange, rf"\b(?:{_WORDS})\b", partial(_one_of, _WORDS)),
        "in Chinese words": partial(_exchange, _COUNTED, _other_place),
    },
    "date changed": {
        "month": partial(_exchange, rf"(?:{_MONTHS})(?= \d)|(?<=\d )(?:{_MONTHS})", partial(_one_of, _MONTHS)),
        "month in figures": partial(_exchange, r"\d+(?= ?月)", partial(_next, 12)),
        "day": partial(_exchange, rf"\b\d{{1,2}}(?= (?:{_MONTHS}))|\d{{1,2}}(?= ?日)", partial(_next, 28)),
        "year": partial(_exchange, r"\b(?:19|20)\d\d\b(?![.-]\d)", _other_figure),
    },
    "article changed": {"any": partial(_exchange, f"{_ARTICLE_EN}|{_ARTICLE_ZH}", _other_place)},
    "negation dropped": {"any": partial(_exchange, _NEGATIONS, _positive)},
    "sentence dropped": {"any": _sentence},
    "untranslated": {"whole": _copied, "half": _half_copied},
    "wrong language": {"short": _foreign},
    "encoding damage": {
        **{f"{wrote} as {read}": partial(_misread, wrote, read, False) for wrote, read in _ENCODINGS},
        **{f"source, {wrote} as {read}": partial(_misread, wrote, read, True) for wrote, read in _ENCODINGS[:3]},
        "question marks": _lost,
        "one sign lost": partial(_sprinkled, "\ufffd"),
        "control character": partial(_sprinkled, "\x00\x01\x08\x0b\x1b\x7f\x9d"),
    },
}
#: Kind -> variant -> what plants it.
FAULTS: Mapping[str, Mapping[str, Plan]] = {
    **{kind: {name: partial(_alone, one) for name, one in table.items()} for kind, table in _DAMAGES.items()},
    "swapped": {"neighbours": partial(_swapped, True), "anywhere": partial(_swapped, False)},
    "shifted by one": {
        "a single pair": partial(_run, 1, 1, 1),
        "a run": partial(_run, 3, 15, 1),
        "a run the other way": partial(_run, 3, 15, -1),
        "to the end": _to_the_end,
    },
    "duplicated": {
        "next to it": partial(_again, "next"),
        "at the end": partial(_again, "end"),
        "target twice": partial(_alone, _twice),
    },
}


def plant(units: Sequence[Unit], kind: str, variant: str, share: float, seed: int) -> Damaged:
    """Plant faults of one kind and variant in about ``share`` of the units, fewer where fewer can be damaged so."""
    rng = random.Random(f"{kind}/{variant}/{seed}")
    return FAULTS[kind][variant](units, max(1, round(len(units) * share)), rng)
