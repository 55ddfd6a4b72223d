"""Throw-away servers on loopback sockets: Redis, NATS, RabbitMQ, and what speaks as a Kafka broker does."""

import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import stamina
from confluent_kafka import Producer

from backend.platform.db.embedded import free_port

_RABBIT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # What is on the path changes its user first.


@contextmanager
def held_port() -> Iterator[int]:
    """A port that nobody else is given while a server on it is away; the server may still take it.

    Linux binds two sockets that both allow reuse to one port, as long as no more than one of them listens (socket(7)).
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[str]:
    """Serve Redis on this port; what it holds ends with it."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    with _running(command, folder), _greeted(port, b"PING\r\n", b"+PONG"):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def nats_server(folder: Path, port: int) -> Iterator[str]:
    """Serve NATS with JetStream on this port; what it holds stays in the folder."""
    command = ["nats-server", "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder)]
    with _running(command, folder), _greeted(port, b"PING\r\n", b"INFO"):
        yield f"nats://127.0.0.1:{port}"


@contextmanager
def rabbit_server(folder: Path, port: int) -> Iterator[str]:
    """Serve RabbitMQ on this port, with a name service of its own; what it holds stays in the folder."""
    names = free_port()
    environment = {
        "HOME": str(folder),
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "ERL_EPMD_PORT": str(names),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_FEATURE_FLAGS_FILE": str(folder / "flags"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_NODENAME": "duka@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false",
    }
    with (
        _running(["epmd", "-port", str(names), "-address", "127.0.0.1"], folder),
        _running([str(_RABBIT)], folder, environment),
        _greeted(port, b"AMQP\x00\x00\x09\x01", b"\x01"),
    ):
        yield f"amqp://guest:guest@127.0.0.1:{port}/"


@contextmanager
def kafka_mock(_folder: Path, _port: int) -> Iterator[str]:
    """Serve librdkafka's own mock of a broker, in this process; it takes a port of its choice and keeps nothing.

    It speaks the protocol (produce with idempotence, fetch, offsets) on a real socket; it is no proof of what a cluster
    does when it loses a broker (https://github.com/confluentinc/librdkafka/blob/master/src/rdkafka_mock.h).
    """
    keeper = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    [broker] = keeper.list_topics(timeout=10).brokers.values()
    yield f"kafka://{broker.host}:{broker.port}"
    keeper.flush(0)


@contextmanager
def _running(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a server below the folder, and end it."""
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def _greeted(port: int, hello: bytes, answer: bytes) -> Iterator[None]:
    """Wait until what listens there speaks the protocol."""
    for attempt in stamina.retry_context(on=OSError, attempts=150, wait_initial=0.05, wait_max=0.3, timeout=60):
        with attempt, socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(hello)
            if not connection.recv(64).startswith(answer):
                raise ConnectionError
    yield
