"""How alembic runs: online, over the application's driver, on the tables of all domains."""

import importlib
from pathlib import Path

from alembic import context
from sqlalchemy import create_engine, pool, text

import backend
from backend.platform.db.base import Base
from backend.platform.db.session import async_url
from backend.platform.settings import PlatformSettings


def _load_models() -> None:
    """Import every domain's tables, so that the metadata is whole; nothing else of a domain is needed."""
    importlib.import_module("backend.platform.auth.models")
    for file in sorted(Path(backend.__file__).parent.glob("*/models.py")):
        importlib.import_module(f"backend.{file.parent.name}.models")


def run() -> None:
    """Apply or print the migrations in one transaction each."""
    _load_models()
    url = context.config.get_main_option("sqlalchemy.url") or PlatformSettings().database_url
    engine = create_engine(async_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '4s'"))
        connection.commit()
        context.configure(
            connection=connection, target_metadata=Base.metadata, compare_type=True, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
