"""A photo that a rider sends on WhatsApp: fetched, checked and kept as an upload is, and proof once they say so."""

from typing import Any

import pytest

from backend.channels.ports import MediaRef
from backend.comms.partner_refusals import REFUSED
from backend.comms.partner_words import PHRASES
from backend.orders.commands import ApproveCod, PaymentMethod, PaymentMode
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform.db.session import Database
from tests.support.factories.comms import Switchboard
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import ADMIN, give, make_order
from tests.support.pictures import blank, photo

VENDOR, RIDER, SECOND = "+254700000201", "+254700000301", "+254700000302"


async def carried(board: Switchboard, order: OrderView) -> OrderView:
    """Bring the order's goods into the rider's hands."""
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    await board.write(RIDER, payload=f"rider_accept:{order.id}")
    await board.write(RIDER, payload=f"rider_picked:{order.id}")
    return await board.order(order.id)


async def last(board: Switchboard, phone: str = RIDER) -> tuple[str, list[str]]:
    return (await board.messages(phone))[-1]


async def proofs(board: Switchboard) -> list[tuple[Any, ...]]:
    return await board.rows("SELECT order_id, rider_id, kind, media_type, sealed_at IS NOT NULL FROM proofs")


async def send(board: Switchboard, content: bytes, words: str = "") -> None:
    await board.write(RIDER, words, media=await board.photograph(content))


async def test_a_photo_is_kept_and_a_tap_delivers(board: Switchboard, order: OrderView) -> None:
    """The photo alone delivers nothing; its button does, once, with the kept picture as proof."""
    await carried(board, order)
    await send(board, photo())
    assert await proofs(board) == [(order.id, "R-1", "photo", "image/jpeg", True)]
    assert (await board.order(order.id)).state == "out_for_delivery"
    text, [button] = await last(board)
    assert text == PHRASES["rider_photo_kept"]["sw"].format(order=order.id)
    await board.write(RIDER, payload=button)
    await board.write(RIDER, payload=button)
    assert (await board.order(order.id)).state == "delivered"
    [(proof, kept)] = await board.rows("SELECT a.proof, p.id FROM assignments a JOIN proofs p USING (order_id)")
    assert (proof["kind"], proof["proof"]) == ("photo", kept)
    assert await board.rows("SELECT count(*) FROM order_events WHERE command = 'DeliverOrder'") == [(1,)]


@pytest.mark.parametrize(
    ("content", "code"),
    [(blank(), "proof.not_a_picture"), (photo()[:4000], "proof.not_a_picture"), (b"\xff\xd8no", "proof.not_a_picture")],
)
async def test_what_is_no_picture_is_not_kept_and_the_rider_is_told(
    board: Switchboard, order: OrderView, content: bytes, code: str
) -> None:
    await carried(board, order)
    await send(board, content)
    assert [row[-1] for row in await proofs(board)] in ([], [False])
    assert await last(board) == (REFUSED[code]["sw"].format(order=order.id), [])
    assert (await board.order(order.id)).state == "out_for_delivery"


async def test_a_photo_that_is_gone_is_asked_for_again(board: Switchboard, order: OrderView) -> None:
    await carried(board, order)
    await board.write(RIDER, media=MediaRef(type="image", id="no-such-file"))
    assert await last(board) == (REFUSED["proof.not_fetched"]["sw"].format(order=order.id), [])


async def test_a_photo_that_is_too_large_is_not_kept(
    board: Switchboard, order: OrderView, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same limit as an upload's."""
    monkeypatch.setattr(board.proofs._settings, "proof_most_bytes", 2000)
    await carried(board, order)
    await send(board, photo())
    assert await proofs(board) == []
    assert await last(board) == (REFUSED["proof.not_fetched"]["sw"].format(order=order.id), [])


async def test_a_provider_that_stammers_keeps_one_photo(board: Switchboard, order: OrderView) -> None:
    """Refused, cut and answered at last: one picture, one message."""
    await carried(board, order)
    picture = await board.photograph(photo())
    for mode in ("refuse", "cut"):
        await board.control(
            "/faults", {"provider": "whatsapp", "path": picture.id, "mode": mode, "status": 503, "left": 1}
        )
    await board.write(RIDER, media=picture)
    for _ in range(4):
        await board.wait(70)
    assert await proofs(board) == [(order.id, "R-1", "photo", "image/jpeg", True)]
    told = [text for text, _ in await board.messages(RIDER) if text.startswith("Picha")]
    assert len(told) == 1


async def test_an_order_that_owes_wants_the_code(board: Switchboard, database: Database) -> None:
    """The photo is kept, but a parcel at a door has paid nothing; the button of old is refused too."""
    async with database.transaction() as session:
        user = (await make_customer(session)).id
        cash = {"payment_mode": PaymentMode.COD, "payment_method": PaymentMethod.COD}
        placed = await make_order(session, shop=False, user_id=user, **cash)
        order = await give(session, placed, ADMIN, ApproveCod())
    await carried(board, order)
    await send(board, photo())
    text, buttons = await last(board)
    assert (text.startswith("Picha ya oda"), "352" in text, buttons) == (True, True, [])
    [(proof,)] = await board.rows("SELECT id FROM proofs")
    await board.write(RIDER, payload=f"rider_proven:{proof}:{order.id}")
    assert (await board.order(order.id)).state == "out_for_delivery"
    assert await last(board) == (REFUSED["dispatch.code_needed"]["sw"].format(order=order.id), [])


async def test_with_two_orders_on_the_way_they_are_asked_which(board: Switchboard, order: OrderView) -> None:
    await carried(board, order)
    async with board.database.transaction() as session:
        user = (await make_customer(session, external_id="254700000103", phone="+254700000103")).id
        other = await make_order(session, OrderState.HANDOVER, shop=False, user_id=user)
    await board.settle()
    await board.write(RIDER, payload=f"rider_accept:{other.id}")
    await board.write(RIDER, payload=f"rider_picked:{other.id}")
    await send(board, photo())
    text, buttons = await last(board)
    assert (text, len(buttons), await proofs(board)) == (PHRASES["which_order"]["sw"], 2, [])
    await board.write(RIDER, payload=next(button for button in buttons if button.endswith(other.id)))
    assert [row[0] for row in await proofs(board)] == [other.id]


async def test_a_photo_before_the_goods_are_fetched_proves_nothing(board: Switchboard, order: OrderView) -> None:
    """The rider hears what comes next; nor can another rider send a photo for an order that is not theirs."""
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    await board.write(RIDER, payload=f"rider_accept:{order.id}")
    await send(board, photo())
    assert (await last(board))[1] == [f"rider_picked:{order.id}", f"rider_waits:{order.id}"]
    picture = await board.photograph(photo())
    await board.write(SECOND, payload=f"rider_photo:{picture.id}:{order.id}")
    assert await last(board, SECOND) == (REFUSED["order.not_yours"]["sw"].format(order=order.id), [])
    assert await proofs(board) == []


async def test_a_code_below_the_photo_counts_as_the_code(board: Switchboard, order: OrderView) -> None:
    await carried(board, order)
    async with board.database.transaction() as session:
        code = str(await board.desk.code_for_customer(session, order.id))
    await send(board, photo(), code)
    assert (await board.order(order.id)).state == "delivered"
