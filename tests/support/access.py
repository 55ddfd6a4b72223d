"""Who may call what, written by hand, and a body that fits each operation."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

# The roles, and the operations that are theirs; the paths stand below /api/v1.
_ROWS: Sequence[tuple[str, Sequence[str]]] = (
    (
        "admin agent bot customer developer owner service",
        (
            "POST /orders",
            "GET /users/{user_id}",
        ),
    ),
    (
        "admin agent bot customer developer owner rider service vendor",
        (
            "GET /orders",
            "GET /orders/{order_id}",
            "GET /orders/{order_id}/notes",
            "GET /orders/{order_id}/notes/{note_id}/file",
        ),
    ),
    (
        "admin agent bot owner rider service vendor",
        (
            "PATCH /orders/{order_id}/state",
            "POST /orders/{order_id}/notes",
        ),
    ),
    (
        "admin agent bot owner service",
        (
            "POST /orders/{order_id}/address",
            "GET /orders/{order_id}/payment",
            "POST /orders/{order_id}/payment",
            "POST /orders/{order_id}/payment/claim",
            "GET /orders/{order_id}/receipts",
        ),
    ),
    (
        "admin agent bot developer owner service trainer",
        ("GET /orders/{order_id}/timeline",),
    ),
    (
        "admin agent bot owner service vendor",
        (
            "POST /vendors/{vendor_id}/ack",
            "POST /vendors/{vendor_id}/ready",
            "GET /vendors/{vendor_id}/metrics",
        ),
    ),
    (
        "admin agent bot customer developer owner service vendor",
        (
            "GET /catalog/items",
            "GET /catalog/items/{sku}",
        ),
    ),
    (
        "admin agent owner service vendor",
        (
            "POST /catalog/items/{sku}/adjustments",
            "GET /catalog/items/{sku}/movements",
            "GET /catalog/items/{sku}/prices",
            "PATCH /catalog/items/{sku}",
        ),
    ),
    (
        "admin owner service",
        (
            "POST /catalog/items/{sku}/prices",
            "DELETE /catalog/prices/{price_id}",
            "POST /catalog/import",
        ),
    ),
    (
        "admin agent owner service",
        (
            "GET /vendors",
            "GET /riders/available",
            "GET /orders/{order_id}/suggestions",
            "GET /orders/{order_id}/proofs",
            "GET /orders/{order_id}/proofs/{proof_id}/picture",
            "POST /riders/{rider_id}/assign",
            "POST /comms/notify/{who}/{what}",
            "POST /comms/bridge",
            "GET /comms/timeline/{order_id}",
            "GET /exceptions",
            "POST /exceptions/{card_id}/take",
            "POST /exceptions/{card_id}/resolve",
            "GET /ladders",
            "GET /comms/ladders/{order_id}",
            "POST /comms/ladders/{order_id}/{kind}/preview",
            "POST /comms/ladders/{order_id}/{kind}/{act}",
            "GET /reports/{merchant_id}",
            "GET /reports/{merchant_id}/kept/{kind}/{day}",
            "GET /reports/{merchant_id}/{kind}/{day}",
            "GET /reports/{merchant_id}/{kind}/{day}/file",
            "GET /reports/{merchant_id}/{kind}/{day}/orders",
            "GET /analytics/vendors",
            "GET /analytics/riders",
            "GET /analytics/orders",
            "GET /analytics/comms",
        ),
    ),
    (
        "admin agent bot developer owner service vendor",
        (
            "GET /vendors/{vendor_id}",
            "GET /vendors/{vendor_id}/hours",
        ),
    ),
    (
        "admin owner service vendor",
        (
            "POST /vendors/{vendor_id}/activate",
            "POST /vendors/{vendor_id}/deactivate",
            "PUT /vendors/{vendor_id}/hours",
        ),
    ),
    (
        "admin rider service",
        (
            "POST /orders/{order_id}/payment/switch-to-upi",
            "POST /orders/{order_id}/payment/return-to-cash",
            "POST /orders/{order_id}/payment/cash",
        ),
    ),
    (
        "admin owner",
        (
            "GET /refunds",
            "POST /refunds/{refund_id}/paid",
            "POST /refunds/{refund_id}/payout",
            "GET /refunds/{refund_id}/payouts",
            "GET /payments/receipts/open",
            "GET /payments/mismatch",
            "POST /payments/receipts/{receipt_id}/give-back",
            "POST /payments/receipts/{receipt_id}/match",
            "POST /payments/receipts/{receipt_id}/split",
            "POST /payments/receipts/{receipt_id}/undo",
            "POST /orders/{order_id}/receipts",
            "GET /payments/settlements",
            "POST /payments/settlements",
            "POST /payments/statements",
            "GET /payments/trial-balance",
            "POST /refunds/{refund_id}/decision",
        ),
    ),
    (
        "admin",
        ("PUT /ladders/{kind}",),
    ),
    (
        "admin agent owner rider service",
        (
            "GET /riders/{rider_id}",
            "GET /riders/{rider_id}/metrics",
            "POST /riders/{rider_id}/ack",
            "POST /riders/{rider_id}/waiting",
            "POST /riders/{rider_id}/pickup",
            "POST /riders/{rider_id}/deliver",
            "POST /riders/{rider_id}/undelivered",
            "POST /riders/{rider_id}/route",
            "POST /riders/{rider_id}/exception",
            "POST /riders/{rider_id}/shift",
            "POST /riders/{rider_id}/position",
            "POST /riders/{rider_id}/proofs",
            "HEAD /riders/{rider_id}/proofs/{proof_id}",
            "PATCH /riders/{rider_id}/proofs/{proof_id}",
            "GET /riders/{rider_id}/cash",
        ),
    ),
    (
        "admin agent bot developer owner rider service",
        (
            "POST /geo/eta",
            "POST /geo/offroute-check",
            "POST /geo/reverse-geocode",
        ),
    ),
    (
        "bot",
        ("POST /bot/conversations/{conversation_id}/turns",),
    ),
    (
        "admin agent owner",
        (
            "POST /orders/{order_id}/refunds",
            "POST /riders/{rider_id}/cash/hand-ins",
            "GET /inbox/conversations",
            "GET /inbox/conversations/{conversation_id}",
            "GET /inbox/conversations/{conversation_id}/messages/{message_id}/files/{place}",
            "POST /inbox/conversations/{conversation_id}/take",
            "POST /inbox/conversations/{conversation_id}/replies",
            "POST /inbox/conversations/{conversation_id}/handback",
            "POST /inbox/conversations/{conversation_id}/notes",
        ),
    ),
    (
        "admin service",
        (
            "POST /dispatch/batches",
            "GET /dispatch/batches/preview",
        ),
    ),
    (
        "owner",
        (
            "POST /payments/settlements/{settlement_id}/paid",
            "POST /payments/bank-transfers",
            "PUT /payments/fees/{merchant_id}",
            "POST /riders/{rider_id}/cash/write-offs",
        ),
    ),
)
MAY: Mapping[str, frozenset[str]] = {
    name.replace(" /", " /api/v1/", 1): frozenset(roles.split()) for roles, names in _ROWS for name in names
}
# What belongs to no city: sums about the map, and the ladders that all may look at.
OF_NO_PLACE = frozenset(
    {
        "POST /api/v1/geo/eta",
        "POST /api/v1/geo/reverse-geocode",
        "POST /api/v1/geo/offroute-check",
        "GET /api/v1/ladders",
    }
)

# Money whose order is not known, and what is owed to whole merchants: the platform's, of whichever city its staff is;
# a merchant's own people never see it.
OF_THE_PLATFORM = frozenset(
    {
        "GET /api/v1/payments/receipts/open",
        "GET /api/v1/payments/mismatch",
        "POST /api/v1/payments/receipts/{receipt_id}/give-back",
        "POST /api/v1/payments/receipts/{receipt_id}/match",
        "POST /api/v1/payments/receipts/{receipt_id}/split",
        "POST /api/v1/payments/receipts/{receipt_id}/undo",
        "POST /api/v1/orders/{order_id}/receipts",
        "POST /api/v1/payments/settlements",
        "POST /api/v1/payments/statements",
    }
)


def body_of(name: str, ids: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The request's body as arguments of the client, and its query."""
    order = {"order_id": ids["order_id"]}
    point = {"lat": -1.29, "lng": 36.79}
    bodies: dict[str, dict[str, Any]] = {
        "POST /api/v1/bot/conversations/{conversation_id}/turns": {
            "intent": "greet",
            "reading": {},
            "text": "habari",
            "turn_id": "T-1",
        },
        "PATCH /api/v1/catalog/items/{sku}": {"reason": "counted", "stock": "12"},
        "POST /api/v1/catalog/items/{sku}/adjustments": {"by": "1", "reason": "found one more"},
        "POST /api/v1/catalog/items/{sku}/prices": {
            "price_minor": 18000,
            "from_at": "2036-01-01T00:00:00Z",
            "reason": "season",
        },
        "POST /api/v1/dispatch/batches": {"city": "Nairobi"},
        "POST /api/v1/comms/bridge": {**order, "first": "vendor", "second": "admin"},
        "POST /api/v1/comms/ladders/{order_id}/{kind}/preview": {},
        "POST /api/v1/comms/ladders/{order_id}/{kind}/{act}": {"reason": "they asked for a minute"},
        "POST /api/v1/comms/notify/{who}/{what}": order,
        "POST /api/v1/exceptions/{card_id}/resolve": {"resolution": "called them"},
        "POST /api/v1/geo/eta": {"from": point, "to": point},
        "POST /api/v1/geo/offroute-check": {"position": point, "points": [point, point]},
        "POST /api/v1/geo/reverse-geocode": point,
        "POST /api/v1/inbox/conversations/{conversation_id}/handback": {},
        "POST /api/v1/inbox/conversations/{conversation_id}/notes": {"text": "regular"},
        "POST /api/v1/inbox/conversations/{conversation_id}/replies": {"version": 0, "text": "Karibu"},
        "POST /api/v1/inbox/conversations/{conversation_id}/take": {},
        "PUT /api/v1/ladders/{kind}": {"city": "Nairobi", "steps": [{"after_s": 0, "rungs": ["admin"]}]},
        "POST /api/v1/orders": {
            "user_id": ids["user_id"],
            "vendor_id": ids["vendor_id"],
            "items": [{"sku": "SUKARI-1KG", "qty": 1}],
            "delivery": {"address_text": "Yaya Centre"},
        },
        "POST /api/v1/orders/{order_id}/address": {"address_text": "Yaya Centre, gate C"},
        "POST /api/v1/orders/{order_id}/notes": {"text": "Ring twice."},
        "POST /api/v1/orders/{order_id}/payment": {"method": "mpesa", "payer_phone": "+254700000101"},
        "POST /api/v1/orders/{order_id}/payment/cash": {"amount_minor": 100, "rider_id": "R-1"},
        "POST /api/v1/orders/{order_id}/payment/claim": {"code": "QX7ABCDEF1"},
        "PATCH /api/v1/orders/{order_id}/state": {"to": "processing"},
        "POST /api/v1/refunds/{refund_id}/decision": {"approve": True, "note": "paid late"},
        "POST /api/v1/refunds/{refund_id}/paid": {"code": "QX7REFUND1"},
        "POST /api/v1/orders/{order_id}/refunds": {
            "receipt_id": "R-X",
            "amount_minor": 100,
            "cause": "damaged",
            "note": "a torn packet",
        },
        "POST /api/v1/payments/receipts/{receipt_id}/match": order,
        "POST /api/v1/payments/receipts/{receipt_id}/split": {
            "parts": [{**order, "amount_minor": 100}],
            "reason": "for two orders",
        },
        "POST /api/v1/payments/receipts/{receipt_id}/undo": {"reason": "another order's"},
        "POST /api/v1/orders/{order_id}/receipts": {"receipt_ids": ["R-X"], "reason": "paid in two parts"},
        "POST /api/v1/payments/bank-transfers": {
            "provider": "upi",
            "currency": "INR",
            "amount_minor": 100,
            "code": "SETL-1",
        },
        "POST /api/v1/payments/settlements": {
            "merchant_id": "M-1",
            "currency": "KES",
            "until": "2026-11-20T00:00:00Z",
        },
        "POST /api/v1/payments/settlements/{settlement_id}/paid": {"code": "QX7SETTLE1"},
        "PUT /api/v1/payments/fees/{merchant_id}": {"basis_points": 250},
        "POST /api/v1/riders/{rider_id}/ack": {**order, "action": "accept"},
        "POST /api/v1/riders/{rider_id}/assign": order,
        "POST /api/v1/riders/{rider_id}/cash/hand-ins": {"currency": "KES", "counted_minor": 100},
        "POST /api/v1/riders/{rider_id}/cash/write-offs": {"currency": "KES", "amount_minor": 1, "note": "lost"},
        "POST /api/v1/riders/{rider_id}/deliver": {**order, "otp": "1234"},
        "POST /api/v1/riders/{rider_id}/exception": {**order, "kind": "safety"},
        "POST /api/v1/riders/{rider_id}/pickup": order,
        "POST /api/v1/riders/{rider_id}/undelivered": {**order, "reason": "nobody at home"},
        "POST /api/v1/riders/{rider_id}/waiting": order,
        "POST /api/v1/riders/{rider_id}/position": point,
        "POST /api/v1/riders/{rider_id}/route": {**order, "polyline": "_p~iF~ps|U_ulLnnqC"},
        "POST /api/v1/riders/{rider_id}/shift": {"on_shift": True},
        "POST /api/v1/vendors/{vendor_id}/ack": {**order, "action": "accept"},
        "POST /api/v1/vendors/{vendor_id}/deactivate": {"reason": "holiday"},
        "PUT /api/v1/vendors/{vendor_id}/hours": {"hours": []},
        "POST /api/v1/vendors/{vendor_id}/ready": order,
    }
    query = {"vendor_id": ids["vendor_id"]} if "/catalog/" in name else {}
    if name.endswith("/{day}/file"):
        query = {"form": "csv"}
    if name.endswith("/{day}/orders"):
        query = {"figure": "collected.mpesa"}
    if name == "GET /api/v1/dispatch/batches/preview":
        query = {"city": "Nairobi"}
    if name == "GET /api/v1/riders/available":
        query = {"area": "Nairobi"}
    if "/riders/{rider_id}/proofs" in name:
        return _upload_of(name.split(" ", 1)[0], ids["order_id"]), query
    if name == "POST /api/v1/payments/statements":
        return {"files": {"file": ("statement.csv", b"Receipt No.,Paid In\n", "text/csv")}}, query
    if name == "POST /api/v1/catalog/import":
        return {"files": {"file": ("items.csv", b"sku,name,price\n", "text/csv")}}, query
    return ({"json": bodies[name]} if name in bodies else {}), query


def _upload_of(method: str, order_id: str) -> dict[str, Any]:
    """The headers, and a part's body, of an upload in the form of tus."""
    headers = {"tus-resumable": "1.0.0"}
    if method == "POST":
        named = base64.b64encode(order_id.encode()).decode()
        headers |= {"upload-length": "9", "upload-metadata": f"order_id {named},kind cGhvdG8="}
    if method == "PATCH":
        headers |= {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
    return {"headers": headers, **({"content": b"a part"} if method == "PATCH" else {})}
