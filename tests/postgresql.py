"""A real PostgreSQL server for tests: in a temporary folder, on a free port, as another user than root."""

import os
import pwd
import shutil
import socket
import subprocess
from glob import glob
from pathlib import Path
from tempfile import mkdtemp

__all__ = ["PostgresServer", "find"]

_CONFIG = """
listen_addresses = '127.0.0.1'
unix_socket_directories = '{folder}'
port = {port}
shared_buffers = 64MB
max_connections = 60
jit = off
"""
_TLS = """
ssl = on
ssl_cert_file = 'server.crt'
ssl_key_file = 'server.key'
"""
#: For tests, which lose no power; and the log shows every statement.
_QUICK = """
fsync = off
full_page_writes = off
log_statement = all
"""
#: For benchmarks.
_SAFE = """
shared_buffers = 512MB
max_wal_size = 4GB
"""
_ACCESS = """
local all all trust
hostssl tls all 127.0.0.1/32 scram-sha-256
hostnossl tls all 127.0.0.1/32 reject
host closed all 127.0.0.1/32 reject
host all all 127.0.0.1/32 scram-sha-256
"""


def find() -> str | None:
    """The folder of the programs of PostgreSQL."""
    known = [shutil.which("initdb") or "", *sorted(glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True)]
    return next((str(Path(path).resolve().parent) for path in known if path and Path(path).exists()), None)


class PostgresServer:
    """Started by `start`; `address` is the address of a memory on it, over the socket and without a password."""

    def __init__(self, programs: str, *, safe: bool = False, tls: bool = True) -> None:
        self.programs = Path(programs)
        self.folder = Path(mkdtemp(prefix="duiyi-pg-"))
        self.user = self._user()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
        with (data / "postgresql.conf").open("a") as file:
            file.write(_CONFIG.format(folder=self.folder, port=self.port) + (_SAFE if safe else _QUICK))
            file.write(_TLS if tls else "")
        (data / "pg_hba.conf").write_text(_ACCESS if tls else "local all all trust\n")
        name = "/CN=localhost"
        where = ("-keyout", data / "server.key", "-out", data / "server.crt")
        self._as_user(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", name, *where])
        os.chmod(data / "server.key", 0o600)
        self.start()

    def _user(self) -> str | None:
        """Who runs the server: root may not."""
        if os.getuid():
            return None
        for name in ("postgres", "nobody"):
            try:
                found = pwd.getpwnam(name)
            except KeyError:
                continue
            os.chown(self.folder, found.pw_uid, found.pw_gid)
            self.folder.chmod(0o755)
            return name
        raise RuntimeError("there is no user who could run a server")

    def _as_user(self, command: list[object]) -> str:
        more = {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []} if self.user else {}
        done = subprocess.run(  # type: ignore[call-overload]
            list(map(str, command)), cwd=self.folder, capture_output=True, text=True, check=False, **more
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout[-500:]} {done.stderr[-500:]}")
        return str(done.stdout)

    def _run(self, program: str, *arguments: object) -> str:
        return self._as_user([self.programs / program, *arguments])

    def start(self) -> None:
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.folder / "data", "-l", log, "-w", "-t", 60, "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-m", mode, "-w", "stop")

    def restart(self, mode: str = "immediate") -> None:
        self.stop(mode)
        self.start()

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as the superuser; what it returns, one row a line."""
        where = ["-h", self.folder, "-p", self.port, "-U", "postgres", "-d", database]
        return self._run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *where, "-c", statement)

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")

    def address(
        self, memory: str = "main", *, user: str = "postgres", database: str = "postgres", more: str = ""
    ) -> str:
        """The address of a memory, and of the term base of the same name."""
        place = f"host={self.folder}&port={self.port}"
        return f"postgresql://{user}@/{database}?{place}{more}&memory={memory}&terms={memory}"

    def over_network(
        self, memory: str = "main", *, user: str = "postgres", database: str = "postgres", more: str = ""
    ) -> str:
        """The same over TCP, where a password is asked for."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}?memory={memory}&terms={memory}{more}"

    def remove(self) -> None:
        try:
            self.stop("immediate")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
