"""Takes a statement in: every payment through the matcher, every reversal written contrary, every charge booked."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import BinaryIO, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.errors import OutflowDiffersError
from backend.payments.models import Receipt
from backend.payments.service import outflows
from backend.payments.service.receipts import ReceiptsService
from backend.payments.statement_ports import StatementLine
from backend.platform.db.retry import until_free
from backend.platform.db.session import Database

CHUNK: Final = 100
type Reader = Callable[[BinaryIO], Iterator[StatementLine]]


@dataclass(slots=True)
class StatementReport:
    """What became of a statement's lines.

    Attributes:
        lines: All lines below the column names.
        receipts: How the receipts that it tells of stood when their line was read, by state.
        reversed: Payments that it says went back.
        outflows: Charges of the provider, and withdrawals to the bank.
        other: Lines that move no money of customers or to the bank, or that were not completed.
        problems: (line of the file, why) of what could not be read or applied.
    """

    lines: int = 0
    receipts: Counter[str] = field(default_factory=Counter)
    reversed: int = 0
    outflows: int = 0
    other: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)


class StatementsService:
    """Imports statements; the same one again changes nothing.

    Each chunk of lines is a transaction of its own, done again where a callback's stood in its way.
    """

    def __init__(self, database: Database, receipts: ReceiptsService, read: Reader) -> None:
        self._database = database
        self._receipts = receipts
        self._read = read

    async def take(self, file: BinaryIO) -> StatementReport:
        """Import a file.

        Raises:
            StatementFormatError: It is no statement of ours; nothing was taken in.
        """
        report, reversals = StatementReport(), list[StatementLine]()
        for chunk in batched(self._read(file), CHUNK):
            await self._take_chunk(chunk, report)
            reversals += [line for line in chunk if line.reverses]
        # A statement may name a reversal above its payment.
        for line in reversals:
            await self._take_back(line, report)
        return report

    async def _take_chunk(self, chunk: tuple[StatementLine, ...], report: StatementReport) -> None:
        told = [line.told for line in chunk if line.told is not None]

        async def take() -> list[Receipt]:
            async with self._database.transaction() as session:
                return await self._receipts.take_all(session, told)

        receipts = await until_free(take)
        report.lines += len(chunk)
        report.receipts.update(receipt.state for receipt in receipts)
        report.problems += [(line.number, line.problem) for line in chunk if line.problem]
        report.other += sum(not (line.told or line.reverses or line.outflow or line.problem) for line in chunk)
        await self._book_outflows([line for line in chunk if line.outflow], report)

    async def _book_outflows(self, lines: Sequence[StatementLine], report: StatementReport) -> None:
        """Book charges and withdrawals of a chunk, by their codes; one that was booked otherwise is a problem."""
        async with self._database.transaction() as session:
            for line in sorted(lines, key=lambda one: one.code):
                try:
                    await self._book_outflow(session, line, report)
                except OutflowDiffersError as error:
                    report.problems.append((line.number, f"{error.title}: {line.code}"))

    async def _book_outflow(self, session: AsyncSession, line: StatementLine, report: StatementReport) -> None:
        if line.outflow is not None:
            await outflows.book(session, line.outflow)
            report.outflows += 1

    async def _take_back(self, line: StatementLine, report: StatementReport) -> None:
        async def take_back() -> Receipt | None:
            async with self._database.transaction() as session:
                return await self._receipts.take_back(session, "mpesa", line.reverses, "reversed", line.code)

        receipt = await until_free(take_back)
        if receipt is None:
            report.problems.append((line.number, f"it reverses {line.reverses}, which is not known"))
        else:
            report.reversed += 1
