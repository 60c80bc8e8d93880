// Inbound alone with one peer, MU, and whatever store and sealer are made to say.
// Way of the message: see bench.hpp.
// Pure but for digests. One thread, virtual time.
// Spec: none. Tests: used by unit/route/inbound_*_test.cpp.
// Limits: those of bench.hpp.
#pragma once

#include "daemon/route/inbound.hpp"
#include "tests/unit/route/bench.hpp"

namespace dhow::tests {

struct inbound_bench : bench {
    inbound_bench() {
        out.set_hurry([](bureau_id) {});
        open.set_notify([](const std::string&) {});
        connect("MU", 1, &mu.ours());
    }
    struct parcel {
        protocol::offer_frame offer;
        bytes body;
        seal::done::sealed_message sealed;
    };
    /// A text of MU as it offers it.
    parcel text(std::vector<std::string> to = {"ZW"}, bytes content = text_bytes("some text")) {
        parcel made;
        made.sealed = seal_message("MU", to, std::move(content));
        std::vector<bureau_id> recipients;
        for (const auto& one : to) {
            recipients.push_back(bureau(one));
        }
        const auto branch = protocol::branch_of(made.sealed.lockboxes, recipients, hash);
        BOOST_REQUIRE(branch);
        made.body = made.sealed.body;
        made.offer.object = made.sealed.seal.body_digest;
        made.offer.body_bytes = made.body.size();
        made.offer.origin = bureau("MU");
        made.offer.preamble = protocol::encode_preamble({made.sealed.seal, *branch});
        return made;
    }
    parcel large_text() { return text({"ZW"}, bytes(100'000, 5)); }
    /// An attachment of MU's message number `message`.
    parcel attachment(std::size_t size, std::uint8_t message = 1) {
        parcel made;
        made.body = bytes(size, 6);
        made.offer.kind = protocol::object_kind::attachment;
        made.offer.cls = message_class::bulk;
        made.offer.origin = bureau("MU");
        made.offer.id.value[0] = message;
        made.offer.object = hash.sha256({made.body});
        made.offer.body_bytes = size;
        return made;
    }
    /// The row that its message's custody has put for it.
    [[nodiscard]] static store::object_row row_of(const parcel& what, store::row_id row,
                                                  std::uint64_t durable = 0) {
        return {
            .row = row,
            .kind = what.offer.kind,
            .state = durable == 0 ? store::object_state::expected : store::object_state::partial,
            .message = 500,
            .position = 1,
            .cls = what.offer.cls,
            .sealed_digest = what.offer.object,
            .bytes = what.offer.body_bytes,
            .durable_bytes = durable};
    }
    /// The peer offers it; inbound has heard of that.
    protocol::stream_id offer(const parcel& what) {
        const bool is_small = what.offer.body_bytes <= limits::inline_body_bytes_max;
        const auto stream =
            mu.theirs().offer(what.offer, is_small ? what.body : bytes{}, 1, core.now);
        bodies[stream] = what.body;
        exchange();
        return stream;
    }
    /// Bytes go both ways; inbound is told of what came, the peer supplies what is wanted.
    void exchange() {
        for (int idle = 0; idle < 2;) {
            mu.exchange();
            const bool moved = !mu.at_ours.empty();
            for (auto& one : std::exchange(mu.at_ours, {})) {
                std::visit([this](auto& what) { tell(what); }, one);
            }
            mu.exchange();
            while (mu.has_at_theirs<event::need_data>()) {
                supply(mu.next_at_theirs<event::need_data>());
            }
            idle = moved ? 0 : idle + 1;
        }
    }
    void end_session() {
        in.on_session_down(1);
        core.sessions.erase(1);
    }
    void seal_holds() { seal<seal::job::verify_parcel>({seal::done::verified_parcel{}}); }
    bool is_committed() {
        exchange();
        return mu.has_at_theirs<event::committed>();
    }
    bool is_unanswered() {
        exchange();
        return !mu.has_at_theirs<event::committed>() && !mu.has_at_theirs<event::refused>();
    }
    event::refused refusal() {
        exchange();
        return mu.next_at_theirs<event::refused>();
    }

    outbound out{core};
    receipts owed{core, out};
    opening open{core, owed};
    peers links{core, [] { return 0.5; }};
    recalls back{core, out, owed};
    inbound in{core, out, owed, open, links, back};
    wire mu{*this, "MU"};
    std::map<protocol::stream_id, bytes> bodies;  ///< By the peer's stream.

private:
    void supply(const event::need_data& what) {
        const auto& body = bodies.at(what.stream);
        const auto first = body.begin() + static_cast<std::ptrdiff_t>(what.offset);
        const auto count = std::min<std::size_t>(what.bytes, body.size() - what.offset);
        mu.theirs().supply(what.stream, what.offset,
                           bytes(first, first + static_cast<std::ptrdiff_t>(count)), core.now);
    }
    template <class What>
    void tell(What& what) {
        if constexpr (requires { in.on_event(1, std::move(what)); }) {
            in.on_event(1, std::move(what));
        }
    }
};

}  // namespace dhow::tests
