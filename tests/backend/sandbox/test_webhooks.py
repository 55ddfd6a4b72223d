"""What befalls webhooks on their way: nothing, twice, late, never, out of order, joined, tried again, forged."""

from backend.sandbox.meta import meta_signature
from tests.backend.sandbox.conftest import Sim


async def say(sim: Sim, *texts: str) -> None:
    for text in texts:
        await sim.act("whatsapp", "text", **{"from": "wanjiru", "text": text})
    await sim.settle()


def texts(sim: Sim) -> list[str]:
    """Return the texts that reached the backend, body by body."""
    return [
        message["text"]["body"]
        for hook in sim.hooks("/webhooks/whatsapp")
        for entry in hook.json["entry"]
        for message in entry["changes"][0]["value"].get("messages", [])
    ]


async def test_order_is_kept_per_person_and_the_signature_holds(sim: Sim) -> None:
    await say(sim, "nataka unga", "mbili", "नमस्ते")
    assert texts(sim) == ["nataka unga", "mbili", "नमस्ते"]
    last = sim.hooks()[-1]
    assert "नमस्ते".encode() not in last.body
    assert last.headers["x-hub-signature-256"] == meta_signature("development-only-wa-secret", last.body)


async def test_twice_and_only_for_the_next_one(sim: Sim) -> None:
    await sim.control("POST", "webhooks/accidents", {"what": "duplicate", "left": 1})
    await say(sim, "a", "b")
    assert sorted(texts(sim)) == ["a", "a", "b"]


async def test_lost(sim: Sim) -> None:
    await sim.control("POST", "webhooks/accidents", {"what": "drop", "provider": "whatsapp"})
    await say(sim, "a")
    assert texts(sim) == []
    [row] = await sim.control("GET", "webhooks?state=dropped")
    assert row["kind"] == "message.text"


async def test_late_by_the_simulated_clock(sim: Sim) -> None:
    await sim.control("POST", "webhooks/accidents", {"what": "delay", "seconds": 30})
    await say(sim, "a")
    await sim.settle(29)
    assert texts(sim) == []
    await sim.settle(1)
    assert texts(sim) == ["a"]


async def test_held_and_released_the_other_way_round(sim: Sim) -> None:
    accident = await sim.control("POST", "webhooks/accidents", {"what": "hold"})
    await say(sim, "a", "b", "c")
    assert texts(sim) == []
    await sim.control("DELETE", "webhooks/accidents", {"id": accident["id"]})
    assert await sim.control("POST", "webhooks/release", {"order": "reversed"}) == {"released": 3}
    await sim.settle()
    assert texts(sim) == ["c", "b", "a"]


async def test_three_events_in_one_body(sim: Sim) -> None:
    await sim.control("POST", "webhooks/accidents", {"what": "batch", "times": 3})
    await say(sim, "a", "b")
    assert sim.hooks() == []
    await say(sim, "c")
    assert len(sim.hooks()) == 1
    assert texts(sim) == ["a", "b", "c"]


async def test_a_refused_webhook_is_tried_again_with_growing_gaps(sim: Sim) -> None:
    sim.backend.answers["/webhooks/whatsapp"] = (500, "text/plain", b"")
    await say(sim, "a")
    await sim.settle(5)
    assert len(sim.hooks()) == 2
    del sim.backend.answers["/webhooks/whatsapp"]
    await sim.settle(30)
    await sim.settle(600)
    assert texts(sim) == ["a", "a", "a"]
    [row] = await sim.control("GET", "webhooks")
    assert (row["state"], row["answers"]) == ("delivered", [500, 500, 200])


async def test_redelivery_with_each_kind_of_signature(sim: Sim) -> None:
    await say(sim, "a")
    [row] = await sim.control("GET", "webhooks")
    for signature in ("valid", "missing", "wrong", "old"):
        await sim.control("POST", "webhooks/redeliver", {"id": row["id"], "signature": signature})
        await sim.settle()
    found = [hook.headers.get("x-hub-signature-256") for hook in sim.hooks()]
    body = sim.hooks()[0].body
    valid, old = (meta_signature(f"development-only-wa-secret{end}", body) for end in ("", "-old"))
    assert found[:3] == [valid, valid, None]
    assert found[4] == old
    assert found[3] not in {valid, old, None}


async def test_the_verification_handshake(sim: Sim) -> None:
    refused = await sim.control("POST", "webhooks/subscribe", {"provider": "whatsapp"})
    assert refused == {"verified": False, "status": 200}
    assert "hub.mode=subscribe" in sim.hooks()[0].query
    assert "hub.verify_token=development-only-wa-verify" in sim.hooks()[0].query


async def test_reset_forgets_all_but_the_clock(sim: Sim) -> None:
    await sim.control("POST", "webhooks/accidents", {"what": "drop"})
    await say(sim, "a")
    await sim.settle(60)
    await sim.control("POST", "reset")
    assert await sim.control("GET", "webhooks") == []
    assert (await sim.control("GET", "clock"))["offset_s"] == 60
    await say(sim, "b")
    assert texts(sim) == ["b"]


async def test_the_clock_only_moves_forwards(sim: Sim) -> None:
    refused = await sim.control("POST", "clock", {"advance_s": -1}, status=422)
    assert refused == {"error": "the clock only moves forwards"}


async def test_the_clock_takes_the_backend_along(sim: Sim) -> None:
    sim.world.settings.forward_clock = True
    moved = await sim.control("POST", "clock", {"advance_s": 300})
    assert moved["forwarded"] is True
    [hook] = sim.hooks("/api/v1/sandbox/clock")
    assert hook.json == {"advance_s": 300, "offset_s": 300}
    assert hook.headers["authorization"] == "Bearer development-only-sandbox-clock"


async def test_control_is_not_on_the_provider_paths(sim: Sim) -> None:
    assert (await sim.client.get("/whatsapp/__sim/clock")).status_code == 404
    assert (await sim.client.get("/daraja/__sim/clock")).status_code == 404


async def test_unknown_verbs_and_accidents_are_refused_in_words(sim: Sim) -> None:
    answer = await sim.act("whatsapp", "sing", status=404)
    assert answer["error"].startswith("no such verb; there are audio, contact")
    await sim.control("POST", "webhooks/accidents", {"what": "drop", "colour": "red"}, status=422)


async def test_lists_can_be_cut_to_the_newest(sim: Sim) -> None:
    await say(sim, "a", "b", "c")
    newest = await sim.control("GET", "webhooks?limit=2&provider=whatsapp")
    bodies = [row["payload"]["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] for row in newest]
    assert bodies == ["b", "c"]
    assert len(await sim.control("GET", "webhooks")) == 3


async def test_people_can_be_added_and_changed(sim: Sim) -> None:
    new = {"id": "baraka", "name": "Baraka", "role": "rider", "phone": "254711000249"}
    assert (await sim.control("POST", "accounts/people", new))["user_id"].startswith("KE.")
    await sim.control("POST", "accounts/people", {"id": "baraka", "phone": "254711000250", "wallet": 5})
    person = sim.world.people.find("+254711000250")
    assert person is not None
    assert (person.name, person.wallet) == ("Baraka", 5)
    assert sim.world.people.find("254711000249") is None
    await sim.control("POST", "accounts/people", {"id": "x", "shoe": 42}, status=422)
