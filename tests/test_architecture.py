"""The rules that the whole tree keeps: which package may import which, and what a module must say of itself."""

import ast
import re
import sys
import tomllib
from collections import Counter
from importlib.metadata import packages_distributions
from itertools import chain, pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("corpora", "models", "align", "tm")
#: The layers, lowest first: a module imports from its own package and from those above it in this list. The modules
#: of `tm` itself (`tm.unit`, `tm.tags`, `tm.folding`) are the lowest of `tm`, those of `corpora` the lowest of all.
LAYERS = (
    "corpora",
    "corpora.text",
    "corpora.text.mentions",
    "corpora.cleaning",
    "corpora.readers.docx",
    "corpora.readers.html",
    "corpora.readers.pdf",
    "corpora.readers",
    "corpora.bilingual",
    "corpora.sample",
    "models",
    "align",
    "tm",
    "tm.postgresql",
    "tm.store",
    "tm.search",
    "tm.terms",
    "tm.terms.formats",
    "tm.formats",
    "tm.checks.quantities",
    "tm.checks",
    "tm.report",
    "tm.jobs",
    "tm.corpus",
    "tm.pretranslation",
    "tm.accounts",
    "tm.web",
    "tm.review",
    "tm.server",
    "tm.cli",
)
#: Of `corpora`, the encoders need these and nothing that reads documents.
MODELS_MAY_IMPORT = {"corpora.arguments", "corpora.errors", "corpora.extras", "corpora.lazy", "corpora.migrations"}
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
IDS = [str(path.relative_to(ROOT)) for path in MODULES]


def named(path: Path) -> str:
    """The dotted name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {named(path): path for path in MODULES}


def package(name: str) -> str:
    """The package of a module; a package belongs to itself."""
    return name if NAMES[name].name == "__init__.py" else name.rpartition(".")[0]


def imports(path: Path) -> set[str]:
    """The modules of the project that a module imports, wherever in it, and for type checkers only, too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name if name in NAMES else node.module for name in names}
    return found & NAMES.keys()


def foreign(path: Path) -> set[str]:
    """The packages of others that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - set(PACKAGES)


def test_what_is_imported_is_a_dependency() -> None:
    """Of the installation or of an extra; what only tests need is missing on the user's machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [extra for name, extra in project["optional-dependencies"].items() if name != "dev"]
    lines = [*project["dependencies"], *chain.from_iterable(extras)]
    declared = {re.split(r"[\[<>=; ]", line)[0].lower() for line in lines}
    declared |= {"markupsafe", "pydantic"}  # parts of jinja2 and fastapi, which ask for them
    distributions = packages_distributions()
    imported = sorted(set().union(*map(foreign, MODULES)))
    assert [
        name for name in imported if not {one.lower().replace("_", "-") for one in distributions[name]} & declared
    ] == []


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """The nodes of one cycle, or none."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str]:
        if node in path:
            return path[path.index(node) :]
        if node in done:
            return []
        for after in sorted(graph.get(node, ())):
            if found := visit(after, [*path, node]):
                return found
        done.add(node)
        return []

    return next((found for node in sorted(graph) if (found := visit(node, []))), [])


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_imports_point_down(path: Path) -> None:
    layer = LAYERS.index(package(named(path)))
    wrong = {name for name in imports(path) if LAYERS.index(package(name)) > layer}
    if path.relative_to(ROOT).parts[0] == "models":
        wrong |= {name for name in imports(path) if name.startswith("corpora") and name not in MODELS_MAY_IMPORT}
    assert not wrong


def test_there_are_no_cycles() -> None:
    graph = {name: imports(path) - {name} for name, path in NAMES.items()}
    assert not cycle(graph)
    packages: dict[str, set[str]] = {}
    for name, targets in graph.items():
        packages.setdefault(package(name), set()).update(package(one) for one in targets)
    assert not cycle({name: targets - {name} for name, targets in packages.items()})


def test_a_cycle_is_found() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    assert not cycle({"a": {"b", "c"}, "b": {"c"}})


#: Class names with the same meaning wherever they are used: private classes that do one task for several formats.
SEVERAL = {"Level", "Paragraph", "Reader", "Search", "Style", "Term", "Writer"}


def test_a_class_name_has_one_meaning() -> None:
    classes = [node for path in MODULES for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    names = Counter(node.name.lstrip("_") for node in classes if isinstance(node, ast.ClassDef))
    assert {name for name, count in names.items() if count > 1} == SEVERAL


#: A function is one thought; what is longer can be cut.
LONGEST = 60


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_functions_are_short(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert not {name: length for name, length in lengths.items() if length > LONGEST}


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
    assert not wrong, "corpora.text.plurals.counted says both"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_numbers_on_pages_have_their_nouns_from_the_same_place(path: Path) -> None:
    assert not re.findall(r"(?:\| ?(?:length|number)) \}\}" + NOUN.pattern, path.read_text("utf-8"))
