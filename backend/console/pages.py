"""Rendering: templates, filters and the headers that every page carries."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from backend.console import wording
from backend.platform.auth.principal import Principal
from backend.platform.money import Money

FOLDER: Final = Path(__file__).parent
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self';"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS: Final = {
    "content-security-policy": _CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).format() if currency else str(minor)


def _clock(at: datetime, zone: str = "UTC") -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S")


def _day(at: datetime, zone: str = "UTC") -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B}"


_ENVIRONMENT.filters |= {
    "money": _money,
    "clock": _clock,
    "day": _day,
    "words": wording.words,
    "sentence": wording.sentence,
    "language_tag": wording.language_tag,
    "who": wording.who,
    "map_link": wording.map_link,
    "reason_words": wording.reason_words,
    "units": wording.units,
}


def is_fetch(request: Request) -> bool:
    """True where htmx fetches a region, not a person a page."""
    return request.headers.get("hx-request") == "true"


def rendered(template: str, values: Mapping[str, Any]) -> str:
    """Return a template filled with values."""
    return _ENVIRONMENT.get_template(template).render(values)


def page(
    request: Request, template: str, values: Mapping[str, Any], *, principal: Principal | None = None, status: int = 200
) -> HTMLResponse:
    """Render a whole page or a region of one."""
    shown = rendered(template, {**values, "principal": principal, "path": request.url.path})
    return HTMLResponse(shown, status_code=status, headers=HEADERS)
