#!/usr/bin/env python3
"""Deliberate bugs, one at a time, and how many seeds the simulator needs to find each.

usage: mutations.py --build FOLDER [--seeds N] [--only NAME[,NAME...]] [--list] [--check]

Works on a copy of the tree in FOLDER/tree, so that no bug ever stands in the sources. Each mutation
is a place in a file and what stands there instead; a place that is gone or not unique is an error,
so the list cannot rot unseen. Ends with `mutations: N of M found` and exit 0 if all were.
"""
import argparse
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
PARTS = ["CMakeLists.txt", "CMakePresets.json", "config", "daemon", "protocol", "scripts",
         "systemd", "tests", "docs"]

ROUTE = "daemon/route/"
STORE = "daemon/store/"
SEEDS_AT_ONCE = 40
# A bug may hang within one step, which the simulator can not end; 40 seeds take about 10 s.
SECONDS_AT_ONCE = 600

# name, what it does, file, the place (or places, where a rule is kept twice), what stands there
# instead
MUTATIONS = [
    ("answers-before-commit", "a hub says COMMIT before custody is on disk",
     ROUTE + "inbound_text.cpp",
     "    made->transaction.changes.clear();\n",
     "    made->transaction.changes.clear();\n    commit(number, stream, exceptions);\n"),
    ("forgets-custody-at-restart", "what was handed on is forgotten with each start",
     ROUTE + "gateway.cpp",
     "    x_peers.load(std::move(found.peers));\n",
     "    x_peers.load(std::move(found.peers));\n    transaction.changes.emplace_back(\n"
     "        operation::forget_old{x_core.now + std::chrono::hours{87'600}, 100'000});\n"),
    ("durable-before-disk", "bytes are called durable when they were given to the store",
     ROUTE + "inbound.cpp",
     "        in->buffer.clear();\n",
     "        in->buffer.clear();\n        in->object.durable_bytes = in->given_bytes;\n"
     "        if (auto* early = x_core.session(number); early != nullptr && !in->is_small) {\n"
     "            early->on_durable(stream, in->given_bytes, x_core.now);\n        }\n"),
    ("drops-receipts-with-the-session", "receipts under way are done when the connection dies",
     ROUTE + "outbound.cpp",
     "        if (open.all_sent && !open.item.shipment.in_doubt) {\n",
     "        if (!open.item.message) {\n"
     "            doubts.changes.emplace_back(operation::advance_shipment{\n"
     "                .shipment = open.item.shipment.row,\n"
     "                .expected = in_state(store::shipment_state::ready),\n"
     "                .state = store::shipment_state::done,\n                .at = x_core.now,\n"
     "                .lenient = true});\n        }\n"
     "        if (open.all_sent && !open.item.shipment.in_doubt) {\n"),
    ("goes-on-after-the-window", "a transfer under way goes on when its window closes",
     ROUTE + "outbound_passage.cpp",
     "        if (!open.all_sent && !passes(number, open.item)) {\n",
     "        if (open.item.shipment.row < 0) {\n"),
    ("forgets-the-quota", "what is left of a month is never less than at its begin",
     ROUTE + "month_quota.cpp",
     "    return limit() - std::min(limit(), x_used);\n", "    return limit();\n"),
    ("batch-conflict-is-kept", "half of a transaction that conflicts stays in its batch",
     STORE + "sqlite_store.cpp",
     '            statement(x_db, "ROLLBACK TO one").run();\n', ""),
    ("batch-fails-together", "one conflict is told to all of its batch, which is on disk",
     STORE + "sqlite_store.cpp",
     '    statement(x_db, "COMMIT").run();\n    x_saved',
     '    statement(x_db, "COMMIT").run();\n    for (const auto& one : std::vector(results)) {\n'
     "        if (one.status == transaction_status::conflict) {\n"
     "            for (auto& all : results) {\n                all.status = one.status;\n"
     "            }\n        }\n    }\n    x_saved"),
    ("expires-in-doubt", "expiry does not ask whether a transfer is in doubt",
     ROUTE + "deadlines_judging.cpp",
     "    if (over && !in_doubt) {\n", "    if (over) {\n"),
    ("expires-on-a-doubtful-clock", "expiry goes on while the clock is doubtful",
     ROUTE + "deadlines_judging.cpp",
     "(over && x_core.expiry_frozen)", "(over && false)"),
    ("loop-is-have-it", "a copy that comes back by another way is said to be had",
     ROUTE + "inbound_text.cpp",
     "return row.handed_on && row.taken_from != peer && !row.outcome ? errc::loop",
     "return row.handed_on && row.taken_from == peer && false ? errc::loop"),
    ("doubt-is-not-recorded", "what was all sent when the connection died is not in doubt",
     ROUTE + "outbound.cpp",
     "        if (open.all_sent && !open.item.shipment.in_doubt) {\n", "        if (false) {\n"),
    ("offers-without-mark", "shipments are offered before it is written down",
     ROUTE + "outbound.cpp",
     "    if (!is_marked(lane, lane.queue.front(*cls).shipment)) {\n",
     "    if (false) {\n"),
    ("notice-beats-delivery", "a notice stands although the delivery is confirmed",
     ROUTE + "receipts.cpp",
     "    in_state(delivery_state::expired) | in_state(delivery_state::undeliverable) |\n"
     "    in_state(delivery_state::refused) | in_state(delivery_state::cancelled);",
     "    0;"),
    ("outcomes-wait-for-ever", "outcomes that a crash left are not signed", ROUTE + "gateway.cpp",
     "        x_receipts.load_pending();\n", ""),
    ("unopened-wait-for-ever", "messages that a crash left closed stay closed",
     ROUTE + "gateway.cpp",
     "        x_opening.load_unopened();\n", ""),
    ("incomplete-wait-for-ever", "inbox rows that a crash left incomplete stay so",
     ROUTE + "gateway.cpp",
     "        x_opening.load_incomplete(0);\n", ""),
    ("attachments-stay-behind", "attachments do not become ready when the text is there",
     ROUTE + "outbound_answers.cpp",
     "            .message = item.message->row, .peer = peer, .object = 0, .at = x_core.now});",
     "            .message = 0, .peer = peer, .object = 1, .at = x_core.now});"),
    ("restored-peer-gets-nothing", "a peer from a backup is not given again what it had",
     ROUTE + "peers.cpp", "    if (restored) {\n", "    if (restored && x_core.stopping) {\n"),
    ("refusal-is-taken", "a recipient that the peer refuses counts as handed on",
     ROUTE + "outbound.hpp",
     "    return said.code == errc::have_it;\n", "    return said.code != errc{};\n"),
    ("deferred-for-ever", "what a busy peer put off is never tried again", ROUTE + "deadlines.cpp",
     "    if (rows.empty()) {\n        return;\n    }\n    store::transaction transaction;\n"
     "    std::set<bureau_id> peers;",
     "    if (!rows.empty()) {\n        return;\n    }\n    store::transaction transaction;\n"
     "    std::set<bureau_id> peers;"),
    ("resumes-another-object", "an object goes on from the bytes of another, as if re-wrapped",
     STORE + "sqlite_questions_messages.cpp",
     '"WHERE sealed_digest = ?1 AND state < 2 AND', '"WHERE ?1 <> 0 AND state < 2 AND'),
    ("suspends-only-in-words", "whoever is connected stays so when its peer is suspended", ROUTE +
     "peers_suspension.cpp",
     "        if (session.peer == peer) {\n",
     "        if (session.peer == peer && !session.established) {\n"),
    ("one-peer-sets-the-clock", "a single witness ends the doubt, at whatever time it says",
     "daemon/app/gateway_clock.cpp",
     "    std::ptrdiff_t most = 1;\n",
     "    std::ptrdiff_t most = 0;\n    said.erase(said.begin());\n"),
    ("rejection-is-forgotten", "a delivery told late covers an agency's rejection",
     ROUTE + "receipts.cpp",
     "before_delivery | noticed | in_state(delivery_state::delivered)};\n"
     "        case outcome_kind::taken",
     "before_delivery | noticed | in_state(delivery_state::delivered) |\n"
     "                        in_state(delivery_state::rejected)};\n"
     "        case outcome_kind::taken"),
    ("attachments-of-one-attempt", "an attachment counts for the attempt only that it came with",
     STORE + "sqlite_questions_messages.cpp",
     "        take_shared(out.objects, std::move(object));\n",
     "        if (object.row == 0) {\n            take_shared(out.objects, std::move(object));\n"
     "        }\n"),
    ("full-disk-is-for-ever", "what a full disk kept from being opened stays closed",
     ROUTE + "deadlines.cpp", "        x_opening.retry();\n", ""),
    ("jump-ages-messages", "a jump of the clock ages what came before it",
     ROUTE + "core.hpp",
     "        return *message.expires_at + jumps.shift(message.received_at);\n",
     "        return message.expires_at;\n"),
    ("doubt-ends-with-the-life", "a start does not know that the life before ended in a doubt",
     ROUTE + "gateway.cpp",
     "    const auto since = time_in(meta, doubtful_since_key);\n",
     "    const auto since = time_in(meta, \"a key that no store has\");\n"),
    ("doubtful-time-is-written-down", "a time in doubt counts as known after a restart",
     ROUTE + "deadlines.cpp",
     ("    if (x_is_purging || x_core.expiry_frozen || is_too_early) {\n",
      "    if (x_core.expiry_frozen) {\n        x_is_purging = false;"),
     ("    if (x_is_purging || is_too_early) {\n",
      "    if (false) {\n        x_is_purging = false;")),
    ("cancelled-though-it-left", "what a peer may have is cancelled as if it had not left",
     ROUTE + "queries_verbs.cpp",
     "const bool may_be_there = is_done || may_be_with_others(message, row, what->tried, x_out);",
     "const bool may_be_there = is_done || (false && message.deliveries.empty());"),
    ("full-disk-forgets-answers", "what a full disk did not take of a peer's answer is forgotten",
     ROUTE + "outbound_answers.cpp",
     "            x_unwritten.push_back({*kept, then});\n", ""),
    ("restored-store-has-no-doubts", "a gateway put back to a backup is sure of all that it holds",
     STORE + "sqlite_store_open.cpp",
     '            "UPDATE shipment SET in_doubt = 1 WHERE state < 4 AND in_doubt = 0;"\n', ""),
    ("synchronous-off", "commits do not wait for the disk", STORE + "sqlite_store_open.cpp",
     None, None),
]

# The same, found by runs of cases and clocks (dhow-sim --cases).
CASE_MUTATIONS = [
    ("late-copy-is-offered", "what comes after the end of its case is offered",
     ROUTE + "opening_case.cpp",
     "            out.state = assignment_state::late;\n", ""),
    ("older-version-is-offered", "a version that comes after a higher one is offered",
     ROUTE + "opening_case.cpp",
     "            out.state = assignment_state::superseded;\n", ""),
    ("suspended-is-offered", "what comes while its case is suspended is offered",
     ROUTE + "opening_case.cpp",
     "            out.state = assignment_state::withheld;\n", ""),
    ("end-withdraws-nothing", "what was offered stays so when its case ends",
     ROUTE + "opening_case.cpp",
     "        return assignment_state::withdrawn;\n", "        return std::nullopt;\n"),
    ("overtaken-note-is-dropped", "what is added to a version goes when the version comes later",
     ROUTE + "opening_case.cpp",
     "row.version >= content.version", "row.version > content.version + 100"),
    ("end-only-to-the-named", "an end does not go to those who got earlier versions",
     ROUTE + "submission_case.cpp",
     "            if (can_be_addressed(x_core, bureau, message.level)) {\n"
     "                all.insert(bureau);\n",
     "            if (can_be_addressed(x_core, bureau, message.level)) {\n"),
    ("complete-without-removal", "a case is complete though agencies have what it ends",
     ROUTE + "cases.cpp",
     "                left.emplace(one.recipient, one.agency);\n", ""),
    ("restored-peer-misses-ends", "what its agencies had answered a restored peer never gets again",
     ROUTE + "cases_again.cpp",
     "const bool is_lost = is_old ||", "const bool is_lost = is_old || x_core.stopping &&"),
    ("suspension-is-outdated", "a publication that came first voids a suspension before it",
     "protocol/kinds/case.cpp",
     "    if (word.point < view.decision) {\n",
     "    if (word.point < view.decision || word.point.version < view.content.version) {\n"),
    ("clock-fires-again", "that a clock has fired is forgotten", ROUTE + "clocks.cpp",
     ": (row.fired & in_state(row.state)) != 0;", ": row.fired == papers_over;"),
    ("answer-stops-nothing", "a reply does not stop the clock of its request",
     ROUTE + "clock_marks.cpp",
     "        stop(shared, to, content.kind, message.origin, facts);\n", ""),
    ("clock-is-too-fast", "a clock fires after a quarter of its time",
     ROUTE + "clocks.cpp",
     "row.state == clock_state::undelivered ? row.within : row.answer_within;", "row.within / 4;"),
    ("desk-is-not-told", "a clock fires and nobody is told", ROUTE + "clocks.cpp",
     "    auto out = static_cast<unsigned>(clock_task::notice);\n", "    auto out = 0U;\n"),
]
ALL = MUTATIONS + CASE_MUTATIONS


def die(text):
    sys.exit(f"mutations: {text}")


def sync_tree(target):
    for part in PARTS:
        source, copy = TREE / part, target / part
        if source.is_dir():
            for folder, _, names in os.walk(source):
                here = target / pathlib.Path(folder).relative_to(TREE)
                here.mkdir(parents=True, exist_ok=True)
                for name in names:
                    copy_if_changed(pathlib.Path(folder) / name, here / name)
        else:
            copy_if_changed(source, copy)


def copy_if_changed(source, copy):
    if not copy.exists() or copy.read_bytes() != source.read_bytes():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)


def build(folder):
    done = subprocess.run(["ninja", "-C", folder / "build", "dhow-sim"], capture_output=True,
                          text=True, check=False)
    return done.returncode == 0, done.stdout


def configure(folder):
    (folder / "build").mkdir(parents=True, exist_ok=True)
    sync_tree(folder / "tree")
    done = subprocess.run(["cmake", "-S", folder / "tree", "-B", folder / "build", "-G", "Ninja",
                           "-DCMAKE_BUILD_TYPE=RelWithDebInfo"], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        die("cannot configure:\n" + done.stderr)


def first_failure(program, seeds, words, unless):
    """The first seed that fails, or 0; in steps, so that an early find costs little."""
    cores = os.cpu_count() or 1
    for first in range(1, seeds + 1, SEEDS_AT_ONCE):
        last = min(seeds, first + SEEDS_AT_ONCE - 1)
        runs = [subprocess.Popen([program, "--seeds", f"{first + core}..{last}", "--step",
                                  str(cores), *words], stdout=subprocess.PIPE, text=True)
                for core in range(cores)]
        failed = []
        for core, run in enumerate(runs):
            try:
                output = run.communicate(timeout=SECONDS_AT_ONCE)[0]
            except subprocess.TimeoutExpired:
                run.kill()
                output = run.communicate()[0]
            failed += [int(seed) for seed in re.findall(r"^seed (\d+) FAILED", output,
                                                        re.MULTILINE)]
            if run.returncode not in (0, 1):
                failed.append(first + core)  # It died or hung, which is found too.
        for seed in sorted(set(failed)):
            if not unless(seed):
                return seed
    return 0


def places_of(mutation):
    """Pairs of a place and what stands there instead; none for a mutation that is an option."""
    _, _, _, place, instead = mutation
    if place is None:
        return []
    return [(place, instead)] if isinstance(place, str) else list(zip(place, instead))


def mutated(mutation, text):
    name, _, path, _, _ = mutation
    for place, instead in places_of(mutation):
        if text.count(place) != 1:
            die(f"{name}: its place is {text.count(place)} times in {path}; "
                "bring the list up to date")
        text = text.replace(place, instead)
    return text


def words_of(mutation):
    if mutation in CASE_MUTATIONS:
        return ["--cases"]
    return ["--synchronous", "OFF"] if mutation[3] is None else []


def try_one(mutation, folder, seeds, unless):
    name, _, path, _, _ = mutation
    words = words_of(mutation)
    target = folder / "tree" / path
    text = target.read_text()
    target.write_text(mutated(mutation, text))
    try:
        fine, output = build(folder)
        if not fine:
            die(f"{name} does not compile:\n{output[-3000:]}")
        return first_failure(folder / "build/bin/dhow-sim", seeds, words, unless)
    finally:
        target.write_text(text)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--only")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else [one[0] for one in ALL]
    chosen = [one for one in ALL if one[0] in wanted]
    if len(chosen) != len(wanted):
        die(f"of {wanted} only {[one[0] for one in chosen]} are known; --list has all")
    if options.check:
        for one in chosen:
            mutated(one, (TREE / one[2]).read_text())
        print(f"mutations: {len(chosen)} have their places")
        return
    if options.list:
        for one in chosen:
            print(f"{one[0]:34} {one[1]}")
        return
    configure(options.build)
    fine, output = build(options.build)
    if not fine:
        die("the tree does not build:\n" + output[-3000:])
    shutil.copy(options.build / "build/bin/dhow-sim", options.build / "clean")
    of_the_tree = set()

    def fails_anyway(seed, words):
        kind = [word for word in words if word == "--cases"]
        done = subprocess.run([options.build / "clean", "--seed", str(seed), *kind],
                              capture_output=True, check=False)
        if done.returncode != 0:
            of_the_tree.add(" ".join([*kind, str(seed)]))
        return done.returncode != 0

    for words in ([], ["--cases"]):
        clean = first_failure(options.build / "clean", SEEDS_AT_ONCE, words, lambda seed: False)
        if clean:
            die(f"seed {clean} fails without any mutation {words}")
    found = []
    print(f"{'mutation':34} {'seeds':>6} {'s':>5}  what it does", flush=True)
    for one in chosen:
        began = time.monotonic()
        seed = try_one(one, options.build, options.seeds,
                       lambda seed, words=words_of(one): fails_anyway(seed, words))
        found += [seed] if seed else []
        print(f"{one[0]:34} {seed or 'none':>6} {time.monotonic() - began:5.0f}  {one[1]}",
              flush=True)
    if found:
        print(f"seeds that it took: median {statistics.median(found):g}, most {max(found)}")
    if of_the_tree:
        print(f"without any mutation these fail: {sorted(of_the_tree)}")
    print(f"mutations: {len(found)} of {len(chosen)} found")
    sys.exit(0 if len(found) == len(chosen) and not of_the_tree else 1)


if __name__ == "__main__":
    main()
