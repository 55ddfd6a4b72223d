"""What a request to a provider costs beside its trip."""

import sys
from collections.abc import Sequence
from typing import Any

from backend.platform.http import HttpClient
from tests.support.sockets import served


class Imports:
    """Notes the modules that were looked for along the path, which takes longer than a request's other work."""

    def __init__(self) -> None:
        self.sought: list[str] = []

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: object = None) -> None:
        self.sought.append(name)


async def _answer(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def test_a_request_looks_for_no_module() -> None:
    """All that the client's library asks for while it sends is there, so that nothing is sought in vain each time."""
    async with served(_answer) as url:
        client = HttpClient(url, name="provider")
        assert (await client.request("POST", "/", json={})).status == 204
        imports = Imports()
        sys.meta_path.insert(0, imports)
        try:
            assert (await client.request("POST", "/", json={})).status == 204
        finally:
            sys.meta_path.remove(imports)
        await client.close()
    assert imports.sought == []
