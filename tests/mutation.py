"""Measure the tests: change the code in one place at a time and count how many changes make a test fail.

The changes (mutants) are those of cosmic-ray: numbers, comparisons, operators, conditions and so on. A seeded sample
is drawn by place, so that a line with many operators counts no more than others; annotations are left out. Each
mutant is tried in a copy of the project, by a process forked from one that has loaded the libraries already: first the
quick tests of its area, then, if none fails, the slow ones.

    python -m tests.mutation [AREA ...] [--count 100] [--seed 1] [--jobs 2] [--path corpora/cleaning/layout.py]

A mutant that changes nothing that can be observed is listed in ``tests/cases/equivalent_mutants.json`` with the reason.
"""

import argparse
import ast
import difflib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["AREAS", "Mutant", "main", "places", "sample"]

ROOT = Path(__file__).resolve().parent.parent
EQUIVALENT = ROOT / "tests" / "cases" / "equivalent_mutants.json"
LIBRARIES = "numpy pytest rapidfuzz lxml.etree pypdfium2 docx opencc sentencepiece httpx rich typer".split()
#: Equal small numbers and short strings are one object in CPython: these changes are almost never observable.
_IDENTITY = ("Eq_Is", "NotEq_IsNot")
_LEAST = 20.0  # seconds that a mutant may take at least, before it counts as a hang


@dataclass(frozen=True, slots=True)
class Area:
    """Modules to change, and the tests that must notice: ``quick`` first, then ``slow``."""

    modules: tuple[str, ...]
    quick: tuple[str, ...]
    slow: tuple[str, ...] = ()


AREAS = {
    "corpora/cleaning": Area(
        ("corpora/cleaning",),
        ("tests/corpora/cleaning", "-m", "not real and not slow"),
        ("tests/corpora",),
    ),
    "corpora/readers": Area(
        ("corpora/readers",), ("tests/corpora/readers", "-m", "not real and not slow"), ("tests/corpora",)
    ),
    "align": Area(("align",), ("tests/align", "-m", "not real and not slow"), ("tests/align", "-m", "real or slow")),
    "tm/store and tm/search": Area(
        ("tm/store", "tm/search"),
        ("tests/tm/store", "tests/tm/search", "-m", "not real and not slow and not client"),
        ("tests/tm/store", "tests/tm/search", "-m", "real or slow or client"),
    ),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the file, where in it, what makes it, and the lines before and after."""

    path: str
    line: int
    operator: str
    before: str
    after: str
    code: str

    @property
    def key(self) -> str:
        """A name that stays while other lines of the file change."""
        return f"{self.path}: {self.before.strip()} -> {self.after.strip()}"


def places(path: Path) -> Iterator[tuple[tuple[int, int], str, int]]:
    """Every (place, operator, occurrence) of a file, without annotations and imports for type checkers."""
    from cosmic_ray.ast import ast_nodes, get_ast_from_path
    from cosmic_ray.plugins import get_operator, operator_names

    nodes = list(ast_nodes(get_ast_from_path(path)))
    ignored = _ignored(ast.parse(path.read_text("utf-8")))
    for name in operator_names():
        operator_class = get_operator(name)
        if name.endswith(("NoOp", *_IDENTITY)) or operator_class.arguments():
            continue
        operator = operator_class()
        found = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, _) in enumerate(found):
            if not any(first <= start < last for first, last in ignored):
                yield start, name, occurrence


def _mutant(path: Path, place: tuple[int, int], name: str, occurrence: int) -> Mutant | None:
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    code = path.read_text("utf-8")
    try:
        changed = mutate_code(code, get_operator(name)(), occurrence)
    except AttributeError:  # cosmic-ray cannot replace an exception with a dotted name, such as sqlite3.Error
        return None
    if changed is None or changed == code or not _keeps_parameters(code, changed):
        return None
    return Mutant(str(path.relative_to(ROOT)), place[0], name, *_difference(code, changed), changed)


def _keeps_parameters(code: str, changed: str) -> bool:
    """Whether the functions have as many parameters of each kind: the "*" between parameters is not an operator."""
    try:
        return _parameters(code) == _parameters(changed)
    except SyntaxError:
        return False


def _parameters(code: str) -> list[tuple[int, int, int]]:
    functions = [node.args for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    return [(len(one.posonlyargs), len(one.args), len(one.kwonlyargs)) for one in functions]


def _ignored(tree: ast.Module) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            found.append(node.returns)
        elif isinstance(node, ast.keyword) and node.arg == "strict":
            found.append(node.value)  # an assertion about lengths, which are always equal here
        elif (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING") or (
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        ):
            found.append(node)
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in found]  # type: ignore[attr-defined]


def _difference(code: str, changed: str) -> tuple[str, str]:
    lines = list(difflib.unified_diff(code.splitlines(), changed.splitlines(), lineterm="", n=0))[2:]
    old = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    new = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return old, new


def sample(tops: Sequence[str], count: int, seed: int) -> list[Mutant]:
    """``count`` mutants of the modules below ``tops``: places drawn by chance, then one mutant of each."""
    by_place: dict[tuple[Path, tuple[int, int]], list[tuple[str, int]]] = {}
    for top in tops:
        for file in [ROOT / top] if top.endswith(".py") else sorted((ROOT / top).rglob("*.py")):
            for place, name, occurrence in places(file):
                by_place.setdefault((file, place), []).append((name, occurrence))
    chance = random.Random(seed)
    found: list[Mutant] = []
    for file, place in chance.sample(sorted(by_place), len(by_place)):
        if len(found) == count:
            break
        mutant = _mutant(file, place, *chance.choice(by_place[file, place]))
        if mutant is not None:
            found.append(mutant)
    return found


def _copy(folder: Path) -> Path:
    """A copy of the project beside a link to the shared documents, where the tests look for them."""
    work = folder / "project"
    ignore = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "demo-output")
    shutil.copytree(ROOT, work, ignore=ignore)
    return work


def _run(work: Path, arguments: Sequence[str]) -> int:
    """In a forked child: the tests in ``work``; never returns to the caller's code."""
    os.setsid()
    log = os.open(work.parent / "log.txt", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(log, number)
    os.chdir(work)
    sys.path[:] = [str(work)] + [path for path in sys.path if path not in ("", str(ROOT))]
    for name in [name for name in sys.modules if name.split(".")[0] in ("corpora", "models", "align", "tm", "tests")]:
        del sys.modules[name]
    import pytest

    return int(pytest.main([*arguments, "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]))


def _start(work: Path, arguments: Sequence[str]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = _run(work, arguments)
        except BaseException:  # noqa: BLE001 - a child that was forked must end here, whatever happened
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return pid


@dataclass(slots=True)
class _Trial:
    """A mutant that is being tried in the copy ``work``."""

    mutant: Mutant
    work: Path
    original: bytes
    times: tuple[int, int]
    stage: int = 0
    pid: int = 0
    since: float = 0.0


class Runner:
    """Tries mutants in several copies of the project at a time."""

    def __init__(self, area: Area, copies: Sequence[Path]) -> None:
        """Measure how long the tests of ``area`` take without any change; they must pass."""
        self.stages = [arguments for arguments in (area.quick, area.slow) if arguments]
        self.copies = list(copies)
        self.limits = []
        for arguments in self.stages:
            longest = 0.0
            for copy in self.copies:  # each copy gets its compiled modules, too
                started = time.monotonic()
                _, status = os.waitpid(_start(copy, arguments), 0)
                if status != 0:
                    print((copy.parent / "log.txt").read_text("utf-8")[-2000:])
                    raise SystemExit(f"the tests fail without any change: pytest {' '.join(arguments)}")
                longest = max(longest, time.monotonic() - started)
            self.limits.append(max(_LEAST, 4 * longest))

    def run(self, wanted: Sequence[Mutant]) -> Iterator[tuple[Mutant, str]]:
        """Yield each mutant with what became of it: "killed", "timeout" or "survived"."""
        waiting, free, trials = list(reversed(wanted)), list(self.copies), dict[int, _Trial]()
        while waiting or trials:
            while waiting and free:
                trial = self._prepare(waiting.pop(), free.pop())
                trials[trial.pid] = trial
            time.sleep(0.02)
            for pid, trial in list(trials.items()):
                verdict = self._verdict(trial)
                if verdict == "running":
                    continue
                del trials[pid]
                if verdict == "next":
                    trials[trial.pid] = trial
                    continue
                file = trial.work / trial.mutant.path
                file.write_bytes(trial.original)
                os.utime(file, ns=trial.times)
                free.append(trial.work)
                yield trial.mutant, verdict

    def _prepare(self, mutant: Mutant, work: Path) -> _Trial:
        file = work / mutant.path
        status = file.stat()
        trial = _Trial(mutant, work, file.read_bytes(), (status.st_atime_ns, status.st_mtime_ns))
        file.write_text(mutant.code, "utf-8")
        self._begin(trial)
        return trial

    def _begin(self, trial: _Trial) -> None:
        sys.dont_write_bytecode = True
        trial.pid, trial.since = _start(trial.work, self.stages[trial.stage]), time.monotonic()

    def _verdict(self, trial: _Trial) -> str:
        pid, status = os.waitpid(trial.pid, os.WNOHANG)
        if not pid:
            if time.monotonic() - trial.since < self.limits[trial.stage]:
                return "running"
            os.killpg(trial.pid, signal.SIGKILL)
            os.waitpid(trial.pid, 0)
            return "timeout"
        if status != 0:
            return "killed"
        if trial.stage + 1 < len(self.stages):
            trial.stage += 1
            self._begin(trial)
            return "next"
        return "survived"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the sample of each area and print the survivors; with ``--write`` put the figures into docs/mutation.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("area", nargs="*", help=", ".join(AREAS))
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--path", action="append", help="only mutants of this module or folder")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", CI="true")
    os.environ.setdefault("DUIYI_SHARED", str(ROOT.parent / "shared"))
    for library in LIBRARIES:
        __import__(library)
    reasons = {one["mutant"]: one["reason"] for one in json.loads(EQUIVALENT.read_text("utf-8"))}
    found: dict[str, list[tuple[Mutant, str]]] = {}
    for name in asked.area or AREAS:
        area = AREAS[name]
        drawn = sample(asked.path or area.modules, asked.count, asked.seed)
        with tempfile.TemporaryDirectory() as folder:
            runner = Runner(area, [_copy(Path(folder, str(number))) for number in range(asked.jobs)])
            results = []
            for mutant, verdict in runner.run(drawn):
                if verdict == "survived" and mutant.key in reasons:
                    verdict = "equivalent"
                results.append((mutant, verdict))
                if verdict == "survived":
                    print(f"{mutant.path}:{mutant.line} [{mutant.operator}]\n  - {mutant.before}\n  + {mutant.after}")
            found[name] = results
        print(f"{name}: {_figures(results)}", flush=True)
    if asked.write:
        _write(found, reasons, asked.seed)


def _figures(results: Sequence[tuple[Mutant, str]]) -> str:
    counts = {verdict: sum(one == verdict for _, one in results) for verdict in ("killed", "timeout", "equivalent")}
    caught, total = counts["killed"] + counts["timeout"], len(results) - counts["equivalent"]
    return (
        f"{caught} of {total} killed ({100 * caught / max(1, total):.0f} %), "
        f"{counts['timeout']} of them by time, {counts['equivalent']} equivalent"
    )


def _write(found: dict[str, list[tuple[Mutant, str]]], reasons: dict[str, str], seed: int) -> None:
    lines = [
        "# Mutation tests",
        "",
        "How many small changes of the code make a test fail. Written by `make mutate`",
        f"(cosmic-ray's operators, a sample of places with seed {seed}; `tests/mutation.py` says how).",
        "",
        "| area | mutants | killed | of them by time | equivalent | killed of those that can be |",
        "|---|---|---|---|---|---|",
    ]
    for name, results in found.items():
        count = {one: sum(verdict == one for _, verdict in results) for one in ("killed", "timeout", "equivalent")}
        caught = count["killed"] + count["timeout"]
        share = 100 * caught / max(1, len(results) - count["equivalent"])
        lines.append(
            f"| `{name}` | {len(results)} | {caught} | {count['timeout']} | {count['equivalent']} | {share:.0f} % |"
        )
    for title, wanted in (("Survivors", "survived"), ("Equivalent mutants", "equivalent")):
        lines += ["", f"## {title}", ""]
        for results in found.values():
            for mutant, verdict in sorted(results, key=lambda pair: (pair[0].path, pair[0].line)):
                if verdict == wanted:
                    why = f" {reasons[mutant.key]}" if wanted == "equivalent" else ""
                    lines.append(f"- `{mutant.path}`: `{mutant.before}` → `{mutant.after}`.{why}")
    (ROOT / "docs" / "mutation.md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
