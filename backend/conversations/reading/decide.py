"""Decides what is done with a reading: rows by intent, then the first open question of an order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from backend.conversations.reading.pieces import cues
from backend.conversations.reading.types import Decision, Slot

_ORDERS: Final = ("place_order", "modify_order")
_TALK: Final = ("affirm", "deny", "special_instruction", "choose_payment")
_MANY: Final = Fraction(40)
_SOME: Final = Fraction(20)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision is made from; `open_slots` are the questions that the lines leave, in no order."""

    intent: str
    text: str
    flags: Mapping[str, Any] = field(default_factory=dict)
    open_slots: frozenset[Slot] = frozenset()
    lines: Mapping[str, Fraction] = field(default_factory=dict)
    removed: bool = False
    over_stock: bool = False
    most_asked: Fraction = Fraction(0)
    address: Mapping[str, Any] | None = None
    phone: Mapping[str, Any] | None = None
    payment: Mapping[str, Any] | None = None
    answered_more: bool = False
    left: bool = False
    asked_confirm: bool = False
    unclear: bool = False
    lost_amount: bool = False
    stray: bool = False
    mistyped: bool = False
    opens: bool = False
    acts_on_nothing: bool = False
    may_change: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with the slot to ask for and the rule that made it."""

    decision: Decision
    ask: Slot | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: for these intents, where `when` holds, this verdict. The first row that fits decides."""

    name: str
    intents: tuple[str, ...]
    when: Callable[[Facts], bool]
    decision: Decision
    ask: Slot | None = None


def _always(_: Facts) -> bool:
    return True


def _flag(name: str) -> Callable[[Facts], bool]:
    return lambda facts: bool(facts.flags.get(name))


def is_bulk(facts: Facts) -> bool:
    """Whether an order is beyond what a shop books by itself: said to be, and not small; or far more than it has."""
    if facts.most_asked >= _MANY and (facts.over_stock or Slot.VARIANT in facts.open_slots):
        return True
    few = 0 < facts.most_asked <= _SOME and not facts.flags.get("wholesale")
    small = few or (facts.lines and facts.most_asked <= _SOME and not facts.open_slots)
    small = small and not (facts.flags.get("wholesale") and facts.lost_amount)  # "... for 150 people, idli and upma"
    return bool(facts.flags.get("bulk")) and not small


def _wants_prompt_again(facts: Facts) -> bool:
    known = cues()
    if known.any_in(known.money_gone, facts.text):
        return False
    return known.any_in(known.no_prompt, facts.text) and known.any_in(known.resend, facts.text)


def _paid_or_left(facts: Facts) -> bool:
    told = cues().any_in(cues().paid_before, facts.text)
    return bool(facts.flags.get("paid") or facts.flags.get("left")) or facts.left or told


def _no_address(facts: Facts) -> bool:
    return not facts.address or bool(facts.address.get("vague"))


def _bad_payment(facts: Facts) -> bool:
    return bool(facts.payment) and not (facts.payment or {}).get("supported", True)


def _no_payment(facts: Facts) -> bool:
    return not facts.payment or not facts.payment.get("value") or _bad_payment(facts)


def _vague_address(facts: Facts) -> bool:
    vague = facts.address.get("vague") if facts.address else cues().any_in(cues().brought_elsewhere, facts.text)
    return bool(vague) and not facts.flags.get("usual_place")


def _on_credit(facts: Facts) -> bool:
    return bool(facts.flags.get("credit")) or cues().any_in(cues().on_account, facts.text)


def _bad_phone(facts: Facts) -> bool:
    return bool(facts.phone) and not (facts.phone or {}).get("valid", True)


def _nothing_ordered(facts: Facts) -> bool:
    settles = any((facts.address, facts.phone, facts.payment))
    return (
        not facts.lines
        and not facts.removed
        and not facts.open_slots
        and not (settles and facts.intent == "place_order" and not facts.opens)
    )


def _open(slot: Slot) -> Callable[[Facts], bool]:
    return lambda facts: slot in facts.open_slots


RULES: Final = (
    Rule("a person is asked for", ("complaint", "return_refund", "ask_human"), _always, Decision.HANDOFF),
    Rule("prompt sent again", ("payment_problem",), _wants_prompt_again, Decision.REPLY),
    Rule("money astray", ("payment_problem",), _always, Decision.HANDOFF),
    Rule("paid or left", ("cancel_order",), _paid_or_left, Decision.HANDOFF),
    Rule("may be a change", ("cancel_order", "affirm"), lambda facts: facts.may_change, Decision.CLARIFY, Slot.ITEM),
    Rule("cancel", ("cancel_order",), _always, Decision.ACCEPT),
    Rule("no address", ("change_address",), _no_address, Decision.CLARIFY, Slot.ADDRESS),
    Rule("new address", ("change_address",), _always, Decision.ACCEPT),
    Rule("nothing to act on", _TALK, lambda facts: facts.acts_on_nothing, Decision.CLARIFY, Slot.ITEM),
    Rule("no way of paying", ("choose_payment",), _no_payment, Decision.CLARIFY, Slot.PAYMENT),
    Rule("way of paying", ("choose_payment",), _always, Decision.ACCEPT),
    Rule("nothing more", ("deny",), lambda facts: facts.answered_more, Decision.ACCEPT),
    Rule("refused", ("deny",), lambda facts: facts.asked_confirm, Decision.CLARIFY, Slot.ITEM),
    Rule("acted on", ("affirm", "deny", "special_instruction"), _always, Decision.ACCEPT),
    Rule("credit", _ORDERS, _on_credit, Decision.HANDOFF),
    Rule("bulk", _ORDERS, is_bulk, Decision.HANDOFF),
    Rule("unclear change", _ORDERS, lambda facts: facts.unclear, Decision.CLARIFY, Slot.ITEM),
    Rule("item open", _ORDERS, _open(Slot.ITEM), Decision.CLARIFY, Slot.ITEM),
    Rule("nothing ordered", _ORDERS, _nothing_ordered, Decision.CLARIFY, Slot.ITEM),
    Rule("variant open", _ORDERS, _open(Slot.VARIANT), Decision.CLARIFY, Slot.VARIANT),
    Rule("quantity open", _ORDERS, _open(Slot.QTY), Decision.CLARIFY, Slot.QTY),
    Rule("amount without an item", _ORDERS, lambda facts: facts.lost_amount, Decision.CLARIFY, Slot.ITEM),
    Rule("word in an item's place", ("place_order",), lambda facts: facts.stray, Decision.CLARIFY, Slot.ITEM),
    Rule("vague address", _ORDERS, _vague_address, Decision.CLARIFY, Slot.ADDRESS),
    Rule("phone does not work", _ORDERS, _bad_phone, Decision.CLARIFY, Slot.PHONE),
    Rule("way of paying unknown", _ORDERS, _bad_payment, Decision.CLARIFY, Slot.PAYMENT),
    Rule("word that may be mistyped", _ORDERS, lambda facts: facts.mistyped, Decision.CLARIFY, Slot.ITEM),
    Rule("order", _ORDERS, _always, Decision.ACCEPT),
)


def decide(facts: Facts) -> Verdict:
    """Look up the first row that fits; what has no row is answered and orders nothing."""
    for rule in RULES:
        if facts.intent in rule.intents and rule.when(facts):
            return Verdict(rule.decision, rule.ask, rule.name)
    return Verdict(Decision.REPLY, None, "answer")
