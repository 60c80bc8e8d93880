#!/usr/bin/env python3
"""A slow line: relays TCP from one loopback port to another at a bounded rate.

usage: slow_line.py LISTEN_PORT TARGET_PORT KBIT_PER_S [COUNT_FILE]

The rate holds for each direction. Buffers are small, so that what the sender has written is soon
on its
way. COUNT_FILE, when named, holds the bytes carried so far: "FORWARD BACKWARD". Ends with SIGTERM.
"""
import asyncio
import socket
import sys

PIECE = 4096
BUFFER = 64 * 1024


class Line:
    def __init__(self, rate, count_file):
        self.rate = rate
        self.count_file = count_file
        self.carried = [0, 0]

    async def carry(self, reader, writer, direction):
        loop = asyncio.get_running_loop()
        free_at = loop.time()
        try:
            while piece := await reader.read(PIECE):
                free_at = max(free_at, loop.time()) + len(piece) / self.rate
                await asyncio.sleep(free_at - loop.time())
                writer.write(piece)
                await writer.drain()
                self.carried[direction] += len(piece)
                self.write_counts()
        except OSError:
            pass
        finally:
            writer.close()

    def write_counts(self):
        if self.count_file:
            with open(self.count_file, "w", encoding="ascii") as out:
                out.write(f"{self.carried[0]} {self.carried[1]}\n")


def shrink_buffers(writer):
    opened = writer.get_extra_info("socket")
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    writer.transport.set_write_buffer_limits(high=BUFFER)


async def main(listen_port, target_port, rate, count_file):
    line = Line(rate, count_file)

    async def on_call(reader, writer):
        shrink_buffers(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", target_port, limit=BUFFER)
        except OSError:
            writer.transport.abort()
            return
        shrink_buffers(far_writer)
        await asyncio.gather(line.carry(reader, far_writer, 0),
                             line.carry(far_reader, writer, 1))

    server = await asyncio.start_server(on_call, "127.0.0.1", listen_port, limit=BUFFER)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) * 1000 / 8,
                     sys.argv[4] if len(sys.argv) == 5 else None))
