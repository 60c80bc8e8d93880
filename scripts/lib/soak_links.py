"""Lines between the gateways of a soak: each link goes through a relay in this process, which can
reset it, stall it, slow it and refuse it. TLS passes through untouched."""
import asyncio
import contextlib
import socket
import struct
import threading

CHUNK_BYTES = 16 * 1024
LINGER_RESET = struct.pack("ii", 1, 0)  # close() sends RST


class Pair:
    """The two ends of one connection; an end that was cut alone leaves the other hanging."""

    def __init__(self, near, far):
        self.ends = [near, far]
        self.is_half_open = False

    def abort(self, *which):
        for writer in which or self.ends:
            end = writer.get_extra_info("socket")
            if end is not None and end.fileno() >= 0:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
            writer.transport.abort()


class Line:
    """One link: whoever calls `port` is carried to `target_port`. Runs in the loop of Lines."""

    def __init__(self, name):
        self.name = name
        self.port = 0
        self.target_port = 0
        self.is_stalled = False
        self.is_down = False
        self.rate = None  # bytes a second, each way
        self.pairs = set()

    async def listen(self):
        server = await asyncio.start_server(self.on_call, "127.0.0.1", 0, limit=CHUNK_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def on_call(self, reader, writer):
        if self.is_down:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", self.target_port, limit=CHUNK_BYTES)
        except OSError:
            writer.transport.abort()
            return
        pair = Pair(writer, far_writer)
        self.pairs.add(pair)
        try:
            await asyncio.gather(self.carry(reader, far_writer, pair),
                                 self.carry(far_reader, writer, pair))
        finally:
            self.pairs.discard(pair)
            pair.abort()

    async def carry(self, reader, writer, pair):
        with contextlib.suppress(OSError):
            await self.carry_until_broken(reader, writer, pair)
        if pair.is_half_open:
            with contextlib.suppress(OSError):
                while await reader.read(CHUNK_BYTES):
                    pass  # nobody is at the other end any more
        else:
            writer.close()

    async def carry_until_broken(self, reader, writer, pair):
        while data := await reader.read(CHUNK_BYTES):
            while self.is_stalled:
                await asyncio.sleep(0.05)
            if self.rate:
                await asyncio.sleep(len(data) / self.rate)
            if pair.is_half_open:
                return
            writer.write(data)
            await writer.drain()

    def cut(self):
        for pair in list(self.pairs):
            pair.abort()
        return len(self.pairs)

    def cut_one_end(self, which):
        """That end hears a reset, the other one nothing at all."""
        for pair in list(self.pairs):
            if not pair.is_half_open:
                pair.is_half_open = True
                pair.abort(pair.ends[which])
        return len(self.pairs)

    def heal(self):
        self.is_stalled = self.is_down = False
        self.rate = None
        for pair in list(self.pairs):
            if pair.is_half_open:
                pair.abort()


class Lines:
    """All lines, in one thread of their own; the methods may be called from any thread."""

    def __init__(self, names):
        self.lines = {name: Line(name) for name in names}
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        for line in self.lines.values():
            asyncio.run_coroutine_threadsafe(line.listen(), self.loop).result(10)

    def __getitem__(self, name):
        return self.lines[name]

    def do(self, name, verb, *words):
        async def step():
            return getattr(self.lines[name], verb)(*words)

        return asyncio.run_coroutine_threadsafe(step(), self.loop).result(60)

    def set(self, name, what, value):
        self.loop.call_soon_threadsafe(setattr, self.lines[name], what, value)

    def heal(self):
        for name in self.lines:
            self.do(name, "heal")

    def stop(self):
        for name in self.lines:
            self.do(name, "cut")
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
