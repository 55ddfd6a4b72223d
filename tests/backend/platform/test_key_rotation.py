"""Keys for personal data change while the shop is open, and nothing is lost on the way."""

import base64
from itertools import pairwise

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text

from backend.channels.ports import Channel, OutboundKind, OutboundMessage
from backend.channels.sealing import seal, unseal
from backend.platform.db import types
from backend.platform.db.session import Database
from backend.platform.db.types import PersonalDataKeys
from backend.platform.inbox import EventIntake, IntakeRow, waiting_bodies
from backend.platform.key_rotation import rotate_keys
from backend.platform.sends import enqueue
from backend.platform.settings import PlatformSettings
from tests.support.factories.vendors import make_merchant, make_vendor

PHONE = "+254711000299"


def _keys(current: str, previous: str | None = None) -> PersonalDataKeys:
    return PersonalDataKeys(PlatformSettings(pii_key=current, pii_previous_key=previous))


def test_two_live_keys_decrypt_and_the_current_one_encrypts() -> None:
    old, both, new = _keys("spring"), _keys("summer", "spring"), _keys("summer")
    assert both.decrypt(old.encrypt(b"before")) == b"before"
    assert new.decrypt(both.encrypt(b"after")) == b"after"
    with pytest.raises(InvalidTag):
        new.decrypt(old.encrypt(b"before"))


def test_a_blind_index_outlives_the_key() -> None:
    """People are still found by their numbers."""
    assert _keys("spring").index(PHONE) == _keys("summer", "spring").index(PHONE)


async def _fill(database: Database) -> None:
    intake = EventIntake(database)
    await intake.store("whatsapp", [IntakeRow(f"wamid.{n}", "message", b"body", {}, "lane") for n in range(450)])
    await intake.close()
    message = OutboundMessage(channel=Channel.WHATSAPP, scope="1", to=PHONE, kind=OutboundKind.TEXT, body="habari")
    async with database.transaction() as session:
        await make_merchant(session, "M-1")
        await make_vendor(session, "V-1", merchant_id="M-1", phone=PHONE)
        await enqueue(session, "whatsapp", seal(message), idem="one")
        await enqueue(session, "daraja", {"attempt_id": "A-1"}, idem="two")


async def test_everything_ends_under_the_current_key(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns, webhooks and sealed messages are all sealed anew; a second run has nothing to do, the old key may go."""
    monkeypatch.setattr(types, "_keys", _keys("spring"))
    await _fill(database)
    first = await rotate_keys(database, _keys("summer", "spring"))
    assert {name: count for name, count in first.items() if count} == {
        "vendors": 2,
        "provider_events": 450,
        "outbound_send": 1,
    }
    assert set((await rotate_keys(database, _keys("summer", "spring"))).values()) == {0}
    monkeypatch.setattr(types, "_keys", _keys("summer"))
    async with database.transaction() as session:
        phone = await session.scalar(text("SELECT phone FROM vendors"))
        payloads = await session.scalars(text("SELECT payload FROM outbound_send ORDER BY idem"))
        message, prompt = payloads
        assert types.personal_data_keys().decrypt(bytes(phone)).decode() == PHONE
        assert unseal(message).to == PHONE
        assert "\n" not in message["sealed"]
        assert base64.b64decode(message["sealed"], validate=True)
        assert prompt == {"attempt_id": "A-1"}
        assert set(await waiting_bodies(session, "whatsapp", "message", "lane")) == {b"body"}


async def test_a_key_that_nobody_has_any_more_stops_the_run(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can't be read is not overwritten."""
    monkeypatch.setattr(types, "_keys", _keys("winter"))
    await _fill(database)
    async with database.transaction() as session:
        before = await session.scalar(text("SELECT phone FROM vendors"))
    with pytest.raises(InvalidTag):
        await rotate_keys(database, _keys("summer", "spring"))
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT phone FROM vendors")) == before


def test_each_encryption_is_different() -> None:
    keys = _keys("spring")
    assert all(one != other for one, other in pairwise(sorted(keys.encrypt(b"same") for _ in range(50))))
