"""Collect the messages of the program, the pages and the scripts, and compile their translations (`make messages`).

    python docs/make_messages.py            update corpora/locale/*/LC_MESSAGES/duiyi.po and .mo
    python docs/make_messages.py --check    list what is not translated or no longer used; exit code 1 if there is any

From Python come the texts that people read: first arguments of errors and of `message`, help of commands and options,
and other texts of several words; a part in braces becomes a placeholder. From templates come `_("…")` and
`{% trans %}`, from scripts `t("…")`.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from corpora.document import BlockKind
from corpora.text.mentions.matching import MentionKind
from tm.checks.finding import Severity
from tm.checks.form import MARKS
from tm.checks.registry import checks
from tm.cli.application import COMMANDS
from tm.cli.outcomes import STATES
from tm.cli.structure import NOUNS
from tm.cli.translation import paragraphs
from tm.review.edits import ACTIONS
from tm.search.analysis import BANDS
from tm.search.matches import MatchKind
from tm.server.work import WORDS as WORK_WORDS
from tm.terms.concept import Status
from tm.unit import STATUSES

CHANGES = ("dropped", "joined", "moved", "mark")  # of a text while it was read
ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "corpora" / "locale"
PACKAGES = ("corpora", "models", "align", "tm")
#: Folders and modules whose texts are data of languages or names of features, not messages.
DATA = re.compile(
    r"corpora/text/|corpora/cleaning/|align/(?:scoring|weights|surface|signature)|tm/checks/(?:noise|negation)|"
    r"tm/checks/quantities/|tm/terms/(?:formats/columns|tokens)|corpora/translation\.py|"
    r"tm/cli/translation\.py"
)
#: Modules whose constants are words of languages or parts of statements: only texts in their functions are messages.
DATA_CONSTANTS = re.compile(
    r"tm/checks/language|tm/formats/states|tm/terms/concept|tm/accounts/audit|"
    r"tm/store/(?:conditions|damage|on_server|reading)|tm/web/trial"
)
#: Calls whose texts are no messages: patterns, statements of SQL, keys.
_NOT_SHOWN = re.compile(
    r"compile|execute|executemany|executescript|split|sub|match|fullmatch|search|findall|xpath|get|encode|find"
)
#: Words that pages show as they are in the data.
WORDS = [
    *WORK_WORDS,
    "imported",
    *BlockKind,
    *MatchKind,
    *Severity,
    *Status,
    *STATUSES,
    *checks(),
    *MentionKind,
    *ACTIONS,
    "undo",
    "redo",
    "source",
    "target",
    *MARKS,
    *(band for band in BANDS if band.isalpha()),
    *STATES,
    *CHANGES,
]
_COUNTED = re.compile(r"\|\s*counted\(\"([^\"]+)\"(?:, \"([^\"]+)\")?\)")
_PROSE = re.compile(r"[A-Za-z{}'`]\S* [a-z`{]")
_LETTERS = re.compile(r"[A-Za-z]{2}")
_CODE = re.compile(
    r"</?\w|^\w+\(|\[\w+\[|json_each|^#|\\|\(\?|https?:|^\W*--|[=<>]=|::|_\w+_|^[A-Z]+ [A-Z]+|"
    r"\b(?:SELECT|FROM|WHERE|TABLE|PRAGMA|VALUES|ORDER BY|DESC|NULL|AND|OR|IN)\b|"
    r"^import os;|^(?:GET|POST|PUT|DELETE) |^from \w\S* import|"
    r"^<!|&gt;|\w\||\w\[[\w\[]|\.\*|; (?:charset|version|filename\*?)=|realm=|'self'|'none'|^curl |"
    r"^nplurals|^Instruct:|^openid |^int8 |^key =|^moment |"
    r"^source_file, |^end with parent|json_valid|^red strike|^@start|^\s*duiyi [a-z{]|^file, s3,"
)


def placeholders(node: ast.JoinedStr) -> str:
    """A text with parts as a message with placeholders, each named after the expression that fills it."""
    names: list[str] = []
    text = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
            continue
        assert isinstance(part, ast.FormattedValue)
        base = name = _name(part.value)
        number = 2
        while name in names:
            name, number = f"{base}{number}", number + 1
        names.append(name)
        text += "{" + name + "}"
    return text


def _name(expression: ast.expr) -> str:
    match expression:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id="counted"), args=[first, *_]):
            return f"{_name(first)}_counted"
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
        case _:
            return "value"


def is_message(text: str) -> bool:
    """Whether a text of the program is for people to read."""
    fixed = re.sub(r"\{\w+\}", "", text)  # a text of placeholders only is joined from messages
    return bool(_PROSE.search(text) and _LETTERS.search(fixed)) and not _CODE.search(text) and "{" not in fixed


def messages_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each message in a Python module."""
    tree = ast.parse(path.read_text("utf-8"))
    hidden: set[int] = set()
    if DATA_CONSTANTS.search(path.as_posix()):
        constants = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
        hidden.update(id(inner) for node in constants for inner in ast.walk(node))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        ):
            if isinstance(body[0], ast.Expr):
                hidden.add(id(body[0].value))
            for statement in body:  # texts after an attribute document it
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    hidden.add(id(statement.value))
        if isinstance(node, ast.JoinedStr):
            hidden.update(id(inner) for inner in ast.walk(node) if inner is not node)
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if _NOT_SHOWN.fullmatch(name):
                hidden.update(id(inner) for inner in ast.walk(node))
            if name == "counted" and len(node.args) > 1:
                yield from _counted(node)
            if name in ("translated", "headings", "tell", "waiting"):  # words too
                words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                yield from ((node.lineno, word) for word in words if _LETTERS.search(word))
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.JoinedStr):
            text = placeholders(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if is_message(text):
            yield node.lineno, text
    if path.parent.name == "cli":
        yield from _commands(tree)
    if path.name.endswith("_api.py") or path.name == "responses.py":
        yield from _operations(tree)


def _counted(node: ast.Call) -> Iterator[tuple[int, str]]:
    nouns = [one.value for one in node.args[1:] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if nouns:
        yield node.lineno, "{number} " + nouns[0]
        yield node.lineno, "{number} " + (nouns[1] if len(nouns) > 1 else nouns[0] + "s")


def _operations(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What the page of the API says: the summaries and docstrings of its operations, and those of their responses."""
    for node in tree.body:
        shown = isinstance(node, ast.AsyncFunctionDef) and any(
            "router." in ast.unparse(one) for one in node.decorator_list
        )
        if (shown or (isinstance(node, ast.ClassDef) and node.name[0] != "_")) and (text := ast.get_docstring(node)):
            yield node.lineno, " ".join(text.split())
        for one in node.decorator_list if shown and isinstance(node, ast.AsyncFunctionDef) else ():
            for word in one.keywords if isinstance(one, ast.Call) else ():
                if word.arg == "summary" and isinstance(word.value, ast.Constant):
                    yield node.lineno, str(word.value.value)


def _commands(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The help of commands: the docstrings of the functions of the command table and of those that Typer decorates."""
    names = {target.partition(":")[2] for target, _ in COMMANDS.values()}
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef)
            and (text := ast.get_docstring(node))
            and (node.name in names or any("app.c" in ast.unparse(one) for one in node.decorator_list))
        ):
            for paragraph in paragraphs(text):
                yield node.lineno, paragraph


def collected() -> Catalog:
    """All messages with the places where they are used."""
    catalogue = Catalog(project="duiyi", charset="utf-8")
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix == ".py" and not DATA.match(name):
                for _, text in messages_of(path):
                    catalogue.add(text, locations=[(name, 0)])
            elif path.suffix == ".html":
                options = {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}
                for _, found, _, _ in extract_from_file("jinja2.ext:babel_extract", path, options=options):
                    catalogue.add(found, locations=[(name, 0)])
                for one, many in _COUNTED.findall(path.read_text("utf-8")):
                    catalogue.add(f"{{number}} {one}", locations=[(name, 0)])
                    catalogue.add(f"{{number}} {many or one + 's'}", locations=[(name, 0)])
    nouns = [*(NOUNS.get(kind, kind) for kind in BlockKind), "sentence", "line", "item"]
    for noun in nouns:  # that the program counts; which of them it finds out while it runs
        for form in (noun, f"{noun}s"):
            catalogue.add(f"{{number}} {form}", locations=[("words", 0)])
    for check in checks().values():
        catalogue.add(check.about, locations=[("words", 0)])
    for word in WORDS:
        catalogue.add(str(word), locations=[("words", 0)])
    for text, name in of_scripts().items():
        catalogue.add(text, locations=[(name, 0)])
    return catalogue


def of_scripts() -> dict[str, str]:
    """The texts of scripts that pages translate themselves, each with the script."""
    return {
        str(text): path.relative_to(ROOT).as_posix()
        for path in (*sorted(ROOT.glob("tm/*/static/*.js")), ROOT / "tm" / "report" / "report.js")
        if not path.name.startswith("messages.")
        for _, text, _, _ in extract_from_file("javascript", path, keywords={"t": None})
    }


def update(path: Path, template: Catalog) -> Catalog:
    """The translations at ``path`` for the messages of ``template``."""
    old = _read(path) if path.exists() else Catalog()
    new = Catalog(locale=path.parent.parent.name, project="duiyi", charset="utf-8", creation_date=old.creation_date)
    for message in sorted((one for one in template if one.id), key=lambda one: str(one.id)):
        known = old.get(message.id if isinstance(message.id, str) else message.id[0])
        new.add(message.id, known.string if known else "", sorted(set(message.locations)), flags=message.flags)
    return new


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def faults(path: Path, template: Catalog) -> list[str]:
    """What is wrong with the translations at ``path``: missing ones, unused ones, other placeholders."""
    now = _read(path)
    known = {_key(one): one for one in now if one.id}
    wanted = {_key(one) for one in template if one.id}
    found = [f"not translated: {one}" for one in sorted(wanted) if one in known and not _text(known[one])]
    found += [f"not in the catalogue: {one}" for one in sorted(wanted - known.keys())]
    found += [f"not used: {one}" for one in sorted(known.keys() - wanted)]
    pattern = re.compile(r"\{\w+\}|%\(\w+\)s")
    for key, one in known.items():
        extra = set(pattern.findall(_text(one))) - set(
            pattern.findall(" ".join([one.id] if isinstance(one.id, str) else one.id))
        )
        if extra:
            found.append(f"unknown placeholder {', '.join(sorted(extra))}: {key}")
    return found


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _text(message: Message | None) -> str:
    if message is None or message.string is None:
        return ""
    return message.string if isinstance(message.string, str) else "".join(message.string)


def main() -> int:
    """Update the catalogues, or check them."""
    template = collected()
    paths = sorted(LOCALE.glob("*/LC_MESSAGES/duiyi.po")) or [LOCALE / "zh" / "LC_MESSAGES" / "duiyi.po"]
    if "--check" in sys.argv:
        wrong = [f"{path.relative_to(ROOT)}: {fault}" for path in paths for fault in faults(path, template)]
        sys.stdout.write("".join(f"{fault}\n" for fault in wrong))
        return int(bool(wrong))
    for path in paths:
        catalogue = update(path, template)
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, omit_header=False)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)
        language = path.parent.parent.name
        lines = json.dumps(
            {text: _text(catalogue.get(text)) for text in sorted(of_scripts())}, ensure_ascii=False, indent=1
        )
        (ROOT / "tm" / "web" / "static" / f"messages.{language}.js").write_text(f"export default {lines};\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
