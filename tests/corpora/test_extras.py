import json
import sys
from pathlib import Path

import pytest

from corpora import extras, installation
from corpora.errors import MissingExtra

PYTHON = "/venv/bin/python"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment in which duiyi is installed, but nothing says from where."""
    site = tmp_path / "site-packages"
    (site / "duiyi-0.1.0.dist-info").mkdir(parents=True)
    (site / "duiyi-0.1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: duiyi\nVersion: 0.1.0\n")
    (site / "pip").mkdir()
    (site / "pip" / "__init__.py").write_text("")
    monkeypatch.setattr(sys, "path", [str(site)])
    monkeypatch.delitem(sys.modules, "pip", raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", PYTHON)
    return tmp_path


def installed_from(environment: Path, **direct_url: object) -> None:
    file = environment / "site-packages" / "duiyi-0.1.0.dist-info" / "direct_url.json"
    file.write_text(json.dumps(direct_url))


GIT = {"vcs": "git", "commit_id": "0" * 40}


@pytest.mark.parametrize(
    ("direct_url", "arguments"),
    [
        ({"url": "file:///home/me/duiyi", "dir_info": {}}, "'/home/me/duiyi[server]'"),
        ({"url": "file:///home/me/duiyi", "dir_info": {"editable": False}}, "'/home/me/duiyi[server]'"),
        ({"url": "file:///home/me/duiyi", "dir_info": {"editable": True}}, "-e '/home/me/duiyi[server]'"),
        ({"url": "file:///my%20code/%E5%AF%B9", "dir_info": {}}, "'/my code/对[server]'"),
        ({"url": "file:///tmp/duiyi-0.1.0-py3-none-any.whl", "archive_info": {}},
         "'/tmp/duiyi-0.1.0-py3-none-any.whl[server]'"),
        ({"url": "https://example.org/duiyi.zip", "archive_info": {}},
         "'duiyi[server] @ https://example.org/duiyi.zip'"),
        ({"url": "https://example.org/duiyi.git", "vcs_info": GIT},
         "'duiyi[server] @ git+https://example.org/duiyi.git'"),
        ({"url": "https://example.org/duiyi.git", "vcs_info": {**GIT, "requested_revision": "v1"}},
         "'duiyi[server] @ git+https://example.org/duiyi.git@v1'"),
    ],
)  # fmt: skip
def test_pip_repeats_the_source(environment: Path, direct_url: dict, arguments: str) -> None:
    installed_from(environment, **direct_url)
    assert installation.install_command("server") == f"{PYTHON} -m pip install {arguments}"


@pytest.mark.parametrize(
    ("file", "text", "command"),
    [
        ("pipx_metadata.json", '{"main_package": {"package_or_url": "/src/duiyi"}}',
         "pipx install --force '/src/duiyi[server]'"),
        ("pipx_metadata.json", '{"main_package": {"package_or_url": "/src/duiyi[tables,terms]"}}',
         "pipx install --force '/src/duiyi[tables,terms,server]'"),
        ("pipx_metadata.json", '{"main_package": {"package_or_url": "/src/duiyi[server]"}}',
         "pipx install --force '/src/duiyi[server]'"),
        ("uv-receipt.toml", '[tool]\nrequirements = [{ name = "duiyi", directory = "/src/duiyi" }]\n',
         "uv tool install --force '/src/duiyi[server]'"),
        ("uv-receipt.toml", '[tool]\nrequirements = [{ name = "duiyi", extras = ["tables"], directory = "/src/duiyi" },'
         ' { name = "other", extras = ["x"] }]\n', "uv tool install --force '/src/duiyi[tables,server]'"),
    ],
)  # fmt: skip
def test_tools_install_again_with_the_extras_they_have(environment: Path, file: str, text: str, command: str) -> None:
    installed_from(environment, url="file:///src/duiyi", dir_info={})
    (environment / file).write_text(text)
    assert installation.install_command("server") == command


def test_an_environment_without_pip_belongs_to_uv(environment: Path) -> None:
    installed_from(environment, url="file:///src/duiyi", dir_info={"editable": True})
    (environment / "site-packages" / "pip" / "__init__.py").unlink()
    (environment / "site-packages" / "pip").rmdir()
    assert installation.install_command("server") == f"uv pip install --python {PYTHON} -e '/src/duiyi[server]'"


def test_an_unknown_source_is_named_in_words(environment: Path) -> None:
    expected = f"{PYTHON} -m pip install '.[server]' in the folder that holds duiyi's source"
    assert installation.install_command("server") == expected


def test_a_checkout_that_is_not_installed_is_its_own_source(
    environment: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (environment / "site-packages" / "duiyi-0.1.0.dist-info" / "METADATA").unlink()
    (environment / "site-packages" / "duiyi-0.1.0.dist-info").rmdir()
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    monkeypatch.setattr(installation, "_SOURCE", checkout)
    assert installation.install_command("server").endswith(
        "install '.[server]' in the folder that holds duiyi's source"
    )
    (checkout / "pyproject.toml").write_text("")
    assert installation.install_command("server") == f"{PYTHON} -m pip install -e '{checkout}[server]'"


def test_the_error_names_package_purpose_and_command(environment: Path) -> None:
    installed_from(environment, url="file:///src/duiyi", dir_info={})
    with pytest.raises(MissingExtra) as raised:
        extras.need("no_such_package.part", "server", "serve memories")
    assert str(raised.value) == (
        f"no_such_package is needed to serve memories: {PYTHON} -m pip install '/src/duiyi[server]'"
    )


def test_a_module_that_is_there_is_returned() -> None:
    assert extras.need("json", "server", "nothing") is json
