// One gateway's core with a real store and a sealer without cryptography.
// Way of the message: see core_harness.hpp.
// Not pure: files. One thread.
// Spec: none. Tests: used by unit/route.
// Limits: see core_harness.hpp.
#include "tests/unit/route/core_harness.hpp"

#include "tests/support/seed.hpp"

namespace dhow::tests {

namespace {

/// ZW's; of others the same with their own ways: a bureau's by the hub, the hub's to each.
std::shared_ptr<config::gateway> make_config(std::string_view self) {
    auto out = std::make_shared<config::gateway>();
    out->bureau = bureau(self);
    out->links = {
        {"fibre", bureau("IPSG"), config::link_mode::dial, {"tls://127.0.0.1:7443"}, false}};
    out->routes = {{"MU", {"fibre"}, 1}, {"KE", {"fibre"}, 2}};
    if (self == "IPSG") {
        out->links.clear();
        out->routes.clear();
        std::size_t line = 0;
        for (const char* peer : {"ZW", "MU", "KE"}) {
            out->links.push_back({std::string("to-") + peer,
                                  bureau(peer),
                                  config::link_mode::dial,
                                  {"tls://127.0.0.1:7443"},
                                  false});
            out->routes.push_back({peer, {std::string("to-") + peer}, ++line});
        }
    } else if (self != "ZW") {
        out->routes = {{"ZW", {"fibre"}, 1}, {"MU", {"fibre"}, 2}, {"KE", {"fibre"}, 3}};
    }
    out->groups = {{"lakes", {bureau("KE"), bureau("MU")}}};
    const std::vector<message_class> all{message_class::flash, message_class::urgent,
                                         message_class::routine, message_class::bulk};
    out->agencies["border"] = {"border", {}, {}, {"hit.*", "notice.publication"}, {"*"}, all, 0};
    out->agencies["customs"] = {"customs", {}, {}, {"hit.*"}, {"MU"}, {message_class::routine}, 2};
    out->agencies["duty"] = {"duty", {}, {}, {}, {}, {}, 0};
    out->assignments = {{{"hit.*"}, {}, {}, {"border", "customs"}}};
    out->duty_desk = "duty";
    for (auto& times : out->times) {
        times = {std::chrono::hours{1}, std::chrono::hours{24}};
    }
    return out;
}

}  // namespace

core_harness::core_harness(std::string_view self)
    : x_self(bureau(self)), x_config(make_config(self)) {
    x_directory = std::make_shared<protocol::directory>(make_plain_directory(
        {bureau("ZW"), bureau("IPSG"), bureau("MU"), bureau("KE"), bureau("TZ")}, x_hash));
    store::sqlite_options options;
    options.path = (x_folder / "store.db").string();
    options.instance.value[0] = 1;
    options.synchronous = "OFF";  // No power is cut here; tests are ten times faster.
    x_store = store::sqlite_store::open(options);
    restart();
}

gateway_start core_harness::start_values() {
    gateway_start out;
    out.outside.hash = &x_hash;
    out.outside.fill_random = [this](std::span<std::uint8_t> to) {
        for (auto& byte : to) {
            x_random = x_random * 6364136223846793005ULL + 1442695040888963407ULL;
            byte = static_cast<std::uint8_t>(x_random >> 56U);
        }
    };
    out.outside.index_of = [this](byte_view value) { return x_sealer->index_of(value); };
    out.outside.line = [this](session_number) { return line; };
    out.config = x_config;
    out.directory = x_directory;
    out.instance.value[0] = 1;
    if (x_self != bureau("ZW")) {
        out.instance.value[1] = static_cast<std::uint8_t>(x_self.text().front());
    }
    out.epoch = epoch;
    out.random = [] { return 0.5; };
    out.now = now;
    return out;
}

void core_harness::restart() {
    x_gateway.reset();
    x_held_jobs.clear();
    x_sealer = std::make_unique<plain_sealer>(x_self, x_directory, x_hash, seed() + ++x_runs);
    x_random = seed() + x_runs;
    if (x_self != bureau("ZW")) {  // No two gateways draw the same.
        x_random += std::hash<bureau_id>{}(x_self);
    }
    x_gateway = std::make_unique<gateway>(start_values());
    x_gateway->freeze_expiry(is_clock_doubtful);
    x_gateway->start();
    pump();
    BOOST_REQUIRE(x_gateway->is_ready());
    applied.clear();
}

void core_harness::reload() {
    x_gateway->reload(x_config, x_directory, {});
    x_sealer->replace_directory(x_directory);
    pump();
}

void core_harness::pump() {
    while (true) {
        if (!hold_jobs && !hold_if && !x_held_jobs.empty()) {
            auto job = std::move(x_held_jobs.front());
            x_held_jobs.pop_front();
            run(job);
            continue;
        }
        auto next = x_gateway->next_command();
        if (!next) {
            return;
        }
        std::visit([this](auto& what) { run(what); }, *next);
    }
}

void core_harness::run(command::apply& what) {
    if (before_apply) {
        std::exchange(before_apply, {})(what.what);
    }
    applied.push_back(what.what);
    if (is_disk_full_for && is_disk_full_for(what.what)) {
        fail_next_commit = store::transaction_status::full;
    }
    if (fail_next_commit) {
        store::transaction_result failed;
        failed.token = what.what.token;
        failed.status = *std::exchange(fail_next_commit, std::nullopt);
        x_gateway->on_stored({failed});
        return;
    }
    auto results = x_store->apply({&what.what, 1});
    BOOST_REQUIRE(results);
    x_gateway->on_stored(*results);
}

void core_harness::run(command::ask& what) {
    auto reply = x_store->ask(what.what);
    BOOST_REQUIRE(reply);
    x_gateway->on_answered(what.number, *reply);
}

void core_harness::run(command::log& what) {
    BOOST_TEST_MESSAGE(what.id << ": " << what.text);
    logs.push_back(what);
}

void core_harness::run(command::run& what) {
    if (hold_jobs || (hold_if && hold_if(what.what))) {
        x_held_jobs.push_back(std::move(what));
        return;
    }
    auto made = has_no_workers ? protocol::result<seal::job_outcome>(errc::overloaded)
                               : x_sealer->run(what.what);
    x_gateway->on_sealed(what.number, made);
}

void core_harness::advance(std::chrono::milliseconds time) {
    now += time;
    x_gateway->advance(now);
    pump();
}

api_response core_harness::ask(const caller& who, api_request what) {
    std::optional<api_response> said;
    unsigned answers = 0;
    x_gateway->request(who, std::move(what), [&](api_response answer) {
        said = std::move(answer);
        ++answers;
    });
    pump();
    BOOST_REQUIRE_EQUAL(answers, 1U);
    return std::move(*said);
}

response::problem core_harness::expect_problem(const caller& who, api_request what) {
    auto said = ask(who, std::move(what));
    BOOST_REQUIRE(std::holds_alternative<response::problem>(said));
    return std::get<response::problem>(std::move(said));
}

request::submit core_harness::a_message(std::vector<std::string> to) {
    request::submit out;
    out.kind = "hit.request";
    out.subject = "a subject";
    out.media_type = "text/plain";
    out.to = std::move(to);
    out.text = text_bytes("the text of a message");
    return out;
}

upload_id core_harness::upload(const std::string& agency_name, const bytes& plain) {
    const auto who = agency(agency_name);
    const auto id =
        expect<response::upload>(who, request::begin_upload{"photo.jpg", "image/jpeg"}).id;
    std::size_t at = 0;
    do {
        const auto count = std::min(limits::piece_bytes, plain.size() - at);
        const auto first = plain.begin() + static_cast<std::ptrdiff_t>(at);
        bytes piece(first, first + static_cast<std::ptrdiff_t>(count));
        at += count;
        expect<response::upload>(
            who, request::continue_upload{id, std::move(piece), at == plain.size()});
    } while (at < plain.size());
    return id;
}

void core_harness::apply(std::vector<store::change> changes) {
    store::transaction transaction;
    transaction.changes = std::move(changes);
    const auto results = x_store->apply({&transaction, 1});
    BOOST_REQUIRE(results);
    BOOST_REQUIRE_MESSAGE(results->front().status == store::transaction_status::committed,
                          results->front().detail);
}

answer::full_message core_harness::stored(const message_id& id) {
    auto found = query_store<answer::messages>(query::find_message{bureau_id{}, id});
    BOOST_REQUIRE(!found.rows.empty());
    return std::move(found.rows.front());
}

namespace {
/// Objects are numbered far above what the gateway has given.
constexpr store::row_id inbound_rows = 1'000'000;

void put_object(std::vector<store::change>& to, store::object_row row, const bytes& body) {
    to.emplace_back(operation::put_object{row});
    store::append_data(to, row.row, 0, body);
}

/// Seals files as an origin does, and names them in header and content of the job.
std::vector<bytes> seal_attachments(plain_sealer& sealer, const std::vector<bytes>& files,
                                    seal::job::seal_message& job) {
    const seal::openssl_hasher hash;
    std::vector<bytes> out;
    for (const auto& plain : files) {
        protocol::attachment_entry entry;
        entry.file_name = "file.bin";
        entry.media_type = "application/octet-stream";
        entry.bytes = plain.size();
        entry.key.fill(7);
        bytes whole;
        for (std::size_t at = 0; at < plain.size(); at += limits::piece_bytes) {
            const auto count = std::min(limits::piece_bytes, plain.size() - at);
            const auto first = plain.begin() + static_cast<std::ptrdiff_t>(at);
            auto made = sealer.run(seal::job::seal_piece{
                entry.key, bytes(first, first + static_cast<std::ptrdiff_t>(count))});
            BOOST_REQUIRE(made);
            const auto& piece = std::get<seal::done::sealed_piece>(*made);
            entry.pieces.push_back(piece.sealed_digest);
            whole.insert(whole.end(), piece.sealed.begin(), piece.sealed.end());
        }
        entry.sealed_digest = hash.sha256({whole});
        job.header.attachments.push_back({entry.sealed_digest, whole.size(), message_class::bulk});
        job.content.attachments.push_back(std::move(entry));
        out.push_back(std::move(whole));
    }
    return out;
}
}  // namespace

message_id core_harness::put_inbound(std::string_view origin, const std::string& kind,
                                     std::vector<bytes> attachments, bool attachments_here) {
    plain_sealer theirs(bureau(origin), x_directory, x_hash, seed() + ++x_runs);
    seal::job::seal_message job;
    job.recipients = {x_self};
    job.recipients.insert(job.recipients.end(), inbound_others.begin(), inbound_others.end());
    job.content.kind = kind;
    job.content.agency = "their agency";
    job.content.subject = "their subject";
    job.content.media_type = inbound_document.empty() ? "text/plain" : "application/json";
    job.content.text = text_bytes(inbound_document.empty() ? "their text" : inbound_document);
    job.content.recipients = job.recipients;
    std::array<std::uint8_t, 10> random{};
    random[0] = static_cast<std::uint8_t>(x_runs);
    job.header.id = protocol::make_message_id(now, random);
    job.header.origin = bureau(origin);
    job.header.created = now;
    job.header.supersedes = inbound_supersedes;
    const auto sealed_attachments = seal_attachments(theirs, attachments, job);
    auto made = theirs.run(job);
    BOOST_REQUIRE(made);
    const auto& sealed = std::get<seal::done::sealed_message>(*made);
    const auto row = inbound_rows + static_cast<store::row_id>(x_runs) * 100;
    std::vector<store::change> changes;
    changes.emplace_back(
        operation::put_message{{.row = row,
                                .origin = bureau(origin),
                                .id = job.header.id,
                                .roles = static_cast<std::uint8_t>(store::message_role::addressee),
                                .received_at = now,
                                .seal = protocol::encode_seal(sealed.seal),
                                .lockboxes = protocol::encode_lockboxes(sealed.lockboxes),
                                .text_object = row + 1}});
    put_object(changes,
               {.row = row + 1,
                .state = store::object_state::complete,
                .message = row,
                .sealed_digest = sealed.seal.body_digest,
                .bytes = sealed.body.size()},
               sealed.body);
    std::uint16_t position = 0;
    for (const auto& whole : sealed_attachments) {
        ++position;
        put_object(changes,
                   {.row = row + 1 + position,
                    .kind = protocol::object_kind::attachment,
                    .state = attachments_here ? store::object_state::complete
                                              : store::object_state::expected,
                    .message = row,
                    .position = position,
                    .sealed_digest = x_hash.sha256({whole}),
                    .bytes = whole.size()},
                   attachments_here ? whole : bytes{});
    }
    changes.emplace_back(operation::put_delivery{{.message = row,
                                                  .recipient = x_self,
                                                  .state = store::delivery_state::received,
                                                  .changed_at = now}});
    apply(std::move(changes));
    return job.header.id;
}

}  // namespace dhow::tests
