"""What a whole order leaves behind in the database names nobody: no number that was used stands in it in clear."""

from sqlalchemy import text

from backend.platform.auth.principal import Role
from tests.support.delivery import deliver
from tests.support.house import CUSTOMER, House

# The people of this order, by the digits that are the same however a number is written.
NUMBERS = {
    "customer": "9900000011",
    "other contact": "9900000077",
    "vendor": "9900000021",
    "rider": "9900000031",
    "other rider": "9900000032",
}
_TABLES = """
SELECT format('%I', table_name), string_agg(format('%I', column_name), ',' ORDER BY ordinal_position)
FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name ORDER BY table_name
"""
# Bytes are shown as hexadecimal digits, so a number is looked for in that form too.
_FOUND = (
    "SELECT count(*) FROM {table} WHERE position(:plain in {column}::text) > 0 OR position(:hex in {column}::text) > 0"
)


async def _in_clear(house: House, number: str) -> list[str]:
    """Columns in which the number stands, as text or as bytes."""
    found = []
    for table, columns in await house.rows(_TABLES):
        for column in columns.split(","):
            query = _FOUND.format(table=table, column=column)
            [(count,)] = await house.rows(query, plain=number, hex=number.encode().hex())
            if count:
                found.append(f"{table}.{column}")
    return found


async def test_the_walk_finds_what_is_in_clear(house: House) -> None:
    """As text, within JSON, and in bytes: without this the next test would prove nothing."""
    async with house.database.transaction() as session:
        await session.execute(text('UPDATE merchants SET settings = \'{"call": "+919900000099"}\''))
        await session.execute(
            text("UPDATE vendors SET phone = convert_to('+919900000099', 'UTF8'), name = '9900000099'")
        )
    assert await _in_clear(house, "9900000099") == ["merchants.settings", "vendors.name", "vendors.phone"]


async def test_no_number_of_anybody_stands_in_the_database_in_clear(house: House) -> None:
    """Customer, vendor, riders and another contact; messages with numbers in them; calls, a bridge, a failed one."""
    await house.hands.policy("exotel", "answer")
    order = await house.confirmed_order()
    for words in (f"my other number is {NUMBERS['other contact']}", f"+91 {NUMBERS['customer']}"):
        await house.hands.act("whatsapp", "text", **{"from": CUSTOMER, "text": words})
    body = {"order_id": order, "first": "vendor", "second": "customer"}
    headers = {**house.token("admin:S-NSK-ADMIN", Role.ADMIN), "idempotency-key": "privacy-1"}
    answer = await house.api.post("/api/v1/comms/bridge", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    await house.at_rest()
    await deliver(house, order)
    assert {who: await _in_clear(house, number) for who, number in NUMBERS.items()} == {who: [] for who in NUMBERS}
