"""Where the processes of one machine listen, and which stores they use."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend.platform.db.embedded import free_port

ROOT: Final = Path(__file__).parents[2]


class RuntimeSettings(BaseSettings):
    """Ports (0 picks a free one), folders and interpreters of a run."""

    model_config = SettingsConfigDict(env_prefix="DUKA_", extra="ignore")

    port_backend: int = Field(default=8000, description="API, webhooks and console.")
    port_sandbox: int = Field(default=8099, description="Simulators and the phones page.")
    port_rasa: int = Field(default=5005, description="Rasa; loopback only.")
    port_actions: int = Field(default=5055, description="The action server; loopback only.")
    port_postgres: int = Field(default=54329, description="The embedded Postgres.")
    port_redis: int = Field(default=63799, description="The embedded Redis.")
    data_dir: Path = Field(default=ROOT / ".duka", description="The embedded stores' files, and logs.")
    model: Path | None = Field(default=None, description="Run this trained model; by default the data's own, trained.")
    bot_python: Path = Field(default=ROOT / "bot" / ".venv" / "bin" / "python", description="Rasa's interpreter.")


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one run."""

    backend: int
    sandbox: int
    rasa: int
    actions: int
    postgres: int
    redis: int


def ports_of(settings: RuntimeSettings) -> Ports:
    """Return the ports to use, free ones where the settings say 0."""
    wanted = (
        settings.port_backend,
        settings.port_sandbox,
        settings.port_rasa,
        settings.port_actions,
        settings.port_postgres,
        settings.port_redis,
    )
    return Ports(*(port or free_port() for port in wanted))


def inherited_environment() -> dict[str, str]:
    """Return the environment that this process was given."""
    return dict(os.environ)  # noqa: TID251 - children inherit it


def given(environment: Mapping[str, str], *names: str) -> str | None:
    """Return the first of these variables that is set."""
    return next((environment[name] for name in names if environment.get(name)), None)
