"""A Redis in Python, for machines without a `redis-server`; wake-ups and locks need no more."""

import sys

from fakeredis import TcpFakeServer


def main() -> None:
    """Serve on loopback at the port given as the first argument."""
    TcpFakeServer(("127.0.0.1", int(sys.argv[1])), server_type="redis").serve_forever()


if __name__ == "__main__":
    main()
