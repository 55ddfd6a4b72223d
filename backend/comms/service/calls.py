"""Calls: asked for by ladders and people, placed by the sender loop, answered through menus."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.templates import registered_language
from backend.comms import repository, rows
from backend.comms.ivr import AGAIN, GOODBYE, MENUS, NEAREST, VENDOR_INACTIVE, Key, node_after, words
from backend.comms.ladders import KINDS, Purpose, Rung
from backend.comms.lines import channel_for
from backend.comms.models import VoiceCall
from backend.comms.ports import ENDED, CallNews, CallState, Chased, Contact, NewCall, Spoken, moves_on
from backend.comms.repository import WaitingCall
from backend.comms.service.actions import PartnerActions, short
from backend.comms.service.journal import CommsJournal, Departure, Outbound
from backend.comms.service.messages import amount_words
from backend.comms.settings import CommsSettings
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.actors import Actor, Source
from backend.platform.ids import new_id
from backend.platform.observability.logging import get_logger
from backend.platform.observability.metrics import CALLS_ENDED, IVR_ACTIONS
from backend.platform.sends import NewSend, withdraw
from backend.platform.timers import TimerKind
from backend.vendors.service import VendorsService

log = get_logger(__name__)
BRIDGE: Final = "bridge"
NOT_IN_TIME: Final = "not_in_time"
STATUS_ASKS: Final = 6  # The last one is an hour after the call, with the usual minute between the first two.
_LIVE: Final = frozenset({CallState.QUEUED, CallState.DIALLED, CallState.ANSWERED})
_PRIORITY: Final[Mapping[Purpose, int]] = {Purpose.ADDRESS: 1, Purpose.NEW_ORDER: 2, Purpose.REMINDER: 4}


class CallsService:
    """Keeps calls and walks their menus."""

    def __init__(
        self,
        orders: OrdersService,
        vendors: VendorsService,
        journal: CommsJournal,
        actions: PartnerActions,
        settings: CommsSettings,
    ) -> None:
        self._orders = orders
        self._vendors = vendors
        self._journal = journal
        self._actions = actions
        self._settings = settings

    def departure(
        self,
        chased: Chased,
        *,
        rung: Rung,
        purpose: Purpose,
        menu: str,
        ladder: str,
        step: int,
        idem: str,
        trace_id: str,
    ) -> Departure:
        """Return a call about an order, with its line of the log and its send."""
        order, contact = chased.order, chased.contact
        drop = order.drop.text if order.drop else ""
        call = NewCall(
            new_id("CL", 10),
            order.id,
            contact.actor,
            contact.phone,
            registered_language(contact.language),
            str(purpose),
            str(rung),
            menu,
            ladder,
            params={
                "amount": amount_words(order),
                "order": " ".join(order.id),
                "vendor": chased.vendor.name,
                "area": drop.partition(",")[0],
                "address": drop,
                "city": order.city,
            },
            context_version=order.address_version,
        )
        send = NewSend(  # Without a scope: an account's limit is one for all cities.
            channel_for(self._settings, order.city, contact.phone),
            {"call_id": call.id},
            idem=idem,
            lane=contact.actor,
            order_id=order.id,
            priority=_PRIORITY[purpose],
            trace_id=trace_id,
        )
        line = Outbound(contact, order.id, str(rung), menu, idem, ladder, step, trace_id=trace_id)
        return Departure(line, (send,), call)

    async def bridge(self, session: AsyncSession, order: OrderView, first: Contact, second: Contact, idem: str) -> str:
        """Queue a call that joins two people behind our number.

        Asking again under the same key is the same call, and so is asking, by anybody, while the two are being joined.
        """
        await self._orders.get(session, order.id, lock=True)
        known = await repository.call_by_idem(session, idem)
        known = known or await repository.live_bridge(session, order.id, first.actor, second.actor)
        if known is not None:
            return known
        call = NewCall(
            new_id("CL", 10),
            order.id,
            first.actor,
            first.phone,
            registered_language(first.language),
            str(Purpose.NEW_ORDER),
            BRIDGE,
            params={"with": second.actor, "city": order.city},
            other_phone=second.phone,
        )
        channel = channel_for(self._settings, order.city, first.phone)
        send = NewSend(channel, {"call_id": call.id}, idem=idem, lane=first.actor, order_id=order.id, priority=1)
        line = Outbound(first, order.id, BRIDGE, BRIDGE, idem, payload={"with": second.actor})
        await self._journal.depart(session, [Departure(line, (send,), call)])
        return call.id

    async def cancel_ladder(self, session: AsyncSession, order_id: str, ladder: str) -> None:
        """Drop the calls of a ladder that have not been dialled."""
        await self._drop(session, await repository.waiting_calls(session, (order_id,), ladder), "cancelled")

    async def waiting(
        self, session: AsyncSession, order_ids: Sequence[str], ladder: str
    ) -> Mapping[str, Sequence[WaitingCall]]:
        """Return the calls of some orders' ladders that nobody has begun to dial, by order."""
        waiting = defaultdict[str, list[WaitingCall]](list)
        for call in await repository.waiting_calls(session, order_ids, ladder) if order_ids else ():
            waiting[call.order_id].append(call)
        return waiting

    async def give_way(self, session: AsyncSession, calls: Sequence[WaitingCall]) -> None:
        """Drop calls that were not dialled in time, since the ladder's next one says it all."""
        await self._drop(session, calls, NOT_IN_TIME)

    async def _drop(self, session: AsyncSession, calls: Sequence[WaitingCall], why: str) -> None:
        if not calls:
            return
        await withdraw(session, [call.idem for call in calls], by=why)
        await rows.cancel_calls(session, [call.id for call in calls], why)
        await rows.set_log_statuses(session, [call.idem for call in calls], why)

    async def still_wanted(self, session: AsyncSession, call: VoiceCall, *, doubtful: bool = False) -> bool:
        """True while what the call is about is still open; a bridge always is until it is dialled.

        A `doubtful` call, of which nobody could tell whether it was placed, counts once somebody is on the line, and
        once the provider has said that it knows of no such call.
        """
        live = _LIVE | {CallState.UNKNOWN} if doubtful else _LIVE
        if call.menu == VENDOR_INACTIVE:
            return call.state in live and not (await self._vendors.get(session, Actor.parse(call.callee).id)).active
        if not call.ladder:
            return call.state in live - {CallState.DIALLED, CallState.ANSWERED}
        return call.state in live and await self._is_open(session, call)

    async def _is_open(self, session: AsyncSession, call: VoiceCall) -> bool:
        """True while what a ladder's call asks has not been answered."""
        order = await self._orders.get(session, call.order_id)
        waits = order.state in KINDS[TimerKind(call.ladder)].waits_in and not self._answered(order, call)
        return waits and not await repository.ladder_ended(session, call)

    def _answered(self, order: OrderView, call: VoiceCall) -> bool:
        if call.ladder == TimerKind.ADDRESS_CONFIRM:
            return (
                order.address_confirmed_version == order.address_version
                or call.context_version != order.address_version
            )
        return call.callee.startswith("rider:") and call.callee != f"rider:{order.rider_id}"

    async def prompt(
        self, session: AsyncSession, call_id: str, speaks: Collection[str], waiting: str = ""
    ) -> Spoken | None:
        """Return what is asked now; None where nothing is asked any more.

        Args:
            session: The transaction.
            call_id: The call.
            speaks: Languages that the provider has voices for.
            waiting: Digits that were stored and not acted on yet.
        """
        call = await repository.call(session, call_id)
        if call is None or not call.menu or not await self.still_wanted(session, call, doubtful=True):
            return None
        digits = call.digits + waiting
        node, chosen = node_after(MENUS[call.menu], tuple(digits))
        if chosen is not None:
            return None
        language, recording = self._heard_in(f"{call.menu}.{node}", call.language, speaks)
        said = words(MENUS[call.menu].nodes[node].say, language).format(**call.params)
        wrong = bool(digits) and digits[-1] not in _walked(call.menu, digits)
        return Spoken((words(AGAIN, language) if wrong else "") + said, recording, language)

    def wants_more(self, call: VoiceCall, pressed: str) -> bool:
        """True where the menu has another question after these digits."""
        _, key = node_after(MENUS[call.menu], (*call.digits, *pressed))
        return key is None

    async def goodbye(self, session: AsyncSession, call_id: str, speaks: Collection[str]) -> Spoken:
        """Return the last words of a call, by what its digits have come to."""
        call = await repository.call(session, call_id)
        if call is None:
            return self.farewell("unheard", "en", speaks)
        said = {"applied": "applied", "duplicate": "settled", "refused": "settled"}.get(call.outcome)
        if said is None:
            said = "unheard" if await self.still_wanted(session, call, doubtful=True) else "settled"
        return self.farewell(said, call.language, speaks)

    def farewell(self, name: str, language: str, speaks: Collection[str]) -> Spoken:
        """Return last words, so that a voice of one of the languages that the provider `speaks` can say them."""
        language, recording = self._heard_in(f"goodbye.{name}", language, speaks)
        return Spoken(words(GOODBYE[name], language), recording, language)

    def _heard_in(self, name: str, language: str, speaks: Collection[str]) -> tuple[str, str]:
        """Return in which language a text is heard, and its recording: another language's voice would be gibberish."""
        recordings = self._settings.recordings
        heard = (language, *NEAREST.get(language, ()))
        fitting = (one for one in heard if f"{name}.{one}" in recordings or one in speaks)
        chosen = next(fitting, "en")
        return chosen, recordings.get(f"{name}.{chosen}", "")

    async def apply_news(self, session: AsyncSession, news: CallNews) -> None:
        """Record how a call stands, or act on a digit."""
        call = await self._call_of_news(session, news)
        if call is None:
            return
        if news.state is not None and moves_on(CallState(call.state), news.state):
            call.state = news.state
            await self._journal.call_stands(session, call.call_sid, news.state)
            if news.state in ENDED:
                CALLS_ENDED.labels(call.rung, news.state).inc()
                await withdraw(session, [status_ask(call.id, turn) for turn in range(STATUS_ASKS)], by="call.ended")
        if news.digit:
            await self._press(session, call, news.digit)
        elif news.hung_up:
            await self._log_digit(session, call, "hung_up", "499_CLIENT_CANCELLED", {})
        if news.hung_up or call.state in ENDED:
            await self._assume(session, call)
        await session.flush()

    async def _call_of_news(self, session: AsyncSession, news: CallNews) -> VoiceCall | None:
        """Lock the order, then the call, as every writer does; None where the news is not of this very call."""
        known = await repository.call(session, news.call_id)
        if known is None:
            return None
        await self._orders.get(session, known.order_id, lock=True)
        call = await repository.call(session, news.call_id, lock=True)
        if call is not None and call.call_sid and news.call_sid and call.call_sid != news.call_sid:
            log.warning("call.foreign_news", call_id=call.id)
            return None
        if call is not None and not call.call_sid and news.call_sid:
            await self._claim(session, call, news.call_sid)
        return call

    async def _claim(self, session: AsyncSession, call: VoiceCall, call_sid: str) -> None:
        """Note the id that came with our signed context, though a call in doubt was thought to have it."""
        for other in await repository.release_sid(session, call_sid, of=call.id):
            log.warning("call.mistaken", call_id=other, for_call_id=call.id)
        call.call_sid = call_sid

    async def _press(self, session: AsyncSession, call: VoiceCall, digit: str) -> None:
        if not call.menu or await self._has_expired(session, call):
            await self._log_digit(session, call, "expired_digit", "ignored", {"digit": digit})
            return
        before = tuple(call.digits)
        call.digits = (call.digits + digit)[:20]
        _, chosen_before = node_after(MENUS[call.menu], before)
        _, key = node_after(MENUS[call.menu], tuple(call.digits))
        if chosen_before is not None or key is None:
            known = digit in _walked(call.menu, call.digits)
            await self._log_digit(session, call, "menu" if known else "invalid_digit", "ignored", {"digit": digit})
            return
        await self._act(session, call, key, f"ivr:{call.id}")

    async def _has_expired(self, session: AsyncSession, call: VoiceCall) -> bool:
        return await repository.older_than(session, call.id, self._settings.context_lives_s)

    async def _assume(self, session: AsyncSession, call: VoiceCall) -> None:
        """Take the usual answer, flagged, where a call ended between two questions; a digit that comes later counts.

        Who asked to set a time has taken the order, though the time itself was lost.
        """
        node, chosen = node_after(MENUS[call.menu], tuple(call.digits)) if call.menu else ("", None)
        usual = MENUS[call.menu].nodes[node].otherwise if node and chosen is None else None
        if usual is None or call.outcome or await self._has_expired(session, call):
            return
        if await self._is_open(session, call):
            await self._log_digit(session, call, "answer_assumed", "flagged", {"argument": usual.argument})
            await self._act(session, call, usual, f"ivr:{call.id}:assumed")

    async def _act(self, session: AsyncSession, call: VoiceCall, key: Key, command_id: str) -> None:
        IVR_ACTIONS.labels(short(key.action)).inc()
        result = await self._actions.apply(
            session,
            call.callee,
            key.action,
            call.order_id,
            argument=key.argument or str(call.context_version),
            source=Source.IVR,
            command_id=command_id,
            channel="exotel_ivr",
        )
        call.outcome = result.outcome
        if key.action == "bridge_admin":
            await self._bridge_to_admin(session, call)

    async def _bridge_to_admin(self, session: AsyncSession, call: VoiceCall) -> None:
        """Call back and put through to the desk: a menu that runs can't be turned into a bridge."""
        order = await self._orders.get(session, call.order_id)
        caller = Contact(call.callee, "", call.phone, call.language, order.city)
        desk = Contact("admin:desk", "", self._settings.admin_number, "en", order.city)
        await self.bridge(session, order, caller, desk, f"bridge:{call.id}")

    async def _log_digit(
        self, session: AsyncSession, call: VoiceCall, action: str, outcome: str, meta: dict[str, Any]
    ) -> None:
        await self._journal.inbound(
            session,
            call.callee,
            order_id=call.order_id,
            channel="exotel_ivr",
            action=action,
            outcome=outcome,
            city=None,
            meta=meta,
        )


def status_ask(call_id: str, turn: int) -> str:
    """Name a question to the provider about a call that has not ended."""
    return f"call-status:{call_id}:{turn}"


def _walked(menu: str, digits: str) -> set[str]:
    """Return the digits that the menu knew where the caller stood."""
    known: set[str] = set()
    for place, digit in enumerate(digits):
        node, _ = node_after(MENUS[menu], tuple(digits[:place]))
        known |= MENUS[menu].nodes[node].keys.keys() & {digit}
    return known
