"""Ladders: which version holds where, and a page to write, try out and bring back one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from backend.comms import repository
from backend.comms.models import EscalationPolicy
from backend.comms.service.forecasts import LadderForecasts, LadderOutlook
from backend.comms.service.kinds import KINDS, Ladder
from backend.comms.service.plans import LadderPlans
from backend.comms.service.versions import ladder_of, may_change
from backend.console.access import StaffDep
from backend.console.chases import RUNGS, rung_words, when_words
from backend.console.ladder_form import LadderForm, read, shown, written
from backend.console.pages import page
from backend.console.queries import names_of
from backend.console.routes import ConsoleRoute
from backend.orders.service import OrdersService
from backend.platform.auth.principal import Principal, Role
from backend.platform.errors import DukaError, NotFoundError
from backend.platform.timers import TimerKind
from backend.platform.web import SessionDep, provide

router = APIRouter(prefix="/console/ladders", include_in_schema=False, route_class=ConsoleRoute)
READERS: Final = (Role.ADMIN, Role.OWNER)
_OLDER: Final = 20
# What each is for, and what the seconds of its steps count from.
TITLES: Final[Mapping[TimerKind, tuple[str, str]]] = {
    TimerKind.RESERVATION_EXPIRY: ("An order is not paid", "its placing"),
    TimerKind.PAYMENT_PENDING: ("A payment has no answer", "the prompt or link"),
    TimerKind.VENDOR_ACCEPT: ("A vendor is to accept", "the payment"),
    TimerKind.PROCESSING_REMINDER: ("A vendor is to be ready", "the end of the preparation; below 0 is before it"),
    TimerKind.RIDER_ACK: ("A rider is to accept", "the offer"),
    TimerKind.HANDOVER_WAIT: ("A rider waits at the vendor", "their word"),
    TimerKind.PICKUP: ("Packed goods are to be picked up", "the vendor's word that they are ready"),
    TimerKind.ADDRESS_CONFIRM: ("A rider is to see a new address", "the change"),
    TimerKind.OFF_ROUTE: ("A rider has left the way", "the first position beside it"),
    TimerKind.RIDER_OTD: ("A rider is to deliver", "the pick-up"),
}


@dataclass(frozen=True)
class Scope:
    """Where a version holds; empty means everywhere. `version` is an older one to look at."""

    city: Annotated[str, Query(max_length=60)] = ""
    tier: Annotated[str, Query(max_length=40)] = ""
    version: Annotated[int | None, Query(ge=1, le=2_147_483_647)] = None

    def path(self, kind: TimerKind, **more: str) -> str:
        """Return the address of a ladder's page for this place."""
        given = {"city": self.city, "tier": self.tier, **more}
        wanted = {name: value for name, value in given.items() if value}
        return f"{router.prefix}/{kind}" + (f"?{urlencode(wanted)}" if wanted else "")


@dataclass(frozen=True)
class LadderDesk:
    """The parts that the pages are made of."""

    session: SessionDep
    principal: StaffDep
    scope: Annotated[Scope, Depends()]
    orders: Annotated[OrdersService, Depends(provide(OrdersService))]
    plans: Annotated[LadderPlans, Depends(provide(LadderPlans))]
    forecasts: Annotated[LadderForecasts, Depends(provide(LadderForecasts))]

    def check(self) -> Principal:
        """Return the person, who must be allowed to look at ladders and try them out."""
        self.principal.check_role(*READERS)
        return self.principal

    @property
    def may_save(self) -> bool:
        """True where the person may make a version for this place."""
        return may_change(self.principal, self.scope.city or None)

    async def older(self, kind: TimerKind) -> Sequence[EscalationPolicy]:
        """Return the versions that were made for just this place, the newest first."""
        rows = await repository.policies(self.session, kind, active_only=False)
        city, tier = self.scope.city.lower(), self.scope.tier
        return [row for row in rows if ((row.city or "").lower(), row.tier or "") == (city, tier)][:_OLDER]

    async def standing(self, kind: TimerKind) -> Ladder:
        """Return the version that is asked for, else the one that holds here.

        Raises:
            NotFoundError: No such version was made for this place.
        """
        if self.scope.version is None:
            return await self.plans.ladder(self.session, kind, self.scope)
        found = [row for row in await self.older(kind) if row.version == self.scope.version]
        if not found:
            raise NotFoundError
        return ladder_of(found[0])

    async def save(self, kind: TimerKind, ladder: Ladder) -> None:
        """Make a new version for this place."""
        who, scope = self.principal, self.scope
        await self.plans.save(
            self.session, kind, ladder, by=str(who.actor), city=scope.city or None, tier=scope.tier or None
        )

    async def foretell(self, kind: TimerKind, ladder: Ladder, typed: str) -> LadderOutlook:
        """Say what a ladder would do to an order that the person may see, if it began now."""
        order = await self.orders.get(self.session, typed.strip().upper())
        self.principal.check_city(order.city)
        self.principal.check_merchant(order.merchant_id)
        return await self.forecasts.preview(self.session, order, kind, ladder)


DeskDep = Annotated[LadderDesk, Depends()]


@router.get("")
async def ladders(request: Request, desk: DeskDep) -> Response:
    """List the ladders, and the versions that hold somewhere."""
    who = desk.check()
    active = await repository.policies(desk.session)
    versions = {kind: [row for row in active if row.kind == kind and _is_of(who, row)] for kind in TITLES}
    values = {
        "titles": TITLES,
        "versions": versions,
        "steps": {row.id: _steps(ladder_of(row)) for rows in versions.values() for row in rows},
        "names": await names_of(desk.session, [row.created_by for rows in versions.values() for row in rows]),
    }
    return page(request, "ladders.html", values, principal=who)


def _is_of(who: Principal, row: EscalationPolicy) -> bool:
    return row.city is None or who.serves(row.city)


def _steps(ladder: Ladder) -> list[tuple[str, str]]:
    first_s = ladder.steps[0].after_s
    return [(when_words(step.after_s, first_s), rung_words(map(str, step.rungs))) for step in ladder.steps]


@router.get("/{kind}")
async def ladder(request: Request, desk: DeskDep, kind: TimerKind) -> Response:
    """Show a version of a ladder for a place, to be changed, tried out or brought back."""
    desk.check()
    return await _editor(request, desk, _known(kind), shown(await desk.standing(kind)))


@router.post("/{kind}")
async def change(request: Request, desk: DeskDep, kind: TimerKind) -> Response:
    """Try a ladder out on an order, or make a new version of it; what is wrong is said beside its field."""
    desk.check()
    async with request.form() as sent:
        fields = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
    form, found = read(_known(kind), written(fields))
    asked = dict(fields)
    if found is None:
        return await _editor(request, desk, kind, form, status=422)
    if asked.get("act") == "try":
        return await _tried(request, desk, kind, form, found, asked.get("order", ""))
    if not desk.may_save:
        notice = "That is not yours to change: a ladder holds for all shops of its place. Nothing was saved."
        return await _editor(request, desk, kind, form, notice=notice, status=403)
    await desk.save(kind, found)
    return RedirectResponse(desk.scope.path(kind, saved="1"), status_code=303)


async def _tried(
    request: Request, desk: LadderDesk, kind: TimerKind, form: LadderForm, found: Ladder, order: str
) -> Response:
    try:
        outlook = await desk.foretell(kind, found, order)
    except DukaError as error:
        return await _editor(request, desk, kind, form, order=order, order_fault=error.message, status=422)
    return await _editor(request, desk, kind, form, order=order, outlook=outlook)


def _known(kind: TimerKind) -> TimerKind:
    if kind not in TITLES:
        raise NotFoundError
    return kind


async def _editor(
    request: Request, desk: LadderDesk, kind: TimerKind, form: LadderForm, *, status: int = 200, **more: Any
) -> Response:
    older = await desk.older(kind)
    title, since = TITLES[kind]
    values: dict[str, Any] = {
        "notice": "",
        "order": "",
        "order_fault": "",
        "outlook": None,
        "saved": request.method == "GET" and "saved" in request.query_params,
        "kind": kind,
        "title": title,
        "since": since,
        "scope": desk.scope,
        "form": form,
        "rungs": [(str(rung), RUNGS[rung]) for rung in KINDS[kind].rungs],
        "calls": bool({"exotel_ring", "exotel_ivr"}.intersection(KINDS[kind].rungs)),
        "older": [(row, _steps(ladder_of(row))) for row in older],
        "may_save": desk.may_save,
        "names": await names_of(desk.session, [row.created_by for row in older]),
        **more,
    }
    return page(request, "ladder.html", values, principal=desk.principal, status=status)
