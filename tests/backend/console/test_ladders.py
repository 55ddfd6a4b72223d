"""Ladders in the console: written, tried out, saved as versions and brought back, by those who may."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ladders import DEFAULT_STEPS, Ladder, Rung, Step
from backend.comms.service.versions import LadderVersions
from backend.orders.events import OrderState
from backend.platform.auth.principal import Principal, Role
from backend.platform.timers import TimerKind
from tests.backend.console.conftest import Desk
from tests.backend.console.pages import texts
from tests.support.factories.console import person
from tests.support.factories.orders import make_order

ADMIN = person("admin:S-2", Role.ADMIN)
NAIROBI = person("admin:S-3", Role.ADMIN, cities=["Nairobi"])
PAGE = "/ladders/vendor_accept"
ROWS = {"after_s-0": "0", "rungs-0": "whatsapp", "after_s-1": "240", "rungs-1": "admin"}
_SAVED = "SELECT city, tier, version, steps, created_by FROM escalation_policy WHERE active ORDER BY id"


async def saved(session: AsyncSession) -> list[tuple[Any, ...]]:
    rows = await session.execute(text(_SAVED))
    return [(row.city, row.tier, row.version, [step["after_s"] for step in row.steps], row.created_by) for row in rows]


async def test_a_version_is_written_for_a_city_and_tier(desk: Desk, session: AsyncSession) -> None:
    """In any order of the rows; the page says which version it became, and the list names it."""
    desk.enter(ADMIN)
    swapped = {"after_s-0": "240", "rungs-0": "admin", "after_s-3": "0", "rungs-3": "whatsapp", "most": "3"}
    answer = await desk.post(f"{PAGE}?city=Nairobi&tier=gold", act="save", **swapped)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/console/ladders/vendor_accept?city=Nairobi&tier=gold&saved=1",
    )
    assert await saved(session) == [("Nairobi", "gold", 1, [0.0, 240.0], "admin:S-2")]
    shown = await desk.get(f"{PAGE}?city=Nairobi&tier=gold&saved=1")
    assert texts(shown.text, "notice") == ["Saved as version 1. What runs already keeps its own."]
    assert 'value="240"' in shown.text
    assert "Nairobi, gold vendors" in (await desk.get("/ladders")).text


async def test_without_a_version_of_its_own_a_place_shows_what_holds_there(desk: Desk) -> None:
    desk.enter(ADMIN)
    page = (await desk.get(f"{PAGE}?city=Nairobi")).text
    assert "This place has no version of its own; what holds here now is shown." in page
    assert all(f'value="{step.after_s:g}"' in page for step in DEFAULT_STEPS[TimerKind.VENDOR_ACCEPT])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"after_s-0": "soon", "rungs-0": "admin"}, "Seconds are a number, such as 120."),
        ({"after_s-0": "nan", "rungs-0": "admin"}, "No more than a day, 86400 s."),
        ({"after_s-0": "99999", "rungs-0": "admin"}, "No more than a day, 86400 s."),
        ({"rungs-0": "admin"}, "Say when, in seconds."),
        ({"after_s-0": "5"}, "Say what happens then."),
        ({"after_s-0": "5", "rungs-0": "query"}, "Say what happens then."),
        (
            {"after_s-0": "-5", "rungs-0": "admin"},
            "Only a reminder comes before what it is about: put it at 0 s or later.",
        ),
        ({**ROWS, "after_s-1": "0"}, "Two steps at one time: put what they do into one."),
        ({"after_s-0": "0", "rungs-0": "whatsapp"}, "Somebody must come in the end: add a step with admin."),
        ({}, "Somebody must come in the end: add a step with admin."),
        ({**ROWS, "quiet_from": "late", "quiet_until": "06:00"}, "An hour of the day, such as 22:00."),
        ({**ROWS, "quiet_until": "06:00"}, "Quiet hours need both ends."),
        ({**ROWS, "most": "-1"}, "A number of calls, such as 3; empty for the usual limit."),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    desk: Desk, session: AsyncSession, fields: dict[str, str], words: str
) -> None:
    """What was written stays on the page, the field points to the words, and nothing is saved."""
    desk.enter(ADMIN)
    answer = await desk.post(PAGE, act="save", **fields)
    assert answer.status_code == 422
    assert words in texts(answer.text, "notice")
    assert all(f'value="{value}"' in answer.text for name, value in fields.items() if name != "rungs-0")
    assert await saved(session) == []


async def test_a_ladder_is_tried_out_on_an_order_and_nothing_is_kept(desk: Desk, session: AsyncSession) -> None:
    order = await make_order(session, OrderState.CONFIRMED)
    desk.enter(ADMIN)
    answer = await desk.post(PAGE, act="try", order=order.id.lower(), **ROWS)
    assert answer.status_code == 200
    [table] = texts(answer.text, "lines")
    assert table.startswith("In seconds from now What 0 message")
    assert table.endswith("240 a person here")
    unknown = await desk.post(PAGE, act="try", order="ORD-NONE", **ROWS)
    assert unknown.status_code == 422
    assert 'aria-describedby="order-fault"' in unknown.text
    assert await saved(session) == []


async def test_an_older_version_is_looked_at_and_brought_back(desk: Desk, session: AsyncSession) -> None:
    """Versions are never changed: bringing one back makes a new one that says the same."""
    desk.enter(ADMIN)
    for after_s in (300, 400):
        steps = (Step(after_s, (Rung.ADMIN,)),)
        await LadderVersions().save(session, TimerKind.VENDOR_ACCEPT, Ladder(steps), by="admin:S-2", city="Nairobi")
    page = (await desk.get(f"{PAGE}?city=nairobi")).text
    assert 'href="/console/ladders/vendor_accept?city=nairobi&amp;version=1"' in page
    old = await desk.get(f"{PAGE}?city=Nairobi&version=1")
    assert "This is version 1: saving it brings it back as a new version." in old.text
    assert 'value="300"' in old.text
    await desk.post(f"{PAGE}?city=Nairobi", **{"act": "save", "after_s-0": "300", "rungs-0": "admin"})
    assert await saved(session) == [("Nairobi", None, 3, [300.0], "admin:S-2")]
    assert (await desk.get(f"{PAGE}?city=Nairobi&version=9")).status_code == 404


async def test_a_citys_admin_changes_the_citys_own(desk: Desk, session: AsyncSession) -> None:
    """As by the API: not what holds for all, nor another city's; trying out is theirs."""
    desk.enter(NAIROBI)
    for place in ("", "?city=Nashik"):
        assert "Save as a new version" not in (await desk.get(PAGE + place)).text
        assert (await desk.post(PAGE + place, act="save", **ROWS)).status_code == 403
    assert await saved(session) == []
    assert (await desk.post(f"{PAGE}?city=Nairobi", act="save", **ROWS)).status_code == 303


@pytest.mark.parametrize(
    "who",
    [
        person("owner:S-4", Role.OWNER),
        person("owner:S-5", Role.OWNER, cities=["Nairobi"], merchant_id="M-1"),
        person("admin:S-6", Role.ADMIN, merchant_id="M-1"),
        person("admin:S-7", Role.ADMIN, cities=["Nairobi"], merchant_id="M-1"),
    ],
    ids=str,
)
async def test_a_shops_people_look_and_try_out_and_change_nothing(
    desk: Desk, session: AsyncSession, who: Principal
) -> None:
    """A ladder holds for every shop of its place."""
    order = await make_order(session, OrderState.CONFIRMED)
    desk.enter(who)
    assert (await desk.get("/ladders")).status_code == 200
    for place in ("", "?city=Nairobi"):
        page = await desk.get(PAGE + place)
        assert (page.status_code, "Save as a new version" in page.text) == (200, False)
        refused = await desk.post(PAGE + place, act="save", **ROWS)
        assert (refused.status_code, "not yours to change" in texts(refused.text, "notice")[0]) == (403, True)
    assert (await desk.post(f"{PAGE}?city=Nairobi", act="try", order=order.id, **ROWS)).status_code == 200
    assert await saved(session) == []


async def test_the_pages_are_for_admins_and_owners(desk: Desk, session: AsyncSession) -> None:
    desk.enter(person())
    for path in ("/ladders", PAGE):
        assert (await desk.get(path)).status_code == 403
    assert (await desk.post(PAGE, act="save", **ROWS)).status_code == 403
    assert "/console/ladders" not in (await desk.get("/orders")).text
    desk.enter(ADMIN)
    foreign = {"origin": "https://elsewhere.example"}
    assert (await desk.post(PAGE, foreign, act="save", **ROWS)).status_code == 403
    assert (await desk.get("/ladders/end_of_day")).status_code == 404
    assert await saved(session) == []
