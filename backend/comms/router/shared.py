"""Files of instructions, fetched by WhatsApp under signed addresses."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Response

from backend.comms.note_links import PATH
from backend.comms.service.heard_notes import HeardNotes
from backend.platform.web import SessionDep, provide

shared_files = APIRouter(include_in_schema=False)
# WhatsApp takes voice notes in this form alone when it is named in full.
_IN_FULL: Final = {"audio/ogg": "audio/ogg; codecs=opus"}


@shared_files.get(PATH + "/{token}")
async def shared_file(
    token: Annotated[str, Path(max_length=300)],
    session: SessionDep,
    notes: Annotated[HeardNotes, Depends(provide(HeardNotes))],
) -> Response:
    """Return the file of an instruction to whoever has its address, for some hours."""
    found = await notes.shared(session, token)
    kind = found.headers["content-type"]
    return Response(found.content, headers={**found.headers, "content-type": _IN_FULL.get(kind, kind)})
