"""Rendering: templates, filters and the headers that every page carries."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from backend.platform.auth.principal import Principal
from backend.platform.money import Money

FOLDER: Final = Path(__file__).parent
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(FOLDER / "templates"), autoescape=select_autoescape(("html",)), undefined=StrictUndefined
)
_CSP: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS: Final = {
    "content-security-policy": _CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).format() if currency else str(minor)


def _clock(at: datetime | None) -> str:
    return at.strftime("%H:%M:%S") if at else ""


def _words(name: str) -> str:
    return name.replace("_", " ").replace(".", " ")


_ENVIRONMENT.filters |= {"money": _money, "clock": _clock, "words": _words}


def page(
    request: Request, template: str, values: Mapping[str, Any], *, principal: Principal | None = None, status: int = 200
) -> HTMLResponse:
    """Render a whole page or a region of one."""
    rendered = _ENVIRONMENT.get_template(template).render(
        principal=principal, path=request.url.path, query=dict(request.query_params), **values
    )
    return HTMLResponse(rendered, status_code=status, headers=HEADERS)
