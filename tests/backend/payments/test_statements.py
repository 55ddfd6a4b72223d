"""An organisation's statement, CSV and XLSX: read by line, matched as all feeds are, and the same again for nothing."""

import asyncio
import io
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import text

from backend.orders.ports import OrderView
from backend.platform.auth.principal import Role
from tests.support.factories.orders import make_order
from tests.support.till import Till

COLUMNS = [
    "Receipt No.",
    "Completion Time",
    "Initiation Time",
    "Details",
    "Transaction Status",
    "Paid In",
    "Withdrawn",
    "Balance",
    "Balance Confirmed",
    "Reason Type",
    "Other Party Info",
    "Linked Transaction ID",
    "A/C No.",
]
NOON = "22-11-2026 17:25:00"


def line(code: str, paid_in: str = "", account: str = "", **parts: str) -> list[str]:
    """A payment by hand, or what `parts` make of it."""
    values = {
        "Receipt No.": code,
        "Completion Time": NOON,
        "Initiation Time": NOON,
        "Details": "Pay Bill from 2547****221 - WANJIRU",
        "Transaction Status": "Completed",
        "Paid In": paid_in,
        "Reason Type": "Pay Bill Online",
        "Other Party Info": "2547****221 - WANJIRU",
        "A/C No.": account,
    }
    return [{**values, **parts}.get(name, "") for name in COLUMNS]


def back(code: str, linked: str, amount: str) -> list[str]:
    """A reversal of a payment."""
    more = {"Withdrawn": amount, "Linked Transaction ID": linked, "Reason Type": "Reversal"}
    return line(code, **more)


def as_csv(rows: list[list[str]], shortcode: str = "600999") -> bytes:
    text = io.StringIO()
    for row in (["Short Code:", shortcode], [], COLUMNS, *rows):
        text.write(",".join(f'"{cell}"' for cell in row) + "\r\n")
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: list[list[str]]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([["Short Code:", 600999], [], COLUMNS, *rows]):
            for place, cell in enumerate(row):
                sheet.write(number, place, float(cell) if COLUMNS[place] == "Paid In" and cell.isdigit() else cell)
    return made.getvalue()


async def send(till: Till, content: bytes, role: Role = Role.ADMIN, merchant_id: str | None = None) -> Any:
    headers = till.api.token("admin:S-1", role, merchant_id=merchant_id)
    files = {"file": ("statement", content)}
    answer = await till.api.client.post("/api/v1/payments/statements", files=files, headers=headers)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
async def test_a_statement_pays_its_orders_once(till: Till, order: OrderView, form: Any) -> None:
    """Its payments go through the matcher, a code twice counts once, the same file again for nothing."""
    rows = [
        line("UKM5A7B9C1", "10000", "savings"),
        line("UKM5A7B9C2", "352", order.id.lower()),
        line("UKM5A7B9C2", "352", order.id.lower()),
        line("UKM5A7B9C3", Withdrawn="-1,000.00", **{"Reason Type": "Business to Customer"}),
        line("UKM5A7B9C4", "352", order.id, **{"Transaction Status": "Failed"}),
    ]
    for _ in range(2):
        status, report = await send(till, form(rows))
        assert status == 200
        assert report == {
            "lines": 5,
            "receipts": {"orphan": 1, "matched": 2},
            "reversed": 0,
            "outflows": 0,
            "other": 2,
            "problems": [],
        }
    assert (await till.order(order.id)).state == "confirmed"
    assert await till.rows("SELECT code, state, evidence FROM receipts ORDER BY code") == [
        ("UKM5A7B9C1", "orphan", "statement"),
        ("UKM5A7B9C2", "matched", "statement"),
    ]


async def test_a_reversal_may_stand_above_its_payment(till: Till, order: OrderView) -> None:
    """A paid order whose money went back: a contrary entry, and a card for a person."""
    rows = [back("UKM5A7B9C9", "UKM5A7B9C2", "-352.00"), line("UKM5A7B9C2", "352.00", order.id)]
    for _ in range(2):
        _, report = await send(till, as_csv(rows))
        assert (report["reversed"], report["problems"]) == (1, [])
    assert await till.rows("SELECT state FROM receipts") == [("reversed",)]
    assert await till.rows("SELECT sum(debit_minor - credit_minor)::int FROM ledger_entries GROUP BY account") == [
        (0,),
        (0,),
    ]
    kinds = await till.rows("SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened'")
    assert kinds == [("reversed",)]


async def test_lines_that_cannot_be_read_are_named_and_the_rest_is_taken(till: Till, order: OrderView) -> None:
    rows = [
        line("", "352.00", order.id),
        line("UKM5A7B9C1", "three hundred", order.id),
        line("UKM5A7B9C2", "352.00", order.id, **{"Completion Time": "yesterday"}),
        back("UKM5A7B9C3", "", "-352.00"),
        back("UKM5A7B9C4", "UKMUNKNOWN", "-352.00"),
        line("UKM5A7B9C5", "352.00", order.id),
    ]
    _, report = await send(till, as_csv(rows))
    assert [(one["line"], one["why"].split(":")[0]) for one in report["problems"]] == [
        (4, "no receipt number"),
        (5, "no amount"),
        (6, "no time"),
        (7, "a reversal that does not name its payment"),
        (8, "it reverses UKMUNKNOWN, which is not known"),
    ]
    assert report["receipts"] == {"matched": 1}
    assert (await till.order(order.id)).state == "confirmed"


async def test_charges_and_withdrawals_are_booked_once_and_are_no_payments(till: Till, order: OrderView) -> None:
    """A charge has the number of its payment; what went to the bank is there, and all of the payment counts."""
    rows = [
        line("UKM5A7B9C2", "352", order.id),
        line("UKM5A7B9C2", Withdrawn="-1.93", Details="Pay merchant Charge", **{"Reason Type": "Pay merchant Charge"}),
        line("UKM5A7B9C6", Withdrawn="-300.00", Details="Business to Bank", **{"Reason Type": "Business to Bank"}),
        line("UKM5A7B9C7", Withdrawn="-20.00", Details="Refund", **{"Reason Type": "Business to Customer"}),
    ]
    for _ in range(2):
        _, report = await send(till, as_csv(rows))
        assert (report["receipts"], report["outflows"], report["other"]) == ({"matched": 1}, 2, 1)
    assert await balances(till) == {
        "bank": 30_000,
        "clearing.mpesa": 5_007,
        "customer_funds": -35_200,
        "provider_charges": 193,
    }
    assert (await till.order(order.id)).paid_minor == 35_200
    rows[2] = line("UKM5A7B9C6", Withdrawn="-301.00", Details="Business to Bank")
    _, report = await send(till, as_csv(rows))
    assert report["problems"] == [{"line": 6, "why": "Another amount is booked under that code: UKM5A7B9C6"}]


async def test_what_goes_to_the_bank_is_told_by_the_owner_where_no_statement_does(till: Till, order: OrderView) -> None:
    """Once under its code, no more than is held; a statement that tells of it later changes nothing."""
    await send(till, as_csv([line("UKM5A7B9C2", "352", order.id)]))
    told = {"provider": "mpesa", "currency": "KES", "amount_minor": 30_000, "code": "ukm5a7b9c6"}
    assert [(await bank(till, told))[0] for _ in "ab"] == [201, 201]
    refused = [{"amount_minor": 40_000, "code": "UKM5A7B9C8"}, {"amount_minor": 29_000}, {"provider": "upi"}]
    answers = [await bank(till, {**told, **one}) for one in refused]
    assert [(status, body["code"]) for status, body in answers] == [
        (422, "payment.more_than_held"),
        (409, "payment.outflow_differs"),
        (422, "payment.more_than_held"),
    ]
    assert (await bank(till, told, Role.ADMIN))[0] == 403
    assert (await bank(till, told, merchant_id="M-1"))[0] == 404
    await send(till, as_csv([line("UKM5A7B9C6", Withdrawn="-300.00", Details="Business to Bank")]))
    assert await balances(till) == {"bank": 30_000, "clearing.mpesa": 5_200, "customer_funds": -35_200}


async def bank(till: Till, told: dict[str, Any], role: Role = Role.OWNER, merchant_id: str | None = None) -> Any:
    headers = till.api.token("owner:S-1", role, merchant_id=merchant_id)
    answer = await till.api.client.post("/api/v1/payments/bank-transfers", json=told, headers=headers)
    return answer.status_code, answer.json()


async def balances(till: Till) -> dict[str, int]:
    """The trial balance, account by account, where it is not nothing."""
    headers = till.api.token("owner:S-1", Role.OWNER)
    body = (await till.api.client.get("/api/v1/payments/trial-balance", headers=headers)).json()
    assert body["level"]
    return {row["account"]: row["balance_minor"] for row in body["accounts"] if row["balance_minor"]}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (as_csv([], shortcode="700700"), "700700"),
        (b"date,amount\n1,2\n", "no table"),
        (b"PK\x03\x04 no workbook", "can't be opened"),
        (b"", "no table"),
    ],
)
async def test_what_is_no_statement_of_ours_is_refused_whole(till: Till, content: bytes, why: str) -> None:
    status, body = await send(till, content)
    assert (status, body["code"]) == (422, "payment.statement_format")
    assert why in str(body)
    assert await till.rows("SELECT id FROM receipts") == []


async def test_statements_are_for_the_platforms_money_staff(till: Till) -> None:
    assert (await send(till, as_csv([]), Role.AGENT))[0] == 403
    assert (await send(till, as_csv([]), merchant_id="M-1"))[0] == 404


@pytest.mark.concurrency
async def test_a_chunk_that_deadlocks_with_a_callback_is_taken_again(till: Till, order: OrderView) -> None:
    """Another transaction holds the second order and wants the first; Postgres ends the chunk, and it comes again."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with till.database.transaction() as session:
        other = await make_order(session, shop=False, user_id=order.user_id)
    first, second = sorted((order.id, other.id))
    content = as_csv([line("UKM5A7B9C1", "352.00", first), line("UKM5A7B9C2", "352.00", second)])
    hold = text("SELECT id FROM orders WHERE id = :order FOR UPDATE")
    async with till.database.transaction() as rival:
        await rival.execute(text("SET LOCAL deadlock_timeout = '30s'"))  # So that the chunk finds it first.
        await rival.execute(hold, {"order": second})
        importing = asyncio.create_task(send(till, content))
        while not await till.rows(waits):
            pass
        await rival.execute(hold, {"order": first})
    status, body = await importing
    assert (status, body["lines"], body["receipts"]) == (200, 2, {"matched": 2})
    assert [(await till.order(one)).state for one in (first, second)] == ["confirmed", "confirmed"]
    assert await till.rows("SELECT count(*), sum(amount_minor)::int FROM receipts") == [(2, 70400)]
