"""The phones page, driven in a real browser against the sandbox alone and a backend that only listens."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, Route, expect
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.sandbox.app import create_app
from backend.sandbox.daraja.rules import password
from backend.sandbox.settings import SandboxSettings

pytestmark = pytest.mark.browser

SCREEN: Any = {"width": 1360, "height": 900}
WHATSAPP = "/whatsapp/v25.0/100000000000001/messages"
WHATSAPP_TOKEN = {"authorization": "Bearer development-only-wa-token"}
_QUESTION = {"gather_prompt": {"text": "Order 7 K 2. Press 1 to accept."}, "max_input_digits": 1, "input_timeout": 60}


@dataclass
class Echo:
    """A backend that writes down what it hears and answers a call's menu."""

    heard: list[tuple[str, bytes]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", scope["type"] == "http"
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if scope["type"] != "http":
            return
        self.heard.append((scope["path"], body))
        spoken = scope["path"].endswith("/greeting")
        answer = b"Thank you." if spoken else json.dumps(_QUESTION).encode()
        kind = b"text/plain" if spoken else b"application/json"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": answer})

    def callbacks(self) -> list[Any]:
        return [json.loads(body)["Body"]["stkCallback"] for path, body in self.heard if path.startswith("/cb")]


@asynccontextmanager
async def serving(app: ASGIApp, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(app, port=port, log_level="critical", lifespan="auto", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Stage:
    """The sandbox, the backend that listens, and a client for the shop's side."""

    url: str
    echo: Echo
    shop: httpx.AsyncClient

    async def send(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
        answer = await self.shop.post(path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def whatsapp(self, to: str, **content: Any) -> Any:
        return await self.send(WHATSAPP, {"messaging_product": "whatsapp", "to": to, **content}, WHATSAPP_TOKEN)

    async def prompt(self, amount: int = 420) -> None:
        token = await self.shop.get(
            "/daraja/oauth/v1/generate?grant_type=client_credentials",
            auth=("development-only-key", "development-only-secret"),
        )
        stamp = "20261122172000"
        body = {
            "BusinessShortCode": "600999",
            "Password": password("600999", "development-only-passkey", stamp),
            "Timestamp": stamp,
            "TransactionType": "CustomerPayBillOnline",
            "Amount": amount,
            "PartyA": "254711000221",
            "PartyB": "600999",
            "PhoneNumber": "254711000221",
            "CallBackURL": "http://127.0.0.1/cb",
            "AccountReference": "ORD7K2M",
            "TransactionDesc": "Order 7K2M",
        }
        body["CallBackURL"] = f"{self.backend_url}/cb"
        await self.send(
            "/daraja/mpesa/stkpush/v1/processrequest", body, {"authorization": f"Bearer {token.json()['access_token']}"}
        )

    async def ring(self) -> None:
        form = {
            "From": "+254711000231",
            "CallerId": "08047000001",
            "Url": "http://my.exotel.com/duka1/exoml/start_voice/1001",
        }
        answer = await self.shop.post(
            "/exotel/v1/Accounts/duka1/Calls/connect.json",
            data=form,
            auth=("development-only-exotel-key", "development-only-exotel-token"),
        )
        assert answer.status_code == 200, answer.text

    backend_url: str = ""


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    echo, sandbox, backend = Echo(), free_port(), free_port()
    url, backend_url = f"http://127.0.0.1:{sandbox}", f"http://127.0.0.1:{backend}"
    settings = SandboxSettings(port=sandbox, public_url=url, backend_url=backend_url)
    async with (
        serving(echo, backend),
        serving(create_app(settings), sandbox),
        httpx.AsyncClient(base_url=url, trust_env=False) as shop,
    ):
        yield Stage(url, echo, shop, backend_url)


@pytest.fixture
async def opened(page: Page, stage: Stage) -> Page:
    await page.goto(f"{stage.url}/sandbox")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return page


def left(page: Page) -> Locator:
    return page.get_by_role("article", name="Left phone")


def right(page: Page) -> Locator:
    return page.get_by_role("article", name="Right phone")


async def choose(phone: Locator, person: str) -> None:
    await phone.get_by_role("combobox").first.select_option(person)


async def test_an_example_is_sent_answered_and_a_button_tapped(opened: Page, stage: Stage) -> None:
    """A first visitor taps an example; the answer and its buttons come without reloading, and the taps go back."""
    phone = left(opened)
    await phone.get_by_role("button", name="Habari, nataka unga").click()
    await expect(phone.get_by_role("log")).to_contain_text("Habari, nataka unga")
    await expect(phone.get_by_role("img", name="delivered")).to_be_visible()
    rows = [{"type": "reply", "reply": {"id": "yes", "title": "Thibitisha"}}]
    interactive = {"type": "button", "body": {"text": "Jumla KSh 547?"}, "action": {"buttons": rows}}
    await stage.whatsapp("254711000221", type="interactive", interactive=interactive)
    await phone.get_by_role("button", name="Thibitisha").click()
    await expect(phone.get_by_label("You: Thibitisha")).to_be_visible()
    tapped, read = b'"button_reply":{"id":"yes","title":"Thibitisha"}', b'"status":"read"'
    await _until(lambda: all(any(part in body for _, body in stage.echo.heard) for part in (tapped, read)))


async def test_the_keyboard_alone_writes_a_message_in_devanagari(opened: Page, stage: Stage) -> None:
    await choose(left(opened), "asha")
    box = left(opened).get_by_role("textbox", name="Message")
    await box.focus()
    await opened.keyboard.type("दोन पोहे")
    await opened.keyboard.press("Enter")
    await expect(left(opened).get_by_label("You: दोन पोहे")).to_be_visible()
    await expect(box).to_have_value("")
    assert stage.echo.heard[0][0] == "/webhooks/whatsapp"


@pytest.mark.parametrize(("pin", "code"), [("1234", 0), ("0000", 2001)])
async def test_the_prompt_with_the_right_and_the_wrong_pin(opened: Page, stage: Stage, pin: str, code: int) -> None:
    await stage.prompt()
    prompt = left(opened).get_by_role("dialog", name="M-Pesa payment prompt")
    await expect(prompt).to_contain_text("pay Ksh 420.00 to NAIROBI GROCER, account ORD7K2M?")
    await prompt.get_by_label("M-Pesa PIN").fill(pin)
    await prompt.get_by_role("button", name="Send", exact=True).click()
    await expect(prompt).to_be_hidden()
    await _until(lambda: [c["ResultCode"] for c in stage.echo.callbacks()] == [code])


async def test_too_little_money_and_silence(opened: Page, stage: Stage) -> None:
    """Silence ends when the clock is moved past the prompt's life."""
    await stage.prompt()
    prompt = left(opened).get_by_role("dialog", name="M-Pesa payment prompt")
    await prompt.get_by_role("button", name="Not enough money").click()
    await _until(lambda: [c["ResultCode"] for c in stage.echo.callbacks()] == [1])
    await stage.prompt()
    await prompt.get_by_role("button", name="Ignore it").click()
    await expect(prompt).to_be_hidden()
    await opened.get_by_role("button", name="+1 min").click()
    await _until(lambda: [c["ResultCode"] for c in stage.echo.callbacks()] == [1, 1037])


async def test_a_receipt_can_be_pasted_into_the_chat(opened: Page, stage: Stage) -> None:
    phone = left(opened)
    await phone.get_by_role("button", name="Money").click()
    await phone.get_by_role("button", name="Pay by hand").click()
    await phone.get_by_label("Account (as you would type it)").fill("ord 7k2m")
    await phone.get_by_label("Amount").fill("420")
    await phone.get_by_role("button", name="Pay", exact=True).click()
    await expect(phone.get_by_role("region", name="Left phone: money and messages")).not_to_contain_text("null")
    await phone.get_by_role("button", name="Paste into chat").click()
    await phone.get_by_role("button", name="Send", exact=True).click()
    await expect(phone.get_by_role("log")).to_contain_text("Confirmed. Ksh420.00 sent to NAIROBI GROCER")
    assert stage.echo.heard[-1][0] == "/webhooks/whatsapp"


async def test_a_call_is_answered_read_and_typed(opened: Page, stage: Stage) -> None:
    phone = right(opened)
    await stage.ring()
    await phone.get_by_role("dialog", name="Incoming call from New order").get_by_role("button", name="Answer").click()
    captions = phone.get_by_role("list", name="What is spoken")
    await expect(captions).to_contain_text("Press 1 to accept.")
    await phone.get_by_role("group", name="Keypad").get_by_role("button", name="1", exact=True).click()
    await expect(captions).to_contain_text("Thank you.")
    await expect(phone.get_by_text("Call ended · completed")).to_be_visible()
    await phone.get_by_role("button", name="Close").click()
    await expect(phone.get_by_role("dialog")).to_be_hidden()


async def test_instagram_quick_replies_and_a_upi_sheet(opened: Page, stage: Stage) -> None:
    phone = left(opened)
    await choose(phone, "asha")
    await phone.get_by_role("button", name="Instagram").click()
    await phone.get_by_role("button", name="Bhaiya do plate poha").click()
    await expect(phone.get_by_label("You: Bhaiya do plate poha")).to_be_visible()
    people = (await stage.shop.get("/__sim/accounts/people")).json()
    igsid = next(p["igsid"] for p in people if p["id"] == "asha")
    replies = [{"content_type": "text", "title": "Haan", "payload": "y"}]
    await stage.send(
        "/instagram/v25.0/me/messages",
        {"recipient": {"id": igsid}, "message": {"text": "Do poha, theek hai?", "quick_replies": replies}},
        {"authorization": "Bearer dev-ig-token-2"},
    )
    await phone.get_by_role("group", name="Quick replies").get_by_role("button", name="Haan").click()
    await expect(phone.get_by_label("You: Haan")).to_be_visible()
    link = {"upi_link": True, "amount": 42000, "description": "Order 7K2M", "customer": {"contact": "+919900000011"}}
    await stage.shop.post("/upi/v1/payment_links", json=link, auth=("rzp_test_duka", "development-only-upi-key"))
    sheet = phone.get_by_role("dialog", name="UPI payment")
    await expect(sheet).to_contain_text("₹420.00")
    await sheet.get_by_role("button", name="Pay with UPI PIN").click()
    await expect(sheet).to_be_hidden()
    await _until(lambda: any(b'"payment_link.paid"' in body for _, body in stage.echo.heard))


async def test_trouble_can_be_switched_on_and_off(opened: Page, stage: Stage) -> None:
    lost = opened.get_by_role("switch", name="Lost")
    down = opened.get_by_role("group", name="Provider is down").get_by_label("WhatsApp")
    await lost.check()
    await expect(lost).to_be_enabled()
    box = left(opened).get_by_role("textbox", name="Message")
    await box.fill("lost?")
    await box.press("Enter")
    await expect(left(opened).get_by_label("You: lost?")).to_be_visible()
    await lost.uncheck()
    await expect(lost).to_be_enabled()
    await down.check()
    await expect(down).to_be_enabled()
    answer = await stage.shop.post(WHATSAPP, json={}, headers=WHATSAPP_TOKEN)
    assert answer.status_code == 503
    assert stage.echo.heard == []
    await down.uncheck()
    await expect(down).to_be_enabled()
    assert (await stage.shop.post(WHATSAPP, json={}, headers=WHATSAPP_TOKEN)).status_code == 400


async def test_a_switch_waits_until_the_sandbox_has_heard(opened: Page, stage: Stage) -> None:
    """Turned on and off at once, it ends off: it can't be turned again before the first turn is done."""
    down = opened.get_by_role("group", name="Provider is down").get_by_label("WhatsApp")
    waiting = asyncio.Event()

    async def slow(route: Route) -> None:
        await waiting.wait()
        await route.continue_()

    await opened.route("**/faults", slow)
    await down.check()
    await expect(down).to_be_disabled()
    waiting.set()
    await expect(down).to_be_enabled()
    await expect(down).to_be_checked()
    await expect(down).to_be_focused()
    await down.uncheck()
    await expect(down).to_be_enabled()
    assert (await stage.shop.post(WHATSAPP, json={}, headers=WHATSAPP_TOKEN)).status_code == 400


async def test_a_sandbox_that_is_away_is_told_in_words(opened: Page, stage: Stage) -> None:
    """A switch, or the page's last fetch as it closes, finds nobody: a sentence shown, never an error thrown."""
    del stage
    await opened.route("**/api/state", lambda route: route.abort())
    await opened.get_by_role("switch", name="Lost").check()
    await expect(opened.get_by_text("The sandbox does not answer.")).to_be_visible()


async def test_the_socket_comes_back_and_fetches_what_was_missed(opened: Page, stage: Stage) -> None:
    await opened.context.set_offline(offline=True)
    await stage.shop.post("/__sim/actor/whatsapp/text", json={"from": "wanjiru", "text": "from elsewhere"})
    await opened.context.set_offline(offline=False)
    await opened.reload()
    await expect(left(opened).get_by_label("You: from elsewhere")).to_be_visible()


async def test_start_again_forgets_everything(opened: Page, stage: Stage) -> None:
    del stage
    phone = left(opened)
    await phone.get_by_role("button", name="Oda yangu iko wapi?").click()
    await expect(phone.get_by_label("You: Oda yangu")).to_be_visible()
    opened.on("dialog", lambda dialog: dialog.accept())
    await opened.get_by_role("button", name="Start again").click()
    await expect(phone.get_by_label("You: Oda yangu")).to_be_hidden()
    await expect(phone.get_by_role("button", name="Oda yangu iko wapi?")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_accessibility_faults_in_either_theme(browser: Browser, stage: Stage, scheme: Any) -> None:
    context = await browser.new_context(color_scheme=scheme, reduced_motion="reduce", viewport=SCREEN)
    page = await context.new_page()
    await page.goto(f"{stage.url}/sandbox/")
    await left(page).get_by_role("button", name="Oda yangu iko wapi?").click()
    await expect(left(page).get_by_label("You: Oda yangu")).to_be_visible()
    await stage.whatsapp("254711000221", type="text", text={"body": "Karibu"})
    await expect(left(page).get_by_label("Shop: Karibu")).to_be_visible()
    found = await Axe().run(page)
    await context.close()
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found.response["violations"]] == []


async def test_on_a_small_screen_nothing_sticks_out(browser: Browser, stage: Stage) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = await context.new_page()
    await page.goto(f"{stage.url}/sandbox/")
    await expect(left(page).get_by_role("button", name="Oda yangu iko wapi?")).to_be_visible()
    width = await page.evaluate("document.documentElement.scrollWidth")
    await context.close()
    assert width == 390


async def _until(condition: Any, seconds: float = 5.0) -> None:
    """Wait for a condition, not for a time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the echo backend offers no event
            await asyncio.sleep(0.02)
