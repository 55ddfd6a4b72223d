"""The command line's work on money: statements, and where payments by hand are confirmed."""

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
    typer.echo(
        f"{report.lines} lines: {states or 'no receipts'}; {report.reversed} reversed, {report.outflows} charges"
        f" and withdrawals, {report.other} other"
    )
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


def register_paybill() -> None:
    """Tell M-Pesa where payments by hand to the paybill are confirmed; once for a shortcode, again changes nothing."""
    from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError

    try:
        is_new = asyncio.run(register())
    except (ProviderRejectedError, ProviderUnavailableError, OutcomeUnknownError) as error:
        typer.echo(f"M-Pesa did not take the addresses: {error.code} {error.detail}", err=True)
        raise typer.Exit(1) from error
    typer.echo("registered" if is_new else "registered before; M-Pesa's support changes what it knows")


async def register() -> bool:
    """Register the paybill's addresses; False where M-Pesa knows some already."""
    from backend.bootstrap import build

    built = build(PlatformSettings(), application="register-paybill")
    try:
        return await built.providers.register_paybill()
    finally:
        await built.close()
