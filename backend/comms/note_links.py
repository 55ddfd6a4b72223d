"""Addresses under which WhatsApp fetches a customer's voice note for those who sell and carry."""

from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

PATH: Final = "/shared/notes"
MAX_AGE_S: Final = 6 * 3600  # WhatsApp fetches a file as it is sent, which may be late where it is down.


class NoteLinks:
    """Signs which remark's file may be fetched, for some hours, by whoever has the address."""

    def __init__(self, secret: str, public_base_url: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="duka-shared-note")
        self._base = public_base_url.rstrip("/")

    def url_of(self, order_id: str, note_id: int) -> str:
        """Return the address of a remark's file."""
        return f"{self._base}{PATH}/{self._serializer.dumps([order_id, note_id])}"

    def note_of(self, token: str) -> tuple[str, int] | None:
        """Return the order and the remark of an address; None where it is not ours, or too old."""
        try:
            order_id, note_id = self._serializer.loads(token, max_age=MAX_AGE_S)
        except BadSignature:
            return None
        return str(order_id), int(note_id)
