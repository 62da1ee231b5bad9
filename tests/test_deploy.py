"""The files for operation: read by the programs that use them, and the server behind the real nginx."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.commands import COMMAND
from tm.accounts.accounts import Accounts
from tm.accounts.roles import Role
from tm.cli.serve import serve

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
PASSWORD = "correct horse battery"


def test_the_settings_name_options_of_the_command() -> None:
    names = {name.replace("_", "-") for name in serve.__annotations__}
    assert set(tomllib.loads((DEPLOY / "serve.toml").read_text("utf-8"))["serve"]) <= names
    text = (DEPLOY / "Dockerfile").read_text("utf-8") + (DEPLOY / "compose.yaml").read_text("utf-8")
    for name in re.findall(r"DUIYI_SERVE_([A-Z_]+)", text):
        assert name.lower().replace("_", "-") in names


def test_compose_has_no_secret_and_waits_for_the_database() -> None:
    yaml = pytest.importorskip("yaml")
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    server = found["services"]["duiyi"]
    assert server["depends_on"]["database"]["condition"] == "service_healthy"
    assert server["build"]["dockerfile"] == "deploy/Dockerfile"
    assert set(server["secrets"]) | set(found["services"]["database"]["secrets"]) == set(found["secrets"])
    named = {one.partition(":")[0] for service in found["services"].values() for one in service["volumes"]}
    assert named == set(found["volumes"])
    assert not re.search(r"PASSWORD: (?!/)", (DEPLOY / "compose.yaml").read_text("utf-8"))


def test_the_unit_has_its_sections() -> None:
    for name, sections in [
        ("duiyi.service", ["Unit", "Service", "Install"]),
        ("duiyi.socket", ["Unit", "Socket", "Install"]),
    ]:
        unit = ConfigParser(interpolation=None)
        unit.read(DEPLOY / name, "utf-8")
        assert unit.sections() == sections


@pytest.mark.client
def test_systemd_accepts_the_unit(program: Callable[[str], str], tmp_path: Path) -> None:
    for name in ("duiyi.service", "duiyi.socket"):
        text = (DEPLOY / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("/opt/duiyi/bin/duiyi", sys.executable))
    command = [program("systemd-analyze"), "verify", "--man=no", tmp_path / "duiyi.service", tmp_path / "duiyi.socket"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def behind(tmp_path: Path, program: Callable[[str], str], quick_hashes: None) -> Iterator[tuple[str, int, Path]]:
    """The address of nginx, the process of duiyi behind it, and the file of accounts."""
    nginx, openssl = program("nginx"), program("openssl")
    accounts = tmp_path / "accounts.sqlite"
    with Accounts(accounts, create=True) as made:
        made.projects.grant(made.projects.add("Treaties"), made.users.add("ada", PASSWORD), Role.MANAGER)
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=tm.example",
                    "-addext", "subjectAltName=DNS:tm.example,IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)  # fmt: skip
    http, https, inner = free_port(), free_port(), free_port()
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for old, new in [("listen 80;", f"listen 127.0.0.1:{http};"), ("listen 443 ssl;", f"listen 127.0.0.1:{https} ssl;"),
                     ("127.0.0.1:8080", f"127.0.0.1:{inner}"), ("/etc/ssl/duiyi", str(tmp_path))]:  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    folders = "".join(
        f"{one}_temp_path {tmp_path}/{one};\n" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"daemon off;\npid {tmp_path}/nginx.pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{folders}{text}}}\n"
    )
    subprocess.run([nginx, "-t", "-c", config, "-p", tmp_path], check=True, capture_output=True)
    settings = tmp_path / "serve.toml"
    settings.write_text(
        f'[serve]\naccounts = "{accounts}"\npath-prefix = "/duiyi"\nbehind-tls = true\nallow-host = ["tm.example"]\n'
    )
    server = subprocess.Popen(
        [*COMMAND, "serve", "--config", settings],
        env={**os.environ, "DUIYI_SERVE_PORT": str(inner)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stderr is not None
    assert server.stdout.readline().strip() == f"http://127.0.0.1:{inner}/duiyi/", server.stderr.read()
    proxy = subprocess.Popen([nginx, "-c", config, "-p", tmp_path], stderr=subprocess.DEVNULL)
    try:
        yield f"https://tm.example:{https}", server.pid, accounts
    finally:
        for process in (proxy, server):
            process.terminate()
            process.wait(30)
        server.stdout.close()
        server.stderr.close()


class _Here(httpx.HTTPTransport):
    """Connections to tm.example lead to this machine."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # A request of its own: cookies belong to the address of the one that was made.
        here = request.url.copy_with(host="127.0.0.1")
        sent = httpx.Request(
            request.method, here, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return super().handle_request(sent)


@pytest.mark.client
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_the_server_behind_nginx(behind: tuple[str, int, Path]) -> None:
    address, process, accounts = behind
    with httpx.Client(base_url=address, transport=_Here(verify=False), timeout=60) as client:
        page = {"accept": "text/html", "origin": address}
        for _ in range(300):
            with suppress(httpx.ConnectError):
                if client.get("/duiyi/healthz").status_code == 200:
                    break
            time.sleep(0.1)
        assert client.get("/duiyi/", headers=page).headers["location"].startswith("/duiyi/sign-in")
        assert client.get("/").status_code == 404
        assert client.get("/duiyi/metrics").status_code == 404
        form = {"name": "ada", "password": PASSWORD, "next": "/duiyi/account"}
        done = client.post("/duiyi/sign-in", data=form, headers=page)
        assert (done.status_code, done.headers["location"]) == (303, "/duiyi/account"), done.text
        assert "Secure" in done.headers["set-cookie"]
        assert done.headers["strict-transport-security"]
        assert client.get("/duiyi/static/server.css").status_code == 200
        assert client.post("/duiyi/sign-out", headers={"origin": "https://evil.example"}).status_code == 403
        unit = {"source": "第一条", "target": "Article 1", "source_lang": "zh", "target_lang": "en"}
        assert client.post("/duiyi/api/add", json={"units": [unit]}, headers=page).json()["new"] == 1
        found = client.get("/duiyi/tmserver/zh/en/unit/" + "%E7%AC%AC%E4%B8%80%E6%9D%A1").json()
        assert found[0]["target"] == "Article 1", "texts in addresses pass the proxy unchanged"
        # The server starts anew, and nobody is refused meanwhile.
        os.kill(process, signal.SIGHUP)
        for _ in range(20):
            assert client.get("/duiyi/api/lookup?text=x").status_code == 200
            time.sleep(0.05)
        assert client.get("/duiyi/api/lookup?text=第一条").json()[0]["score"] == 100
    with Accounts(accounts) as found_accounts:
        from tm.accounts.records import AuditQuery

        entries = list(found_accounts.audit.entries(AuditQuery()))
        assert {one.address for one in entries} == {"127.0.0.1"}
        assert {one.operation for one in entries} == {"sign in", "add units"}
