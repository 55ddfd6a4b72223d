"""Apply the migrations from code."""

from pathlib import Path

from alembic import command
from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"


def alembic_config(database_url: str) -> Config:
    """Return alembic's configuration for this database."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the schema up to the revision."""
    command.upgrade(alembic_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the schema down to the revision."""
    command.downgrade(alembic_config(database_url), revision)


def check(database_url: str) -> None:
    """Fail where the tables in code and the migrated schema differ."""
    command.check(alembic_config(database_url))
