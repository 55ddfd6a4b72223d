"""How alembic runs: online, over the application's driver, on the tables of all domains."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from backend.platform.db.session import async_url
from backend.platform.db.tables import all_tables
from backend.platform.settings import PlatformSettings


def run() -> None:
    """Apply or print the migrations in one transaction each."""
    url = context.config.get_main_option("sqlalchemy.url") or PlatformSettings().database_url
    engine = create_engine(async_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '4s'"))
        connection.commit()
        context.configure(
            connection=connection, target_metadata=all_tables(), compare_type=True, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
