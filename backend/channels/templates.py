"""Message templates as registered with WhatsApp: names, parameters, buttons and languages, as rows."""

from dataclasses import dataclass
from typing import Final

from backend.channels.errors import UnknownTemplateError

LANGUAGES: Final = ("en", "sw", "hi", "mr")
_REGISTERED_AS: Final = {"sheng": "sw", "hi-Latn": "hi", "mr-Latn": "mr", "mixed": "en"}
MAX_PARAMETER: Final = 900


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One template.

    Attributes:
        parameters: What stands for {{1}}, {{2}}, ... in the body.
        buttons: The actions of its quick replies, in their order; a send gives one payload for each.
        fallback: What to send where this one is paused or refused; empty for none.
    """

    name: str
    parameters: tuple[str, ...]
    buttons: tuple[str, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    category: str = "UTILITY"
    fallback: str = ""


TEMPLATES: Final = {
    row.name: row
    for row in (
        TemplateRow(
            "Vendor_New_Order",
            ("vendor_name", "order_id", "amount", "items", "payment"),
            ("vendor_accept", "vendor_reject", "vendor_prep:15", "vendor_prep:20", "vendor_prep:30"),
        ),
        TemplateRow("Vendor_Ready_Reminder", ("order_id", "minutes"), ("vendor_ready", "vendor_extend")),
        TemplateRow("Vendor_Rider_Waiting", ("order_id",), ("vendor_ready", "vendor_extend")),
        TemplateRow("Rider_Assignment", ("pickup", "drop", "amount"), ("rider_accept", "rider_reject")),
        TemplateRow("Rider_Address_Updated", ("order_id", "address", "map_link"), ("address_confirm",)),
        TemplateRow("Customer_Delay", ("order_id", "minutes"), fallback="Customer_Order_Update"),
        TemplateRow("Customer_Order_Update", ("order_id", "update")),
        TemplateRow("Customer_Reply_Waiting", ("merchant_name",)),
        TemplateRow("Merchant_End_Of_Day", ("merchant_name", "day", "orders", "collected", "owed", "open_cards")),
    )
}


# What paper two, section 4, writes on the buttons, in their order; for replies that bring the words alone.
LABELS: Final = {
    "Vendor_New_Order": ("Accept", "Reject", "Set Prep 15", "Set Prep 20", "Set Prep 30"),
    "Vendor_Ready_Reminder": ("Mark ready", "Extend 10m"),
    "Vendor_Rider_Waiting": ("Mark ready", "Extend 10m"),
    "Rider_Assignment": ("Accept", "Reject"),
}
_BY_REGISTERED_NAME: Final = {name.lower(): name for name in TEMPLATES}


@dataclass(frozen=True, slots=True)
class TemplateStates:
    """What some of our numbers may not send: (number, template, language) of what their accounts had refused."""

    refused: frozenset[tuple[str, str, str]]

    def usable(self, name: str, language: str, number: str) -> str | None:
        """Return the template's name, or its fallback's where it was paused or refused; None where neither works."""
        row = TEMPLATES.get(name)
        while row is not None:
            if (number, row.name, registered_language(language)) not in self.refused:
                return row.name
            row = TEMPLATES.get(row.fallback)
        return None


def template_row(name: str, params: tuple[str, ...], payloads: tuple[str, ...] = ()) -> TemplateRow:
    """Return the row of a template that is to be sent.

    Raises:
        UnknownTemplateError: No such template, or the counts of parameters or payloads are wrong.
    """
    row = TEMPLATES.get(name)
    if row is None:
        raise UnknownTemplateError(f"There is no template {name}.", template=name)
    if len(params) != len(row.parameters) or len(payloads) > len(row.buttons):
        raise UnknownTemplateError(
            f"{name} takes {len(row.parameters)} parameters and up to {len(row.buttons)} buttons.", template=name
        )
    return row


def registered_name(name: str) -> str:
    """Return the name under which a template is registered: Meta takes small letters, digits and underscores alone."""
    return name.lower()


def template_named(name: str) -> str:
    """Return our name of a template, however it is spelt; the name itself where it is none of ours."""
    return _BY_REGISTERED_NAME.get(name.lower(), name)


def registered_language(language: str) -> str:
    """Return the language under which templates are registered for a customer's way of writing."""
    known = _REGISTERED_AS.get(language, language)
    return known if known in LANGUAGES else "en"


def clean_parameter(text: str) -> str:
    """Write a parameter as the provider takes it: one line, single spaces, never empty, not too long."""
    return " ".join(text.split())[:MAX_PARAMETER] or "-"
