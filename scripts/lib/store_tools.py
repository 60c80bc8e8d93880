#!/usr/bin/env python3
"""Looks into the store of a gateway that does not run, or spoils it: for the demo and for tests.

usage: store_tools.py partial STORE ID      bytes on disk and in all of an unfinished attachment
       store_tools.py held STORE ID         what this gateway holds of a message, as a reader of
       the disk
       store_tools.py search STORE WORD...  how often each word stands in the store's files
       store_tools.py forge STORE ID        one bit of the sealed text flipped, its checksum made
       good
       store_tools.py flip FILE BIT         that bit of a file's middle byte flipped
       store_tools.py lose|double STORE ID  the delivered message removed, or there twice

`partial`, `held` and `search` change nothing: they read a copy.
"""
import contextlib
import hashlib
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import uuid

CLASSES = ["flash", "urgent", "routine", "bulk"]
SEGMENT_BITS = 20  # segment.place = object << 20 | index


@contextlib.contextmanager
def copy_of(store):
    """A kill leaves a write-ahead log beside the database; the copy takes it along."""
    with tempfile.TemporaryDirectory(dir=pathlib.Path(store).parent.parent) as folder:
        for path in files_of(store):
            shutil.copy(path, folder)
        copy = pathlib.Path(folder) / pathlib.Path(store).name
        with contextlib.closing(sqlite3.connect(copy)) as db:
            yield db


def files_of(store):
    return [path for path in (pathlib.Path(store), pathlib.Path(store + "-wal")) if path.exists()]


def message_row(db, message):
    found = db.execute("SELECT row, text_object FROM message WHERE id = ? ORDER BY row",
                       (uuid.UUID(message).bytes,)).fetchone()
    if found is None:
        sys.exit(f"the store does not hold {message}")
    return found


def partial(store, message):
    with copy_of(store) as db:
        row, _ = message_row(db, message)
        found = db.execute("SELECT durable_bytes, bytes FROM object"
                           " WHERE message = ? AND position > 0"
                           " AND state < 2", (row,)).fetchone()
        if found is None:
            sys.exit("no attachment of this message is unfinished here")
        print(*found)


def held(store, message):
    with copy_of(store) as db:
        row, text = message_row(db, message)
        origin, cls, seal = db.execute("SELECT origin, cls, length(seal) FROM message"
                                       " WHERE row = ?",
                                       (row,)).fetchone()
        recipients = [name for (name,) in db.execute(
            "SELECT recipient FROM delivery WHERE message = ?", (row,))]
        sizes = [f"{durable:,} of {total:,}" for durable, total in db.execute(
            "SELECT durable_bytes, bytes FROM object WHERE message = ? ORDER BY position", (row,))]
        data, = db.execute("SELECT data FROM segment WHERE place = ?",
                           (text << SEGMENT_BITS,)).fetchone()
        print(f"message    {message}")
        print(f"from       {origin}, to {', '.join(recipients)}, class {CLASSES[cls]},"
              f" seal of {seal} bytes")
        print(f"text       {sizes[0]} bytes, sealed; it begins with")
        for start in range(0, 64, 16):
            piece = data[start:start + 16]
            shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
            print(f"           {piece.hex(' ')}  {shown}")
        for size in sizes[1:]:
            print(f"attachment {size} bytes, sealed")


def search(store, *words):
    data = b"".join(path.read_bytes() for path in files_of(store))
    for word in words:
        print(f"{data.count(word.encode()):6}  {word}")


def forge(store, message):
    with contextlib.closing(sqlite3.connect(store)) as db, db:
        _, text = message_row(db, message)
        place, data = db.execute("SELECT place, data FROM segment WHERE place >> ? = ?"
                                 " ORDER BY place DESC", (SEGMENT_BITS, text)).fetchone()
        forged = bytearray(data)
        forged[len(forged) // 2] ^= 1
        checksum = int.from_bytes(hashlib.sha256(forged).digest()[:8], "little", signed=True)
        db.execute("UPDATE segment SET data = ?, checksum = ? WHERE place = ?",
                   (bytes(forged), checksum, place))


def flip(path, bit):
    data = bytearray(pathlib.Path(path).read_bytes())
    data[len(data) // 2] ^= 1 << int(bit)
    pathlib.Path(path).write_bytes(data)


def lose(store, message):
    with contextlib.closing(sqlite3.connect(store)) as db, db:
        row, _ = message_row(db, message)
        db.execute("DELETE FROM inbox WHERE message = ?", (row,))
        db.execute("DELETE FROM assignment WHERE message = ?", (row,))


def double(store, message):
    with contextlib.closing(sqlite3.connect(store)) as db, db:
        row, _ = message_row(db, message)
        twin = db.execute("SELECT max(row) + 1 FROM message").fetchone()[0]
        db.execute("DROP INDEX inbox_by_id")
        for table, key in (("message", "row"), ("inbox", "message"), ("assignment", "message")):
            names = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]
            values = ["?" if name == key else name for name in names]
            db.execute(f"INSERT INTO {table} SELECT {', '.join(values)} FROM {table}"
                       f" WHERE {key} = ?", (twin, row))


if __name__ == "__main__":
    verbs = {verb.__name__: verb for verb in (partial, held, search, forge, flip, lose, double)}
    if len(sys.argv) < 4 or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    verbs[sys.argv[1]](*sys.argv[2:])
