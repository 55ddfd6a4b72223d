"""The inbox over HTTP: roles, cities, merchants, versions."""

from backend.platform.auth.principal import Role
from tests.support.town import Town

INBOX = "/api/v1/inbox/conversations"


async def test_an_agent_takes_answers_and_hands_back(shop: Town) -> None:
    """The whole way of a person through the API."""
    await shop.says("habari")
    thread = await shop.thread()
    agent = shop.headers("agent:AG-1", Role.AGENT)
    url = f"{INBOX}/{thread.id}"
    taken = (await shop.api.post(f"{url}/take", json={"version": 0}, headers=agent)).json()
    assert taken["owner"]["kind"] == "agent"
    body = {"text": "Nikusaidie?", "version": taken["owner"]["version"]}
    said = await shop.api.post(f"{url}/replies", json=body, headers=agent)
    assert (said.status_code, said.json()["text"]) == (201, "Nikusaidie?")
    refused = await shop.api.post(f"{url}/replies", json=body, headers=shop.headers("agent:AG-2", Role.AGENT))
    assert (refused.status_code, refused.json()["code"]) == (409, "conversation.changed")
    note = await shop.api.post(f"{url}/notes", json={"text": "Mteja wa zamani"}, headers=agent)
    assert note.json()["direction"] == "note"
    back = await shop.api.post(f"{url}/handback", json={}, headers=agent)
    assert back.json()["owner"]["kind"] == "bot"
    await shop.settle()
    read = (await shop.api.get(url, headers=agent)).json()
    assert [message["author"] for message in read["messages"]] == [
        *("customer", "bot", "agent:AG-1", "agent:AG-1", "system")
    ]
    assert [send.get("status") for send in await shop.sends()].count("read") == 1


async def test_the_dearest_that_waits_stands_on_top(shop: Town) -> None:
    """Those that wait for a person come first, by money at risk, with the reason."""
    for who in ("wanjiru", "otieno"):
        await shop.says("habari", who=who)
        thread = await shop.thread()
        async with shop.database.transaction() as session:
            risk = 10_000 if who == "wanjiru" else 125_000
            await shop.service.hand_over(session, thread.id, reason="complaint", at_risk_minor=risk)
    agent = shop.headers("agent:AG-1", Role.AGENT)
    rows = (await shop.api.get(INBOX, params={"which": "unassigned"}, headers=agent)).json()
    assert [row["reason"] for row in rows["items"]] == [
        *("complaint, KSh 1,250 at risk, waiting 0 min", "complaint, KSh 100 at risk, waiting 0 min")
    ]
    assert (rows["total"], rows["items"][0]["customer_name"]) == (2, "Otieno")
    assert (await shop.api.get(INBOX, params={"which": "mine"}, headers=agent)).json()["total"] == 0


async def test_other_cities_and_merchants_see_nothing(shop: Town) -> None:
    """A thread of Nairobi does not exist for Nashik's admin, nor for another merchant's agent."""
    await shop.says("habari")
    thread = await shop.thread()
    nashik = shop.headers("admin:A-2", Role.ADMIN, cities=["Nashik"])
    other = shop.headers("agent:AG-9", Role.AGENT, merchant_id="M-2")
    for headers in (nashik, other):
        assert (await shop.api.get(INBOX, headers=headers)).json()["total"] == 0
        for method, path, body in (
            ("GET", "", None),
            ("POST", "/take", {}),
            ("POST", "/replies", {"text": "x", "version": 0}),
            ("POST", "/handback", {}),
            ("POST", "/notes", {"text": "x"}),
        ):
            answer = await shop.api.request(method, f"{INBOX}/{thread.id}{path}", json=body, headers=headers)
            assert answer.status_code == 404, path
    assert [author for author, _ in await shop.lines()] == ["customer", "bot"]


async def test_vendors_have_no_inbox(shop: Town) -> None:
    """Only staff may read threads."""
    assert (await shop.api.get(INBOX, headers=shop.headers("vendor:V-1", Role.VENDOR))).status_code == 403
    assert (await shop.api.get(INBOX)).status_code == 401
