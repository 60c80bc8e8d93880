// Two link sessions that talk over two pipes of bytes, each with a small model of the route core.
// Way of the message: [offer] -> link_session => pipe => link_session -> [commit].
// Pure: virtual time, no sockets. One thread.
// Spec: docs/link-protocol.md. Tests: used by unit/protocol/link_session*, fuzz/session_pair.
// Limits: none.
#pragma once

#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"
#include "protocol/link_session.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace dhow::tests {

inline const protocol::utc_time start_time{std::chrono::milliseconds{1'800'000'000'000}};

inline protocol::digest digest_of(std::uint32_t number) {
    protocol::digest out;
    for (std::size_t i = 0; i < 4; ++i) {
        out.value[i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return out;
}

/// The byte at each place says which object and where, so that a misplaced one is seen.
inline protocol::bytes body_of(std::uint32_t number, std::size_t size) {
    protocol::bytes out(size);
    for (std::size_t i = 0; i < size; ++i) {
        out[i] = static_cast<std::uint8_t>(number * 37 + i * 11 + (i >> 8));
    }
    return out;
}

/// Something to send.
struct test_object {
    std::uint32_t number = 0;
    protocol::message_class cls = protocol::message_class::routine;
    std::size_t body_bytes = 0;
    std::size_t preamble_bytes = 0;
    std::uint64_t fairness_key = 0;
};

/// What outlives a session on one side: what it wants to send, what it has on disk.
struct test_store {
    std::map<std::uint32_t, test_object> to_send;         ///< Not yet committed by the peer.
    std::map<protocol::digest, protocol::bytes> partial;  ///< Durable bytes of unfinished objects.
    std::map<protocol::digest, protocol::bytes> arrived;
    std::vector<protocol::digest> order_of_arrival;
};

/// One side: a session and the core's duties towards it.
class test_side {
public:
    test_side(test_store& store, bool is_dialler, protocol::session_options options)
        : x_store{&store}, x_session{prepare(store, is_dialler, std::move(options)), start_time} {
        handle_events();
    }

    protocol::link_session& session() { return x_session; }
    test_store& store() { return *x_store; }
    const std::optional<protocol::session_end>& end() const { return x_end; }
    const std::vector<std::string>& log() const { return x_log; }
    std::uint64_t data_bytes_supplied() const { return x_supplied; }
    const std::map<protocol::stream_id, std::uint32_t>& offered() const { return x_offered; }

    /// Told, but not answered, while false: the tests answer by hand.
    bool answers = true;
    bool verifies = true;
    bool signs = true;
    /// False: what it received stays undurable, so that no ACK goes out.
    bool syncs = true;
    bool supplies = true;
    boost::system::error_code verdict;
    protocol::utc_time now = start_time;

    // Seen last
    protocol::bytes to_be_verified;
    protocol::bytes to_be_signed;
    protocol::offer_frame last_offer;

    void offer(const test_object& what) {
        x_store->to_send[what.number] = what;
        protocol::offer_frame frame;
        frame.cls = what.cls;
        frame.object = digest_of(what.number);
        frame.body_bytes = what.body_bytes;
        frame.preamble.assign(what.preamble_bytes, 0xAA);
        if (what.body_bytes > protocol::limits::sealed_text_bytes_max) {
            frame.kind = protocol::object_kind::attachment;
            frame.origin = *protocol::bureau_id::parse("ZW");
        }
        auto body = what.body_bytes <= protocol::limits::inline_body_bytes_max
                        ? body_of(what.number, what.body_bytes)
                        : protocol::bytes{};
        const auto stream = x_session.offer(frame, std::move(body), what.fairness_key, now);
        x_offered[stream] = what.number;
        handle_events();
    }

    void offer_all() {
        const auto objects = x_store->to_send;
        for (const auto& [number, what] : objects) {
            offer(what);
        }
    }

    void handle_events() {
        while (auto event = x_session.next_event()) {
            std::visit([this](auto& it) { on(it); }, *event);
        }
    }

private:
    static protocol::session_options prepare(const test_store& store, bool is_dialler,
                                             protocol::session_options options) {
        options.is_dialler = is_dialler;
        options.exporter.assign(32, 0x5E);
        options.local.bureau = *protocol::bureau_id::parse(is_dialler ? "ZW" : "MU");
        options.local.time = start_time;
        for (const auto& [object, bytes] : store.partial) {
            if (options.local.partials.size() < protocol::limits::partials_in_hello_max) {
                options.local.partials.push_back({object, bytes.size()});
            }
        }
        return options;
    }

    void note(std::string line) { x_log.push_back(std::move(line)); }
    static std::string text(protocol::stream_id stream) { return " " + std::to_string(stream); }

    void on(const protocol::session_event::sign_hello& it) {
        note("sign_hello");
        to_be_signed = it.to_be_signed;
        if (signs) {
            x_session.on_hello_signed({}, {}, now);
        }
    }
    void on(const protocol::session_event::verify_hello& it) {
        note("verify_hello " + std::string{it.peer.bureau.text()});
        to_be_verified = it.to_be_signed;
        if (verifies) {
            x_session.on_hello_verified(verdict, now);
        }
    }
    void on(const protocol::session_event::established&) { note("established"); }
    void on(const protocol::session_event::offer_received& it) {
        const auto stream = it.offer.stream;
        last_offer = it.offer;
        note("offer_received" + text(stream) + (it.inline_body ? " inline" : ""));
        const bool is_coming = std::ranges::any_of(x_incoming, [&it](const auto& other) {
            return other.second.offer.object == it.offer.object;
        });
        x_incoming[stream] = {it.offer, it.inline_body, {}};
        if (!answers) {
            return;
        }
        if (is_coming) {
            x_incoming.erase(stream);
            x_session.refuse(stream, protocol::errc::busy, std::chrono::seconds{1}, {}, now);
        } else if (x_store->arrived.contains(it.offer.object)) {
            x_incoming.erase(stream);
            x_session.refuse(stream, protocol::errc::have_it, std::chrono::seconds{0}, {}, now);
        } else if (!it.inline_body) {
            x_session.accept(stream, x_store->partial[it.offer.object].size(), now);
        }
    }
    void on(protocol::session_event::data_received& it) {
        note("data_received" + text(it.stream) + " " + std::to_string(it.offset) + "+" +
             std::to_string(it.payload.size()));
        auto& in = x_incoming.at(it.stream);
        auto& disk = in.is_inline ? in.body : x_store->partial[in.offer.object];
        DHOW_ENSURE(it.offset == disk.size());
        disk.insert(disk.end(), it.payload.begin(), it.payload.end());
        if (!in.is_inline && syncs) {
            x_session.on_durable(it.stream, disk.size(), now);
        }
    }
    void on(const protocol::session_event::body_received& it) {
        note("body_received" + text(it.stream));
        if (!answers) {
            return;
        }
        const auto in = x_incoming.at(it.stream);
        x_incoming.erase(it.stream);
        if (x_store->arrived.contains(in.offer.object)) {
            x_session.refuse(it.stream, protocol::errc::have_it, std::chrono::seconds{0}, {}, now);
            return;
        }
        const auto& whole = in.is_inline ? in.body : x_store->partial[in.offer.object];
        DHOW_ENSURE(whole.size() == in.offer.body_bytes);
        x_store->arrived[in.offer.object] = whole;
        x_store->order_of_arrival.push_back(in.offer.object);
        x_store->partial.erase(in.offer.object);
        x_session.commit(it.stream, {}, now);
    }
    void on(const protocol::session_event::peer_cancelled& it) {
        note("peer_cancelled" + text(it.stream));
        x_incoming.erase(it.stream);
    }
    void on(const protocol::session_event::need_data& it) {
        note("need_data" + text(it.stream) + " " + std::to_string(it.offset) + "+" +
             std::to_string(it.bytes));
        if (!supplies) {
            return;
        }
        const auto& what = x_store->to_send.at(x_offered.at(it.stream));
        auto& body = x_bodies[what.number];
        if (body.empty()) {
            body = body_of(what.number, what.body_bytes);
        }
        const auto begin = body.begin() + static_cast<std::ptrdiff_t>(it.offset);
        x_supplied += it.bytes;
        x_session.supply(it.stream, it.offset,
                         {begin, begin + static_cast<std::ptrdiff_t>(it.bytes)}, now);
    }
    void on(const protocol::session_event::acknowledged& it) {
        note("acknowledged" + text(it.stream) + " " + std::to_string(it.durable_bytes));
    }
    void on(const protocol::session_event::committed& it) {
        note("committed" + text(it.stream));
        x_store->to_send.erase(x_offered.at(it.stream));
    }
    void on(const protocol::session_event::refused& it) {
        note("refused" + text(it.stream) + " " + std::to_string(static_cast<unsigned>(it.code)) +
             (it.all_sent ? " all_sent" : ""));
        if (it.code == protocol::errc::have_it) {
            x_store->to_send.erase(x_offered.at(it.stream));
        }
    }
    void on(const protocol::session_event::all_sent& it) { note("all_sent" + text(it.stream)); }
    void on(const protocol::session_event::can_offer_again&) { note("can_offer_again"); }
    void on(const protocol::session_event::peer_time& it) {
        note("peer_time " + std::to_string(it.round_trip.count()));
    }
    void on(const protocol::session_event::ended& it) {
        DHOW_ENSURE(!x_end);
        note("ended " + it.how.code.message());
        x_end = it.how;
    }

    struct incoming {
        protocol::offer_frame offer;
        bool is_inline = false;
        protocol::bytes body;
    };

    test_store* x_store;
    protocol::link_session x_session;
    std::map<protocol::stream_id, std::uint32_t> x_offered;
    std::map<std::uint32_t, protocol::bytes> x_bodies;  ///< Of large objects, made once.
    std::map<protocol::stream_id, incoming> x_incoming;
    std::optional<protocol::session_end> x_end;
    std::vector<std::string> x_log;
    std::uint64_t x_supplied = 0;
};

/// A dialler and a listener with a pipe in each direction.
class session_pair {
public:
    session_pair(test_store& dialler, test_store& listener,
                 protocol::session_options at_dialler = {},
                 protocol::session_options at_listener = {})
        : x_sides{test_side{dialler, true, std::move(at_dialler)},
                  test_side{listener, false, std::move(at_listener)}} {}

    test_side& dialler() { return x_sides[0]; }
    test_side& listener() { return x_sides[1]; }
    test_side& side(std::size_t index) { return x_sides[index]; }
    protocol::bytes& pipe_from(std::size_t index) { return x_pipes[index]; }
    std::uint64_t bytes_delivered() const { return x_delivered; }

    /// Moves at most `bytes_max` from a session into its pipe. Returns how many.
    std::size_t send(std::size_t from, std::size_t bytes_max) {
        auto& it = x_sides[from];
        const auto out = it.session().to_send(it.now);
        const auto size = std::min(bytes_max, out.size());
        x_pipes[from].insert(x_pipes[from].end(), out.begin(),
                             out.begin() + static_cast<std::ptrdiff_t>(size));
        it.session().mark_sent(size, it.now);
        it.handle_events();
        return size;
    }
    /// Moves at most `bytes_max` from a pipe into the other session. Returns how many.
    std::size_t deliver(std::size_t from, std::size_t bytes_max) {
        auto& pipe = x_pipes[from];
        const auto size = std::min(bytes_max, pipe.size());
        if (size == 0) {
            return 0;
        }
        const protocol::bytes part{pipe.begin(), pipe.begin() + static_cast<std::ptrdiff_t>(size)};
        pipe.erase(pipe.begin(), pipe.begin() + static_cast<std::ptrdiff_t>(size));
        auto& it = x_sides[1 - from];
        it.session().on_bytes(part, it.now);
        it.handle_events();
        x_delivered += size;
        return size;
    }
    /// Both send and receive, `chunk` bytes at a time, until nothing moves or `total_max` bytes
    /// were delivered since the beginning.
    void run(std::size_t chunk = 1 << 20, std::uint64_t total_max = ~std::uint64_t{0}) {
        for (bool moved = true; moved;) {
            moved = false;
            for (const std::size_t from : {0U, 1U}) {
                moved = send(from, chunk) > 0 || moved;
                const auto room = std::min<std::uint64_t>(chunk, total_max - x_delivered);
                moved = deliver(from, static_cast<std::size_t>(room)) > 0 || moved;
                if (x_delivered >= total_max) {
                    return;
                }
            }
        }
    }
    void cut() {
        for (auto& it : x_sides) {
            it.session().on_transport_closed(protocol::errc::connection_lost, it.now);
            it.handle_events();
        }
    }
    void set_now(protocol::utc_time now) {
        for (auto& it : x_sides) {
            it.now = now;
        }
    }

private:
    std::array<test_side, 2> x_sides;
    std::array<protocol::bytes, 2> x_pipes;
    std::uint64_t x_delivered = 0;
};

/// Options of a session whose peer may send so much without asking.
inline protocol::session_options granting(std::uint32_t credit_bytes) {
    protocol::session_options out;
    out.local.inline_credit_bytes = credit_bytes;
    return out;
}

inline protocol::session_options usual_options() {
    return granting(protocol::limits::granted_credit_bytes);
}

/// Two sessions with the usual options.
struct two_sides {
    test_store zw;
    test_store mu;
    session_pair pair{zw, mu, usual_options(), usual_options()};
};

inline protocol::bytes encoded(const protocol::frame& what) {
    protocol::bytes out;
    append_frame(out, what);
    return out;
}

/// The side gets this frame, written by hand.
inline void hear(test_side& side, const protocol::frame& what) {
    side.session().on_bytes(encoded(what), side.now);
    side.handle_events();
}

/// How many lines of the side's log begin so.
inline std::ptrdiff_t lines_with(test_side& side, std::string_view begin) {
    return std::ranges::count_if(side.log(),
                                 [begin](const auto& line) { return line.starts_with(begin); });
}

}  // namespace dhow::tests
