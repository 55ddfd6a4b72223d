"""Tells whether something serves."""

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

# Postgres answers one letter to the question whether it speaks TLS, before anybody says who they are.
_TLS_REQUEST: Final = struct.pack("!ii", 8, 80_877_103)


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


def postgres_answers(port: int) -> Callable[[], Awaitable[bool]]:
    """Make a probe: a Postgres on this port takes connections; a stopped one lets them wait."""
    return _says(port, _TLS_REQUEST, (b"S", b"N"))


def redis_answers(port: int) -> Callable[[], Awaitable[bool]]:
    """Make a probe: a Redis on this port answers a PING."""
    return _says(port, b"PING\r\n", (b"+",))


def _says(port: int, words: bytes, answers: tuple[bytes, ...]) -> Callable[[], Awaitable[bool]]:
    async def probe() -> bool:
        try:
            return await asyncio.wait_for(_first_byte(port, words), 2) in answers
        except (OSError, TimeoutError):
            return False

    return probe


async def _first_byte(port: int, words: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(words)
        await writer.drain()
        return await reader.read(1)
    finally:
        writer.close()


def beats(path: Path, within_s: float) -> Callable[[], Awaitable[bool]]:
    """Make a probe: a process that serves nobody has touched its file of late."""

    def fresh() -> bool:
        return path.exists() and time.time() - path.stat().st_mtime <= within_s

    async def probe() -> bool:
        return fresh()

    return probe
