"""Sends are judged as the Cloud API judges them."""

from typing import Any

import pytest

from tests.backend.sandbox.conftest import Sim

PATH = "/whatsapp/v25.0/100000000000001/messages"
TOKEN = {"authorization": "Bearer development-only-wa-token"}
TO: dict[str, Any] = {"messaging_product": "whatsapp", "to": "254711000221"}


def text(body: str = "Karibu") -> dict[str, Any]:
    return TO | {"type": "text", "text": {"body": body}}


def interactive(kind: str, action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return TO | {"type": "interactive", "interactive": {"type": kind, "body": {"text": "?"}, "action": action} | more}


def buttons(*titles: str, button_id: str = "b") -> dict[str, Any]:
    rows = [{"type": "reply", "reply": {"id": f"{button_id}{i}", "title": t}} for i, t in enumerate(titles)]
    return interactive("button", {"buttons": rows})


def rows(count: int, title: str = "row", description: str = "d") -> dict[str, Any]:
    made = [{"id": f"r{i}", "title": title, "description": description} for i in range(count)]
    half = count // 2
    sections = [{"title": "a", "rows": made[:half]}, {"title": "b", "rows": made[half:]}]
    return interactive("list", {"button": "Choose", "sections": sections})


def template(name: str = "customer_delay", values: tuple[str, ...] = ("7K2M", "10"), **more: Any) -> dict[str, Any]:
    body = {"type": "body", "parameters": [{"type": "text", "text": v} for v in values]}
    parts = [body, *more.pop("extra", [])]
    code = more.pop("language", "en")
    return TO | {"type": "template", "template": {"name": name, "language": {"code": code}, "components": parts}}


async def post(sim: Sim, payload: dict[str, Any]) -> tuple[int, Any]:
    answer = await sim.client.post(PATH, json=payload, headers=TOKEN)
    return answer.status_code, answer.json()


@pytest.fixture
async def window(sim: Sim) -> Sim:
    await sim.act("whatsapp", "text", **{"from": "wanjiru", "text": "hi"})
    await sim.settle()
    sim.backend.hooks.clear()
    return sim


ACCEPTED = [
    text("x" * 4096),
    buttons("क" * 20, "b", "c"),
    buttons("a", button_id="i" * 255),
    rows(10, "t" * 24, "d" * 72),
    interactive("location_request_message", {"name": "send_location"}),
    interactive("request_contact_info", {"name": "request_contact_info"}),
    interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "Pay", "url": "https://p.example/1"}}),
    TO | {"type": "image", "image": {"link": "https://cdn.example/a.jpg", "caption": "c" * 1024}},
    template(),
    text() | {"biz_opaque_callback_data": "o" * 512},
]


@pytest.mark.parametrize("payload", ACCEPTED, ids=lambda p: p.get("type"))
async def test_what_just_fits_is_accepted(window: Sim, payload: dict[str, Any]) -> None:
    status, body = await post(window, payload)
    assert status == 200, body
    [contact] = body["contacts"]
    assert (contact["input"], contact["wa_id"]) == ("254711000221", "254711000221")
    assert body["messages"][0]["id"].startswith("wamid.")


REFUSED = [
    ("no product", {"to": "254711000221", "type": "text", "text": {"body": "x"}}, 100),
    ("no recipient", {"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}}, 100),
    ("local number", text() | {"to": "+254 711"}, 131009),
    ("unknown type", TO | {"type": "poll"}, 131009),
    ("no text", TO | {"type": "text", "text": {}}, 131008),
    ("empty text", text(""), 131008),
    ("long text", text("x" * 4097), 131009),
    ("four buttons", buttons("a", "b", "c", "d"), 131009),
    ("no button", buttons(), 131008),
    ("long title", buttons("x" * 21), 131009),
    ("long id", buttons("a", button_id="i" * 256), 131009),
    ("same title", buttons("a", "a"), 131009),
    ("eleven rows", rows(11), 131009),
    ("long row title", rows(2, "t" * 25), 131009),
    ("long description", rows(2, "t", "d" * 73), 131009),
    ("long body", interactive("button", buttons("a")["interactive"]["action"], body={"text": "x" * 1025}), 131009),
    ("long footer", interactive("button", buttons("a")["interactive"]["action"], footer={"text": "f" * 61}), 131009),
    ("wrong action", interactive("location_request_message", {"name": "where"}), 131009),
    ("unknown interactive", interactive("carousel", {}), 131009),
    ("id and link", TO | {"type": "image", "image": {"id": "1", "link": "https://x.example/a"}}, 131009),
    ("unknown media", TO | {"type": "image", "image": {"id": "1"}}, 131053),
    ("long callback data", text() | {"biz_opaque_callback_data": "o" * 513}, 131009),
    ("unknown context", text() | {"context": {"message_id": "wamid.none"}}, 131009),
    ("to oneself", text() | {"to": "254700000001"}, 131021),
    ("unknown template", template("Nothing"), 132001),
    ("unknown language", template(language="fr"), 132001),
    ("too few parameters", template(values=("7K2M",)), 132000),
    ("line break", template(values=("7K2M", "10\n20")), 132012),
    ("hydrated too long", template(values=("7K2M", "x" * 1000)), 132005),
    ("no such button", template(extra=[{"type": "button", "sub_type": "quick_reply", "index": "0"}]), 131009),
]


@pytest.mark.parametrize(("payload", "code"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
async def test_what_breaks_a_rule_is_refused_and_never_sent(window: Sim, payload: dict[str, Any], code: int) -> None:
    status, body = await post(window, payload)
    assert (status >= 400, body["error"]["code"]) == (True, code), body
    assert body["error"]["type"] == "OAuthException"
    assert body["error"]["fbtrace_id"]
    await window.settle(10)
    assert window.hooks() == []


async def test_the_token_must_be_the_one_in_force(window: Sim) -> None:
    await window.account("whatsapp", "token", token="fresh")
    status, body = await post(window, text())
    assert (status, body["error"]["code"]) == (401, 190)


async def test_an_unknown_number_of_the_business(window: Sim) -> None:
    answer = await window.client.post("/whatsapp/v25.0/42/messages", json=text(), headers=TOKEN)
    assert (answer.status_code, answer.json()["error"]["error_subcode"]) == (400, 33)


async def test_the_window_closes_after_a_day_but_templates_go_on(window: Sim) -> None:
    await window.settle(86_399)
    assert (await post(window, text()))[0] == 200
    await window.settle(1)
    status, body = await post(window, text())
    assert (status, body["error"]["code"]) == (400, 131047)
    assert (await post(window, template()))[0] == 200


async def test_a_refusal_may_come_later_as_a_failed_status(window: Sim) -> None:
    await window.account("whatsapp", "failures", asynchronous=True)
    await window.settle(86_400)
    assert (await post(window, text() | {"biz_opaque_callback_data": "out_1"}))[0] == 200
    await window.settle()
    [status] = window.hooks()[-1].json["entry"][0]["changes"][0]["value"]["statuses"]
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131047)
    assert status["biz_opaque_callback_data"] == "out_1"
    assert "recipient_user_id" not in status


async def test_a_number_without_whatsapp_fails_later(window: Sim) -> None:
    assert (await post(window, text() | {"to": "254700000999"}))[0] == 200
    await window.settle(5)
    [status] = window.hooks()[-1].json["entry"][0]["changes"][0]["value"]["statuses"]
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131026)


async def test_sent_delivered_read(window: Sim) -> None:
    await post(window, text())
    await window.settle(1)
    await window.act("whatsapp", "read", **{"from": "wanjiru"})
    await window.settle()
    values = [hook.json["entry"][0]["changes"][0]["value"]["statuses"][0] for hook in window.hooks()]
    assert [value["status"] for value in values] == ["sent", "delivered", "read"]
    assert values[0]["recipient_id"] == "254711000221"
    assert values[0]["pricing"]["type"] == "free_customer_service"


async def test_a_phone_that_is_off_gets_its_messages_when_it_comes_on(window: Sim) -> None:
    await window.act("whatsapp", "reach", **{"from": "wanjiru", "reachable": False})
    await post(window, text())
    await window.settle(60)
    assert [h.json["entry"][0]["changes"][0]["value"]["statuses"][0]["status"] for h in window.hooks()] == ["sent"]
    await window.act("whatsapp", "reach", **{"from": "wanjiru", "reachable": True})
    await window.settle()
    assert len(window.hooks()) == 2


async def test_a_user_id_in_place_of_the_number(window: Sim) -> None:
    person = window.world.people.get("wanjiru")
    payload = {"messaging_product": "whatsapp", "recipient": person.user_id, "type": "text", "text": {"body": "x"}}
    person.hides_phone = True
    status, body = await post(window, payload)
    assert status == 200
    assert body["contacts"] == [{"input": person.user_id, "user_id": person.user_id}]
    await window.settle()
    [status_row] = window.hooks()[-1].json["entry"][0]["changes"][0]["value"]["statuses"]
    assert "recipient_id" not in status_row
    assert status_row["recipient_user_id"] == person.user_id


async def test_read_mark_with_typing(window: Sim) -> None:
    received = await window.act("whatsapp", "text", **{"from": "wanjiru", "text": "?"})
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": received["id"]}
    assert await post(window, mark | {"typing_indicator": {"type": "text"}}) == (200, {"success": True})
    thread = (await window.client.get("/sandbox/api/phone/wanjiru")).json()["whatsapp"]["100000000000001"]
    assert thread["typing"] is True
    assert {m["status"] for m in thread["messages"]} == {"read"}
    await window.settle(25)
    thread = (await window.client.get("/sandbox/api/phone/wanjiru")).json()["whatsapp"]["100000000000001"]
    assert thread["typing"] is False
    assert (await post(window, mark | {"message_id": "wamid.none"}))[1]["error"]["code"] == 100
    assert (await post(window, mark | {"typing_indicator": {"type": "dance"}}))[1]["error"]["code"] == 131009


async def test_throughput_and_pair_rate(window: Sim) -> None:
    window.world.settings.whatsapp_throughput_per_s = 3
    codes = [(await post(window, text()))[0] for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    await window.settle(1)
    window.world.settings.whatsapp_pair_burst = 2
    outcomes = [(await post(window, text()))[1].get("error", {}).get("code") for _ in range(3)]
    assert outcomes == [None, None, 131056]


async def test_template_states_and_registration(window: Sim) -> None:
    await window.control(
        "POST",
        "accounts/templates",
        {
            "name": "track",
            "language": "en",
            "body": "Order {{1}}",
            "buttons": [{"type": "url", "text": "See", "url": "https://d.example/{{1}}"}],
        },
    )
    assert (await post(window, template("track", ("7",))))[1]["error"]["code"] == 131008
    button = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "7"}]}
    status, body = await post(window, template("track", ("7",), extra=[button]))
    assert (status, body["messages"][0]["message_status"]) == (200, "accepted")
    for state, code in (("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)):
        await window.account("whatsapp", "template_status", name="track", language="en", status=state)
        assert (await post(window, template("track", ("7",), extra=[button])))[1]["error"]["code"] == code
    await window.settle()
    changes = [hook.json["entry"][0]["changes"][0] for hook in window.hooks()]
    events = [c["value"]["event"] for c in changes if c["field"] == "message_template_status_update"]
    assert events == ["PAUSED", "DISABLED", "REJECTED"]


async def test_an_account_that_is_locked(window: Sim) -> None:
    await window.account("whatsapp", "number", code=131031)
    assert (await post(window, text()))[1]["error"]["code"] == 131031
    await window.account("whatsapp", "number", code=None)
    assert (await post(window, text()))[0] == 200
