"""The dialogue's one use case: take a message that was read, and say what the bot does next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from backend.conversations.drafts import repository
from backend.conversations.drafts.goods import GOODS_SLOTS, says_yes
from backend.conversations.drafts.handover import hand_over
from backend.conversations.drafts.language import Belief
from backend.conversations.drafts.ports import EarlierMessage, Reader, Shop, ThreadFacts
from backend.conversations.drafts.scene import Scene
from backend.conversations.drafts.shared import SharedCart, SharedPlace, cart_of, place_of
from backend.conversations.drafts.state import Draft, DraftState, draft_from_json, draft_to_json
from backend.conversations.drafts.topics import answer
from backend.conversations.errors import ConversationNotFoundError
from backend.conversations.reading.types import OrderReading, ReadingContext, Thresholds, Turn
from backend.platform.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from backend.catalog.linking.catalogue import Catalogue
    from backend.conversations.drafts.settings import DraftSettings
    from backend.conversations.drafts.step import Step
    from backend.vendors.ports import MerchantView


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A customer's message as the bot has read it.

    Attributes:
        intent: As the bot decided; `nlu_fallback` where it was unsure.
        button: What a tapped button carries.
        attachments: Places and carts that came with it, as the conversation keeps them.
    """

    turn_id: str
    text: str
    reading: Mapping[str, Any]
    intent: str
    history: Sequence[EarlierMessage] = ()
    button: str | None = None
    attachments: Sequence[Mapping[str, Any]] = ()


class DialogueService:
    """Keeps the draft of each conversation and decides the next step; safe to ask twice for one turn."""

    def __init__(self, shop: Shop, settings: "DraftSettings") -> None:
        self._shop = shop
        self._settings = settings

    async def apply_reading(
        self, session: "AsyncSession", conversation_id: str, message: ReadMessage
    ) -> dict[str, Any]:
        """Take one message and return the next step, as JSON; the same turn again gets the same step.

        Raises:
            ConversationNotFoundError: There is no such conversation.
        """
        memory, held = await self._held(session, conversation_id, message.turn_id)
        if held.step is not None:
            return repository.from_text(held.step)
        row = await self._open_draft(session, conversation_id, held.draft)
        scene = await self._scene(session, held.thread, memory, row, message)
        step = await self._answer(scene, message.intent)
        await self._keep(scene, memory, row.id, message, step)
        return step.to_json()

    async def _held(
        self, session: "AsyncSession", conversation_id: str, turn_id: str
    ) -> tuple[repository.Memory, repository.Held]:
        memory = await repository.hold_memory(session, conversation_id)
        held = await repository.held(session, conversation_id, turn_id)
        if held is None:
            raise ConversationNotFoundError(conversation_id=conversation_id)
        if memory is not None:
            return memory, held
        await repository.begin_memory(session, conversation_id, held.thread.language)
        return await self._held(session, conversation_id, turn_id)

    async def _open_draft(
        self, session: "AsyncSession", conversation_id: str, row: repository.OpenDraft | None
    ) -> repository.OpenDraft:
        """Return the open draft; one that was left alone for too long is given up for a new one."""
        idle_since = self._shop.clock.now() - timedelta(seconds=self._settings.abandoned_after_s)
        if row is not None and row.updated_at >= idle_since:
            return row
        fresh = Draft(new_id("D", 9))
        if row is not None:
            former = draft_from_json(repository.from_text(row.body))
            fresh.lines = former.lines
            await repository.abandon_draft(session, row.id)
        body = repository.to_text(draft_to_json(fresh))
        return await repository.begin_draft(session, conversation_id, fresh.id, body)

    async def _scene(
        self,
        session: "AsyncSession",
        thread: ThreadFacts,
        memory: repository.Memory,
        row: repository.OpenDraft,
        message: ReadMessage,
    ) -> Scene:
        merchant = await self._shop.shops.merchant(session, thread.merchant_id)
        catalogue = await self._shop.catalogues.snapshot(session, thread.merchant_id)
        customer = await self._shop.customers.get(session, thread.customer_id)
        draft = draft_from_json(repository.from_text(row.body))
        belief = Belief(memory.language, memory.weights).after(message.reading, message.text)
        context = ReadingContext(
            text=message.text,
            history=tuple(Turn(earlier.sender, earlier.text) for earlier in message.history),
            order={line.sku: Fraction(line.qty) for line in draft.lines} or None,
            asked=draft.asked,
            thresholds=_thresholds(merchant.settings),
        )
        place, cart = place_of(message.attachments), cart_of(message.attachments)
        understood = _understood(self._shop.read, message.reading, catalogue, context)
        return Scene(
            session=session,
            shop=self._shop,
            turn_id=message.turn_id,
            thread=thread,
            merchant=merchant,
            customer=customer,
            catalogue=catalogue,
            draft=draft,
            text=message.text,
            reading=message.reading,
            understood=_with_shared(understood, place, cart),
            language=belief.language,
            weights=belief.weights,
            button=message.button,
            place=place,
            cart=cart,
            failed_turns=memory.failed_turns,
            cash_limit_minor=await self._cash_limit_minor(session, merchant),
        )

    async def _cash_limit_minor(self, session: "AsyncSession", merchant: "MerchantView") -> int | None:
        """Return what the city of the merchant's outlet takes in cash at most, where any city has a limit."""
        limits = self._shop.payments.cod_limits_minor
        if not limits:
            return None
        outlet = await self._shop.shops.vendor_for_merchant(session, merchant.id)
        return limits.get((outlet or merchant).city.lower())

    async def _answer(self, scene: Scene, intent: str) -> "Step":
        """Answer, unless this is one failed turn too many."""
        self._forget_old_goods(scene)
        step = await answer(scene, intent)
        if not step.understood and scene.failed_turns + 1 >= self._settings.failed_turns:
            return hand_over(scene, "failed_turns")
        return step

    @staticmethod
    def _forget_old_goods(scene: Scene) -> None:
        """Keep an abandoned draft's goods only where the customer comes back with a yes."""
        fresh = scene.draft.question is None and scene.draft.read_back is None and not scene.draft.pending
        if fresh and scene.draft.lines and not says_yes(scene):
            scene.draft.lines = []

    async def _keep(
        self, scene: Scene, memory: repository.Memory, draft_id: str, message: ReadMessage, step: "Step"
    ) -> None:
        session, draft = scene.session, scene.draft
        if step.asked is None and draft.state is DraftState.OPEN and step.handoff is None and draft.empty:
            draft.question = None
        failed_turns = 0 if step.understood or step.handoff else memory.failed_turns + 1
        await repository.keep(session, _kept(scene, draft_id, message, step, failed_turns))
        if scene.customer.language != scene.language:
            confidence = min(1.0, max([*scene.weights.values(), 0.0]))
            await self._shop.customers.set_language(session, scene.customer.id, scene.language, confidence=confidence)
        if draft.state is not DraftState.OPEN:
            await repository.begin_session(session, scene.thread.id)
        if step.handoff is not None:
            await self._shop.handover.hand_over(session, scene.thread.id, message.turn_id, step.handoff)


def _kept(scene: Scene, draft_id: str, message: ReadMessage, step: "Step", failed_turns: int) -> repository.Kept:
    said, draft = scene.understood, scene.draft
    return repository.Kept(
        turn_id=message.turn_id,
        conversation_id=scene.thread.id,
        reading=repository.to_text({"text": message.text, "reading": dict(message.reading), **said.to_json()}),
        step=repository.to_text(step.to_json()),
        summary={
            "intent": said.intent,
            "decision": said.decision.value,
            "ask": said.ask.value if said.ask else None,
            "confidence": round(said.confidence, 4),
            "language": scene.language,
            "understood": step.understood,
            "handoff": step.handoff.reason if step.handoff else None,
        },
        draft_id=draft_id,
        draft_state=str(draft.state),
        body=repository.to_text(draft_to_json(draft)),
        order_id=draft.order_id,
        language=scene.language,
        weights=dict(scene.weights),
        failed_turns=failed_turns,
        asked=step.asked,
    )


def _understood(
    read: Reader, reading: Mapping[str, Any], catalogue: "Catalogue", context: ReadingContext
) -> OrderReading:
    """Link the reading; a yes that names goods answers a question about goods ("fine, the other one then")."""
    said = read(reading, catalogue, context)
    if said.intent != "affirm" or context.asked not in GOODS_SLOTS:
        return said
    intent = {**(reading.get("intent") or {}), "name": "place_order"}
    as_order = read({**reading, "intent": intent}, catalogue, context)
    return as_order if as_order.lines else said


def _with_shared(said: OrderReading, place: SharedPlace | None, cart: SharedCart | None) -> OrderReading:
    """Let a place on the map be the address whatever was read, and the words beside a cart be its note.

    What brings either is neither a yes nor a no, whatever a pin or a basket alone looks like.
    """
    if place is None and cart is None:
        return said
    intent = "place_order" if said.intent in {"affirm", "deny"} else said.intent
    address = place.words if place is not None else said.address
    note = said.note or (cart.note if cart is not None and cart.note else None)
    return replace(said, intent=intent, address=address, note=note)


def _thresholds(settings: Mapping[str, Any]) -> Thresholds | None:
    """The merchant's dial, where one is set."""
    dial = settings.get("thresholds") or {}
    return Thresholds(float(dial["accept"]), float(dial.get("handoff", 0.0))) if "accept" in dial else None
