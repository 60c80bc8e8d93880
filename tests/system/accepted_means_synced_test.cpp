// Accepted means on disk: a traced daemon writes its log, syncs it, and only then says so.
// Way of the message: between commit and answer, at the origin (202) and at the next hop (COMMIT).
// Not pure: processes under strace.
// Spec: docs/store.md#commit, docs/link-protocol.md (LP-40, LP-49). Tests: this is one.
// Limits: one message in an idle daemon; what the disk does after its sync is the disk's affair.
#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace dhow::tests {

namespace fs = std::filesystem;
namespace tt = boost::test_tools;

namespace {

// The trace -----------------------------------------------------------------------------------

/// One system call. It began and ended at these lines: what a thread does because another's call
/// has returned begins at a later line than that call's end.
struct call {
    std::string name;
    std::string text;  ///< Arguments as written, strings decoded.
    long long fd = -1;
    long long result = -1;
    std::size_t begin = 0;
    std::size_t end = 0;
};
using calls = std::vector<call>;

std::optional<long long> number_at(const std::string& text, std::size_t at) {
    long long out = 0;
    const auto got = std::from_chars(text.data() + at, text.data() + text.size(), out);
    return got.ec == std::errc{} ? std::optional(out) : std::nullopt;
}

/// `-xx` writes each byte of a string as \xNN.
std::string decoded(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned byte = 0;
        const bool is_byte =
            text.compare(at, 2, "\\x") == 0 && at + 4 <= text.size() &&
            std::from_chars(text.data() + at + 2, text.data() + at + 4, byte, 16).ec == std::errc{};
        out += is_byte ? static_cast<char>(byte) : text[at];
        at += is_byte ? 3 : 0;
    }
    return out;
}

void finish(call& what, const std::string& rest, std::size_t line) {
    what.end = line;
    what.text += decoded(rest);
    const auto equals = rest.rfind(" = ");
    what.result = equals == std::string::npos ? -1 : number_at(rest, equals + 3).value_or(-1);
}

/// Lines are `PID name(arguments) = result`, or that in two parts, of which the first ends with
/// `<unfinished ...>` and the second begins with `<... name resumed>`.
calls parse(const std::vector<std::string>& lines) {
    const std::string unfinished = " <unfinished ...>";
    calls out;
    std::map<std::string, std::size_t> open;  // by thread
    for (std::size_t line = 0; line < lines.size(); ++line) {
        const auto& all = lines[line];
        const auto pid = all.substr(0, all.find(' '));
        const auto text = all.substr(std::min(all.find_first_not_of(' ', pid.size()), all.size()));
        if (text.starts_with("<... ")) {
            if (const auto found = open.extract(pid)) {
                finish(out[found.mapped()], text.substr(text.find("resumed>") + 8), line);
            }
            continue;
        }
        const auto bracket = text.find('(');
        if (bracket == std::string::npos || text.starts_with("+++") || text.starts_with("---")) {
            continue;
        }
        call one{.name = text.substr(0, bracket), .text = {}, .begin = line, .end = lines.size()};
        one.fd = number_at(text, bracket + 1).value_or(-1);
        if (text.ends_with(unfinished)) {
            one.text = decoded(text.substr(bracket, text.size() - bracket - unfinished.size()));
            open[pid] = out.size();
        } else {
            finish(one, text.substr(bracket), line);
        }
        out.push_back(std::move(one));
    }
    return out;
}

bool is_write(const call& what) {
    return what.name == "write" || what.name == "writev" || what.name == "sendto" ||
           what.name == "sendmsg";
}
bool is_read(const call& what) {
    return what.result > 0 && (what.name == "read" || what.name == "readv" ||
                               what.name == "recvfrom" || what.name == "recvmsg");
}
bool is_sync(const call& what) {
    return what.result == 0 && (what.name == "fsync" || what.name == "fdatasync");
}

/// A file descriptor from the call that gave it to the one that closes it.
struct opened {
    long long fd = -1;
    std::size_t from = 0;
    std::size_t until = 0;
    [[nodiscard]] bool has(const call& what) const {
        return what.fd == fd && what.begin > from && what.begin < until;
    }
};

opened opened_by(const calls& trace, const call& what) {
    opened out{what.result, what.end, static_cast<std::size_t>(-1)};
    for (const auto& one : trace) {
        if (one.name == "close" && one.fd == out.fd && one.begin > out.from) {
            out.until = one.begin;
            break;
        }
    }
    return out;
}

std::vector<opened> opened_where(const calls& trace, const std::string& name,
                                 const std::function<bool(const call&)>& is_it) {
    std::vector<opened> out;
    for (const auto& one : trace) {
        if (one.name.starts_with(name) && one.result >= 0 && is_it(one)) {
            out.push_back(opened_by(trace, one));
        }
    }
    return out;
}

/// The connections that came in at the sockets bound to this family.
std::vector<opened> accepted_on(const calls& trace, const std::string& family) {
    std::vector<opened> out;
    for (const auto& bound : trace) {
        if (bound.name == "bind" && bound.text.find("sa_family=" + family) != std::string::npos) {
            const auto came = opened_where(
                trace, "accept", [&bound](const call& one) { return one.fd == bound.fd; });
            out.insert(out.end(), came.begin(), came.end());
        }
    }
    return out;
}

// The judgement -------------------------------------------------------------------------------

/// What is wrong; empty when nothing is.
using verdict = std::string;

/// The first write of the message to the store's log, and the end of the first sync after it.
struct made_durable {
    std::size_t written = 0;
    std::size_t synced = 0;
    verdict fault;
};

made_durable find_commit(const calls& trace, const std::string& id) {
    made_durable out;
    const auto logs = opened_where(trace, "openat", [](const call& one) {
        return one.text.find(".db-wal\"") != std::string::npos;
    });
    if (logs.size() != 1) {
        out.fault = "the store's log was opened " + std::to_string(logs.size()) + " times";
        return out;
    }
    const auto written = std::ranges::find_if(trace, [&](const call& one) {
        return one.name == "pwrite64" && one.result > 0 && logs[0].has(one) &&
               one.text.find(id) != std::string::npos;
    });
    if (written == trace.end()) {
        out.fault = "the message was not written to the log";
        return out;
    }
    out.written = written->begin;
    const auto synced = std::find_if(written, trace.end(), [&](const call& one) {
        return is_sync(one) && logs[0].has(one) && one.begin > written->end;
    });
    if (synced == trace.end()) {
        out.fault = "the log was not synced";
        return out;
    }
    out.synced = synced->end;
    return out;
}

/// Request read, log written, log synced, 202 written: in this order.
verdict judge_submission(const calls& trace, const std::string& id) {
    const auto connections = accepted_on(trace, "AF_UNIX");
    const auto is_of_agency = [&](const call& one) {
        return std::ranges::any_of(connections, [&](const opened& c) { return c.has(one); });
    };
    const auto answer = std::ranges::find_if(trace, [&](const call& one) {
        return is_write(one) && is_of_agency(one) &&
               one.text.find("HTTP/1.1 202") != std::string::npos;
    });
    if (answer == trace.end()) {
        return "no 202 was written";
    }
    const auto request = std::ranges::find_if(trace, [&](const call& one) {
        return is_read(one) && is_of_agency(one) &&
               one.text.find("POST /v1/messages") != std::string::npos;
    });
    if (request == trace.end() || request->end > answer->begin) {
        return "no request was read before the 202";
    }
    const auto commit = find_commit(trace, id);
    if (!commit.fault.empty()) {
        return commit.fault;
    }
    if (commit.written < request->end) {
        return "the message was written before it was read";
    }
    return commit.synced < answer->begin ? "" : "the 202 was written before the log was synced";
}

/// Transfer read, log written, log synced, and only then anything written to the peer. The body
/// goes with its OFFER, to which the protocol knows no other answer than COMMIT or REFUSE (LP-40).
verdict judge_transfer(const calls& trace, const std::string& id) {
    const auto commit = find_commit(trace, id);
    if (!commit.fault.empty()) {
        return commit.fault;
    }
    const auto peers = accepted_on(trace, "AF_INET");
    const auto peer = std::ranges::find_if(peers, [&](const opened& one) {
        return one.from < commit.written && commit.written < one.until;
    });
    if (peer == peers.end()) {
        return "no peer was connected when the message was written";
    }
    std::size_t read = 0;
    for (const auto& one : trace) {
        read = is_read(one) && peer->has(one) && one.end < commit.written ? one.end : read;
    }
    if (read == 0) {
        return "the message was written before anything was read from the peer";
    }
    const auto next = std::ranges::find_if(trace, [&](const call& one) {
        return is_write(one) && peer->has(one) && one.begin > read;
    });
    if (next == trace.end()) {
        return "nothing was written to the peer after the transfer";
    }
    return commit.synced < next->begin ? "" : "the peer was written to before the log was synced";
}

// Running it ----------------------------------------------------------------------------------

std::vector<std::string> strace_to(const fs::path& file) {
    // -D: the daemon stays this process's child, so that signals and the end are its own. All of a
    // page of the store is shown.
    return {"strace",
            "-D",
            "-f",
            "-o",
            file.string(),
            "-s",
            "9000",
            "-xx",
            "-e",
            "trace=openat,close,bind,accept,accept4,read,readv,recvfrom,recvmsg,write,writev,"
            "sendto,sendmsg,pwrite64,fsync,fdatasync"};
}

tt::assertion_result can_trace(boost::unit_test::test_unit_id) {
    if (::geteuid() != 0) {
        // The daemon keeps its memory private (PR_SET_DUMPABLE), from a tracer of its own user too.
        tt::assertion_result out(false);
        out.message() << "not tested: only root may trace a daemon that keeps its memory private";
        return out;
    }
    const temporary_folder scratch;
    const auto file = scratch.path() / "trace";
    auto words = strace_to(file);
    words.insert(words.end(), {"cat", "/dev/null"});
    const auto tried = run(words);
    tt::assertion_result out(tried.code == 0 &&
                             read_file(file).find("exited") != std::string::npos);
    out.message() << "not tested: strace is not installed, or may not trace here: " << tried.out;
    return out;
}

std::vector<std::string> lines_of(const fs::path& file) {
    std::vector<std::string> out;
    const auto all = read_file(file);
    for (std::size_t at = 0; at < all.size();) {
        const auto next = std::min(all.find('\n', at), all.size());
        out.push_back(all.substr(at, next - at));
        at = next + 1;
    }
    return out;
}

/// Ends the daemon and gives all of its trace.
std::vector<std::string> trace_of(gateway& traced, const fs::path& file) {
    const auto pid = std::to_string(traced.pid());
    traced.terminate();
    wait_until("the end of the trace", [&] {
        const auto lines = lines_of(file);
        return std::ranges::any_of(lines, [&pid](const std::string& line) {
            // A short number is filled up with blanks.
            return line.starts_with(pid + " ") && line.find(" +++ exited") != std::string::npos;
        });
    });
    return lines_of(file);
}

std::string raw_id(const std::string& text) {
    std::string out;
    std::string digits = text;
    std::erase(digits, '-');
    for (std::size_t at = 0; at < digits.size(); at += 2) {
        out += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
    }
    return out;
}

std::vector<std::string> without_syncs(std::vector<std::string> lines) {
    std::erase_if(lines, [](const std::string& line) {
        return line.find(" fdatasync") != std::string::npos ||
               line.find(" fsync") != std::string::npos;
    });
    return lines;
}

/// As a store would be seen that syncs, but after the answer.
std::vector<std::string> with_late_syncs(std::vector<std::string> lines) {
    std::ranges::stable_partition(lines, [](const std::string& line) {
        return line.find(" fdatasync") == std::string::npos &&
               line.find(" close(") == std::string::npos;
    });
    return lines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(accepted_means_synced_test)

BOOST_AUTO_TEST_CASE(the_order_is_read_from_calls_that_overlap) {
    // Two threads: the sync of one is under way while the other works.
    const std::vector<std::string> good = {
        R"(10 openat(AT_FDCWD, "/s/dhow.db-wal", O_RDWR) = 7)",
        R"(10 bind(9, {sa_family=AF_UNIX, sun_path="/s/api.sock"}, 110) = 0)",
        R"(10 accept(9, NULL, NULL) = 12)",
        R"(10 recvmsg(12, "POST /v1/messages HTTP/1.1", 0) = 26)",
        R"(11 pwrite64(7, "..\x01\x02..", 6, 32) = 6)",
        R"(11 fdatasync(7 <unfinished ...>)",
        R"(10 epoll_wait(4 <unfinished ...>)",
        R"(11 <... fdatasync resumed>) = 0)",
        R"(10 <... epoll_wait resumed>, [], 128, 0) = 1)",
        R"(10 sendmsg(12, "HTTP/1.1 202 Accepted", 0) = 21)"};
    BOOST_TEST(judge_submission(parse(good), "\x01\x02") == "");
    auto early = good;
    std::swap(early[7], early[9]);
    BOOST_TEST(judge_submission(parse(early), "\x01\x02") ==
               "the 202 was written before the log was synced");
    auto failed = good;
    failed[7] = "11 <... fdatasync resumed>) = -1 EIO (Input/output error)";
    BOOST_TEST(judge_submission(parse(failed), "\x01\x02") == "the log was not synced");
    auto elsewhere = good;
    elsewhere[5] = "11 fdatasync(8 <unfinished ...>";
    BOOST_TEST(judge_submission(parse(elsewhere), "\x01\x02") == "the log was not synced");
}

BOOST_AUTO_TEST_CASE(an_agency_is_answered_after_the_sync,
                     *boost::unit_test::precondition(can_trace)) {
    federation bureaus;
    auto& origin = bureaus["ZW"];
    const auto file = bureaus.folder() / "trace";
    origin.start(strace_to(file));
    const auto id = raw_id(submit(origin, {}));
    const auto lines = trace_of(origin, file);
    BOOST_TEST(judge_submission(parse(lines), id) == "");
    BOOST_TEST(judge_submission(parse(without_syncs(lines)), id) == "the log was not synced");
    BOOST_TEST(judge_submission(parse(with_late_syncs(lines)), id) ==
               "the 202 was written before the log was synced");
}

BOOST_AUTO_TEST_CASE(a_peer_is_answered_after_the_sync,
                     *boost::unit_test::precondition(can_trace)) {
    federation bureaus;
    auto& hub = bureaus["IPSG"];
    auto& origin = bureaus["ZW"];
    const auto file = bureaus.folder() / "trace";
    hub.start(strace_to(file));
    origin.start();
    wait_until("the link",
               [&] { return origin.metric("dhow_link_up{link=\"ipsg\",peer=\"IPSG\"}") == 1; });
    const auto text = submit(origin, {});
    wait_until("the hub's COMMIT", [&] { return state_of(origin, text, "MU") == "relayed"; });
    const auto id = raw_id(text);
    const auto lines = trace_of(hub, file);
    BOOST_TEST(judge_transfer(parse(lines), id) == "");
    BOOST_TEST(judge_transfer(parse(without_syncs(lines)), id) == "the log was not synced");
    BOOST_TEST(judge_transfer(parse(with_late_syncs(lines)), id) ==
               "the peer was written to before the log was synced");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
