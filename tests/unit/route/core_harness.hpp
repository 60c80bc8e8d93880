// One gateway's core with a real SQLite store and a sealer without cryptography; commands are run
// to the end.
// Way of the message: takes the place of daemon/app around route::gateway.
// Not pure: files of a temporary folder. One thread.
// Spec: none. Tests: used by unit/route.
// Limits: no sessions; what comes from peers is put into the store as inbound would.
#pragma once

#include "daemon/route/gateway.hpp"
#include "daemon/seal/openssl_hasher.hpp"
#include "daemon/store/sqlite_store.hpp"
#include "tests/support/plain_sealer.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

inline bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

using namespace route;
using namespace std::chrono_literals;

inline bureau_id bureau(std::string_view text) { return bureau_id::parse(text).value(); }
inline bytes text_bytes(std::string_view text) {
    return protocol::to_bytes(protocol::as_bytes(text));
}

/// ZW with the agencies `border` and `customs`, the duty desk `duty`, a hub IPSG, and bureaus MU,
/// KE and TZ;
/// TZ is known to the directory but has no route.
class core_harness {
public:
    explicit core_harness(std::string_view self = "ZW");
    /// Another run on the same store: the process ended and was started again.
    void restart();
    void pump();
    void advance(std::chrono::milliseconds time);
    api_response ask(const caller& who, api_request what);
    /// The answer as a T; fails the test with the problem's text when it is something else.
    template <class T>
    T expect(const caller& who, api_request what);
    response::problem expect_problem(const caller& who, api_request what);

    [[nodiscard]] static caller agency(const std::string& name) { return {name, false}; }
    [[nodiscard]] static caller an_operator() { return {"", true}; }
    [[nodiscard]] static request::submit a_message(std::vector<std::string> to = {"MU"});
    /// Uploads some bytes, in pieces; the finished upload.
    upload_id upload(const std::string& agency_name, const bytes& plain);
    /// A message as it stands after custody: stored, its delivery to ourselves `received`. Opened
    /// by the
    /// next restart().
    message_id put_inbound(std::string_view origin, const std::string& kind,
                           std::vector<bytes> attachments = {}, bool attachments_here = true);
    std::string inbound_document;           ///< Their text, if it is not to be `their text`: JSON.
    std::vector<bureau_id> inbound_others;  ///< Who gets them beside us.
    std::vector<message_id> inbound_supersedes;  ///< By those that put_inbound() makes.
    void apply(std::vector<store::change> changes);
    template <class Answer>
    Answer query_store(store::question what);
    answer::full_message stored(const message_id& id);

    gateway& core() { return *x_gateway; }
    config::gateway& settings() { return *x_config; }
    protocol::directory& directory() { return *x_directory; }
    /// After a change of settings() or directory().
    void reload();

    std::optional<store::transaction_status> fail_next_commit;
    /// Transactions for which there is no room.
    std::function<bool(const store::transaction&)> is_disk_full_for;
    std::vector<store::transaction> applied;  ///< In order, since the last clear().
    std::vector<command::dial> dials;
    std::vector<command::close_session> closed;
    /// Of each connection.
    line_facts line{.bytes_in = 11, .bytes_out = 12, .bytes_per_s = 8'000, .round_trip = 600ms};
    std::vector<command::log> logs;
    std::function<void(const store::transaction&)> before_apply;
    bool hold_jobs = false;  ///< Sealing jobs wait until it is false again.
    std::function<bool(const seal::job_request&)> hold_if;  ///< These wait until it is empty again.
    bool is_clock_doubtful = false;                         ///< At the next restart().
    bool has_no_workers = false;  ///< Sealing jobs are refused: too many wait.
    std::uint64_t epoch = 1;      ///< At the next restart().
    utc_time now = protocol::parse_utc("2026-11-24T10:00:00.000Z").value();

private:
    void run(command::apply& what);
    void run(command::ask& what);
    void run(command::run& what);
    void run(command::dial& what) { dials.push_back(what); }
    void run(command::close_session& what) { closed.push_back(what); }
    void run(command::log& what);
    [[nodiscard]] gateway_start start_values();

    temporary_folder x_folder;
    seal::openssl_hasher x_hash;
    bureau_id x_self;
    std::shared_ptr<protocol::directory> x_directory;
    std::shared_ptr<config::gateway> x_config;
    std::unique_ptr<store::sqlite_store> x_store;
    std::unique_ptr<plain_sealer> x_sealer;
    std::unique_ptr<gateway> x_gateway;
    std::deque<command::run> x_held_jobs;
    std::uint64_t x_runs = 0;
    std::uint64_t x_random = 0;
};

template <class T>
T core_harness::expect(const caller& who, api_request what) {
    auto said = ask(who, std::move(what));
    if (const auto* problem = std::get_if<response::problem>(&said)) {
        BOOST_FAIL(protocol::name_of(problem->code) << ": " << problem->detail);
    }
    BOOST_REQUIRE(std::holds_alternative<T>(said));
    return std::get<T>(std::move(said));
}

template <class Answer>
Answer core_harness::query_store(store::question what) {
    auto reply = x_store->ask(what);
    BOOST_REQUIRE(reply);
    return std::get<Answer>(std::move(*reply));
}

}  // namespace dhow::tests
