#!/usr/bin/env python3
"""Hostile JSON of a grammar, up to 1 MiB and past it, through the fuzz target `kinds`.

usage: fuzz_replay_test.py FUZZ_REPLAY_KINDS [COUNT]    COUNT of each sort; DHOW_SEED chooses
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import fuzz_seeds


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    seed = int(os.environ.get("DHOW_SEED", "1"), 0)
    print(f"DHOW_SEED={seed}")
    with tempfile.TemporaryDirectory() as folder:
        fuzz_seeds.write(pathlib.Path(folder), seed, count)
        done = subprocess.run([sys.argv[1], folder], capture_output=True, text=True, check=False)
    # The last line is the input that it ended at, or the count.
    print("\n".join(done.stdout.splitlines()[-1:]), done.stderr[-2000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
