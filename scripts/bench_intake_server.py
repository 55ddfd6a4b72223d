"""Two processes behind one address: `bench_intake_server.py duka|orm DATABASE_URL PORT`.

`duka` is the shop's own application. `orm` verifies and reads the same webhook, then looks the event up and adds it
through the ORM, with a commit of its own each: what is written first where nobody has measured. A process that dies is
replaced by a fork, so that it listens again within a blink.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import LargeBinary, Text, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from backend.app import create_app
from backend.channels.providers.whatsapp.client import WhatsAppChannel
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.platform.db.session import async_url

PROCESSES: Final = 2


class _Base(DeclarativeBase):
    pass


class Stored(_Base):
    """An event as the baseline keeps it."""

    __tablename__ = "bench_event"
    __table_args__ = (UniqueConstraint("provider", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)


async def _keep(session: AsyncSession, channel: WhatsAppChannel, body: bytes) -> None:
    for row in channel.split(body):
        known = select(Stored).where(Stored.provider == "whatsapp", Stored.external_id == row.external_id)
        if await session.scalar(known) is None:
            session.add(Stored(provider="whatsapp", external_id=row.external_id, kind=row.kind, body=row.body))


def orm_app(url: str) -> FastAPI:
    """Return the baseline."""
    app, channel = FastAPI(), WhatsAppChannel(WhatsAppSettings())
    sessions = async_sessionmaker(create_async_engine(async_url(url), pool_size=16))

    @app.post("/webhooks/whatsapp")
    async def take(request: Request) -> Response:
        body = await request.body()
        if not channel.verify(request.headers, body):
            return Response(status_code=401)
        async with sessions() as session, session.begin():
            await _keep(session, channel, body)
        return Response(status_code=200)

    return app


def serve(make: Callable[[], Any], port: int) -> None:
    """Serve in this process until told to stop, on a socket of its own, so that the kernel spreads the connections."""
    listening = socket.create_server(("127.0.0.1", port), backlog=512, reuse_port=True)
    config = uvicorn.Config(make(), log_level="error", access_log=False)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]), loop_factory=config.get_loop_factory())


def fork(make: Callable[[], Any], port: int) -> int:
    """Serve in a new process; return its id."""
    child = os.fork()
    if child:
        return child
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    serve(make, port)
    os._exit(0)


def main(kind: str, url: str, port: int) -> None:
    """Keep two processes serving until told to stop."""
    make = create_app if kind == "duka" else lambda: orm_app(url)
    children = {fork(make, port) for _ in range(PROCESSES)}

    def stop(*_: object) -> None:
        for child in children:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    while True:
        ended, _ = os.wait()
        children.discard(ended)
        children.add(fork(make, port))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
