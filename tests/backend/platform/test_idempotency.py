"""One key, one effect, one answer."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.clock import move_clock
from backend.platform.db.session import Database
from backend.platform.errors import BadRequestError
from backend.platform.idempotency import (
    IdempotencyScope,
    KeyReusedError,
    RequestRunningError,
    StoredResponse,
    begin,
    fingerprint,
    parse_key,
    prune,
    record,
)

SCOPE = IdempotencyScope("service:bot", "POST /orders", "k-1")
ANSWER = StoredResponse(201, {"location": "/api/v1/orders/ORD1"}, b'{"id":"ORD1"}')
REQUEST = fingerprint(b"/orders", b"", b'{"sku":"A"}')


async def test_a_finished_request_is_answered_again(session: AsyncSession) -> None:
    """With the same status, headers and bytes; another caller's or route's key is another key."""
    assert await begin(session, SCOPE, REQUEST) is None
    await record(session, SCOPE, REQUEST, ANSWER)
    assert await begin(session, SCOPE, REQUEST) == ANSWER
    for other in (
        IdempotencyScope("service:app", SCOPE.route, SCOPE.key),
        IdempotencyScope(SCOPE.principal, "POST /refunds", SCOPE.key),
        IdempotencyScope(SCOPE.principal, SCOPE.route, "k-2"),
    ):
        assert await begin(session, other, REQUEST) is None


async def test_a_key_stands_for_one_request(session: AsyncSession) -> None:
    await record(session, SCOPE, REQUEST, ANSWER)
    with pytest.raises(KeyReusedError) as refused:
        await begin(session, SCOPE, fingerprint(b"/orders", b"", b'{"sku":"B"}'))
    assert refused.value.http_status == 422


async def test_a_key_is_forgotten_after_a_day(session: AsyncSession) -> None:
    """Then it may stand for another request."""
    await record(session, SCOPE, REQUEST, ANSWER)
    await move_clock(session, timedelta(hours=23))
    assert await begin(session, SCOPE, REQUEST) == ANSWER
    assert await prune(session) == 0
    await move_clock(session, timedelta(hours=2))
    other = fingerprint(b"other")
    assert await begin(session, SCOPE, other) is None
    await record(session, SCOPE, other, ANSWER)
    assert await begin(session, SCOPE, other) == ANSWER
    await move_clock(session, timedelta(hours=25))
    assert await prune(session) == 1


@pytest.mark.concurrency
async def test_the_second_of_two_at_once_is_told_to_wait(database: Database) -> None:
    """While the first runs it is a 409; where the first rolled back the key is free, else it is replayed."""
    async with database.transaction() as first:
        await begin(first, SCOPE, REQUEST)
        async with database.transaction() as second:
            with pytest.raises(RequestRunningError) as refused:
                await begin(second, SCOPE, REQUEST)
        assert refused.value.http_status == 409
        await first.rollback()
    async with database.transaction() as third:
        assert await begin(third, SCOPE, REQUEST) is None
        await record(third, SCOPE, REQUEST, ANSWER)
    async with database.transaction() as fourth:
        assert await begin(fourth, SCOPE, REQUEST) == ANSWER


@pytest.mark.concurrency
async def test_a_hundred_at_once_have_one_effect(database: Database) -> None:
    """One runs; each of the others is told that it is running, or gets the same answer."""
    ran = 0

    async def call() -> StoredResponse | None:
        nonlocal ran
        async with database.transaction() as session:
            try:
                known = await begin(session, SCOPE, REQUEST)
            except RequestRunningError:
                return None
            if known is None:
                ran += 1
                await asyncio.sleep(0.05)
                await record(session, SCOPE, REQUEST, ANSWER)
            return known or ANSWER

    answers = await asyncio.gather(*(call() for _ in range(100)))
    assert ran == 1
    assert all(answer in (None, ANSWER) for answer in answers)


@pytest.mark.parametrize(
    ("header", "key"),
    [(None, None), ("abc", "abc"), ('"abc"', "abc"), (' "a\\"b" ', 'a"b'), ('"', '"'), ("k" * 255, "k" * 255)],
)
def test_the_header_may_be_quoted_or_bare(header: str | None, key: str | None) -> None:
    assert parse_key(header) == key


@pytest.mark.parametrize("header", ["", "  ", '""', "k" * 256])
def test_a_header_without_a_sane_key_is_refused(header: str) -> None:
    with pytest.raises(BadRequestError):
        parse_key(header)


def test_parts_of_a_request_do_not_run_together() -> None:
    assert fingerprint(b"ab", b"c") != fingerprint(b"a", b"bc")
