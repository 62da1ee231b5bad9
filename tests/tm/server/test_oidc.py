"""Sign in through a real provider of OpenID Connect, in a process of its own on this machine."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.serving import HOME
from tests.team import team_of
from tm.server.options import OidcOptions

PAGE = {"accept": "text/html", "origin": HOME}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of the provider; the user "1" is called reader there, "2" stranger."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    users = ['{"sub": "1", "preferred_username": "reader"}', '{"sub": "2", "preferred_username": "stranger"}']
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    command += [word for user in users for word in ("--user-claims", user)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                httpx.get(f"{address}/.well-known/openid-configuration", trust_env=False)
                break
            except httpx.ConnectError:
                assert process.poll() is None
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def consent(address: str, subject: str, **more: str) -> str:
    """What the user does at the provider; the address to which it sends the browser back."""
    with httpx.Client(trust_env=False) as browser:
        back = browser.post(address, data={"sub": subject, **more})
    return back.headers["location"]


def test_signing_in_through_a_provider(provider: str, tmp_path: Path, quick_hashes: None) -> None:
    options = OidcOptions(provider, "duiyi", "secret-of-the-client", title="the office")
    with team_of(tmp_path, oidc=options) as serving:
        client, next_page = serving.client, f"/p/{serving.project.id}/terms"
        assert "the office" in client.get("/sign-in", headers=PAGE).text

        def leave() -> str:
            response = client.get(f"/sign-in/oidc?next={next_page}", headers=PAGE)
            assert response.status_code == 302, response.text
            return str(response.headers["location"])

        asked: dict[str, Any] = parse_qs(urlsplit(leave()).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert {"state", "nonce", "code_challenge"} <= asked.keys()
        assert asked["redirect_uri"] == [f"{HOME}/sign-in/oidc/back"]
        back = consent(leave(), "1")
        done = client.get(back, headers=PAGE)
        assert (done.status_code, done.headers.get("location")) == (303, next_page), done.text
        assert client.get(next_page, headers=PAGE).status_code == 200
        assert client.get("/api/projects").json()[0]["role"] == "reader"
        assert client.get(back, headers=PAGE).status_code == 400, "a code is used once"
        client.cookies.clear()

        stranger = client.get(consent(leave(), "2"), headers=PAGE)
        assert stranger.status_code == 403
        assert "no account for you" in stranger.text
        refused = client.get(consent(leave(), "1", action="deny"), headers=PAGE)
        assert refused.status_code == 401

        back = consent(leave(), "1")
        forged = back.replace("state=", "state=x")
        assert client.get(forged, headers=PAGE).status_code == 401
        back = consent(leave(), "1")
        client.cookies.clear()
        assert client.get(back, headers=PAGE).status_code == 400, "not in another browser"
        serving.accounts.users.disable("reader")
        assert client.get(consent(leave(), "1"), headers=PAGE).status_code == 403
        assert "secret-of-the-client" not in repr(serving.team.options)


def test_a_provider_that_does_not_respond(tmp_path: Path, quick_hashes: None) -> None:
    with team_of(tmp_path, oidc=OidcOptions("http://127.0.0.1:9", "duiyi")) as serving:
        response = serving.client.get("/sign-in/oidc", headers=PAGE)
        assert response.status_code == 502
        assert "does not respond" in response.text
