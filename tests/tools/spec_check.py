#!/usr/bin/env python3
"""Checks that each numbered requirement of the specifications is obeyed and tested somewhere,
and that each heading of a document that sources and documents point to is there.

usage: spec_check.py [ROOT]    prints what is wrong; exit code 1 if anything is.

A requirement opens a line, a list item or a table row with its number: [LP-12]. Code that obeys
it and the test that shows it name it in a comment: `//= LP-12` (several: `//= LP-12, LP-13`).
A heading is pointed to as `docs/store.md#commit`, in documents also by a link.
"""

import collections
import pathlib
import posixpath
import re
import sys

import source

SPECIFICATIONS = {"AF": "docs/audit-format.md", "CF": "docs/courier-format.md",
                  "DF": "docs/directory-format.md",
                  "LP": "docs/link-protocol.md", "PF": "docs/parcel-format.md"}
REQUIREMENT = re.compile(r"^[\s>*|#-]*\[((?:AF|CF|DF|LP|PF)-\d+)\]", re.MULTILINE)
REFERENCE = re.compile(r"(?://|#)=\s*((?:AF|CF|DF|LP|PF)-\d+(?:\s*,\s*(?:AF|CF|DF|LP|PF)-\d+)*)")
CODE_FOLDERS = ("protocol/", "daemon/")
TEST_FOLDERS = ("tests/",)
TOOLS = "tests/tools/"  # speak of references without making any
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
POINTER = re.compile(r"\bdocs/([\w/.-]+\.md)#([\w-]+)")
LINK = re.compile(r"\]\(([\w/.-]*)#([\w-]+)\)")


def requirements(root):
    """Number -> (file, line); and complaints about doubled or misplaced numbers."""
    found, wrong = {}, []
    for prefix, name in SPECIFICATIONS.items():
        path = root / name
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        for match in REQUIREMENT.finditer(text):
            number = match.group(1)
            line = text.count("\n", 0, match.start(1)) + 1
            if number in found:
                wrong.append((name, line, f"{number} is defined twice"))
            elif not number.startswith(prefix):
                wrong.append((name, line, f"{number} does not belong into this file"))
            else:
                found[number] = (name, line)
        if not any(number.startswith(prefix) for number in found):
            wrong.append((name, 1, f"holds no requirement of the form [{prefix}-1]"))
    return found, wrong


def references(root):
    """Number -> list of (file, line) of the sources that name it."""
    found = collections.defaultdict(list)
    for name in source.project_files(root):
        if not name.startswith(CODE_FOLDERS + TEST_FOLDERS) or name.startswith(TOOLS):
            continue
        if pathlib.PurePath(name).suffix not in (".cpp", ".hpp", ".py", ".sh"):
            continue
        text = source.read_text(root / name) or ""
        for match in REFERENCE.finditer(text):
            for number in re.split(r"\s*,\s*", match.group(1)):
                found[number].append((name, text.count("\n", 0, match.start()) + 1))
    return found


def anchors(text):
    """The anchors that a browser of the documents makes of their headings."""
    headings = HEADING.findall(CODE_BLOCK.sub("", text))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def pointers(name, text):
    """(place in the text, document, anchor) for each heading that a file points to."""
    for match in POINTER.finditer(text):
        yield match.start(), f"docs/{match.group(1)}", match.group(2)
    if name.endswith(".md"):
        for match in LINK.finditer(text):
            folder, target = posixpath.dirname(name), match.group(1)
            document = posixpath.normpath(posixpath.join(folder, target)) if target else name
            yield match.start(), document, match.group(2)


def check_pointers(root):
    """Complaints about pointers to documents or headings that are not there."""
    wrong = []
    known = {}
    for name in source.project_files(root):
        text = None if name.startswith(TOOLS) else source.read_text(root / name)
        for start, document, anchor in pointers(name, text or ""):
            if document not in known:
                path = root / document
                known[document] = anchors(source.read_text(path)) if path.is_file() else set()
            if anchor not in known[document]:
                line = text.count("\n", 0, start) + 1
                wrong.append((name, line, f"{document} has no heading #{anchor}"))
    return wrong


def check_tree(root):
    """The complaints about the tree, as (file, line, message), and how many requirements it has."""
    defined, wrong = requirements(root)
    referred = references(root)
    for number, (name, line) in defined.items():
        files = [file for file, _ in referred[number]]
        if not any(file.startswith(CODE_FOLDERS) for file in files):
            wrong.append((name, line, f"{number} is named by no code"))
        if not any(file.startswith(TEST_FOLDERS) for file in files):
            wrong.append((name, line, f"{number} is named by no test"))
    for number, places in referred.items():
        if number not in defined:
            wrong += [(file, line, f"{number} is not in the specification")
                      for file, line in places]
    return wrong + check_pointers(root), len(defined)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    wrong, count = check_tree(root)
    for name, line, message in sorted(wrong):
        print(f"{name}:{line}: {message}")
    print(f"spec_check: {count} requirements, {len(wrong)} findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
