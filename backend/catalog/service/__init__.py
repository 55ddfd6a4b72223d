"""Use cases of the catalogue: items, stock, import."""

from backend.catalog.service.catalog import CatalogService

__all__ = ["CatalogService"]
