"""The command line's work on money: statements."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backend.platform.settings import PlatformSettings

if TYPE_CHECKING:
    from backend.payments.service.statements import StatementReport


def import_statement(
    file: Annotated[Path, typer.Argument(help="The statement, CSV or XLSX.", exists=True, dir_okay=False)],
) -> None:
    """Take an M-Pesa statement in; the same one again changes nothing. Exit 1 where lines could not be read."""
    from backend.payments.errors import StatementFormatError

    try:
        report = asyncio.run(_import(file))
    except StatementFormatError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    states = ", ".join(f"{count} {state}" for state, count in sorted(report.receipts.items()))
    typer.echo(f"{report.lines} lines: {states or 'no receipts'}; {report.reversed} reversed, {report.other} other")
    for number, why in report.problems:
        typer.echo(f"line {number}: {why}", err=True)
    raise typer.Exit(1 if report.problems else 0)


async def _import(file: Path) -> "StatementReport":
    from backend.bootstrap import build
    from backend.payments.service.statements import StatementsService

    built = build(PlatformSettings(), application="import-statement")
    try:
        with file.open("rb") as opened:
            return await built.registry.get(StatementsService).take(opened)
    finally:
        await built.close()
