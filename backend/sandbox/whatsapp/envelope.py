"""The shape of the Cloud API's webhook bodies."""

from backend.sandbox.base import Json
from backend.sandbox.people import Person
from backend.sandbox.settings import WhatsAppNumber


def envelope(number: WhatsAppNumber, name: str, value: Json) -> Json:
    """Return a webhook body with one change."""
    metadata = {"display_phone_number": number.display_phone_number, "phone_number_id": number.phone_number_id}
    full = {"messaging_product": "whatsapp", "metadata": metadata} | value
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": number.waba_id, "changes": [{"field": name, "value": full}]}],
    }


def account_event(number: WhatsAppNumber, name: str, value: Json, at: int) -> Json:
    """Return a webhook body about the account itself, which has no metadata."""
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": number.waba_id, "time": at, "changes": [{"field": name, "value": value}]}],
    }


def contact(person: Person) -> Json:
    """Return the contact of an inbound message; the number is missing where the person hides it."""
    profile = {"name": person.name, "username": person.username}
    shown: Json = {"profile": profile, "user_id": person.user_id}
    return shown if person.hides_phone else shown | {"wa_id": person.phone}


def sender(person: Person) -> Json:
    """Return the sender fields of an inbound message."""
    shown: Json = {"from_user_id": person.user_id}
    return shown if person.hides_phone else {"from": person.phone} | shown
