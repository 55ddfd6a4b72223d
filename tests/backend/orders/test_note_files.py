"""A remark may name a voice note or picture of the order's customer: who hears it, and when it is gone."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations import files
from backend.orders.ports import OrderView
from backend.orders.router import router
from backend.platform.auth.principal import Role
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.console import say
from tests.support.factories.customers import make_customer
from tests.support.factories.drafts import make_conversation
from tests.support.factories.orders import make_order

VOICE = b"OggS an invented voice"


@pytest.fixture
async def api(session: AsyncSession, clock: FixedClock) -> AsyncIterator[Api]:
    async with serving(session, clock, router) as opened:
        yield opened


@pytest.fixture
async def order(session: AsyncSession) -> OrderView:
    return await make_order(session)


async def voice_note(session: AsyncSession, customer_id: str, content: bytes | None = VOICE) -> str:
    """Let a customer send the shop a voice note; return the message's id."""
    thread = await make_conversation(session, customer_id)
    message = await say(session, thread, "customer", "", kind="media", content={"media": [{"type": "audio"}]})
    await files.save(session, message.id, 0, "audio/ogg" if content else "", content)
    return message.id


async def note(
    api: Api, order: OrderView, message_id: str, kind: str = "instruction", place: int = 0
) -> httpx.Response:
    body = {"text": "Ring at the blue door", "kind": kind, "file": {"message_id": message_id, "place": place}}
    headers = {**api.token("agent:S-1", Role.AGENT), "idempotency-key": f"{message_id}{kind}{place}"[:60]}
    return await api.client.post(f"/api/v1/orders/{order.id}/notes", json=body, headers=headers)


async def read(api: Api, path: str, who: str = "agent:S-1", role: Role = Role.AGENT, **claims: Any) -> httpx.Response:
    return await api.client.get(f"/api/v1/orders/{path}", headers=api.token(who, role, **claims))


@pytest.mark.parametrize(("who", "role"), [("agent:S-1", Role.AGENT), ("vendor:V-1", Role.VENDOR)])
async def test_who_sees_the_order_hears_the_voice_note(
    api: Api, session: AsyncSession, order: OrderView, who: str, role: Role
) -> None:
    message_id = await voice_note(session, order.user_id)
    assert (await note(api, order, message_id)).status_code == 201
    [shown] = (await read(api, f"{order.id}/notes", who, role)).json()["items"]
    assert (shown["text"], shown["kind"], shown["actor"], shown["has_file"], shown["media_type"]) == (
        *("Ring at the blue door", "instruction", "agent:S-1", True, "audio/ogg"),
    )
    heard = await read(api, f"{order.id}/notes/{shown['id']}/file", who, role)
    assert (heard.content, heard.headers["content-type"]) == (VOICE, "audio/ogg")
    assert heard.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_people_of_another_city_and_other_outlets_hear_nothing(
    api: Api, session: AsyncSession, order: OrderView
) -> None:
    await note(api, order, await voice_note(session, order.user_id))
    [shown] = (await read(api, f"{order.id}/notes")).json()["items"]
    for path in (f"{order.id}/notes", f"{order.id}/notes/{shown['id']}/file"):
        elsewhere = await read(api, path, cities=["Nashik"])
        another = await read(api, path, "vendor:V-2", Role.VENDOR)
        nobody = await read(api, path, "rider:R-9", Role.RIDER)
        assert {elsewhere.status_code, another.status_code, nobody.status_code} == {404}


async def test_the_desks_own_remarks_are_not_for_the_outlet(api: Api, session: AsyncSession, order: OrderView) -> None:
    await note(api, order, await voice_note(session, order.user_id), "voice")
    [shown] = (await read(api, f"{order.id}/notes")).json()["items"]
    seen = await read(api, f"{order.id}/notes", "vendor:V-1", Role.VENDOR)
    assert (seen.json()["items"], seen.json()["total"]) == ([], 0)
    heard = await read(api, f"{order.id}/notes/{shown['id']}/file", "vendor:V-1", Role.VENDOR)
    assert (heard.status_code, heard.json()["code"]) == (404, "order.note_file_gone")


async def test_a_file_of_somebody_else_is_refused_and_so_is_one_that_is_not_here(
    api: Api, session: AsyncSession, order: OrderView
) -> None:
    """Nothing is kept of such a remark."""
    other = await make_customer(session, external_id="254700000103", phone="+254700000103")
    theirs = await voice_note(session, other.id)
    lost = await voice_note(session, order.user_id, None)
    answers = [await note(api, order, theirs), await note(api, order, lost), await note(api, order, lost, place=1)]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert answers[0].json()["code"] == "order.note_file_unknown"
    assert await session.scalar(text("SELECT count(*) FROM order_notes")) == 0


async def test_what_the_customer_takes_back_is_gone_from_the_order_too(
    api: Api, session: AsyncSession, order: OrderView
) -> None:
    """The words stay, which are the desk's."""
    message_id = await voice_note(session, order.user_id)
    await note(api, order, message_id)
    await files.forget(session, message_id)
    [shown] = (await read(api, f"{order.id}/notes")).json()["items"]
    assert (shown["text"], shown["has_file"], shown["media_type"]) == ("Ring at the blue door", True, None)
    heard = await read(api, f"{order.id}/notes/{shown['id']}/file")
    assert (heard.status_code, heard.json()["code"]) == (404, "order.note_file_gone")
