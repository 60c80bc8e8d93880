// A peer of the core under test that does what the test says: offers, answers, dies.
// Way of the message: core_harness <=> [scripted_peer], by two link sessions in memory.
// Not pure: uses the harness's store. One thread, virtual time.
// Spec: docs/link-protocol.md. Tests: used by unit/route.
// Limits: small bodies and whole attachments; no TLS.
#pragma once

#include "protocol/link_session.hpp"
#include "tests/support/seed.hpp"
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

namespace event = protocol::session_event;
using protocol::stream_id;

class scripted_peer {
public:
    /// `link`: dialled by the gateway over it; empty: the peer dialled.
    scripted_peer(core_harness& gateway, std::string_view name, std::string link = "")
        : x_gateway(gateway),
          x_name(bureau(name)),
          x_link(std::move(link)),
          x_sealer(x_name, std::make_shared<protocol::directory>(gateway.directory()), x_hash,
                   seed() + 7777) {}
    ~scripted_peer() {
        if (x_ours) {
            x_gateway.core().on_disconnected(x_number);
        }
    }
    scripted_peer(const scripted_peer&) = delete;
    scripted_peer& operator=(const scripted_peer&) = delete;

    void connect() {
        static session_number last = 0;
        x_number = ++last;
        protocol::session_options theirs;
        theirs.is_dialler = x_link.empty() || greets_early;
        theirs.exporter.assign(32, 1);
        theirs.local.bureau = x_name;
        theirs.local.instance.value[0] = instance;
        theirs.local.epoch = epoch;
        theirs.local.boot = ++boot;
        theirs.local.time = tells_time ? x_gateway.now : protocol::utc_time{};
        theirs.local.inline_credit_bytes = credit;
        theirs.local.directory_head.value[0] = 1;  // Not ours: offers come in full.
        theirs.local.frame_bytes_max = limits::frame_payload_bytes_max;
        theirs.local.is_trial = tries && x_link.empty();
        theirs.local.known = knows;
        theirs.local.is_beside = beside && x_link.empty();
        protocol::session_options ours;
        ours.is_dialler = !x_link.empty();
        ours.exporter.assign(32, 1);
        ours.local = x_gateway.core().local_hello(x_name);
        ours.local.time = x_gateway.now;
        ours.local.is_trial = trial != 0;
        ours.local.is_beside = beside && !x_link.empty();
        x_theirs.emplace(std::move(theirs), x_gateway.now);
        x_ours = std::make_unique<protocol::link_session>(std::move(ours), x_gateway.now);
        if (offers_early) {
            auto what = offers_early->offer;
            what.body_bytes = offers_early->body.size();
            what.object = x_hash.sha256({offers_early->body});
            x_theirs->offer(what, offers_early->body, 1, x_gateway.now);
        }
        x_gateway.core().on_connected(x_number, x_name, x_link, !x_link.empty(), *x_ours, trial,
                                      came_to);
        exchange();
    }
    /// Bytes go both ways until nobody has any.
    void exchange() {
        // Events of one round may make commands whose bytes come out in the next.
        for (int idle_rounds = 0; x_ours && idle_rounds < 3;) {
            x_gateway.pump();
            static_cast<void>(x_gateway.core().take_touched());
            handle();
            const auto moved =
                move(*x_ours, *x_theirs) + (is_silent ? 0 : move(*x_theirs, *x_ours));
            x_gateway.core().on_session_events(x_number);
            x_gateway.pump();
            handle();
            idle_rounds = moved > 0 ? 0 : idle_rounds + 1;
        }
    }
    /// What it has written arrives: its HELLO first.
    void greet() {
        is_silent = false;
        exchange();
    }
    /// The transport is gone; both ends notice.
    void cut(errc why = errc::busy) {
        x_ours->on_transport_closed(why, x_gateway.now);
        x_gateway.core().on_session_events(x_number);
        x_gateway.pump();
        x_gateway.core().on_disconnected(x_number);
        x_gateway.pump();
        x_ours.reset();
    }
    /// Says GOODBYE.
    void leave(errc why) {
        x_theirs->goodbye(why, std::chrono::seconds{0}, x_gateway.now);
        exchange();
    }
    /// The gateway ends; nobody notices.
    void vanish() { x_ours.reset(); }
    [[nodiscard]] bool is_up() const { return x_ours && x_ours->is_established(); }
    /// As the peer sees it.
    [[nodiscard]] bool sees_us() const { return x_theirs && x_theirs->is_established(); }
    /// Of the HELLO that the gateway sent.
    [[nodiscard]] bool sees_a_trial() const { return x_theirs->peer().is_trial; }
    /// How the session ended at the peer.
    [[nodiscard]] const std::optional<protocol::session_end>& ended() const { return x_ended; }

    // What the gateway offered
    struct got {
        protocol::offer_frame offer;
        bytes body;
        bool whole = false;
        bool cancelled = false;
    };
    std::vector<got> offers;  ///< In order of arrival.

    void commit(std::size_t which, std::vector<protocol::recipient_answer> exceptions = {}) {
        x_theirs->commit(offers.at(which).offer.stream, std::move(exceptions), x_gateway.now);
        exchange();
    }
    void refuse(std::size_t which, errc code,
                std::chrono::seconds after = std::chrono::seconds{0}) {
        x_theirs->refuse(offers.at(which).offer.stream, code, after, {}, x_gateway.now);
        exchange();
    }

    // What we offer
    struct answer_got {
        bool committed = false;
        std::optional<errc> refused;
        std::vector<protocol::recipient_answer> exceptions;
    };
    /// The answer to an offer; nothing of it is set while there is none.
    answer_got send(protocol::offer_frame what, bytes body) {
        what.body_bytes = body.size();
        what.object = x_hash.sha256({body});
        const bool is_small = body.size() <= limits::inline_body_bytes_max;
        const auto stream = x_theirs->offer(what, is_small ? body : bytes{}, 1, x_gateway.now);
        x_bodies[stream] = std::move(body);
        exchange();
        return x_answers[stream];
    }

    struct parcel {
        protocol::offer_frame offer;
        bytes body;
        std::vector<std::pair<protocol::offer_frame, bytes>> attachments;
        protocol::header header;
        digest seal_digest;
    };
    /// A message of `origin`, as this peer hands it on.
    parcel make(std::string_view origin, std::vector<std::string> to,
                const std::vector<bytes>& files = {}, message_class cls = message_class::routine) {
        plain_sealer sealer(bureau(origin),
                            std::make_shared<protocol::directory>(x_gateway.directory()), x_hash,
                            seed() + 50'000 + ++x_made);
        seal::job::seal_message job;
        for (const auto& one : to) {
            job.recipients.push_back(bureau(one));
        }
        job.header.id = protocol::make_message_id(
            x_gateway.now, std::array<std::uint8_t, 10>{static_cast<std::uint8_t>(x_made), 3});
        job.header.id = id_to_use.value_or(job.header.id);
        job.header.origin = bureau(origin);
        job.header.cls = cls;
        job.header.created = x_gateway.now;
        job.header.time_to_live = std::chrono::hours{24};
        job.header.cancels = cancels;
        job.header.supersedes = supersedes;
        job.content.kind = "hit.request";
        job.content.agency = "theirs";
        job.content.subject = "s";
        job.content.media_type = "text/plain";
        job.content.text = text_bytes("text " + std::to_string(x_made));
        job.content.text.resize(std::max(job.content.text.size(), text_bytes_to_use), 'x');
        job.content.recipients = job.recipients;
        parcel out;
        for (const auto& file : files) {
            out.attachments.push_back(attach(sealer, file, job));
        }
        auto made = sealer.run(job);
        BOOST_REQUIRE(made);
        auto& sealed = std::get<seal::done::sealed_message>(*made);
        out.header = sealed.header;
        out.body = sealed.body;
        out.seal_digest = x_hash.sha256({protocol::seal_content(sealed.seal)});
        auto branch = protocol::branch_of(sealed.lockboxes, job.recipients, x_hash);
        BOOST_REQUIRE(branch);
        out.offer.cls = cls;
        out.offer.hops = x_name == bureau(origin) ? 0 : 1;
        out.offer.origin = bureau(origin);
        out.offer.id = job.header.id;
        out.offer.preamble = protocol::encode_preamble({sealed.seal, *branch});
        for (auto& [offer, body] : out.attachments) {
            offer.id = job.header.id;
        }
        return out;
    }
    answer_got send(const parcel& what) { return send(what.offer, what.body); }

    /// A receipt signed by `issuer`, for messages of `origin`.
    std::pair<protocol::offer_frame, bytes> receipt(std::string_view issuer,
                                                    std::string_view origin,
                                                    std::vector<protocol::outcome> outcomes) {
        plain_sealer sealer(bureau(issuer),
                            std::make_shared<protocol::directory>(x_gateway.directory()), x_hash,
                            seed() + 90'000 + ++x_made);
        protocol::receipt_content content;
        content.issuer = bureau(issuer);
        content.origin = bureau(origin);
        content.outcomes = std::move(outcomes);
        auto made = sealer.run(seal::job::sign_receipt{std::move(content)});
        BOOST_REQUIRE(made);
        protocol::offer_frame offer;
        offer.kind = protocol::object_kind::receipt;
        offer.origin = bureau(origin);
        return {offer, std::get<seal::done::signed_receipt>(*made).encoded};
    }

    std::uint64_t epoch = 1;
    std::uint64_t boot = 0;
    std::uint32_t credit = limits::granted_credit_bytes;
    trial_number trial = 0;     ///< The gateway dialled it as this.
    bool tries = false;         ///< It dials as a trial.
    bool beside = false;        ///< The session stands beside another one.
    std::string came_to;        ///< Address of the gateway, of a session that the peer dials.
    bool greets_early = false;  ///< It sends HELLO before it has the gateway's.
    bool signs_badly = false;   ///< Its HELLO.
    bool is_silent = false;     ///< It reads; what it writes is under way until greet().
    std::optional<protocol::known_store> knows;  ///< What its HELLO says of the gateway's store.
    std::uint8_t instance = 9;
    std::optional<parcel> offers_early;  ///< A small one, as it connects.
    bool tells_time = true;              ///< In its HELLO.
    std::optional<errc> refuses_hello;
    std::optional<message_id> id_to_use;          ///< Of what make() makes, instead of a new one.
    std::vector<message_id> cancels, supersedes;  ///< By what make() makes.
    std::size_t text_bytes_to_use = 0;            ///< At least, in what make() makes.
    bool accepts = true;  ///< Large offers are accepted at once, all of it is told durable.

private:
    std::pair<protocol::offer_frame, bytes> attach(plain_sealer& sealer, const bytes& file,
                                                   seal::job::seal_message& job) {
        protocol::attachment_entry entry;
        entry.file_name = "file.bin";
        entry.media_type = "application/octet-stream";
        entry.bytes = file.size();
        entry.key.fill(static_cast<std::uint8_t>(job.header.attachments.size() + 1));
        auto made = sealer.run(seal::job::seal_piece{entry.key, file});
        BOOST_REQUIRE(made);
        const auto& piece = std::get<seal::done::sealed_piece>(*made);
        entry.pieces.push_back(piece.sealed_digest);
        entry.sealed_digest = x_hash.sha256({piece.sealed});
        job.header.attachments.push_back(
            {entry.sealed_digest, piece.sealed.size(), message_class::bulk});
        job.content.attachments.push_back(entry);
        protocol::offer_frame offer;
        offer.kind = protocol::object_kind::attachment;
        offer.cls = message_class::bulk;
        offer.origin = job.header.origin;
        return {offer, piece.sealed};
    }
    std::size_t move(protocol::link_session& from, protocol::link_session& to) const {
        std::size_t moved = 0;
        while (true) {
            const auto view = from.to_send(x_gateway.now);
            if (view.empty()) {
                return moved;
            }
            const bytes copy(view.begin(), view.end());
            from.mark_sent(copy.size(), x_gateway.now);
            to.on_bytes(copy, x_gateway.now);
            moved += copy.size();
        }
    }
    void handle() {
        while (auto next = x_theirs->next_event()) {
            std::visit([this](auto& what) { on(what); }, *next);
        }
    }
    got* find(stream_id stream) {
        for (auto& one : offers) {
            if (one.offer.stream == stream && !one.whole && !one.cancelled) {
                return &one;
            }
        }
        return nullptr;
    }
    void on(const event::sign_hello& what) {
        auto made = x_sealer.run(seal::job::sign_hello{what.to_be_signed});
        auto& done = std::get<seal::done::signed_hello>(*made);
        if (signs_badly) {
            done.value.value[0] ^= 1U;
        }
        x_theirs->on_hello_signed(done.signer, done.value, x_gateway.now);
    }
    void on(const event::verify_hello&) {
        x_theirs->on_hello_verified(
            refuses_hello ? make_error_code(*refuses_hello) : boost::system::error_code{},
            x_gateway.now);
    }
    void on(event::offer_received& what) {
        offers.push_back({what.offer, {}, false, false});
        if (what.offer.kind == protocol::object_kind::text) {
            // The frame of a text has no id of its own: it stands in the header.
            const auto preamble = protocol::decode_preamble(what.offer.preamble);
            const auto header = protocol::decode_header(preamble.value().seal.header);
            offers.back().offer.id = header.value().id;
        }
        if (!what.inline_body && accepts) {
            x_theirs->accept(what.offer.stream, 0, x_gateway.now);
        }
    }
    void on(const event::data_received& what) {
        if (auto* one = find(what.stream)) {
            one->body.insert(one->body.end(), what.payload.begin(), what.payload.end());
            if (one->offer.mode == protocol::body_mode::on_accept) {
                x_theirs->on_durable(what.stream, one->body.size(), x_gateway.now);
            }
        }
    }
    void on(const event::body_received& what) {
        if (auto* one = find(what.stream)) {
            one->whole = true;
        }
    }
    void on(const event::peer_cancelled& what) {
        if (auto* one = find(what.stream)) {
            one->cancelled = true;
        }
    }
    void on(const event::need_data& what) {
        const auto& body = x_bodies.at(what.stream);
        const auto count = std::min<std::size_t>(what.bytes, body.size() - what.offset);
        const auto first = body.begin() + static_cast<std::ptrdiff_t>(what.offset);
        x_theirs->supply(what.stream, what.offset,
                         bytes(first, first + static_cast<std::ptrdiff_t>(count)), x_gateway.now);
    }
    void on(const event::committed& what) {
        x_answers[what.stream].committed = true;
        x_answers[what.stream].exceptions = what.exceptions;
    }
    void on(const event::refused& what) {
        x_answers[what.stream].refused = what.code;
        x_answers[what.stream].exceptions = what.exceptions;
    }
    void on(const event::ended& what) { x_ended = what.how; }
    template <class Other>
    void on(const Other&) {}

    core_harness& x_gateway;
    bureau_id x_name;
    std::string x_link;
    seal::openssl_hasher x_hash;
    plain_sealer x_sealer;
    session_number x_number = 0;
    std::unique_ptr<protocol::link_session> x_ours;
    std::optional<protocol::link_session> x_theirs;
    std::optional<protocol::session_end> x_ended;
    std::map<stream_id, bytes> x_bodies;
    std::map<stream_id, answer_got> x_answers;
    std::uint64_t x_made = 0;
};

}  // namespace dhow::tests
