"""The processes of one machine, as rows for the supervisor."""

import secrets
import shutil
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from backend.platform.db.embedded import EmbeddedPostgres
from backend.runtime.probes import answers, beats, postgres_answers, redis_answers
from backend.runtime.settings import ROOT, Ports, RuntimeSettings, given
from backend.runtime.supervisor import ProcessSpec

DATABASE: Final = "duka"
RASA_DATABASE: Final = "duka_rasa"
STORES: Final = ("postgres", "redis")
_LOOPBACK: Final = "127.0.0.1"
_BEAT_WITHIN_S: Final = 10.0
# The simulated accounts and their tokens; they open nothing but the sandbox.
_INSTAGRAM_TOKENS: Final = {"17841400000000001": "dev-ig-token-1", "17841400000000002": "dev-ig-token-2"}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the backend shares with the simulators and with its own helpers; made once for a data folder."""

    sandbox_token: str
    internal: str
    wa_token: str
    wa_app_secret: str
    wa_verify: str
    ig_app_secret: str
    ig_verify: str
    daraja_key: str
    daraja_secret: str
    daraja_passkey: str
    upi_secret: str
    upi_webhook: str
    exotel_key: str
    exotel_token: str
    exotel_webhook: str
    callback: str
    staff_password: str


def load_secrets(folder: Path) -> Secrets:
    """Return this data folder's secrets, made on first use and readable by the owner alone."""
    path = folder / "secrets.json"
    if path.exists():
        return Secrets(**orjson.loads(path.read_bytes()))
    made = Secrets(**{name: secrets.token_urlsafe(24) for name in Secrets.__dataclass_fields__})
    folder.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(orjson.dumps(asdict(made)))
    return made


class Stack:
    """Everything that runs on one machine, with its addresses."""

    def __init__(self, settings: RuntimeSettings, ports: Ports, environment: Mapping[str, str]) -> None:
        self.settings = settings
        self.ports = ports
        self._given = dict(environment)
        self.secrets = load_secrets(settings.data_dir)
        self.postgres = (
            None
            if given(environment, "DATABASE_URL", "POSTGRES_URL")
            else EmbeddedPostgres(settings.data_dir / "postgres", ports.postgres)
        )
        self.database_url = given(environment, "DATABASE_URL", "POSTGRES_URL") or self._embedded().url(DATABASE)
        self.redis_url = given(environment, "REDIS_URL") or f"redis://{_LOOPBACK}:{ports.redis}/0"
        self._heartbeat = settings.data_dir.absolute() / "worker.beat"

    def _embedded(self) -> EmbeddedPostgres:
        if self.postgres is None:
            message = "the database is not embedded"
            raise RuntimeError(message)
        return self.postgres

    def environment(self) -> dict[str, str]:
        """Return what every process of ours is told; what was given from outside wins."""
        return {**self._own_environment(), **self._sandbox_environment(), **self._given}

    def _own_environment(self) -> dict[str, str]:
        ports, shared = self.ports, self.secrets
        sandbox = f"http://{_LOOPBACK}:{ports.sandbox}"
        return {
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PUBLIC_BASE_URL": f"http://{_LOOPBACK}:{ports.backend}",
            "DUKA_SANDBOX_TOKEN": shared.sandbox_token,
            "JWT_INTERNAL_SECRET": shared.internal,
            "PAYMENTS_CALLBACK_SECRET": shared.callback,
            "DUKA_BACKEND_URL": f"http://{_LOOPBACK}:{ports.backend}",
            "DUKA_RASA_URL": f"http://{_LOOPBACK}:{ports.rasa}",
            "DUKA_BOT_PYTHON": str(self.settings.bot_python),
            "ACTIONS_PORT": str(ports.actions),
            "ACTION_ENDPOINT_URL": f"http://{_LOOPBACK}:{ports.actions}/webhook",
            "WA_API_URL": f"{sandbox}/whatsapp/v25.0",
            "WA_TOKEN": shared.wa_token,
            "WA_WEBHOOK_SECRET": shared.wa_app_secret,
            "WA_VERIFY_TOKEN": shared.wa_verify,
            "IG_API_URL": f"{sandbox}/instagram/v25.0",
            "IG_ACCOUNT_TOKENS": orjson.dumps(_INSTAGRAM_TOKENS).decode(),
            "IG_WEBHOOK_SECRET": shared.ig_app_secret,
            "IG_VERIFY_TOKEN": shared.ig_verify,
            "DARAJA_BASE_URL": f"{sandbox}/daraja",
            "DARAJA_CONSUMER_KEY": shared.daraja_key,
            "DARAJA_CONSUMER_SECRET": shared.daraja_secret,
            "DARAJA_PASSKEY": shared.daraja_passkey,
            "DARAJA_INITIATOR": "duka-dev",
            "DARAJA_SECURITY_CREDENTIAL": b64encode(shared.daraja_secret.encode()).decode(),
            "UPI_BASE_URL": f"{sandbox}/upi",
            "UPI_KEY_ID": "rzp_test_duka",
            "UPI_KEY_SECRET": shared.upi_secret,
            "UPI_WEBHOOK_SECRET": shared.upi_webhook,
            "AFRICASTALKING_API_URL": f"{sandbox}/africastalking",
            "EXOTEL_API_URL": f"{sandbox}/exotel",
            "EXOTEL_ACCOUNT_SID": "duka1",
            "EXOTEL_API_KEY": shared.exotel_key,
            "EXOTEL_API_TOKEN": shared.exotel_token,
            "EXOTEL_WEBHOOK_SECRET": shared.exotel_webhook,
        }

    def _sandbox_environment(self) -> dict[str, str]:
        ports, shared = self.ports, self.secrets
        return {
            "SANDBOX_PORT": str(ports.sandbox),
            # A provider never gives an id twice, so each run of the simulators counts from elsewhere.
            "SANDBOX_SEED": str(secrets.randbelow(10**9)),
            "SANDBOX_PUBLIC_URL": f"http://{_LOOPBACK}:{ports.sandbox}",
            "SANDBOX_BACKEND_URL": f"http://{_LOOPBACK}:{ports.backend}",
            "SANDBOX_CLOCK_TOKEN": shared.sandbox_token,
            "SANDBOX_FORWARD_CLOCK": "true",
            "SANDBOX_WHATSAPP_TOKEN": shared.wa_token,
            "SANDBOX_WHATSAPP_APP_SECRET": shared.wa_app_secret,
            "SANDBOX_WHATSAPP_VERIFY_TOKEN": shared.wa_verify,
            "SANDBOX_INSTAGRAM_APP_SECRET": shared.ig_app_secret,
            "SANDBOX_INSTAGRAM_VERIFY_TOKEN": shared.ig_verify,
            "SANDBOX_DARAJA_CONSUMER_KEY": shared.daraja_key,
            "SANDBOX_DARAJA_CONSUMER_SECRET": shared.daraja_secret,
            "SANDBOX_DARAJA_SHORTCODES": orjson.dumps(
                [{"shortcode": "600999", "passkey": shared.daraja_passkey, "name": "NAIROBI GROCER", "till": "5600999"}]
            ).decode(),
            "SANDBOX_UPI_KEY_ID": "rzp_test_duka",
            "SANDBOX_UPI_KEY_SECRET": shared.upi_secret,
            "SANDBOX_UPI_WEBHOOK_SECRET": shared.upi_webhook,
            "SANDBOX_EXOTEL_KEY": shared.exotel_key,
            "SANDBOX_EXOTEL_TOKEN": shared.exotel_token,
        }

    def stores(self) -> list[ProcessSpec]:
        """Return the embedded stores that this run needs."""
        environment = self.environment()
        folder = self.settings.data_dir.absolute()
        rows = []
        if self.postgres is not None:
            rows.append(
                ProcessSpec(
                    "postgres",
                    self.postgres.command(),
                    environment,
                    self.postgres.data_dir,
                    postgres_answers(self.ports.postgres),
                    user=self.postgres.system_user,
                    alive=postgres_answers(self.ports.postgres),
                )
            )
        if given(self._given, "REDIS_URL") is None:
            pong = redis_answers(self.ports.redis)
            rows.append(ProcessSpec("redis", self._redis_command(), environment, folder, pong, alive=pong))
        return rows

    def _redis_command(self) -> list[str]:
        server = shutil.which("redis-server")
        port = str(self.ports.redis)
        if server is None:
            return [sys.executable, "-m", "backend.runtime.fake_redis", port]
        return [server, "--port", port, "--bind", _LOOPBACK, "--save", "", "--appendonly", "no"]

    def services(self, model: Path) -> list[ProcessSpec]:
        """Return the processes of Duka itself, which need the stores and a migrated database."""
        ports, environment = self.ports, self.environment()
        backend, sandbox = ports.backend, ports.sandbox
        acting, rasa = answers(ports.actions, "/health"), answers(ports.rasa, "/")
        simulating, beating = answers(sandbox, "/healthz"), beats(self._heartbeat, _BEAT_WITHIN_S)
        worker = environment | {"DUKA_HEARTBEAT_FILE": str(self._heartbeat)}
        serve, simulate = (
            _uvicorn("backend.app:create_app", backend),
            _uvicorn("backend.sandbox.app:create_app", sandbox),
        )
        run, act = [sys.executable, "-m", "backend.worker"], [sys.executable, "-m", "actions"]
        return [
            ProcessSpec("sandbox", simulate, environment, ROOT, simulating, alive=simulating),
            # Ready with its database; alive without, which starting it again would not mend.
            ProcessSpec(
                "backend", serve, environment, ROOT, answers(backend, "/readyz"), alive=answers(backend, "/healthz")
            ),
            ProcessSpec("worker", run, worker, ROOT, alive=beating),
            ProcessSpec("actions", act, environment, ROOT, acting, alive=acting),
            ProcessSpec(
                "rasa",
                self._rasa_command(model),
                self._rasa_environment(),
                ROOT,
                rasa,
                start_timeout_s=300,
                alive=rasa,
            ),
        ]

    def _rasa_command(self, model: Path) -> list[str]:
        return [
            str(self.settings.bot_python),
            *("-m", "bot", "run", "--port", str(self.ports.rasa), "--interface", _LOOPBACK),
            *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml", "--model", str(model)),
        ]

    def _rasa_environment(self) -> dict[str, str]:
        """Return what Rasa is told: its own database and lock store, and none of the providers' secrets."""
        hidden = tuple(name for name in self.environment() if name.startswith(_HIDDEN_FROM_RASA))
        open_part = {name: value for name, value in self.environment().items() if name not in hidden}
        return open_part | self.rasa_stores() | {"PYTHONWARNINGS": "ignore::DeprecationWarning"}

    def rasa_stores(self) -> dict[str, str]:
        """Return where Rasa keeps its trackers and locks."""
        from sqlalchemy.engine import make_url

        database, redis = make_url(self.database_url), make_url(self.redis_url)
        return {
            "RASA_DB_HOST": database.host or _LOOPBACK,
            "RASA_DB_PORT": str(database.port or 5432),
            "RASA_DB_NAME": RASA_DATABASE,
            # The embedded server keeps Rasa to a role of its own; elsewhere the URL names whom to be.
            "RASA_DB_USER": RASA_DATABASE if self.postgres is not None else database.username or "postgres",
            "RASA_DB_PASSWORD": database.password or "",
            "RASA_REDIS_HOST": redis.host or _LOOPBACK,
            "RASA_REDIS_PORT": str(redis.port or 6379),
            "RASA_REDIS_DB": redis.database or "0",
        }


_HIDDEN_FROM_RASA: Final = (
    "WA_",
    "IG_",
    "DARAJA_",
    "UPI_",
    "EXOTEL_",
    "SANDBOX_",
    "JWT_",
    "PAYMENTS_",
    "DUKA_SANDBOX",
    "DATABASE_URL",
    "POSTGRES_URL",
)


def uvicorn_arguments(port: int) -> dict[str, Any]:
    """Return how uvicorn is called for the backend within a process that is there already."""
    return {
        "app": "backend.app:create_app",
        "factory": True,
        "host": _LOOPBACK,
        "port": port,
        "timeout_graceful_shutdown": 3,
        "access_log": False,
        "log_level": "warning",
    }


def _uvicorn(factory: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "uvicorn", factory, "--factory", "--host", _LOOPBACK, "--port", str(port)),
        *("--timeout-graceful-shutdown", "3", "--no-access-log", "--log-level", "warning"),
    ]
