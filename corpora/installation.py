"""How duiyi was installed, and the command that adds an extra to it.

duiyi is on no package index, so the command has to name the source. pip and uv record it in direct_url.json (PEP 610);
pipx and uv tool leave a file of their own in the environment.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

__all__ = ["install_command"]

_SOURCE = Path(__file__).resolve().parent.parent


def install_command(extra: str) -> str:
    """The command that adds ``extra`` to duiyi as it is installed, with the extras that its tool would drop."""
    prefix = Path(sys.prefix)
    pipx, uv = prefix / "pipx_metadata.json", prefix / "uv-receipt.toml"
    if pipx.is_file():
        command, extras = ["pipx", "install", "--force"], _pipx_extras(pipx)
    elif uv.is_file():
        command, extras = ["uv", "tool", "install", "--force"], _uv_extras(uv)
    elif find_spec("pip") is None:
        command, extras = ["uv", "pip", "install", "--python", sys.executable], []
    else:
        command, extras = [sys.executable, "-m", "pip", "install"], []
    options, source = _source(",".join(dict.fromkeys([*extras, extra])))
    if not source:
        return f"{_quoted([*command, f'.[{extra}]'])} in the folder that holds duiyi's source"
    return _quoted([*command, *options, source])


def _source(extras: str) -> tuple[list[str], str]:
    """Where duiyi was installed from, as the installer's options and argument; an empty one where that is unknown."""
    try:
        text = distribution("duiyi").read_text("direct_url.json")
    except PackageNotFoundError:
        text = None
        if (_SOURCE / "pyproject.toml").is_file():
            return ["-e"], f"{_SOURCE}[{extras}]"
    if not text:
        return [], ""
    found: dict[str, Any] = json.loads(text)
    address = str(found["url"])
    if "vcs_info" in found:
        info = found["vcs_info"]
        revision = f"@{info['requested_revision']}" if "requested_revision" in info else ""
        return [], f"duiyi[{extras}] @ {info['vcs']}+{address}{revision}"
    if not address.startswith("file:"):
        return [], f"duiyi[{extras}] @ {address}"
    path = url2pathname(urlsplit(address).path)
    return ["-e"] if found.get("dir_info", {}).get("editable") else [], f"{path}[{extras}]"


def _pipx_extras(file: Path) -> list[str]:
    installed = str(json.loads(file.read_text("utf-8"))["main_package"]["package_or_url"])
    match = re.search(r"\[([\w.,\s-]+)\]", installed)
    return re.findall(r"[\w.-]+", match[1]) if match else []


def _uv_extras(file: Path) -> list[str]:
    requirements = tomllib.loads(file.read_text("utf-8"))["tool"]["requirements"]
    return [str(extra) for one in requirements if one["name"] == "duiyi" for extra in one.get("extras", [])]


def _quoted(words: list[str]) -> str:
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
