"""The command line's `report`: a merchant's day, week or month, printed or written to a file."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backend.platform.settings import PlatformSettings
from backend.reports.periods import PeriodKind
from backend.reports.renderings import FORMS, Form

if TYPE_CHECKING:
    from datetime import date

    from backend.reports.ports import Report


def report(
    *,
    merchant: Annotated[str, typer.Option(help="The merchant's id.")],
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="A day of it; the merchant's today if left out."),
    ] = None,
    kind: Annotated[PeriodKind, typer.Option(help="day, week or month.")] = PeriodKind.DAY,
    form: Annotated[Form, typer.Option(help="txt, csv, xlsx or pdf.")] = Form.TEXT,
    language: Annotated[str | None, typer.Option(help="en, sw, hi or mr; the merchant's own if left out.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write it here; to standard output if left out.")] = None,
) -> None:
    """Report a merchant's day, week or month from the database at DATABASE_URL."""
    from backend.platform.errors import DukaError
    from backend.reports.settings import ReportsSettings
    from backend.reports.telling import tell

    try:
        found = asyncio.run(_report(merchant, kind, day.date() if day else None))
    except DukaError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from error
    body = FORMS[form].make(tell(found, language, ReportsSettings().public_base_url))
    if out is not None:
        out.write_bytes(body)
    elif form is Form.TEXT:
        typer.echo(body.decode())
    else:
        typer.echo(body, nl=False)


async def _report(merchant_id: str, kind: PeriodKind, day: "date | None") -> "Report":
    from backend.bootstrap import build
    from backend.platform.db.session import Database
    from backend.reports.service.periods import ReportsService
    from backend.vendors.service import VendorsService

    built = build(PlatformSettings(), application="report")
    reports, vendors = built.registry.get(ReportsService), built.registry.get(VendorsService)
    try:
        async with built.registry.get(Database).transaction() as session:
            merchant = await vendors.merchant(session, merchant_id)
            return await reports.report(session, merchant, kind, day or await reports.today(session, merchant))
    finally:
        await built.close()
