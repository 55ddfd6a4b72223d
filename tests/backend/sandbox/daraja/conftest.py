"""A merchant's side of Daraja."""

from dataclasses import dataclass
from typing import Any

import pytest

from backend.sandbox.daraja.rules import password
from tests.backend.sandbox.conftest import Sim

STAMP = "20261122172000"


@dataclass
class Merchant:
    """Holds the token and speaks to Daraja as shortcode 600999."""

    sim: Sim
    token: str = ""

    async def log_in(self) -> None:
        answer = await self.sim.client.get(
            "/daraja/oauth/v1/generate?grant_type=client_credentials",
            auth=("development-only-key", "development-only-secret"),
        )
        self.token = answer.json()["access_token"]

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {self.token}"}
        answer = await self.sim.client.post(f"/daraja{path}", json=body, headers=headers)
        return answer.status_code, answer.json()

    async def push(self, **changes: Any) -> tuple[int, Any]:
        return await self.post("/mpesa/stkpush/v1/processrequest", self.push_body() | changes)

    async def query(self, checkout_id: str) -> tuple[int, Any]:
        body = {k: self.push_body()[k] for k in ("BusinessShortCode", "Password", "Timestamp")}
        return await self.post("/mpesa/stkpushquery/v1/query", body | {"CheckoutRequestID": checkout_id})

    async def register(self, **changes: Any) -> tuple[int, Any]:
        urls = {"ConfirmationURL": "http://backend.test/c2b/confirm", "ValidationURL": "http://backend.test/c2b/ask"}
        body = {"ShortCode": "600999", "ResponseType": "Completed", **urls}
        return await self.post("/mpesa/c2b/v2/registerurl", body | changes)

    def push_body(self) -> dict[str, Any]:
        return {
            "BusinessShortCode": "600999",
            "Password": password("600999", "development-only-passkey", STAMP),
            "Timestamp": STAMP,
            "TransactionType": "CustomerPayBillOnline",
            "Amount": 420,
            "PartyA": "254711000221",
            "PartyB": "600999",
            "PhoneNumber": "254711000221",
            "CallBackURL": "http://backend.test/cb/stk/1",
            "AccountReference": "ORD7K2M",
            "TransactionDesc": "Order 7K2M",
        }

    async def callbacks(self) -> list[dict[str, Any]]:
        await self.sim.settle(1)
        return [hook.json["Body"]["stkCallback"] for hook in self.sim.hooks("/cb/stk")]


@pytest.fixture
async def merchant(sim: Sim) -> Merchant:
    made = Merchant(sim)
    await made.log_in()
    return made
