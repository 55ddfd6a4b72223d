"""Logging in and out, who may see what, and what keeps other sites from using the console."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.auth.principal import Role
from backend.platform.auth.sessions import COOKIE
from backend.platform.auth.staff import save_staff
from tests.backend.console.conftest import Desk
from tests.backend.console.pages import texts
from tests.support.factories.console import make_thread, person
from tests.support.factories.orders import make_order

PASSWORD = "a long pass phrase"


@pytest.fixture
async def account(session: AsyncSession) -> None:
    await save_staff(
        session, "S-1", login="Asha", name="Asha", password=PASSWORD, roles=[Role.AGENT], cities=["Nairobi"]
    )


@pytest.mark.usefixtures("account")
async def test_the_right_password_opens_the_board_and_the_cookie_is_guarded(desk: Desk) -> None:
    answer = await desk.post("/login", login="ASHA", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/orders")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    board = await desk.get("/orders")
    assert board.status_code == 200
    assert texts(board.text, "who") == ["Asha"]


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("login", "password"), [("asha", "wrong"), ("nobody", PASSWORD)])
async def test_a_wrong_log_in_does_not_tell_which_part_is_wrong(desk: Desk, login: str, password: str) -> None:
    answer = await desk.post("/login", login=login, password=password)
    assert answer.status_code == 401
    assert texts(answer.text, "notice") == ["That login and password don't match. Check both and try again."]
    assert "set-cookie" not in answer.headers
    assert password not in answer.text


@pytest.mark.usefixtures("account")
async def test_guessing_is_slowed_down_even_for_the_right_password(desk: Desk) -> None:
    tries = [(await desk.post("/login", login="asha", password="wrong")).status_code for _ in range(7)]
    assert tries == [401] * 6 + [429]
    answer = await desk.post("/login", login="asha", password=PASSWORD)
    assert answer.status_code == 429
    assert texts(answer.text, "notice")[0].startswith("Too many tries. Please wait ")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/console/inbox/C-1", "/console/inbox/C-1"),
        ("https://elsewhere.example/", "/console/orders"),
        ("//elsewhere.example", "/console/orders"),
        ("/console/..//elsewhere.example", "/console/orders"),
        ("/console/\\elsewhere.example", "/console/orders"),
        ("/console/\r\nset-cookie:x", "/console/orders"),
        ("/elsewhere", "/console/orders"),
        ("", "/console/orders"),
    ],
)
async def test_after_the_log_in_only_our_own_pages_follow(desk: Desk, wanted: str, led_to: str) -> None:
    answer = await desk.api.client.post(
        "/console/login", params={"next": wanted}, data={"login": "asha", "password": PASSWORD}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, led_to)


async def test_a_page_without_a_log_in_leads_to_it_and_back(desk: Desk) -> None:
    page = await desk.get("/orders/ORD1")
    assert (page.status_code, page.headers["location"]) == (303, "/console/login?next=%2Fconsole%2Forders%2FORD1")
    reply = await desk.post(
        "/inbox/C-1/reply", {"referer": "http://duka.test/console/inbox/C-1"}, version=1, words="Hi"
    )
    assert reply.headers["location"] == "/console/login?next=%2Fconsole%2Finbox%2FC-1"


async def test_a_region_without_a_log_in_moves_the_whole_page(desk: Desk) -> None:
    """Otherwise the log-in would be shown inside of the board."""
    headers = {"hx-request": "true", "referer": "http://duka.test/console/orders"}
    region = await desk.api.client.get("/console/orders?region=1", headers=headers)
    assert (region.status_code, region.headers["hx-redirect"]) == (401, "/console/login?next=%2Fconsole%2Forders")
    assert region.text == ""


async def test_a_forged_cookie_is_no_log_in(desk: Desk) -> None:
    desk.api.client.cookies.set(COOKIE, "eyJzdWIiOiJhZG1pbjpTLTEifQ.forged.signature")
    assert (await desk.get("/orders")).status_code == 303


async def test_logging_out_forgets_the_person(desk: Desk) -> None:
    desk.enter()
    answer = await desk.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/login")
    desk.api.client.cookies.clear()
    assert (await desk.get("/orders")).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://elsewhere.example"}],
)
@pytest.mark.parametrize("path", ["/login", "/logout", "/inbox/C-1/reply", "/orders/ORD1/rider", "/cards/EX-1/take"])
async def test_another_sites_page_can_start_nothing(desk: Desk, path: str, headers: dict[str, str]) -> None:
    desk.enter()
    form: dict[str, str | int] = {"login": "asha", "password": PASSWORD, "version": 1, "words": "Hi", "rider_id": "R-1"}
    answer = await desk.post(path, headers, **form)
    assert answer.status_code == 403
    assert texts(answer.text, "problem-code") == ["403"]


async def test_another_roles_cookie_opens_nothing(desk: Desk) -> None:
    desk.enter(person("vendor:V-1", Role.VENDOR))
    assert (await desk.get("/orders")).status_code == 403


@pytest.mark.parametrize(
    "who",
    [person(cities=["Nashik"], merchant_id="M-1"), person(cities=["Nairobi"], merchant_id="M-2")],
    ids=["other city", "other merchant"],
)
async def test_people_of_another_city_or_merchant_see_nothing(desk: Desk, session: AsyncSession, who: object) -> None:
    """Not even that it exists: the answer is the one for a made-up address."""
    order = await make_order(session)
    thread = await make_thread(session, number=102)
    desk.enter(who)  # type: ignore[arg-type]
    for path in (f"/orders/{order.id}", f"/inbox/{thread.id}"):
        answer = await desk.get(path)
        assert answer.status_code == 404
        assert order.id not in answer.text
    for path in (f"/orders/{order.id}/rider", f"/inbox/{thread.id}/take", f"/inbox/{thread.id}/hand-back"):
        assert (await desk.post(path, rider_id="R-1", version=0)).status_code == 404
    assert (await desk.post(f"/inbox/{thread.id}/reply", version=0, words="Hi")).status_code == 404
    assert order.id not in (await desk.get("/orders")).text
    assert thread.id not in (await desk.get("/inbox")).text
    desk.enter()
    assert order.id in (await desk.get("/orders")).text
    assert thread.id in (await desk.get("/inbox")).text


async def test_every_page_says_what_browsers_may_do_with_it(desk: Desk) -> None:
    desk.enter()
    for path in ("/login", "/orders", "/inbox", "/orders/ORD-NONE"):
        headers = (await desk.get(path)).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' data:",
            "media-src": "'self'",
            "font-src": "'self'",
            "connect-src": "'self'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
        }
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


async def test_an_address_cannot_put_words_on_a_page(desk: Desk, session: AsyncSession) -> None:
    """Nobody can be sent a link to our own page that says what somebody else wants it to say."""
    order, thread = await make_order(session), await make_thread(session, number=102)
    desk.enter()
    for path in ("/orders", f"/orders/{order.id}", f"/inbox/{thread.id}", "/login"):
        answer = await desk.get(f"{path}?notice=Call+0700000000&error=Call+0700000000&words=Call+0700000000")
        assert "0700000000" not in answer.text
