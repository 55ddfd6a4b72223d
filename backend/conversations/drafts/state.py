"""A draft order as plain data, and its form as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from backend.conversations.drafts.shared import Point


class Asked(StrEnum):
    """What the bot may ask for, in the order in which it asks."""

    ITEM = "item"
    VARIANT = "variant"
    QTY = "qty"
    ADDRESS = "address"
    PHONE = "phone"
    PAYMENT = "payment"
    CONFIRM = "confirm"


class DraftState(StrEnum):
    """What became of a draft."""

    OPEN = "open"
    PLACED = "placed"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line; `words` are the customer's own."""

    sku: str
    qty: Decimal
    words: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is open.

    Attributes:
        slot: What is asked for.
        response: Name of the bot's response.
        params: What fills the response's braces, as shown to the customer.
        skus: The SKUs that an answer may pick.
        sku: The one row that the question is about, where it is known.
        words: The customer's words that it is about.
        qty: How many of it are wanted, where that was said; for a short row, how many are left.
    """

    slot: Asked
    response: str
    params: Mapping[str, str] = field(default_factory=dict)
    skus: tuple[str, ...] = ()
    sku: str | None = None
    words: str = ""
    qty: Decimal | None = None


@dataclass(slots=True)
class Draft:
    """A draft order.

    Attributes:
        pending: Questions about goods that still have to be asked, the one that was asked included.
        question: What the bot asked last; None where nothing is open.
        point: Where the address is, as (latitude, longitude) in degrees; None where only its words are known.
        address_refused: The address on file is not wanted this time.
        read_back: Fingerprint of lines, total and address as the customer last saw them.
    """

    id: str
    state: DraftState = DraftState.OPEN
    lines: list[DraftLine] = field(default_factory=list)
    pending: list[Question] = field(default_factory=list)
    question: Question | None = None
    address: str | None = None
    point: Point | None = None
    address_refused: bool = False
    phone: str | None = None
    payment: str | None = None
    note: str | None = None
    read_back: str | None = None
    order_id: str | None = None

    @property
    def empty(self) -> bool:
        """True where nothing was asked for yet."""
        return not self.lines and not self.pending

    @property
    def asked(self) -> Asked | None:
        """The slot that the last question asked for."""
        return self.question.slot if self.question else None

    def quantity_of(self, sku: str) -> Decimal:
        """How many of a row are in the draft."""
        return sum((line.qty for line in self.lines if line.sku == sku), Decimal(0))

    def put(self, sku: str, qty: Decimal, words: str = "") -> None:
        """Set a row's quantity, in its place where it is in the draft already; zero takes it off."""
        line = DraftLine(sku, qty, words)
        places = [place for place, known in enumerate(self.lines) if known.sku == sku]
        if not places:
            self.lines.append(line)
        else:
            self.lines[places[0]] = line
        self.lines = [known for known in self.lines if known.qty > 0]

    def take_off(self, sku: str) -> bool:
        """Take a row off; False where it was not in the draft."""
        kept = [line for line in self.lines if line.sku != sku]
        found = len(kept) < len(self.lines)
        self.lines = kept
        return found

    def go_to(self, address: str | None, point: Point | None = None) -> None:
        """Set where the order goes; words alone take the former place off the map."""
        self.address, self.point = address, point

    def fingerprint(self) -> str:
        """What an answer can change, as text; equal before and after a turn that brought nothing."""
        goods = [(line.sku, str(line.qty)) for line in self.lines]
        open_goods = [(question.slot, question.words, question.sku) for question in self.pending]
        rest = (self.address, self.point, self.address_refused, self.phone, self.payment, self.note, self.state)
        return repr((goods, open_goods, rest))


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """The draft as JSON; decimals as text."""
    body: dict[str, Any] = _plain(asdict(draft))
    return body


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def draft_from_json(body: Mapping[str, Any]) -> Draft:
    """Read a stored draft back."""
    point = body.get("point")
    return Draft(
        id=body["id"],
        state=DraftState(body["state"]),
        lines=[DraftLine(line["sku"], Decimal(line["qty"]), line["words"]) for line in body["lines"]],
        pending=[_question(question) for question in body["pending"]],
        question=_question(body["question"]) if body["question"] else None,
        address=body["address"],
        point=(point[0], point[1]) if point else None,
        address_refused=body["address_refused"],
        phone=body["phone"],
        payment=body["payment"],
        note=body["note"],
        read_back=body["read_back"],
        order_id=body["order_id"],
    )


def _question(body: Mapping[str, Any]) -> Question:
    qty = body["qty"]
    return Question(
        slot=Asked(body["slot"]),
        response=body["response"],
        params=body["params"],
        skus=tuple(body["skus"]),
        sku=body["sku"],
        words=body["words"],
        qty=Decimal(qty) if qty is not None else None,
    )
