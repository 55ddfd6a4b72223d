"""Calls: what is demanded, who picks up, the menu's digits, status callbacks, limits."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.backend.sandbox.conftest import Sim

BASE = "/exotel/v1/Accounts/duka1"
AUTH = ("development-only-exotel-key", "development-only-exotel-token")
MENU = {
    "From": "09900000021",
    "CallerId": "08047000001",
    "Url": "http://my.exotel.com/duka1/exoml/start_voice/1001",
    "TimeOut": "30",
    "StatusCallback": "http://backend.test/status/tok",
    "StatusCallbackContentType": "application/json",
    "CustomField": "call_1.tag",
}
BRIDGE = {k: MENU[k] for k in ("From", "CallerId", "StatusCallback", "StatusCallbackContentType", "CustomField")} | {
    "To": "09900000031",
    "StatusCallbackEvents[0]": "terminal",
    "StatusCallbackEvents[1]": "answered",
}


async def connect(sim: Sim, **form: str) -> tuple[int, Any]:
    answer = await sim.client.post(f"{BASE}/Calls/connect.json", data=form, auth=AUTH)
    return answer.status_code, answer.json()


async def details(sim: Sim, sid: str) -> Any:
    return (await sim.client.get(f"{BASE}/Calls/{sid}.json?details=true", auth=AUTH)).json()["Call"]


async def statuses(sim: Sim) -> list[Any]:
    await sim.settle()
    return [hook.json for hook in sim.hooks("/status/tok")]


@pytest.fixture
def menu(sim: Sim) -> Sim:
    """The backend asks for one digit, repeats once, and says goodbye."""
    question = {
        "gather_prompt": {"text": "Press 1 to accept."},
        "max_input_digits": 1,
        "input_timeout": 6,
        "repeat_menu": 1,
        "repeat_gather_prompt": {"text": "Press 1 or 2."},
    }
    answers = sim.backend.answers
    answers["/webhooks/exotel/gather"] = (200, "application/json", json.dumps(question).encode())
    answers["/webhooks/exotel/greeting"] = (200, "text/plain", b"Thank you.")
    return sim


REFUSED = [
    ("no caller id", {k: v for k, v in MENU.items() if k != "CallerId"}, 400),
    ("not our ExoPhone", MENU | {"CallerId": "08040000000"}, 403),
    ("neither To nor Url", {k: v for k, v in MENU.items() if k != "Url"}, 400),
    ("both To and Url", MENU | {"To": "09900000031"}, 400),
    ("unknown flow", MENU | {"Url": "http://my.exotel.com/duka1/exoml/start_voice/9"}, 400),
    ("too long", MENU | {"TimeLimit": "14401"}, 400),
    ("custom field", MENU | {"CustomField": "x" * 129}, 400),
    ("unknown event", MENU | {"StatusCallbackEvents[0]": "ringing"}, 400),
]


@pytest.mark.parametrize(("form", "status"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
async def test_what_breaks_a_rule_is_refused_and_nobody_is_rung(sim: Sim, form: dict[str, str], status: int) -> None:
    answered, body = await connect(sim, **form)
    assert (answered, body["RestException"]["Status"]) == (status, status)
    phone = (await sim.client.get("/sandbox/api/phone/suresh")).json()
    assert phone["exotel"] == {"calls": [], "log": []}


async def test_account_wallet_and_rate(sim: Sim) -> None:
    answer = await sim.client.post(f"{BASE}/Calls/connect.json", data=MENU, auth=("x", "y"))
    assert answer.status_code == 401
    await sim.account("exotel", "wallet", empty=True)
    assert (await connect(sim, **MENU))[0] == 402
    sim.world.settings.exotel_calls_per_min = 1
    answer = await sim.client.post(f"{BASE}/Calls/connect.json", data=MENU, auth=AUTH)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "61")


async def test_a_digit_answers_the_menu(menu: Sim) -> None:
    _, body = await connect(menu, **MENU)
    sid = body["Call"]["Sid"]
    assert body["Call"]["Status"] == "in-progress"
    answered = await menu.act("exotel", "answer", sid=sid)
    assert (answered["phase"], answered["captions"]) == ("gather", ["Press 1 to accept."])
    over = await menu.act("exotel", "digits", sid=sid, digits="1")
    assert (over["phase"], over["captions"]) == ("ended", ["Press 1 to accept.", "1", "Thank you."])
    [gather, passthru, greeting] = [h for h in menu.hooks() if "/webhooks/exotel" in h.path]
    assert [h.method for h in (gather, passthru, greeting)] == ["GET", "GET", "GET"]
    assert gather.headers["exotel-version"]
    query = parse_qs(passthru.query, keep_blank_values=True)
    assert (query["digits"], query["CustomField"], query["CallSid"]) == (['"1"'], ["call_1.tag"], [sid])
    assert query["EndTime"] == ["1970-01-01 05:30:00"]
    assert await statuses(menu) == [
        {"CallSid": sid, "Status": "completed", "DateUpdated": "2026-11-22 19:50:00", "RecordingUrl": ""}
    ]


async def test_302_takes_the_other_branch_which_asks_again(menu: Sim) -> None:
    menu.backend.answers["/webhooks/exotel/passthru"] = (302, "text/plain", b"")
    await connect(menu, **MENU)
    await menu.act("exotel", "answer", **{"from": "suresh"})
    again = await menu.act("exotel", "digits", **{"from": "suresh", "digits": "3"})
    assert (again["phase"], again["captions"]) == ("gather", ["Press 1 to accept.", "3", "Press 1 to accept."])


async def test_silence_repeats_the_question_and_then_reports_no_digit(menu: Sim) -> None:
    _, body = await connect(menu, **MENU)
    await menu.act("exotel", "answer", sid=body["Call"]["Sid"])
    await menu.settle(6)
    await menu.settle(6)
    captions = [
        c["text"] for c in (await menu.client.get("/sandbox/api/phone/suresh")).json()["exotel"]["calls"][0]["captions"]
    ]
    assert captions == ["Press 1 to accept.", "Press 1 or 2.", "Thank you."]
    passthru = menu.hooks("/passthru")[0]
    assert parse_qs(passthru.query)["digits"] == ['""']


async def test_hanging_up_in_the_menu_is_told(menu: Sim) -> None:
    _, body = await connect(menu, **MENU)
    await menu.act("exotel", "answer", sid=body["Call"]["Sid"])
    await menu.act("exotel", "hangup", sid=body["Call"]["Sid"])
    assert parse_qs(menu.hooks("/passthru")[0].query)["CallType"] == ["client-hangup"]
    assert [s["Status"] for s in await statuses(menu)] == ["completed"]


async def test_an_address_that_gives_no_question_ends_the_call(sim: Sim) -> None:
    await connect(sim, **MENU)
    over = await sim.act("exotel", "answer", **{"from": "suresh"})
    assert (over["phase"], over["captions"]) == ("ended", ["(the flow's address gave no valid question)"])


UNANSWERED = [("ignore", "no-answer"), ("busy", "busy"), ("reject", "busy"), ("failed", "failed")]


@pytest.mark.parametrize(("how", "status"), UNANSWERED)
async def test_not_picked_up(menu: Sim, how: str, status: str) -> None:
    _, body = await connect(menu, **MENU)
    await menu.act("exotel", how, sid=body["Call"]["Sid"])
    assert [s["Status"] for s in await statuses(menu)] == [status]
    assert menu.hooks("/gather") == []


async def test_ring_only_stops_after_its_time(menu: Sim) -> None:
    _, body = await connect(menu, **MENU | {"TimeOut": "15"})
    await menu.settle(14)
    assert (await details(menu, body["Call"]["Sid"]))["Status"] == "in-progress"
    await menu.settle(1)
    assert (await details(menu, body["Call"]["Sid"]))["Status"] == "no-answer"
    await menu.act("exotel", "answer", status=409, sid=body["Call"]["Sid"])


async def test_a_bridge_rings_one_after_the_other_and_reports_both_legs(sim: Sim) -> None:
    _, body = await connect(sim, **BRIDGE)
    sid = body["Call"]["Sid"]
    await sim.act("exotel", "answer", sid=sid)
    await sim.settle(4)
    await sim.act("exotel", "answer", sid=sid)
    await sim.settle(30)
    await sim.act("exotel", "hangup", sid=sid)
    answered, terminal = await statuses(sim)
    assert (answered["EventType"], "CustomField" in answered) == ("answered", False)
    assert (terminal["EventType"], terminal["CustomField"]) == ("terminal", "call_1.tag")
    assert [leg["OnCallDuration"] for leg in terminal["Legs"]] == [34, 30]
    assert terminal["ConversationDuration"] == 30
    early = await details(sim, sid)
    assert (early["Duration"], early["Details"]["Leg1Status"]) == (None, "completed")
    await sim.settle(120)
    assert (await details(sim, sid))["Duration"] == 34


async def test_the_second_party_is_busy(sim: Sim) -> None:
    _, body = await connect(sim, **BRIDGE)
    await sim.act("exotel", "answer", sid=body["Call"]["Sid"])
    await sim.act("exotel", "busy", sid=body["Call"]["Sid"])
    [terminal] = await statuses(sim)
    assert [leg["Status"] for leg in terminal["Legs"]] == ["completed", "busy"]


async def test_people_may_answer_by_themselves(menu: Sim) -> None:
    policy = {"provider": "exotel", "person": "suresh", "outcome": "answer", "after_s": 3, "digits": ["1"]}
    await menu.control("POST", "actor/policy", policy)
    await connect(menu, **MENU)
    await menu.settle(3)
    await menu.settle(1)
    assert parse_qs(menu.hooks("/passthru")[0].query)["digits"] == ['"1"']


async def test_the_callback_is_a_form_unless_json_is_asked_for_and_is_tried_thrice(menu: Sim) -> None:
    menu.backend.answers["/status/tok"] = (500, "text/plain", b"")
    await connect(menu, **{k: v for k, v in MENU.items() if k != "StatusCallbackContentType"})
    await menu.act("exotel", "busy", **{"from": "suresh"})
    await menu.settle(10)
    await menu.settle(30)
    await menu.settle(600)
    found = menu.hooks("/status/tok")
    assert len(found) == 3
    assert found[0].headers["content-type"].startswith("multipart/form-data")
    assert b'name="Status"\r\n\r\nbusy\r\n' in found[0].body


async def test_recordings_are_shown_by_their_description(menu: Sim) -> None:
    question = {"gather_prompt": {"audio_url": "http://backend.test/audio/sw/offer.wav"}, "max_input_digits": 1}
    menu.backend.answers["/webhooks/exotel/gather"] = (200, "application/json", json.dumps(question).encode())
    await connect(menu, **MENU)
    answered = await menu.act("exotel", "answer", **{"from": "suresh"})
    assert answered["captions"] == ["♪ offer.wav"]


async def test_calls_are_found_by_number(menu: Sim) -> None:
    _, body = await connect(menu, **MENU)
    found = (await menu.client.get(f"{BASE}/Calls.json?From=09900000021", auth=AUTH)).json()
    assert [row["Sid"] for row in found["Calls"]] == [body["Call"]["Sid"]]


async def test_a_missed_call_reaches_the_incoming_address(sim: Sim) -> None:
    await sim.act("exotel", "missed_call", **{"from": "suresh"})
    await sim.settle()
    [hook] = sim.hooks("/webhooks/exotel/incoming")
    assert b"missed-call" in hook.body
