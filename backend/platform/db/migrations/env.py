"""How alembic runs: online, over the application's driver, on the tables of all domains."""

import importlib
import importlib.util
import pkgutil

from alembic import context
from sqlalchemy import create_engine, pool, text

import backend
from backend.platform.db.base import Base
from backend.platform.db.session import async_url
from backend.platform.settings import PlatformSettings


def _load_models() -> None:
    """Import every domain's tables, so that the metadata is whole."""
    importlib.import_module("backend.platform.auth.models")
    for module in pkgutil.iter_modules(backend.__path__):
        name = f"backend.{module.name}.models"
        if module.ispkg and importlib.util.find_spec(name) is not None:
            importlib.import_module(name)


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
