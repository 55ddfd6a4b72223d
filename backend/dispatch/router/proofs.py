"""HTTP of photos and signatures: uploads that go on after a cut, in the form of tus 1.0, and the pictures of an order.

Of tus (https://tus.io/protocols/resumable-upload): the core, creation and expiration; no OPTIONS, since the size limit
and the kinds are in the document of the API.
"""
# ruff: noqa: FAST003 - the path's rider_id is read by the dependency that finds the rider.

import base64
import binascii
from datetime import UTC
from email.utils import format_datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.requests import ClientDisconnect

from backend.dispatch.errors import ProofMediaTypeError, ProofTooLargeError, ProofVersionError
from backend.dispatch.policies import ProofKind
from backend.dispatch.ports import ProofView
from backend.dispatch.router.desk import OrdersDep, RiderDep, Staff, StaffOrRider, check_order
from backend.dispatch.schemas import ProofOut
from backend.dispatch.service import ProofsService
from backend.platform.errors import UnprocessableError
from backend.platform.web import SessionDep, picture_response, provide, refuses

router = APIRouter()

_VERSION: Final = "1.0.0"
_PART: Final = "application/offset+octet-stream"
_KINDS: Final = {kind.value: kind for kind in (ProofKind.PHOTO, ProofKind.SIGNATURE)}
_MOST_LENGTH: Final = 2_147_483_647

ProofsDep = Annotated[ProofsService, Depends(provide(ProofsService))]


@refuses(ProofVersionError)
async def _version(
    version: Annotated[str, Header(alias="Tus-Resumable", description="1.0.0, the version of tus.")] = "",
) -> None:
    if version != _VERSION:
        raise ProofVersionError


async def _subject(
    metadata: Annotated[
        str,
        Header(
            alias="Upload-Metadata",
            max_length=400,
            description="order_id and kind (photo or signature), each with its value in base64: `kind cGhvdG8=`.",
        ),
    ],
) -> tuple[str, ProofKind]:
    """Read what the upload is of."""
    try:
        pairs = [pair.strip().split(" ") for pair in metadata.split(",")]
        given = {pair[0]: base64.b64decode(pair[1], validate=True).decode() for pair in pairs if len(pair) > 1}
        return given["order_id"], _KINDS[given["kind"]]
    except (KeyError, binascii.Error, UnicodeDecodeError) as error:
        raise UnprocessableError("Upload-Metadata must name order_id and kind: photo or signature.") from error


@refuses(ProofMediaTypeError, ProofTooLargeError)
async def _part(_caller: StaffOrRider, proofs: ProofsDep, request: Request) -> bytes:
    """Read a part before anything is asked of the database; where the line breaks, what has come is the part."""
    if request.headers.get("content-type") != _PART:
        raise ProofMediaTypeError
    part = bytearray()
    try:
        async for piece in request.stream():
            part += piece
            if len(part) > proofs.most_bytes:
                raise ProofTooLargeError(most_bytes=proofs.most_bytes)
    except ClientDisconnect:
        pass
    return bytes(part)


_Versioned = Depends(_version)


@router.post("/riders/{rider_id}/proofs", status_code=201)
@refuses(ProofTooLargeError)
async def begin_proof(
    rider: RiderDep,
    _speaks: Annotated[None, _Versioned],
    subject: Annotated[tuple[str, ProofKind], Depends(_subject)],
    session: SessionDep,
    proofs: ProofsDep,
    response: Response,
    length: Annotated[int, Header(alias="Upload-Length", ge=1, le=_MOST_LENGTH, description="Bytes of the picture.")],
) -> ProofOut:
    """Begin the upload of a photo or signature for an order whose goods the rider has; Location says where it goes."""
    order_id, kind = subject
    begun = await proofs.begin(session, rider.id, order_id, kind=kind, length=length)
    response.headers.update({**_headers(begun), "location": f"/api/v1/riders/{rider.id}/proofs/{begun.id}"})
    return ProofOut.model_validate(begun)


@router.head("/riders/{rider_id}/proofs/{proof_id}")
async def find_offset(
    rider: RiderDep, _speaks: Annotated[None, _Versioned], proof_id: str, session: SessionDep, proofs: ProofsDep
) -> Response:
    """Say in Upload-Offset how much of an upload has come, after a cut."""
    return Response(headers=_headers(await proofs.get(session, rider.id, proof_id)))


@router.patch(
    "/riders/{rider_id}/proofs/{proof_id}",
    status_code=204,
    openapi_extra={"requestBody": {"content": {_PART: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def send_part(
    part: Annotated[bytes, Depends(_part)],
    rider: RiderDep,
    _speaks: Annotated[None, _Versioned],
    proof_id: str,
    session: SessionDep,
    proofs: ProofsDep,
    offset: Annotated[
        int, Header(alias="Upload-Offset", ge=0, le=_MOST_LENGTH, description="Where the part begins, in bytes.")
    ],
) -> Response:
    """Send the next part of a picture; with the last one it is checked, freed of place and device, and sealed."""
    view = await proofs.append(session, rider.id, proof_id, offset=offset, content=part)
    return Response(status_code=204, headers=_headers(view))


def _headers(view: ProofView) -> dict[str, str]:
    return {
        "tus-resumable": _VERSION,
        "upload-offset": str(view.received),
        "upload-length": str(view.length),
        "upload-expires": format_datetime(view.expires_at.astimezone(UTC), usegmt=True),
        "cache-control": "no-store",
    }


@router.get("/orders/{order_id}/proofs")
async def list_proofs(
    order_id: str, session: SessionDep, orders: OrdersDep, proofs: ProofsDep, principal: Staff
) -> list[ProofOut]:
    """List the photos and signatures of an order that are whole."""
    await check_order(session, orders, principal, order_id)
    return [ProofOut.model_validate(view) for view in await proofs.of_order(session, order_id)]


@router.get(
    "/orders/{order_id}/proofs/{proof_id}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}, "image/png": {}}, "description": "The picture."}},
)
async def get_picture(
    order_id: str, proof_id: str, session: SessionDep, orders: OrdersDep, proofs: ProofsDep, principal: Staff
) -> Response:
    """Return a photo or signature of an order as it is kept; its hash is the ETag."""
    await check_order(session, orders, principal, order_id)
    view, content = await proofs.picture(session, order_id, proof_id)
    return picture_response(content, view.media_type, view.sha256)
