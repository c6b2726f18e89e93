"""Sanic's shortest answer, with two workers: the peer of the throughput."""

import socket

from sanic import Sanic
from sanic.response import text

app = Sanic("hello")


@app.get("/listing")
async def hello(_request):
    return text("Hello, world!")


if __name__ == "__main__":
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    print(f"sanic listening on http://127.0.0.1:{port}", flush=True)
    app.run("127.0.0.1", port, workers=2, access_log=False, motd=False)
