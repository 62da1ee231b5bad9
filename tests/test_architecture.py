"""The rules that the whole tree keeps: which package may import which, and what a module must say of itself."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("corpora", "models", "align", "tm")
# A package may import these and itself; the exception tree and the extras helper stand below everything.
ALLOWED = {
    "corpora": {"corpora"},
    "models": {"models", "corpora.errors", "corpora.extras"},
    "align": {"align", "corpora", "models"},
    "tm": {"tm", "align", "corpora", "models"},
}
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
IDS = [str(path.relative_to(ROOT)) for path in MODULES]


def imports(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {name for name in found if name.partition(".")[0] in PACKAGES}


def within(name: str, allowed: set[str]) -> bool:
    return any(name == one or name.startswith(one + ".") for one in allowed)


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_imports_point_down(path: Path) -> None:
    allowed = ALLOWED[path.relative_to(ROOT).parts[0]]
    # `from corpora import errors` names the package itself too; it is the name after it that counts.
    wrong = {
        name
        for name in imports(ast.parse(path.read_text("utf-8")))
        if not within(name, allowed) and not any(one.startswith(name + ".") for one in allowed)
    }
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_module_states_its_purpose_and_its_public_names(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), "a module opens with one sentence of purpose"
    defined = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    public = next(
        (
            set(ast.literal_eval(node.value))
            for node in tree.body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
        ),
        set(),
    )
    assert defined <= public, "public names stand in __all__"


LIBRARY = [path for path in MODULES if "cli" not in path.relative_to(ROOT).parts]


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_nothing_prints_or_exits_outside_the_command_line(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    names = {ast.unparse(node.func) for node in calls}
    assert not names & {"print", "sys.exit", "exit", "quit"}


#: A number and a noun in the plural: "1 units" one day. Limits, which are constants, are never one.
NOUN = re.compile(r" ([a-z]+ )?[a-z]+s\b")
TEMPLATES = sorted((ROOT / "tm").rglob("*.html"))


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_numbers_have_their_nouns_from_one_place(path: Path) -> None:
    strings = [node.values for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.JoinedStr)]
    pairs = [pair for values in strings for pair in pairwise(values)]
    wrong = [
        ast.unparse(number.value) + noun.value
        for number, noun in pairs
        if isinstance(number, ast.FormattedValue)
        and isinstance(noun, ast.Constant)
        and number.format_spec is not None
        and ast.unparse(number.format_spec) == "f','"
        and not ast.unparse(number.value).strip("_").isupper()
        and NOUN.match(str(noun.value))
    ]
    assert not wrong, "corpora.wording.counted says both"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_numbers_on_pages_have_their_nouns_from_the_same_place(path: Path) -> None:
    assert not re.findall(r"(?:\| ?(?:length|number)) \}\}" + NOUN.pattern, path.read_text("utf-8"))
