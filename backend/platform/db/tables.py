"""All tables of all domains, for those who work on the schema as a whole: migrations and the rotation of keys."""

import importlib
from pathlib import Path

from sqlalchemy import MetaData

import backend
from backend.platform.db.base import Base


def all_tables() -> MetaData:
    """Import every domain's tables, and nothing else of a domain; return them."""
    importlib.import_module("backend.platform.auth.models")
    for file in sorted(Path(backend.__file__).parent.glob("*/models.py")):
        importlib.import_module(f"backend.{file.parent.name}.models")
    return Base.metadata
