"""The simplest carrier: it accepts every leg after a fixed time, remembers nothing, and says where it listens."""

import asyncio
import json
import sys

_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    while True:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            break
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        body = await reader.readexactly(length)
        await asyncio.sleep(seconds)
        answer = json.dumps(_accepted(body)).encode()
        writer.write(_HEAD.format(len(answer)).encode() + answer)
        await writer.drain()
    writer.close()


def _accepted(body: bytes) -> dict[str, object]:
    order = json.loads(body)
    return {
        "key": order["key"],
        "legs": [{"id": leg["id"], "accepted": True, "ref": leg["id"]} for leg in order["legs"]],
    }


async def main(seconds: float) -> None:
    """Serve until killed."""
    server = await asyncio.start_server(lambda r, w: _serve(r, w, seconds), "127.0.0.1", 0, limit=1 << 22)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
