"""Pictures for tests, and uploads of them in parts."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image

from tests.support.app import Api

GPS_IFD, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
TURNED = 6  # The phone lay on its side: the picture is to be shown turned by a quarter.


def photo(width: int = 640, height: int = 480, **saved: Any) -> bytes:
    """A JPEG as a phone takes it: with device, place and orientation beside the pixels."""
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Phone", TURNED
    exif.get_ifd(GPS_IFD).update({1: "S", 2: (1.0, 17.0, 24.0), 3: "E", 4: (36.0, 47.0, 6.0)})
    return _written(Image.linear_gradient("L").resize((width, height)).convert("RGB"), "JPEG", exif=exif, **saved)


def signature() -> bytes:
    """A PNG of one stroke of ink on nothing."""
    paper = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    paper.paste((10, 10, 60, 255), (20, 45, 280, 52))
    return _written(paper, "PNG")


def blank(width: int = 300, height: int = 300) -> bytes:
    """A PNG that shows nothing."""
    return _written(Image.new("RGB", (width, height), "white"), "PNG")


def _written(picture: Image.Image, form: str, **saved: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **saved)
    return out.getvalue()


@dataclass(frozen=True)
class Uploader:
    """A rider's phone."""

    api: Api
    headers: Mapping[str, str]
    rider_id: str = "R-1"

    async def begin(self, order_id: str, content: bytes, kind: str = "photo", **changed: str) -> httpx.Response:
        """Say what is to come."""
        given = {"order_id": order_id, "kind": kind}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in given.items())
        own = {"tus-resumable": "1.0.0", "upload-length": str(len(content)), "upload-metadata": metadata}
        path = f"/api/v1/riders/{self.rider_id}/proofs"
        return await self.api.client.post(path, headers={**self.headers, **own, **changed})

    async def send(self, path: str, part: bytes, offset: int, **changed: str) -> httpx.Response:
        """Send a part."""
        return await self.api.client.patch(path, headers={**self._of_part(offset), **changed}, content=part)

    async def offset(self, path: str) -> int:
        """Ask how much has come."""
        answer = await self.api.client.head(path, headers={**self.headers, "tus-resumable": "1.0.0"})
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        return int(answer.headers["upload-offset"])

    async def upload(self, order_id: str, content: bytes, kind: str = "photo") -> str:
        """Send a whole picture; return the id of the proof."""
        begun = await self.begin(order_id, content, kind)
        assert begun.status_code == 201, begun.text
        sent = await self.send(begun.headers["location"], content, 0)
        assert sent.status_code == 204, sent.text
        return str(begun.json()["id"])

    async def lose_line(self, path: str, part: bytes, offset: int) -> None:
        """Send a part whose end never comes: the connection is gone after these bytes."""
        headers = [(key.encode(), value.encode()) for key, value in self._of_part(offset).items()]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "PATCH",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
        }
        messages = [{"type": "http.disconnect"}, {"type": "http.request", "body": part, "more_body": True}]

        async def receive() -> dict[str, Any]:
            return messages.pop()

        async def send(_message: Any) -> None:
            """Nobody listens any more."""

        await self.api.app(scope, receive, send)

    def _of_part(self, offset: int) -> dict[str, str]:
        own = {
            "tus-resumable": "1.0.0",
            "upload-offset": str(offset),
            "content-type": "application/offset+octet-stream",
        }
        return {**self.headers, **own}
