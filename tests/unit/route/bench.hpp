// Stations of the core by hand: every command is answered by the test, with whatever it likes.
// Way of the message: takes the place of store, sealer and driver around single stations.
// Pure but for digests. One thread, virtual time.
// Spec: none. Tests: used by unit/route/*_by_hand_test.cpp.
// Limits: what a real store would never answer must not be expected to make sense.
#pragma once

#include "protocol/link_session.hpp"
#include "tests/support/seed.hpp"
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

namespace event = protocol::session_event;

/// The core of ZW with hubs IPSG and TZ (links `fibre` and `lake`); MU goes by both, KE by IPSG.
struct bench {
    bench();

    /// Whether a question of this kind is open.
    template <class Question>
    bool is_asked() {
        const auto at = find_ask<Question>();  // First: it draws commands, and so moves the end.
        return at != open_commands.end();
    }
    /// Takes the oldest open question of this kind.
    template <class Question>
    Question take(token& number) {
        const auto at = find_ask<Question>();
        BOOST_REQUIRE_MESSAGE(at != open_commands.end(), "nobody asks that");
        auto what = std::get<command::ask>(std::move(*at));
        open_commands.erase(at);
        number = what.number;
        return std::get<Question>(std::move(what.what));
    }
    void reply_to(token number, store::reply with) { core.out.on_answered(number, with); }
    /// Answers the oldest open question of this kind, and gives it.
    template <class Question>
    Question answer(store::reply with) {
        token number = 0;
        auto what = take<Question>(number);
        reply_to(number, std::move(with));
        return what;
    }
    /// Answers the oldest job of this kind.
    template <class Job>
    Job seal(protocol::result<seal::job_outcome> with) {
        drain();
        const auto at = std::ranges::find_if(open_commands, [](const auto& one) {
            const auto* run = std::get_if<command::run>(&one);
            return run != nullptr && std::holds_alternative<Job>(run->what);
        });
        BOOST_REQUIRE_MESSAGE(at != open_commands.end(), "no such job is open");
        auto what = std::get<command::run>(std::move(*at));
        open_commands.erase(at);
        core.out.on_sealed(what.number, with);
        return std::get<Job>(std::move(what.what));
    }
    bool is_applying();
    /// Answers the oldest transaction.
    store::transaction store_it(
        store::transaction_status status = store::transaction_status::committed,
        std::vector<std::size_t> unchanged = {});
    /// Nothing is asked, written or sealed.
    bool is_quiet();
    bool has_logged(std::string_view id);

    void connect(std::string_view peer, session_number number,
                 protocol::link_session* session = nullptr);
    store::message_row message_of(const seal::done::sealed_message& sealed, store::row_id row);
    seal::done::sealed_message seal_message(std::string_view origin, std::vector<std::string> to,
                                            bytes text = text_bytes("some text"));

    /// Of the header of what is sealed next.
    std::vector<protocol::object_ref> attachments;
    seal::openssl_hasher hash;
    std::shared_ptr<config::gateway> settings;
    std::shared_ptr<protocol::directory> book;
    route::core core;
    std::deque<route::commands> open_commands;  ///< Not answered yet, but for logs.
    std::vector<command::log> logs;

private:
    void drain();
    template <class Question>
    std::deque<route::commands>::iterator find_ask() {
        drain();
        return std::ranges::find_if(open_commands, [](const auto& one) {
            const auto* ask = std::get_if<command::ask>(&one);
            return ask != nullptr && std::holds_alternative<Question>(ask->what);
        });
    }
    std::uint64_t x_sealed = 0;
};

inline bench::bench()
    : settings(std::make_shared<config::gateway>()),
      book(std::make_shared<protocol::directory>(make_plain_directory(
          {bureau("ZW"), bureau("IPSG"), bureau("MU"), bureau("KE"), bureau("TZ")}, hash))) {
    for (auto& entry : book->entries) {
        if (entry.bureau == bureau("IPSG") || entry.bureau == bureau("TZ")) {
            entry.role = protocol::bureau_role::hub;
        }
    }
    settings->bureau = bureau("ZW");
    settings->links = {{"fibre", bureau("IPSG"), config::link_mode::listen, {}, false},
                       {"lake", bureau("TZ"), config::link_mode::listen, {}, false}};
    settings->routes = {{"MU", {"fibre", "lake"}, 1}, {"KE", {"fibre"}, 2}};
    settings->agencies["border"] = {"border", {}, {}, {"*"}, {"*"}, {}, 0};
    settings->agencies["customs"] = {"customs", {}, {}, {"*"}, {"*"}, {}, 0};
    settings->duty_desk = "border";
    for (auto& times : settings->times) {
        times = {std::chrono::hours{1}, std::chrono::hours{24}};
    }
    core.outside.hash = &hash;
    core.outside.fill_random = [](std::span<std::uint8_t> to) { std::ranges::fill(to, 7); };
    core.config = settings;
    core.directory = book;
    core.routes = route::routing_table(*settings, *book);
    core.now = protocol::parse_utc("2026-11-24T10:00:00.000Z").value();
    core.started = true;
    core.last_row = 1'000;
}

inline void bench::drain() {
    while (auto next = core.out.next_command()) {
        if (auto* line = std::get_if<command::log>(&*next)) {
            logs.push_back(std::move(*line));
        } else {
            open_commands.push_back(std::move(*next));
        }
    }
}

inline bool bench::is_applying() {
    drain();
    return std::ranges::any_of(
        open_commands, [](const auto& one) { return std::holds_alternative<command::apply>(one); });
}

inline store::transaction bench::store_it(store::transaction_status status,
                                          std::vector<std::size_t> unchanged) {
    drain();
    const auto at = std::ranges::find_if(
        open_commands, [](const auto& one) { return std::holds_alternative<command::apply>(one); });
    BOOST_REQUIRE_MESSAGE(at != open_commands.end(), "nothing is being written");
    auto what = std::get<command::apply>(std::move(*at)).what;
    open_commands.erase(at);
    core.out.on_stored({what.token, status, 0, std::move(unchanged), "as the test says"});
    return what;
}

inline bool bench::is_quiet() {
    drain();
    return open_commands.empty();
}

inline bool bench::has_logged(std::string_view id) {
    drain();
    return std::ranges::any_of(logs, [&](const auto& line) { return line.id == id; });
}

inline void bench::connect(std::string_view peer, session_number number,
                           protocol::link_session* session) {
    core.sessions[number] = {.peer = bureau(peer),
                             .link = {},
                             .is_dialler = false,
                             .established = true,
                             .session = session,
                             .since = core.now};
}

inline seal::done::sealed_message bench::seal_message(std::string_view origin,
                                                      std::vector<std::string> to, bytes text) {
    plain_sealer sealer(bureau(origin), book, hash, seed() + ++x_sealed);
    seal::job::seal_message job;
    for (const auto& one : to) {
        job.recipients.push_back(bureau(one));
    }
    job.header.id = protocol::make_message_id(
        core.now, std::array<std::uint8_t, 10>{static_cast<std::uint8_t>(x_sealed), 9});
    job.header.origin = bureau(origin);
    job.header.created = core.now;
    job.header.attachments = std::exchange(attachments, {});
    for (const auto& one : job.header.attachments) {
        protocol::attachment_entry entry;
        entry.file_name = "file.bin";
        entry.media_type = "application/octet-stream";
        entry.bytes = 1;
        entry.sealed_digest = one.sealed_digest;
        entry.key.fill(7);
        entry.pieces = {one.sealed_digest};
        job.content.attachments.push_back(std::move(entry));
    }
    job.header.time_to_live = std::chrono::hours{24};
    job.content.kind = "hit.request";
    job.content.agency = "theirs";
    job.content.subject = "s";
    job.content.media_type = "text/plain";
    job.content.text = std::move(text);
    job.content.recipients = job.recipients;
    auto made = sealer.run(job);
    BOOST_REQUIRE(made);
    return std::get<seal::done::sealed_message>(std::move(*made));
}

inline store::message_row bench::message_of(const seal::done::sealed_message& sealed,
                                            store::row_id row) {
    store::message_row out;
    out.row = row;
    out.origin = sealed.header.origin;
    out.id = sealed.header.id;
    out.cls = sealed.header.cls;
    out.received_at = core.now;
    out.seal = protocol::encode_seal(sealed.seal);
    out.lockboxes = protocol::encode_lockboxes(sealed.lockboxes);
    out.text_object = row + 1;
    return out;
}

/// An established connection of the core with a peer that does nothing of itself.
class wire {
public:
    explicit wire(bench& own, std::string_view peer) : x_own(own) {
        auto ours = options(true, "ZW");
        auto theirs = options(false, peer);
        x_ours = std::make_unique<protocol::link_session>(std::move(ours), own.core.now);
        x_theirs = std::make_unique<protocol::link_session>(std::move(theirs), own.core.now);
        exchange();
        BOOST_REQUIRE(x_ours->is_established() && x_theirs->is_established());
        at_ours.clear();
        at_theirs.clear();
    }
    protocol::link_session& ours() { return *x_ours; }
    protocol::link_session& theirs() { return *x_theirs; }
    /// Bytes go both ways until nobody has any; what they mean stands in the lists.
    void exchange() {
        do {
            gather(*x_ours, at_ours);
            gather(*x_theirs, at_theirs);
        } while (move(*x_ours, *x_theirs) + move(*x_theirs, *x_ours) > 0);
    }
    /// The next event of a kind on our side; fails when there is none.
    template <class Event>
    Event next_at_ours() {
        exchange();
        return take<Event>(at_ours);
    }
    template <class Event>
    Event next_at_theirs() {
        exchange();
        return take<Event>(at_theirs);
    }
    template <class Event>
    bool has_at_theirs() {
        exchange();
        return std::ranges::any_of(
            at_theirs, [](const auto& one) { return std::holds_alternative<Event>(one); });
    }
    std::deque<protocol::session_events> at_ours, at_theirs;

private:
    template <class Event>
    static Event take(std::deque<protocol::session_events>& from) {
        const auto at = std::ranges::find_if(
            from, [](const auto& one) { return std::holds_alternative<Event>(one); });
        BOOST_REQUIRE_MESSAGE(at != from.end(), "no such event");
        auto out = std::get<Event>(std::move(*at));
        from.erase(at);
        return out;
    }
    [[nodiscard]] protocol::session_options options(bool is_dialler, std::string_view name) const {
        protocol::session_options out;
        out.is_dialler = is_dialler;
        out.exporter.assign(32, 1);
        out.local.bureau = bureau(name);
        out.local.epoch = 1;
        out.local.boot = 1;
        out.local.time = x_own.core.now;
        out.local.inline_credit_bytes = limits::granted_credit_bytes;
        out.local.directory_head.value[0] = 1;  // Not ours: offers come in full.
        out.local.frame_bytes_max = limits::frame_payload_bytes_max;
        return out;
    }
    void gather(protocol::link_session& from, std::deque<protocol::session_events>& to) {
        while (auto next = from.next_event()) {
            if (std::holds_alternative<event::sign_hello>(*next)) {
                from.on_hello_signed({}, {}, x_own.core.now);
            } else if (std::holds_alternative<event::verify_hello>(*next)) {
                from.on_hello_verified({}, x_own.core.now);
            } else {
                to.push_back(std::move(*next));
            }
        }
    }
    std::size_t move(protocol::link_session& from, protocol::link_session& to) {
        std::size_t moved = 0;
        while (true) {
            const auto view = from.to_send(x_own.core.now);
            if (view.empty()) {
                return moved;
            }
            const bytes copy(view.begin(), view.end());
            from.mark_sent(copy.size(), x_own.core.now);
            to.on_bytes(copy, x_own.core.now);
            moved += copy.size();
        }
    }

    bench& x_own;
    std::unique_ptr<protocol::link_session> x_ours, x_theirs;
};

}  // namespace dhow::tests
