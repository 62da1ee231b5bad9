"""What users import from the four packages is there, typed, light to import, and shown by examples that run."""

import ast
import doctest
import importlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpora.sample import pair as sample_pair
from tests.data import ROOT

PACKAGES = ("align", "corpora", "models", "tm")
#: What `import tm` and the others must not load: it would cost every look-up in a terminal.
HEAVY = {"numpy", "lxml", "torch", "pandas", "fastapi", "rich", "typer", "httpx", "jinja2", "opencc", "sentencepiece"}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_is_there(name: str) -> None:
    package = importlib.import_module(name)
    assert package.__all__ == sorted(package.__all__)
    for public in package.__all__:
        assert getattr(package, public) is not None
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        package.nothing  # noqa: B018


@pytest.mark.parametrize("name", PACKAGES)
def test_type_checkers_see_the_same_names(name: str) -> None:
    tree = ast.parse((ROOT / name / "__init__.pyi").read_text("utf-8"))
    package = importlib.import_module(name)
    *imports, public = tree.body
    assert isinstance(public, ast.Assign)
    assert ast.literal_eval(public.value) == package.__all__
    typed = [(node.module, one) for node in imports if isinstance(node, ast.ImportFrom) for one in node.names]
    assert sorted(one.asname or "" for _, one in typed) == package.__all__
    for module, one in typed:
        exported, defined = getattr(package, one.asname or ""), getattr(importlib.import_module(module or ""), one.name)
        assert inspect.unwrap(exported) is inspect.unwrap(defined)


@pytest.mark.parametrize("name", PACKAGES)
def test_what_is_public_has_a_docstring(name: str) -> None:
    package = importlib.import_module(name)
    assert not [public for public in package.__all__ if not getattr(package, public).__doc__]


@pytest.mark.parametrize("name", PACKAGES)
def test_importing_a_package_loads_nothing_heavy(name: str) -> None:
    code = f"import sys, {name}; print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert not HEAVY & set(loaded.split())
    ours = {one for one in loaded.split() if one.split(".")[0] in PACKAGES}
    assert ours <= {name, "corpora", "corpora.lazy"}


MODULES = [
    path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if ">>> " in path.read_text("utf-8")
]


def _run(examples: doctest.DocTest) -> None:
    output: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    if runner.run(examples, out=output.append).failed:
        pytest.fail("".join(output), pytrace=False)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_in_docstrings(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = importlib.import_module(name)
    for examples in doctest.DocTestFinder(exclude_empty=True).find(module):
        _run(examples)


def _examples(page: Path) -> list[doctest.DocTest]:
    """The examples of each section of a page, one name space a section."""
    found = []
    for section in page.read_text("utf-8").split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        # The fence behind an output would be read as a part of it.
        text = "\n".join("" if line.startswith("```") else line for line in body.split("\n"))
        found.append(doctest.DocTestParser().get_doctest(text, {}, title, str(page), 0))
    return found


RECIPES = _examples(ROOT / "docs" / "python.md")


def test_there_are_ten_recipes() -> None:
    assert len([recipe for recipe in RECIPES if recipe.examples]) >= 10


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_recipes_do_what_they_show(recipe: doctest.DocTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name, path in zip(("zh.txt", "en.txt"), sample_pair(), strict=True):
        (tmp_path / name).write_text(path.read_text("utf-8"), "utf-8")
    _run(recipe)
    assert not list(tmp_path.glob("*.part")), os.listdir(tmp_path)
