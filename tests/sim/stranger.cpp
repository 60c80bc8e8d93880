// A hostile hub.
// Way of the message: see stranger.hpp.
// Pure.
// Spec: docs/simulator.md#strangers. Tests: sim.
// Limits: see stranger.hpp.
#include "tests/sim/stranger.hpp"

#include "protocol/try.hpp"
#include "tests/support/plain_sealer.hpp"

#include <algorithm>

namespace dhow::sim {

namespace event = protocol::session_event;
namespace job = seal::job;
namespace done = seal::done;
using protocol::object_kind;

namespace {
constexpr microseconds between_dials = std::chrono::seconds{20};
constexpr microseconds between_acts = std::chrono::seconds{4};
}  // namespace

stranger::stranger(stranger_setup setup, clockwork& clock, network& net, prng& random,
                   const ledger& book)
    : x_setup(std::move(setup)),
      x_clock(clock),
      x_net(net),
      x_random(random),
      x_book(book),
      x_sealer(std::make_unique<tests::plain_sealer>(*protocol::bureau_id::parse(x_setup.name),
                                                     x_setup.directory, *x_setup.hash,
                                                     random.next())) {}

void stranger::haunt(endpoint& victim) {
    x_victim = &victim;
    dial_later();
    wake();
}

void stranger::leave() {
    x_has_left = true;
    x_net.drop(*this);
    x_session.reset();
}

void stranger::dial_later() {
    x_clock.after(between_dials, [this] {
        if (x_has_left || x_session) {
            return;
        }
        x_copied = x_setup.copied ? x_setup.copied() : std::nullopt;
        if (x_setup.copied && !x_copied) {
            dial_later();
            return;
        }
        x_net.dial(*this, *x_victim, "break-in");
    });
}

void stranger::dial_failed(const std::string&, const dial_purpose&) { dial_later(); }

// Claims to have begun all that it has heard of, at offsets that it makes up.
protocol::hello stranger::make_hello() {
    protocol::hello out;
    const auto* entry = x_setup.directory->find(*protocol::bureau_id::parse(x_setup.name));
    out.bureau = entry->bureau;
    out.instance = entry->instances.front().id;
    out.epoch = 1;
    out.boot = ++x_boot;
    out.time = x_clock.now();
    if (x_random.chance(0.5)) {
        out.time += std::chrono::hours{static_cast<std::int64_t>(x_random.below(200'000))};
    }
    out.directory_serial = x_random.next() % 1000;
    out.inline_credit_bytes = static_cast<std::uint32_t>(x_random.next());
    out.frame_bytes_max = 600;
    out.sent_count = x_random.below(1000);
    for (const auto& one : x_book.overheard()) {
        const bool is_listed =
            std::any_of(out.partials.begin(), out.partials.end(),
                        [&](const auto& other) { return other.object == one.offer.object; });
        if (!is_listed && out.partials.size() < protocol::limits::partials_in_hello_max) {
            out.partials.push_back({one.offer.object, x_random.below(200'000)});
        }
    }
    return out;
}

std::uint64_t stranger::connect(protocol::bureau_id, const std::string&, bool is_dialler,
                                protocol::bytes exporter, const dial_purpose&) {
    protocol::session_options options;
    options.is_dialler = is_dialler;
    options.local = x_copied ? *x_copied : make_hello();
    options.exporter = std::move(exporter);
    options.implied_credit_bytes = x_setup.limits.implied_credit_bytes;
    x_session = std::make_unique<protocol::link_session>(std::move(options), x_clock.now());
    x_bodies.clear();
    return ++x_number;
}

void stranger::receive(std::uint64_t number, protocol::byte_view data) {
    if (x_session && number == x_number) {
        x_session->on_bytes(data, x_clock.now());
        pump();
    }
}

void stranger::disconnected(std::uint64_t number) {
    if (number == x_number) {
        x_acts += x_copied ? 1 : 0;
        x_session.reset();
        dial_later();
    }
}

void stranger::written(std::uint64_t number) {
    if (number == x_number) {
        flush();
    }
}

void stranger::pump() {
    while (x_session) {
        auto happened = x_session->next_event();
        if (!happened) {
            break;
        }
        on_event(*happened);
    }
    flush();
}

void stranger::flush() {
    if (!x_session) {
        return;
    }
    const auto now = x_clock.now();
    for (auto data = x_session->to_send(now); !data.empty(); data = x_session->to_send(now)) {
        const auto count = x_net.send(*this, x_number, data);
        if (count == 0) {
            return;
        }
        x_session->mark_sent(count, now);
    }
}

void stranger::on_event(protocol::session_events& happened) {
    const auto now = x_clock.now();
    if (const auto* sign = std::get_if<event::sign_hello>(&happened)) {
        const auto made = x_sealer->run(job::sign_hello{sign->to_be_signed});
        const auto& hello = std::get<done::signed_hello>(*made);
        x_session->on_hello_signed(hello.signer, hello.value, now);
    } else if (std::holds_alternative<event::verify_hello>(happened)) {
        x_session->on_hello_verified({}, now);
    } else if (const auto* wanted = std::get_if<event::need_data>(&happened)) {
        const auto& body = x_bodies[wanted->stream];
        const auto from = std::min<std::size_t>(wanted->offset, body.size());
        const auto count = std::min<std::size_t>(wanted->bytes, body.size() - from);
        x_session->supply(wanted->stream, wanted->offset,
                          {body.begin() + static_cast<std::ptrdiff_t>(from),
                           body.begin() + static_cast<std::ptrdiff_t>(from + count)},
                          now);
    } else if (std::holds_alternative<event::established>(happened) && x_copied) {
        x_was_let_in = true;
    } else if (std::holds_alternative<event::ended>(happened)) {
        x_clock.after(microseconds{0}, [this, number = x_number] { x_net.close(*this, number); });
    }
    // Offers of the victim are never answered: receipts and messages are withheld.
}

void stranger::wake() {
    x_clock.after(between_acts, [this] {
        if (x_has_left) {
            return;
        }
        if (x_session && x_session->is_established() && !x_copied) {
            act();
            pump();
        }
        wake();
    });
}

void stranger::act() {
    ++x_acts;
    const auto drawn = x_random.below(10);
    if (drawn < 7) {
        replay();
    } else if (drawn < 9) {
        send_falsehood();
    } else {
        send_garbage();
    }
}

void stranger::offer(protocol::offer_frame what, protocol::bytes body, const std::string& told) {
    if (!x_session->can_offer(what.cls, what.body_bytes)) {
        return;
    }
    x_setup.note(x_setup.name, told);
    const bool is_small = body.size() <= protocol::limits::inline_body_bytes_max;
    const auto stream =
        x_session->offer(std::move(what), is_small ? body : protocol::bytes{}, 0, x_clock.now());
    if (!is_small) {
        x_bodies[stream] = std::move(body);
    }
}

// What is not signed in an offer is made up: attempt, hops, age. It comes too late to be the first:
// whoever is before the others with a parcel is on its way, and may let it die.
void stranger::replay() {
    const auto& heard = x_book.overheard();
    if (heard.empty()) {
        return;
    }
    auto what = heard[x_random.below(heard.size())];
    if (x_book.durable_at(x_setup.hub, what.offer.object) < what.offer.body_bytes) {
        return;
    }
    if (what.offer.kind == object_kind::text) {
        what.offer.attempt = static_cast<std::uint8_t>(x_random.below(3));
        what.offer.hops = static_cast<std::uint8_t>(x_random.below(4));
        what.offer.age = protocol::milliseconds{0};
    }
    if (x_random.chance(0.1)) {
        what.body[x_random.below(what.body.size())] ^= 1U;  // Forged.
    }
    offer(what.offer, what.body,
          "replays " + protocol::to_hex(what.offer.object.view()).substr(0, 12) + ", attempt " +
              std::to_string(what.offer.attempt));
}

// Nobody speaks for a recipient but itself. Known: of what is relayed, notices of any listed hub
// are believed, until a delivery is proved.
void stranger::send_falsehood() {
    if (x_book.messages().empty()) {
        return;
    }
    auto which = x_book.messages().begin();
    std::advance(which, x_random.below(x_book.messages().size()));
    protocol::outcome lie;
    lie.id = which->first;
    lie.attempt = 0;
    lie.recipient = *protocol::bureau_id::parse(*which->second.to.begin());
    lie.kind = x_setup.lies           ? protocol::outcome_kind::undeliverable
               : x_random.chance(0.5) ? protocol::outcome_kind::taken
                                      : protocol::outcome_kind::complete;
    lie.at = x_clock.now();
    protocol::receipt_content content;
    content.issuer = *protocol::bureau_id::parse(x_setup.name);
    content.origin = *protocol::bureau_id::parse(which->second.from->name());
    content.outcomes.push_back(lie);
    const auto made = x_sealer->run(job::sign_receipt{content});
    if (!made) {
        return;
    }
    const auto& receipt = std::get<done::signed_receipt>(*made);
    protocol::offer_frame what;
    what.kind = object_kind::receipt;
    what.cls = protocol::message_class::routine;
    what.object = receipt.receipt_digest;
    what.body_bytes = receipt.encoded.size();
    what.origin = content.origin;
    offer(what, receipt.encoded,
          "says a falsehood about message " + protocol::to_text(which->first));
}

void stranger::send_garbage() {
    protocol::bytes noise(x_random.between(1, 2'000));
    for (auto& byte : noise) {
        byte = static_cast<std::uint8_t>(x_random.next());
    }
    x_setup.note(x_setup.name, "sends " + std::to_string(noise.size()) + " bytes of noise");
    x_net.send(*this, x_number, noise);
}

}  // namespace dhow::sim
