"""Instagram's Send API, its windows, and what people do there."""

from typing import Any

import pytest

from tests.backend.sandbox.conftest import Sim

PATH = "/instagram/v25.0/me/messages"
TOKEN = {"authorization": "Bearer dev-ig-token-1"}
ACCOUNT = "17841400000000001"


async def post(sim: Sim, payload: dict[str, Any]) -> tuple[int, Any]:
    answer = await sim.client.post(PATH, json=payload, headers=TOKEN)
    return answer.status_code, answer.json()


def to_wanjiru(sim: Sim, **payload: Any) -> dict[str, Any]:
    return {"recipient": {"id": sim.world.people.get("wanjiru").igsid}, **payload}


def message(**content: Any) -> dict[str, Any]:
    return {"message": content}


def quick(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"content_type": "text", "title": f"t{i}", "payload": f"p{i}"} | more for i in range(count)]


async def items(sim: Sim, box: str = "messaging") -> list[dict[str, Any]]:
    await sim.settle()
    return [item for hook in sim.hooks("/webhooks/instagram") for e in hook.json["entry"] for item in e.get(box, [])]


@pytest.fixture
async def window(sim: Sim) -> Sim:
    await sim.act("instagram", "text", **{"from": "wanjiru", "text": "hii bei gani?"})
    await sim.settle()
    sim.backend.hooks.clear()
    return sim


ACCEPTED = [
    message(text="x" * 1000),
    message(text="न" * 333),
    message(text="?", quick_replies=quick(13)),
    message(text="?", quick_replies=[{"content_type": "user_phone_number"}]),
    message(attachment={"type": "image", "payload": {"url": "https://cdn.example/a.jpg"}}),
    message(
        attachment={
            "type": "template",
            "payload": {
                "template_type": "button",
                "text": "?",
                "buttons": [{"type": "postback", "title": "Yes", "payload": "y"}],
            },
        }
    ),
    {"sender_action": "typing_on"},
]
REFUSED = [
    ("too many bytes", message(text="न" * 334)),
    ("too many quick replies", message(text="?", quick_replies=quick(14))),
    ("quick reply of no kind", message(text="?", quick_replies=quick(1, content_type="location"))),
    ("quick reply without payload", message(text="?", quick_replies=[{"content_type": "text", "title": "a"}])),
    ("quick replies without text", message(attachment={"type": "like_heart"}, quick_replies=quick(1))),
    ("text and attachment", message(text="?", attachment={"type": "like_heart"})),
    ("nothing", {}),
    ("both", message(text="?") | {"sender_action": "typing_on"}),
    ("unknown tag", message(text="?") | {"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}),
    ("tag missing", message(text="?") | {"messaging_type": "MESSAGE_TAG"}),
    ("unknown template", message(attachment={"type": "template", "payload": {"template_type": "receipt"}})),
]


@pytest.mark.parametrize("payload", ACCEPTED)
async def test_what_just_fits_is_accepted(window: Sim, payload: dict[str, Any]) -> None:
    status, body = await post(window, to_wanjiru(window, **payload))
    assert status == 200, body
    assert body["recipient_id"] == window.world.people.get("wanjiru").igsid


@pytest.mark.parametrize("payload", [r[1] for r in REFUSED], ids=[r[0] for r in REFUSED])
async def test_what_breaks_a_rule_is_refused(window: Sim, payload: dict[str, Any]) -> None:
    status, body = await post(window, to_wanjiru(window, **payload))
    assert (status, body["error"]["code"], body["error"]["type"]) == (400, 100, "IGApiException")
    assert await items(window) == []


async def test_unknown_person_and_bad_token(window: Sim) -> None:
    _, body = await post(window, {"recipient": {"id": "42"}, "message": {"text": "?"}})
    assert (body["error"]["code"], body["error"]["error_subcode"]) == (100, 2018001)
    await window.account("instagram", "token", account=ACCOUNT, token="fresh")
    status, body = await post(window, to_wanjiru(window, **message(text="?")))
    assert (status, body["error"]["code"]) == (401, 190)


async def test_only_the_person_opens_the_window_and_humans_have_seven_days(window: Sim) -> None:
    stranger = {"recipient": {"id": window.world.people.get("otieno").igsid}, "message": {"text": "?"}}
    assert (await post(window, stranger))[0] == 403
    await window.settle(86_400)
    status, body = await post(window, to_wanjiru(window, **message(text="?")))
    assert (status, body["error"]["code"], body["error"]["error_subcode"]) == (403, 10, 2534022)
    human = to_wanjiru(window, **message(text="?"), messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")
    assert (await post(window, human))[0] == 200
    await window.account("instagram", "human_agent", approved=False)
    assert (await post(window, human))[0] == 403
    await window.account("instagram", "human_agent", approved=True)
    await window.settle(6 * 86_400)
    assert (await post(window, human))[0] == 403


async def test_each_send_comes_back_as_an_echo(window: Sim) -> None:
    _, body = await post(window, to_wanjiru(window, **message(text="Karibu")))
    [item] = await items(window)
    assert item["sender"] == {"id": ACCOUNT}
    assert item["message"] == {"mid": body["message_id"], "is_echo": True, "text": "Karibu"}
    answer = await window.act("instagram", "human_echo", to_person="wanjiru", text="It is me, the owner")
    assert (await items(window))[-1]["message"]["mid"] == answer["id"]


async def test_taps_on_quick_replies_and_postbacks(window: Sim) -> None:
    replies = [{"content_type": "text", "title": "x" * 30, "payload": "v:M"}, {"content_type": "user_phone_number"}]
    _, sent = await post(window, to_wanjiru(window, **message(text="Size?", quick_replies=replies)))
    await window.act("instagram", "tap", message_id=sent["message_id"], button=1)
    await window.act("instagram", "tap", message_id=sent["message_id"], button=2)
    taps = [i["message"] for i in await items(window) if "quick_reply" in i.get("message", {})]
    assert [(t["text"], t["quick_reply"]["payload"]) for t in taps] == [
        ("x" * 20, "v:M"),
        ("+254711000221", "+254711000221"),
    ]
    _, card = await post(window, to_wanjiru(window, **ACCEPTED[5]))
    await window.act("instagram", "tap", message_id=card["message_id"], button="Yes")
    assert (await items(window))[-1]["postback"]["payload"] == "y"


async def test_story_reply_reaction_unsend_edit_and_read(window: Sim) -> None:
    told = await window.act("instagram", "story_reply", **{"from": "wanjiru", "text": "ngapi?"})
    await window.act("instagram", "reaction", message_id=told["id"], emoji="❤️")
    await window.act("instagram", "edit", message_id=told["id"], text="ngapi hii?")
    await window.act("instagram", "unsend", message_id=told["id"])
    _, sent = await post(window, to_wanjiru(window, **message(text="100")))
    await window.act("instagram", "read", **{"from": "wanjiru"})
    found = await items(window)
    assert found[0]["message"]["reply_to"]["story"]["id"] == "17900000000000001"
    assert found[1]["reaction"]["action"] == "react"
    assert found[2]["message_edit"] == {"mid": told["id"], "text": "ngapi hii?", "num_edit": 1}
    assert found[3]["message"] == {"mid": told["id"], "is_deleted": True}
    assert found[-1]["read"] == {"mid": sent["message_id"]}


async def test_a_thread_that_another_app_owns_is_told_in_standby(window: Sim) -> None:
    await window.account("instagram", "owner", person="wanjiru", owner="1217981644879628")
    await window.act("instagram", "text", **{"from": "wanjiru", "text": "hello?"})
    assert [i["message"]["text"] for i in await items(window, "standby")] == ["hello?"]
    assert "take_thread_control" in (await items(window))[0]


async def test_a_comment_may_be_answered_in_private_once(window: Sim) -> None:
    comment = await window.act("instagram", "comment", **{"from": "otieno", "text": "price?"})
    reply = {"recipient": {"comment_id": comment["id"]}, "message": {"text": "Hi"}}
    assert (await post(window, reply))[0] == 200
    assert (await post(window, reply))[1]["error"]["code"] == 10900


async def test_the_profile_needs_the_persons_first_word(window: Sim) -> None:
    people = window.world.people
    path = f"/instagram/v25.0/{people.get('wanjiru').igsid}?fields=name,username"
    profile = (await window.client.get(path, headers=TOKEN)).json()
    assert profile["name"] == "Wanjiru"
    other = await window.client.get(f"/instagram/v25.0/{people.get('otieno').igsid}", headers=TOKEN)
    assert (other.status_code, other.json()["error"]["code"]) == (403, 230)
