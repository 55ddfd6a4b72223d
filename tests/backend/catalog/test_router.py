"""The catalogue over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.router import router
from backend.platform.auth.principal import Role
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.catalog import HEADER
from tests.support.factories.orders import make_shop
from tests.support.factories.vendors import make_merchant, make_vendor

FILE = HEADER + "MKATE,Bread 400g,mkate|bread,loaf,65,KES,30,size=400g\nBAD,,,,x,KES,1,\n"


@pytest.fixture
async def api(session: AsyncSession, clock: FixedClock) -> AsyncIterator[Api]:
    await make_shop(session)
    async with serving(session, clock, router) as opened:
        yield opened


async def test_items_of_an_outlet(api: Api) -> None:
    headers = api.token("service:checkout", Role.SERVICE)
    page = (await api.client.get("/api/v1/catalog/items?vendor_id=V-1&limit=1", headers=headers)).json()
    assert (page["total"], len(page["items"])) == (3, 1)
    assert page["items"][0] == {
        "sku": "UNGA-2KG",
        "name": "Maize Flour 2kg",
        "aliases": ["unga", "unga ya ugali"],
        "unit": "packet",
        "price": 176.0,
        "price_minor": 17600,
        "currency": "KES",
        "stock": 10.0,
        "available": 10.0,
        "low_at": None,
        "low": False,
        "options": {"size": ["2kg"]},
        "active": True,
    }
    found = (await api.client.get("/api/v1/catalog/items?merchant_id=M-1&q=sugar", headers=headers)).json()
    assert [item["sku"] for item in found["items"]] == ["SUKARI-1KG"]
    assert (await api.client.get("/api/v1/catalog/items", headers=headers)).status_code == 422


@pytest.mark.parametrize(
    ("actor", "role", "options", "status"),
    [
        ("vendor:V-1", Role.VENDOR, {}, 200),
        ("vendor:V-2", Role.VENDOR, {}, 404),
        ("owner:O-1", Role.OWNER, {"merchant_id": "M-1"}, 200),
        ("owner:O-2", Role.OWNER, {"merchant_id": "M-2"}, 404),
        ("admin:A-2", Role.ADMIN, {"cities": ["Nashik"]}, 404),
        ("rider:R-1", Role.RIDER, {}, 403),
    ],
)
async def test_who_keeps_a_catalogue(
    api: Api, session: AsyncSession, actor: str, role: Role, options: dict[str, Any], status: int
) -> None:
    await make_merchant(session, "M-2")
    await make_vendor(session, "V-2", merchant_id="M-2", phone="+254700000202")
    body = {"stock": 4, "reason": "stocktake"}
    path = "/api/v1/catalog/items/NYANYA?merchant_id=M-1"
    answer = await api.client.patch(path, json=body, headers=api.token(actor, role, **options))
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["stock"] == 4.0


@pytest.mark.parametrize(
    "body",
    [
        {"stock": 4},
        {"reason": "x"},
        {"stock": -1, "reason": "x"},
        {"stock": "1000000000", "reason": "x"},
        {"low_at": "1000000000", "reason": "x"},
        {"price_minor": 1.5, "reason": "x"},
        {"price_minor": 10**13, "reason": "x"},
    ],
)
async def test_a_change_needs_its_reason_and_some_sense(api: Api, body: dict[str, Any]) -> None:
    headers = api.token("admin:A-1", Role.ADMIN)
    answer = await api.client.patch("/api/v1/catalog/items/NYANYA?vendor_id=V-1", json=body, headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("as_form", [False, True])
async def test_a_file_is_tried_and_then_taken(api: Api, as_form: bool) -> None:  # noqa: FBT001
    headers = api.token("owner:O-1", Role.OWNER, merchant_id="M-1")
    sent: dict[str, Any] = {"files": {"file": ("menu.csv", FILE, "text/csv")}} if as_form else {"content": FILE}
    tried = await api.client.post("/api/v1/catalog/import?merchant_id=M-1&dry_run=true", headers=headers, **sent)
    report = tried.json()
    assert (report["applied"], report["created"], report["rejected"]) == (False, 1, 1)
    assert report["rows"][1]["errors"] == [
        "price is not a number: 'x'",
        "name is empty; write what customers know it as",
    ]
    path = "/api/v1/catalog/items/MKATE?merchant_id=M-1"
    assert (await api.client.get(path, headers=headers)).status_code == 404
    taken = await api.client.post("/api/v1/catalog/import?merchant_id=M-1", headers=headers, **sent)
    assert taken.json() == {**report, "applied": True}
    assert (await api.client.get(path, headers=headers)).json()["price_minor"] == 6500


@pytest.mark.parametrize("sent", [{"content": b"\xff\xfe"}, {"content": b"a,b\n1,2\n"}, {"files": {"other": b"x"}}])
async def test_what_is_no_file_is_422(api: Api, sent: dict[str, Any]) -> None:
    headers = api.token("admin:A-1", Role.ADMIN)
    answer = await api.client.post("/api/v1/catalog/import?merchant_id=M-1", headers=headers, **sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "catalog.import_format")
