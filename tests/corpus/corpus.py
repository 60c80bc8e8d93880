#!/usr/bin/env python3
"""Writes synthetic messages of bureaus as JSON lines; README.md says what is in them.

profiles
  day         what one bureau sends and gets on a day: 80 to 300 messages
  operation   54 bureaus, 2 hubs, 300 messages of each bureau, 90,000 checks with some hits
  hub         what one hub relays for all members
  kinds       each kind and each colour of notice, so many times at the least
  notices     requests for notices of one size, for measurements

The same seed gives the same bytes, with any version of Python. Nobody in it exists.
"""

import argparse
import datetime
import json
import pathlib
import sys

import attachments
import fuzz_seeds
import profiles
from bodies import to_json


def begin_of(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)


def read_arguments(arguments=None):
    parser = argparse.ArgumentParser(
        prog="corpus.py", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    write = commands.add_parser("write", help="write a profile to standard output")
    write.add_argument("profile", choices=list(profiles.PROFILES))
    write.add_argument("--seed", type=int, default=1)
    write.add_argument("--begin", type=begin_of, default=begin_of("2026-11-30"), metavar="DATE",
                       help="first day, from which all dates are counted (2026-11-30)")
    write.add_argument("--bureau", default="MU", help="whose day (MU)")
    write.add_argument("--messages", type=int, metavar="N",
                       help="day: sent and got; operation, hub: sent by each bureau; "
                            "kinds: of each kind; notices: in all")
    write.add_argument("--checks", type=int, metavar="N", help="that the day's hits come from")
    write.add_argument("--bytes", type=int, default=3072, metavar="N",
                       help="notices: size of a document (3072)")
    unpack = commands.add_parser("unpack", help="write documents and attachments to a folder")
    unpack.add_argument("file", type=pathlib.Path)
    unpack.add_argument("folder", type=pathlib.Path)
    unpack.add_argument("--documents", action="store_true", help="no attachments")
    unpack.add_argument("--limit", type=int, default=100, help="messages at most (100)")
    seeds = commands.add_parser("fuzz-seeds", help="write inputs of the fuzz target `kinds`")
    seeds.add_argument("folder", type=pathlib.Path)
    seeds.add_argument("--seed", type=int, default=1)
    seeds.add_argument("--large", type=int, default=0, metavar="N",
                       help="N hostile texts of a grammar as well, up to 1 MiB")
    return parser.parse_args(arguments)


def write_profile(options, out):
    head, lines = profiles.PROFILES[options.profile](options)
    out.write(to_json(head) + "\n")
    for line in lines:
        out.write(to_json(line) + "\n")


def unpack(options):
    options.folder.mkdir(parents=True, exist_ok=True)
    with options.file.open(encoding="utf-8") as lines:
        next(lines)
        for number, text in enumerate(lines, 1):
            if number > options.limit:
                break
            line = json.loads(text)
            stem = f"{number:06d}-{line['kind']}"
            (options.folder / f"{stem}.json").write_text(to_json(line["document"]) + "\n",
                                                         encoding="utf-8")
            for one in [] if options.documents else line["attachments"]:
                (options.folder / f"{stem}-{one['name']}").write_bytes(attachments.content(one))


def main():
    options = read_arguments()
    if options.command == "write":
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        write_profile(options, sys.stdout)
    elif options.command == "unpack":
        unpack(options)
    else:
        fuzz_seeds.write(options.folder, options.seed, options.large)


if __name__ == "__main__":
    main()
