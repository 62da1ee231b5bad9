"""The documents keep pace with the program: the CLI reference is what the CLI says, and links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IDS = [str(page.relative_to(ROOT)) for page in PAGES]


def test_the_cli_reference_is_what_the_command_line_says() -> None:
    done = subprocess.run(
        [sys.executable, "docs/make_cli_reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_request_commands_have_valid_addresses() -> None:
    commands = re.findall(r"^\$ (curl .*)$", (ROOT / "docs" / "server.md").read_text("utf-8"), re.MULTILINE)
    addresses = [address for command in commands for address in re.findall(r"http://[^\s']+", command)]
    assert addresses
    # curl sends an address as it is typed; letters beyond ASCII make no request.
    assert [address for address in addresses if not address.isascii()] == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"!?\[[^\]]*\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing
