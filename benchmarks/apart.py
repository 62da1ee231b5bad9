"""Measure in a process of its own, so that start, loading and the peak of memory are one thing's alone."""

import json
import resource
import subprocess
import sys
from typing import Any

__all__ = ["apart", "peak_megabytes"]


def apart(module: str, *arguments: str) -> dict[str, Any]:
    """Run ``python -m module arguments`` and return the JSON that it prints, or why it failed under ``failed``."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["?"])[-1]}
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def peak_megabytes() -> float:
    """The peak of this process's memory so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
