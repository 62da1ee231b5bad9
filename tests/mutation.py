"""Measure the tests: change the code in one place at a time and count how many changes make a test fail.

The changes (mutants) are those of cosmic-ray: numbers, comparisons, operators, conditions and so on. A seeded sample
is drawn by place, so that a line with many operators counts no more than others; annotations are left out. Each
mutant is tried in a copy of the project, by a process forked from one that has loaded the libraries already. First all
tests of the area run once, to record which lines each of them reaches and how long it takes. For a mutant run the tests
that reach the changed statement, the quickest first, then the other tests of the same files. The limits are limits of
CPU time, so that a busy machine makes no mutant look like a hang.

    python -m tests.mutation [AREA ...] [--count 100] [--seed 1] [--jobs 2] [--path corpora/cleaning/layout.py]
    python -m tests.mutation --thresholds [AREA ...] [--path …]

With ``--thresholds`` the changes are not a sample: every number of a constant of a module is halved and doubled.

A mutant that changes nothing that can be observed is listed in ``tests/cases/equivalent_mutants.json`` with the reason.
"""

import argparse
import ast
import compileall
import difflib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

__all__ = ["AREAS", "Mutant", "main", "places", "sample"]

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs" / "mutation.json"
EQUIVALENT = ROOT / "tests" / "cases" / "equivalent_mutants.json"
PACKAGES = ("corpora", "models", "align", "tm")
LIBRARIES = "numpy pytest rapidfuzz lxml.etree pypdfium2 docx opencc sentencepiece httpx rich typer".split()
#: Equal small numbers and short strings are one object in CPython: these changes are almost never observable.
_IDENTITY = ("Eq_Is", "NotEq_IsNot")
_LEAST = 30.0  # CPU seconds that a mutant may take at least, before it counts as a hang
_PATIENCE = 10  # how many times as long it may take by the clock


@dataclass(frozen=True, slots=True)
class Area:
    """Modules to change, and the tests that must notice."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "corpora/cleaning": Area(("corpora/cleaning",), ("tests/corpora",)),
    "corpora/readers": Area(("corpora/readers",), ("tests/corpora",)),
    "align": Area(("align",), ("tests/align",)),
    "tm/store and tm/search": Area(("tm/store", "tm/search"), ("tests/tm/store", "tests/tm/search")),
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


def thresholds(tops: Sequence[str]) -> list[Mutant]:
    """Two mutants of each number in a constant of the modules below ``tops``: half and twice as much."""
    found = []
    for top in tops:
        for file in [ROOT / top] if top.endswith(".py") else sorted((ROOT / top).rglob("*.py")):
            code = file.read_text("utf-8")
            for name, number in _numbers(ast.parse(code)):
                for operator, changed in (("half", number.value / 2), ("double", number.value * 2)):
                    if isinstance(number.value, int):
                        changed = int(changed)
                    new = _replaced(code, number, repr(changed or 1))
                    found.append(
                        Mutant(
                            str(file.relative_to(ROOT)),
                            number.lineno,
                            f"{operator} of {name}",
                            *_difference(code, new),
                            new,
                        )
                    )
    return found


def _numbers(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    """The numbers of a module's constants, alone or several in one assignment, with the names of the constants."""
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name | ast.Tuple):
            continue
        names, values = node.targets[0], node.value
        pairs = (
            zip(names.elts, values.elts, strict=True)
            if isinstance(names, ast.Tuple) and isinstance(values, ast.Tuple)
            else [(names, values)]
        )
        for name, value in pairs:
            if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and type(value.value) in (int, float):
                yield name.id, value


def _replaced(code: str, node: Any, new: str) -> str:
    lines = code.splitlines(keepends=True)
    line = lines[node.lineno - 1].encode()
    lines[node.lineno - 1] = (line[: node.col_offset] + new.encode() + line[node.end_col_offset :]).decode()
    return "".join(lines)


def _uses(code: str, name: str) -> set[int]:
    """The lines of the statements inside functions that use a constant."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and node.id == name:
            lines |= set(_statement(code, node.lineno) or ())
    return lines


def _copy(folder: Path) -> Path:
    """A copy of the project beside a link to the shared documents, where the tests look for them."""
    work = folder / "project"
    ignore = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "demo-output")
    shutil.copytree(ROOT, work, ignore=ignore)
    return work


def _enter(work: Path) -> None:
    """In a forked child: go to the copy ``work``, and forget the project's modules."""
    os.setsid()
    log = os.open(work.parent / "log.txt", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(log, number)
    os.chdir(work)
    sys.path[:] = [str(work)] + [path for path in sys.path if path not in ("", str(ROOT))]
    for name in [name for name in sys.modules if name.split(".")[0] in (*PACKAGES, "tests")]:
        del sys.modules[name]


def _pytest(arguments: Sequence[str], plugin: object) -> int:
    import pytest

    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return int(pytest.main([*arguments, *options], plugins=[plugin]))


class _Recorder:
    """Records which lines each test reaches, and its CPU time."""

    def __init__(self, work: Path) -> None:
        from coverage import Coverage

        self.work, self.seconds = work, dict[str, float]()
        self.coverage = Coverage(data_file=None, config_file=False, source=[str(work / top) for top in PACKAGES])

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.coverage.switch_context(nodeid)
        self.seconds[nodeid] = -sum(os.times()[:4])

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid] += sum(os.times()[:4])

    def run(self, arguments: Sequence[str], target: Path) -> int:
        self.coverage.start()
        code = _pytest(arguments, self)
        self.coverage.stop()
        data = self.coverage.get_data()
        lines = {
            str(Path(file).relative_to(self.work)): {
                line: [test for test in tests if test] for line, tests in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        target.write_text(json.dumps({"seconds": self.seconds, "lines": lines}), "utf-8")
        return code


class _Selection:
    """Keeps the wanted tests, in the order wanted."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.order = {test: place for place, test in enumerate(wanted)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((one for one in items if one.nodeid in self.order), key=lambda one: self.order[one.nodeid])


def _start(work: Path, task: Callable[[], int]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            _enter(work)
            code = task()
        except BaseException:  # noqa: BLE001 - a child that was forked must end here, whatever happened
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return pid


def _statement(code: str, line: int) -> range | None:
    """The lines of the innermost statement at ``line``, without its body; None outside of functions."""
    found = None
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if (
                    isinstance(inner, ast.stmt)
                    and inner is not node
                    and inner.lineno <= line <= (inner.end_lineno or 0)
                ):
                    body = getattr(inner, "body", None)
                    last = max(inner.lineno, body[0].lineno - 1) if body else inner.end_lineno or inner.lineno
                    if line <= last and (found is None or inner.lineno >= found.start):
                        found = range(inner.lineno, last + 1)
    return found


@dataclass(slots=True)
class _Trial:
    """A mutant that is being tried in the copy ``work``."""

    mutant: Mutant
    work: Path
    original: bytes
    times: tuple[int, int]
    limit: float
    pid: int = 0
    since: float = 0.0


class Runner:
    """Tries mutants in several copies of the project at a time."""

    def __init__(self, area: Area, copies: Sequence[Path]) -> None:
        """Record what the tests of ``area`` reach without any change; they must pass."""
        self.copies = list(copies)
        for copy in self.copies[1:]:  # each copy gets its compiled modules, too
            compileall.compile_dir(copy, quiet=1, workers=1)
        first = self.copies[0]
        reached = first.parent / "reached.json"
        _, status = os.waitpid(_start(first, lambda: _Recorder(first).run(area.tests, reached)), 0)
        if status != 0:
            print((first.parent / "log.txt").read_text("utf-8")[-2000:])
            raise SystemExit(f"the tests fail without any change: pytest {' '.join(area.tests)}")
        known = json.loads(reached.read_text("utf-8"))
        self.seconds: dict[str, float] = known["seconds"]
        self.lines: dict[str, dict[str, list[str]]] = known["lines"]

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests that can notice ``mutant``, the likely and quick ones first."""
        lines = self.lines.get(mutant.path, {})
        code = (ROOT / mutant.path).read_text("utf-8")
        statement: Collection[int] | None = _statement(code, mutant.line)
        if " of " in mutant.operator:
            statement = _uses(code, mutant.operator.rpartition(" ")[2]) or None
        wanted = lines if statement is None else [str(line) for line in statement]
        reaching = {test for line in wanted for test in lines.get(line, [])}
        files = {test.split("::")[0] for test in reaching}
        if statement is not None and " of " in mutant.operator:
            return sorted(reaching, key=lambda test: self.seconds[test])
        candidates = [test for test in self.seconds if test.split("::")[0] in files]
        return sorted(candidates, key=lambda test: (test not in reaching, self.seconds[test]))

    def run(self, wanted: Sequence[Mutant]) -> Iterator[tuple[Mutant, str]]:
        """Yield each mutant with what became of it: "killed", "timeout" or "survived"."""
        waiting, free, trials = list(reversed(wanted)), list(self.copies), dict[int, _Trial]()
        while waiting or trials:
            while waiting and free:
                mutant = waiting.pop()
                tests = self.tests(mutant)
                if not tests:
                    yield mutant, "survived"
                    continue
                trial = self._prepare(mutant, free.pop(), tests)
                trials[trial.pid] = trial
            time.sleep(0.02)
            for pid, trial in list(trials.items()):
                verdict = self._verdict(trial)
                if verdict == "running":
                    continue
                del trials[pid]
                file = trial.work / trial.mutant.path
                file.write_bytes(trial.original)
                os.utime(file, ns=trial.times)
                free.append(trial.work)
                yield trial.mutant, verdict

    def _prepare(self, mutant: Mutant, work: Path, tests: Sequence[str]) -> _Trial:
        file = work / mutant.path
        status = file.stat()
        limit = max(_LEAST, 4 * sum(self.seconds[test] for test in tests))
        trial = _Trial(mutant, work, file.read_bytes(), (status.st_atime_ns, status.st_mtime_ns), limit)
        file.write_text(mutant.code, "utf-8")
        sys.dont_write_bytecode = True
        files = list(dict.fromkeys(test.split("::")[0] for test in tests))

        def task() -> int:
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit) + 5))
            return _pytest(files, _Selection(tests))

        trial.pid, trial.since = _start(work, task), time.monotonic()
        return trial

    def _verdict(self, trial: _Trial) -> str:
        pid, status = os.waitpid(trial.pid, os.WNOHANG)
        if not pid:
            if time.monotonic() - trial.since < _PATIENCE * trial.limit + 300:
                return "running"
            os.killpg(trial.pid, signal.SIGKILL)
            os.waitpid(trial.pid, 0)
            return "timeout"
        if os.WIFSIGNALED(status):
            return "timeout" if os.WTERMSIG(status) == signal.SIGXCPU else "killed"
        return "survived" if status == 0 else "killed"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the sample of each area and print the survivors; with ``--write`` put the figures into docs/mutation.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("area", nargs="*", help=", ".join(AREAS))
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--path", action="append", help="only mutants of this module or folder")
    parser.add_argument("--thresholds", action="store_true", help="halve and double constants, instead of a sample")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", CI="true")
    os.environ.setdefault("DUIYI_SHARED", str(ROOT.parent / "shared"))
    for library in LIBRARIES:
        __import__(library)
    for name in asked.area or AREAS:
        area = AREAS[name]
        modules = asked.path or area.modules
        drawn = thresholds(modules) if asked.thresholds else sample(modules, asked.count, asked.seed)
        with tempfile.TemporaryDirectory() as folder:
            runner = Runner(area, [_copy(Path(folder, str(number))) for number in range(asked.jobs)])
            results = []
            for mutant, verdict in runner.run(drawn):
                results.append((mutant, verdict))
                if verdict != "killed":
                    print(f"{verdict}: {mutant.path}:{mutant.line} [{mutant.operator}]")
                    print(f"  - {mutant.before}\n  + {mutant.after}", flush=True)
        caught = sum(verdict != "survived" for _, verdict in results)
        print(f"{name}: {caught} of {len(results)} killed, before equivalent ones are left out", flush=True)
        if asked.write and not asked.thresholds:
            _keep(name, asked.seed, results)
    if asked.write:
        _write()


def _keep(name: str, seed: int, results: Sequence[tuple[Mutant, str]]) -> None:
    """Put the results of one area beside those of the others."""
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known[name] = {
        "seed": seed,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "mutants": len(results),
        "timeout": sum(verdict == "timeout" for _, verdict in results),
        "survived": sorted(mutant.key for mutant, verdict in results if verdict == "survived"),
    }
    RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _write() -> None:
    reasons = {one["mutant"]: one["reason"] for one in json.loads(EQUIVALENT.read_text("utf-8"))}
    lines = [
        "# Mutation tests",
        "",
        "How many small changes of the code make a test fail: cosmic-ray's operators, a sample of places for each area",
        "(`tests/mutation.py` says how). Written by `make mutate`; the figures stand in `docs/mutation.json`.",
        "",
        "| area | seed | date | mutants | equivalent | killed | of them by time | killed of those that can be |",
        "|---|---|---|---|---|---|---|---|",
    ]
    known = json.loads(RESULTS.read_text("utf-8"))
    for name, area in known.items():
        survived = [key for key in area["survived"] if key not in reasons]
        equivalent = len(area["survived"]) - len(survived)
        killed = area["mutants"] - len(area["survived"])
        share = 100 * killed / max(1, area["mutants"] - equivalent)
        lines.append(
            f"| `{name}` | {area['seed']} | {area['date']} | {area['mutants']} | {equivalent} | {killed} | "
            f"{area['timeout']} | {share:.0f} % |"
        )
    for title, wanted in (("Survivors", False), ("Equivalent mutants", True)):
        lines += ["", f"## {title}"]
        for name, area in known.items():
            keys = [key for key in area["survived"] if (key in reasons) == wanted]
            lines += ["", f"`{name}`:" if keys else f"`{name}`: none.", ""]
            lines += [_item(key, reasons.get(key, "")) for key in keys]
    (ROOT / "docs" / "mutation.md").write_text("\n".join(lines).rstrip() + "\n", "utf-8")


def _item(key: str, reason: str) -> str:
    path, change = key.split(": ", 1)
    before, after = change.split(" -> ", 1)
    return f"- `{path}`: `{before}` → `{after}`. {reason}".rstrip()


if __name__ == "__main__":
    main()
