"""Where the bot's reader runs; read once from the environment."""

from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT: Final = Path(__file__).resolve().parents[3]


class ReadingSettings(BaseSettings):
    """The interpreter and module of the bot's reader, a process of its own since it needs an older Python."""

    model_config = SettingsConfigDict(env_prefix="DUKA_", extra="ignore")

    bot_python: Path = Field(
        default=Path("bot/.venv/bin/python"), description="The bot's interpreter; relative paths start at the project."
    )
    bot_reader: str = Field(default="bot.read", description="The module that reads JSON lines and writes readings.")
    bot_model: Path | None = Field(default=None, description="The model to read with; the newest in models/ if unset.")
    project_root: Path = Field(default=PROJECT_ROOT, description="Where the bot's package and models/ stand.")

    def command(self) -> list[str]:
        """The command line of the reader."""
        python = self.bot_python if self.bot_python.is_absolute() else self.project_root / self.bot_python
        return [str(python), "-m", self.bot_reader, *(("--model", str(self.bot_model)) if self.bot_model else ())]
