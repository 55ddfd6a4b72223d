"""Tells whether something serves."""

import asyncio
from collections.abc import Awaitable, Callable


def port_open(port: int) -> Callable[[], Awaitable[bool]]:
    """Make a probe: something listens on this port."""

    async def probe() -> bool:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 1)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    return probe


def answers(port: int, path: str) -> Callable[[], Awaitable[bool]]:
    """Make a probe: a GET of this path answers 200."""

    async def probe() -> bool:
        try:
            return await asyncio.wait_for(_status(port, path), 2) == "200"
        except (OSError, TimeoutError, IndexError):
            return False

    return probe


async def _status(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        return (await reader.readline()).split()[1].decode()
    finally:
        writer.close()
