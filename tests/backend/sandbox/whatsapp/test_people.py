"""What people do on WhatsApp reaches the backend in the documented shapes."""

import base64
import hashlib
from typing import Any

import pytest

from tests.backend.sandbox.conftest import Sim
from tests.backend.sandbox.whatsapp.test_sending import PATH, TOKEN, buttons, rows, template

NUMBER = "100000000000001"


async def received(sim: Sim) -> dict[str, Any]:
    """Return the value of the last webhook that is no status."""
    await sim.settle()
    values = [hook.json["entry"][0]["changes"][0]["value"] for hook in sim.hooks()]
    found: dict[str, Any] = [value for value in values if "statuses" not in value][-1]
    return found


async def test_a_text_with_both_identities(sim: Sim) -> None:
    answer = await sim.act("whatsapp", "text", **{"from": "wanjiru", "text": "nataka unga 2kg mbili"})
    value = await received(sim)
    person = sim.world.people.get("wanjiru")
    assert value["metadata"] == {"display_phone_number": "254700000001", "phone_number_id": NUMBER}
    assert value["contacts"] == [
        {
            "profile": {"name": "Wanjiru", "username": person.username},
            "user_id": person.user_id,
            "wa_id": "254711000221",
        }
    ]
    assert value["messages"] == [
        {
            "from": "254711000221",
            "from_user_id": person.user_id,
            "id": answer["id"],
            "timestamp": "1795357200",
            "type": "text",
            "text": {"body": "nataka unga 2kg mbili"},
        }
    ]


async def test_a_hidden_number_is_absent_everywhere(sim: Sim) -> None:
    sim.world.people.get("wanjiru").hides_phone = True
    await sim.act("whatsapp", "text", **{"from": "wanjiru", "text": "hi"})
    assert b"254711000221" not in (await received(sim), sim.hooks()[-1].body)[1]


async def test_an_indian_writes_to_the_indian_number(sim: Sim) -> None:
    await sim.act("whatsapp", "text", **{"from": "919900000099", "text": "hi"})
    value = await received(sim)
    assert value["metadata"]["display_phone_number"] == "919900000001"
    assert value["contacts"][0]["user_id"].startswith("IN.")


CASES = [
    (
        "location",
        {"latitude": -1.29, "longitude": 36.82, "name": "Yaya"},
        {"latitude": -1.29, "longitude": 36.82, "name": "Yaya"},
    ),
    ("order", {"items": [{"product_retailer_id": "A", "quantity": 2, "item_price": 92, "currency": "KES"}]}, None),
    ("unsupported", {}, {"type": "poll"}),
]


@pytest.mark.parametrize(("verb", "body", "expected"), CASES, ids=[c[0] for c in CASES])
async def test_other_kinds(sim: Sim, verb: str, body: dict[str, Any], expected: dict[str, Any] | None) -> None:
    await sim.act("whatsapp", verb, **{"from": "wanjiru", **body})
    [message] = (await received(sim))["messages"]
    assert message["type"] == verb
    if expected is not None:
        assert message[verb] == expected


async def test_a_contact_that_was_asked_for(sim: Sim) -> None:
    await sim.act("whatsapp", "contact", **{"from": "wanjiru", "requested": True})
    [message] = (await received(sim))["messages"]
    [card] = message["contacts"]
    assert card["origin"] == "contact_request"
    assert card["phones"] == [{"phone": "+254711000221", "wa_id": "254711000221", "type": "CELL"}]


async def test_taps_on_buttons_lists_and_templates(sim: Sim) -> None:
    await sim.act("whatsapp", "text", **{"from": "wanjiru", "text": "hi"})
    quick = {
        "type": "button",
        "sub_type": "quick_reply",
        "index": "0",
        "parameters": [{"type": "payload", "payload": "p:1"}],
    }
    values = ("Njeri", "7K2M", "KSh 420", "Unga", "M-Pesa")
    seen = []
    for payload, button in (
        (buttons("Yes", "No"), 2),
        (rows(3), "r1"),
        (template("vendor_new_order", values, extra=[quick]), "Accept"),
    ):
        sent = (await sim.client.post(PATH, json=payload, headers=TOKEN)).json()["messages"][0]["id"]
        await sim.act("whatsapp", "tap", message_id=sent, button=button)
        [message] = (await received(sim))["messages"]
        assert message["context"] == {"from": "254700000001", "id": sent}
        seen.append(message[message["type"]])
    assert seen == [
        {"type": "button_reply", "button_reply": {"id": "b1", "title": "No"}},
        {"type": "list_reply", "list_reply": {"id": "r1", "title": "row", "description": "d"}},
        {"payload": "p:1", "text": "Accept"},
    ]


async def test_old_buttons_can_still_be_tapped_and_unknown_ones_cannot(sim: Sim) -> None:
    await sim.act("whatsapp", "text", **{"from": "wanjiru", "text": "hi"})
    sent = (await sim.client.post(PATH, json=buttons("Yes"), headers=TOKEN)).json()["messages"][0]["id"]
    await sim.settle(90_000)
    await sim.act("whatsapp", "tap", message_id=sent, button="Yes")
    await sim.act("whatsapp", "tap", status=404, message_id=sent, button="Maybe")


async def test_reaction_edit_and_revoke(sim: Sim) -> None:
    first = (await sim.act("whatsapp", "text", **{"from": "wanjiru", "text": "unga"}))["id"]
    await sim.act("whatsapp", "reaction", message_id=first, emoji="👍")
    assert (await received(sim))["messages"][0]["reaction"] == {"message_id": first, "emoji": "👍"}
    await sim.act("whatsapp", "reaction", message_id=first, emoji="")
    assert (await received(sim))["messages"][0]["reaction"] == {"message_id": first}
    await sim.act("whatsapp", "edit", message_id=first, text="unga mbili")
    assert (await received(sim))["messages"][0]["edit"]["message"]["text"] == {"body": "unga mbili"}
    await sim.act("whatsapp", "revoke", message_id=first)
    assert (await received(sim))["messages"][0]["revoke"] == {"original_message_id": first}


async def test_media_is_fetched_with_the_token_while_the_address_is_fresh(sim: Sim) -> None:
    data = base64.b64encode(b"picture").decode()
    await sim.act("whatsapp", "image", **{"from": "wanjiru", "data": data, "caption": "receipt"})
    image = (await received(sim))["messages"][0]["image"]
    assert image["sha256"] == base64.b64encode(hashlib.sha256(b"picture").digest()).decode()
    described = (await sim.client.get(f"/whatsapp/v25.0/{image['id']}", headers=TOKEN)).json()
    assert described["file_size"] == "7"
    path = described["url"].removeprefix("http://127.0.0.1:8099")
    assert (await sim.client.get(path)).status_code == 401
    assert (await sim.client.get(path, headers=TOKEN)).content == b"picture"
    await sim.settle(300)
    assert (await sim.client.get(path, headers=TOKEN)).status_code == 404


async def test_upload_and_its_limits(sim: Sim) -> None:
    path = "/whatsapp/v25.0/100000000000001/media"
    form = {"messaging_product": "whatsapp", "type": "image/png"}
    good = await sim.client.post(path, data=form, files={"file": ("a.png", b"x")}, headers=TOKEN)
    assert good.json()["id"]
    large = {"file": ("a.png", b"x" * (5 * 1024 * 1024 + 1))}
    refused = await sim.client.post(path, data=form, files=large, headers=TOKEN)
    assert refused.json()["error"]["code"] == 131053


async def test_staff_and_opt_out(sim: Sim) -> None:
    await sim.account("whatsapp", "staff_echo", to_person="wanjiru", text="I take this one")
    value = await received(sim)
    assert value["message_echoes"][0]["text"] == {"body": "I take this one"}
    await sim.account("whatsapp", "preference", **{"from": "wanjiru", "value": "stop"})
    assert (await received(sim))["user_preferences"][0]["value"] == "stop"
