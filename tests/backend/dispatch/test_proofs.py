"""Photos and signatures as proof: sent in parts, cut and gone on with, sealed, and seen by whom they concern."""

import hashlib
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.errors import NotAPictureError
from backend.dispatch.policies import PROOF_RULES, ProofKind, may_prove
from backend.dispatch.router import router
from backend.dispatch.service import (
    BatchService,
    DispatchService,
    ProofsService,
    RidersService,
    RouteWatch,
)
from backend.dispatch.service.pictures import redrawn
from backend.dispatch.service.proofs import form_of
from backend.dispatch.settings import DispatchSettings
from backend.geo.providers.offline.maps import OfflineMaps
from backend.geo.service import GeoService
from backend.geo.settings import GeoSettings
from backend.orders.commands import AcceptOrder, MarkReady, PaymentMethod, PaymentMode
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.ports import Method
from backend.platform.actors import Actor, ActorKind
from backend.platform.auth.principal import Role
from backend.platform.clock import move_clock
from backend.platform.pruning import prune
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.dispatch import batch_service, dispatch_service, make_rider, riders_service
from tests.support.factories.orders import give, make_order, orders_service
from tests.support.factories.payments import payments_service
from tests.support.order_rows import events
from tests.support.pictures import MAKE, Uploader, blank, photo, signature

PHOTO = photo()
PHOTO_FORM = form_of(ProofKind.PHOTO)


@pytest.fixture
async def api(session: AsyncSession, clock: FixedClock) -> AsyncIterator[Api]:
    geo = GeoService(OfflineMaps(GeoSettings()), GeoSettings(), clock)
    services = {
        RidersService: riders_service(clock),
        DispatchService: dispatch_service(clock),
        BatchService: batch_service(clock),
        GeoService: geo,
        RouteWatch: RouteWatch(geo, orders_service(), riders_service(clock)),
        ProofsService: ProofsService(orders_service(), DispatchSettings(proof_most_bytes=200_000)),
    }
    async with serving(session, clock, router, services=services) as opened:
        yield opened


@pytest.fixture
def phone(api: Api) -> Uploader:
    """R-1's phone."""
    return Uploader(api, api.token("rider:R-1", Role.RIDER))


@pytest.fixture
async def carried(api: Api, session: AsyncSession, clock: FixedClock) -> OrderView:
    """A paid order that R-1 has; R-2 is on shift too."""
    await make_rider(session, clock)
    await make_rider(session, clock, "R-2", phone="+254700000302")
    order = await make_order(session, OrderState.HANDOVER)
    await _carry(api, order)
    return order


async def _carry(api: Api, order: OrderView) -> None:
    headers = api.token("admin:A-1", Role.ADMIN)
    for step in ("assign", "pickup"):
        done = await api.client.post(f"/api/v1/riders/R-1/{step}", json={"order_id": order.id}, headers=headers)
        assert done.json()["outcome"] == "applied", done.text


async def _deliver(phone: Uploader, order: OrderView, proof_id: str) -> str:
    body = {"order_id": order.id, "proof_id": proof_id}
    path = f"/api/v1/riders/{phone.rider_id}/deliver"
    answer = (await phone.api.client.post(path, json=body, headers=phone.headers)).json()
    return str(answer.get("outcome") or answer["context"]["reason"])


async def _state(session: AsyncSession, order: OrderView) -> str:
    return (await orders_service().get(session, order.id)).state


async def _delivered_told(session: AsyncSession) -> int:
    return sum(event["to"] == "delivered" for event in await events(session, "order.state.changed"))


async def test_a_photo_that_is_cut_is_gone_on_with_and_proves_once_it_is_whole(
    phone: Uploader, carried: OrderView, session: AsyncSession
) -> None:
    """Cut at 99 %: what had come is kept, the order is not delivered before the rest is, and delivered once."""
    path = (await phone.begin(carried.id, PHOTO)).headers["location"]
    proof_id, cut = path.rsplit("/", 1)[1], len(PHOTO) * 99 // 100
    assert (await phone.send(path, PHOTO[:1000], 0)).headers["upload-offset"] == "1000"
    await phone.lose_line(path, PHOTO[1000:cut], 1000)
    assert await phone.offset(path) == cut
    assert await _deliver(phone, carried, proof_id) == "dispatch.proof_unfinished"
    assert (await _state(session, carried), await _delivered_told(session)) == ("out_for_delivery", 0)
    assert (await phone.send(path, PHOTO[cut:], cut)).status_code == 204
    assert [await _deliver(phone, carried, proof_id) for _ in range(2)] == ["applied", "duplicate"]
    assert (await _state(session, carried), await _delivered_told(session)) == ("delivered", 1)
    assert await session.scalar(text("SELECT count(*) FROM proof_parts")) == 0


async def test_a_part_at_a_wrong_place_is_refused_and_nothing_changes(phone: Uploader, carried: OrderView) -> None:
    """A part that comes twice, or too early; the answer says where to go on."""
    path = (await phone.begin(carried.id, PHOTO)).headers["location"]
    await phone.send(path, PHOTO[:500], 0)
    for offset in (0, 499, 501):
        refused = await phone.send(path, PHOTO[offset : offset + 100], offset)
        assert (refused.status_code, refused.json()["code"]) == (409, "proof.wrong_offset")
        assert refused.json()["context"] == {"offset": 500}
    assert await phone.offset(path) == 500


async def test_what_is_too_large_is_refused_before_and_while_it_comes(phone: Uploader, carried: OrderView) -> None:
    announced = await phone.begin(carried.id, b"", **{"upload-length": "200001"})
    assert (announced.status_code, announced.json()["code"]) == (413, "proof.too_large")
    path = (await phone.begin(carried.id, b"ten bytes.")).headers["location"]
    for part in (b"eleven bytes", b"x" * 200_001):
        sent = await phone.send(path, part, 0)
        assert (sent.status_code, sent.json()["code"]) == (413, "proof.too_large")
    assert await phone.offset(path) == 0


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 an invoice", PHOTO[: len(PHOTO) // 2], photo(100, 100), blank(), b"GIF89a" + bytes(40)],
    ids=["document", "half", "tiny", "blank", "gif"],
)
async def test_what_is_no_picture_is_never_sealed(phone: Uploader, carried: OrderView, content: bytes) -> None:
    path = (await phone.begin(carried.id, content)).headers["location"]
    sent = await phone.send(path, content, 0)
    assert (sent.status_code, sent.json()["code"]) == (422, "proof.not_a_picture")
    assert await phone.offset(path) == 0
    assert await _deliver(phone, carried, path.rsplit("/", 1)[1]) == "dispatch.proof_unfinished"


async def test_another_riders_order_and_another_riders_photo_prove_nothing(
    api: Api, phone: Uploader, carried: OrderView, session: AsyncSession
) -> None:
    """R-2 can't begin one for the order, nor see, go on with or use R-1's; nor is one of another order any use."""
    stranger = Uploader(api, api.token("rider:R-2", Role.RIDER), "R-2")
    begun = await stranger.begin(carried.id, PHOTO)
    assert (begun.status_code, begun.json()["context"]["reason"]) == (409, "dispatch.not_yours")
    other = await make_order(session, OrderState.HANDOVER, shop=False, user_id=carried.user_id)
    await _carry(api, other)
    proof_id = await phone.upload(other.id, PHOTO)
    for path in (f"/api/v1/riders/R-2/proofs/{proof_id}", f"/api/v1/riders/R-1/proofs/{proof_id}"):
        assert (await stranger.send(path, b"x", 0)).status_code == 404
    assert await _deliver(stranger, carried, proof_id) == "dispatch.not_yours"
    assert await _deliver(phone, carried, proof_id) == "dispatch.no_such_proof"
    assert await _deliver(phone, carried, "PF-NONE") == "dispatch.no_such_proof"
    assert await _state(session, carried) == "out_for_delivery"


async def test_an_order_that_is_not_paid_needs_the_customers_code(
    api: Api, phone: Uploader, session: AsyncSession, clock: FixedClock
) -> None:
    """A photo of a parcel at a door collects no cash."""
    await make_rider(session, clock)
    order = await make_order(session, payment_mode=PaymentMode.COD, payment_method=PaymentMethod.COD)
    await payments_service(clock).begin(session, order.id, Method.COD)
    vendor = Actor(ActorKind.VENDOR, order.vendor_id)
    for command in (AcceptOrder(20), MarkReady()):
        await give(session, order, vendor, command)
    await _carry(api, order)
    for kind, content in (("photo", PHOTO), ("signature", signature())):
        proof_id = await phone.upload(order.id, content, kind)
        assert await _deliver(phone, order, proof_id) == "dispatch.code_needed"
    assert (await orders_service().get(session, order.id)).paid_minor == 0


def test_each_kind_of_proof_has_its_rule() -> None:
    assert set(PROOF_RULES) == set(ProofKind)
    assert {(kind, due): may_prove(kind, due) for kind in ProofKind for due in (0, 1)} == {
        ("otp", 0): True,
        ("otp", 1): True,
        ("photo", 0): True,
        ("photo", 1): False,
        ("signature", 0): True,
        ("signature", 1): False,
    }


async def test_the_order_keeps_the_hash_and_the_database_the_picture(
    phone: Uploader, carried: OrderView, session: AsyncSession
) -> None:
    """Neither can be changed afterwards, and the row's hash is that of its content."""
    proof_id = await phone.upload(carried.id, signature(), "signature")
    await _deliver(phone, carried, proof_id)
    row = (await session.execute(text("SELECT sha256, content, media_type FROM proofs"))).one()
    assert (row.sha256, row.media_type) == (hashlib.sha256(row.content).hexdigest(), "image/png")
    kept = await session.scalar(text("SELECT proof FROM orders"))
    assert (kept["kind"], kept["proof"], kept["sha256"]) == ("signature", proof_id, row.sha256)
    for change in ("UPDATE proofs SET order_id = order_id", "DELETE FROM proofs"):
        with pytest.raises(IntegrityError, match="kept as it is"):
            async with session.begin_nested():
                await session.execute(text(change))


async def test_staff_of_the_city_and_the_shop_see_the_picture(api: Api, phone: Uploader, carried: OrderView) -> None:
    proof_id = await phone.upload(carried.id, PHOTO)
    await phone.begin(carried.id, PHOTO)  # What is not whole is not shown.
    listed, shown = f"/api/v1/orders/{carried.id}/proofs", f"/api/v1/orders/{carried.id}/proofs/{proof_id}/picture"
    agent = api.token("agent:G-1", Role.AGENT, cities=["Nairobi"])
    [row] = (await api.client.get(listed, headers=agent)).json()
    assert (row["id"], row["kind"], row["rider_id"], row["media_type"]) == (proof_id, "photo", "R-1", "image/jpeg")
    seen = await api.client.get(shown, headers=agent)
    assert (seen.headers["etag"], seen.headers["content-type"]) == (f'"{row["sha256"]}"', "image/jpeg")
    assert hashlib.sha256(seen.content).hexdigest() == row["sha256"]
    strangers = (
        (404, api.token("agent:G-2", Role.AGENT, cities=["Nashik"])),
        (404, api.token("owner:O-2", Role.OWNER, merchant_id="M-2")),
        (403, api.token("rider:R-2", Role.RIDER)),
    )
    for status, headers in strangers:
        answers = [(await api.client.get(path, headers=headers)).status_code for path in (listed, shown)]
        assert answers == [status] * 2


async def test_uploads_that_never_end_are_forgotten_and_whole_ones_stay(
    phone: Uploader, carried: OrderView, session: AsyncSession
) -> None:
    whole = await phone.upload(carried.id, PHOTO)
    path = (await phone.begin(carried.id, PHOTO)).headers["location"]
    await phone.send(path, PHOTO[:10], 0)
    assert (await prune(session, 90))["proofs"] == 0
    await move_clock(session, timedelta(days=1, seconds=1))
    assert (await phone.send(path, PHOTO[10:], 10)).status_code == 404
    assert (await prune(session, 90))["proofs"] == 1
    assert list(await session.scalars(text("SELECT id FROM proofs"))) == [whole]
    assert await session.scalar(text("SELECT count(*) FROM proof_parts")) == 0


async def test_a_picture_is_for_goods_that_the_rider_has(api: Api, phone: Uploader, carried: OrderView) -> None:
    """Not before the pick-up, and not without end for one order."""
    for _ in range(5):
        assert (await phone.begin(carried.id, PHOTO)).status_code == 201
    enough = await phone.begin(carried.id, PHOTO)
    assert (enough.status_code, enough.json()["code"]) == (409, "proof.too_many")
    async with api.transaction() as session:
        waiting = await make_order(session, OrderState.HANDOVER, shop=False, user_id=carried.user_id)
    await api.client.post(
        "/api/v1/riders/R-1/assign", json={"order_id": waiting.id}, headers=api.token("admin:A-1", Role.ADMIN)
    )
    early = await phone.begin(waiting.id, PHOTO)
    assert (early.status_code, early.json()["context"]["reason"]) == (409, "dispatch.not_picked_up")


async def test_the_protocol_is_held_to(phone: Uploader, carried: OrderView) -> None:
    """Of tus 1.0: its version on each request, its media type on each part, its metadata at the beginning."""
    begun = await phone.begin(carried.id, PHOTO)
    path = begun.headers["location"]
    assert (begun.headers["tus-resumable"], begun.headers["upload-offset"]) == ("1.0.0", "0")
    assert begun.headers["upload-expires"].endswith("GMT")
    answers = (
        await phone.begin(carried.id, PHOTO, **{"tus-resumable": "0.2.2"}),
        await phone.send(path, b"x", 0, **{"content-type": "image/jpeg"}),
        await phone.begin(carried.id, PHOTO, "selfie"),
        await phone.begin(carried.id, PHOTO, **{"upload-metadata": "order_id ?,kind"}),
        await phone.begin(carried.id, PHOTO, **{"upload-length": "0"}),
    )
    assert [answer.status_code for answer in answers] == [412, 415, 422, 422, 422]


async def test_a_delivery_names_one_proof(api: Api, phone: Uploader, carried: OrderView) -> None:
    for proofs in ({}, {"otp": "1234", "proof_id": "PF-1"}):
        body = {"order_id": carried.id, **proofs}
        answer = await api.client.post("/api/v1/riders/R-1/deliver", json=body, headers=phone.headers)
        assert answer.status_code == 422


def test_a_picture_is_turned_made_small_and_freed_of_place_and_device() -> None:
    kept = Image.open(io.BytesIO(redrawn(photo(3200, 2400), PHOTO_FORM)))
    assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (1200, 1600), {})
    given = Image.open(io.BytesIO(PHOTO))
    assert given.getexif()[MAKE] == "Phone"


def test_ink_on_nothing_is_kept_on_white() -> None:
    kept = Image.open(io.BytesIO(redrawn(signature(), form_of(ProofKind.SIGNATURE))))
    assert (kept.format, kept.mode, kept.getpixel((0, 0)), kept.getpixel((100, 48))) == (
        "PNG",
        "RGB",
        (255, 255, 255),
        (10, 10, 60),
    )


def test_a_small_file_that_unpacks_to_a_giant_is_refused() -> None:
    with pytest.raises(NotAPictureError):
        redrawn(blank(9000, 9000), PHOTO_FORM)
