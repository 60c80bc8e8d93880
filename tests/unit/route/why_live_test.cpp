// Why, of what passes too quickly for a test of daemons: made by events, none by writing a row.
// Way of the message: tests of daemon/route/why with a core and a scripted peer.
// Not pure: a store in a temporary folder.
// Spec: docs/operations.md#causes.
// Limits: none.
#include "daemon/route/why.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/why_covered.hpp"
#include "tests/unit/route/core_harness.hpp"

#include <set>

namespace dhow::tests {

namespace {

namespace event = protocol::session_event;

std::set<std::string>& seen() {
    static std::set<std::string> codes;
    return codes;
}

/// The hub at the other end of a session that the core has dialled; says what a test wants it to.
class scripted_hub {
public:
    /// `answers`: what it says to each offer, from the first on.
    explicit scripted_hub(core_harness& world, errc answers = errc::busy)
        : answer(answers),
          x_world(world),
          x_sealer(bureau("IPSG"), std::make_shared<protocol::directory>(world.directory()), x_hash,
                   seed() + 1000),
          x_ours(options("ZW", true), world.now),
          x_theirs(options("IPSG", false), world.now) {
        if (world.dials.empty()) {
            world.advance(20s);
        }
        BOOST_REQUIRE(!world.dials.empty());
        world.dials.clear();
        world.core().on_connected(number, bureau("IPSG"), "fibre", true, x_ours);
        run();
        BOOST_REQUIRE(x_ours.is_established());
    }
    ~scripted_hub() {
        x_ours.on_transport_closed(errc::connection_lost, x_world.now);
        x_world.core().on_session_events(number);
        x_world.core().on_disconnected(number);
    }
    scripted_hub(const scripted_hub&) = delete;
    scripted_hub& operator=(const scripted_hub&) = delete;

    errc answer;

    void run() {
        for (bool moved = true; moved;) {
            x_world.pump();
            static_cast<void>(x_world.core().take_touched());  // Drains events.
            handle_events();
            moved = move(x_ours, x_theirs);
            handle_events();
            moved = move(x_theirs, x_ours) || moved;
            x_world.core().on_session_events(number);
            x_world.pump();
        }
    }

    /// A text of its own for us.
    message_id offer_text() {
        seal::job::seal_message job;
        job.recipients = {bureau("ZW")};
        job.content.kind = "hit.reply";
        job.content.agency = "their agency";
        job.content.subject = "their subject";
        job.content.media_type = "text/plain";
        job.content.text = text_bytes("their text");
        job.content.recipients = job.recipients;
        job.header.id = protocol::make_message_id(x_world.now, std::array<std::uint8_t, 10>{1});
        job.header.origin = bureau("IPSG");
        job.header.created = x_world.now;
        auto made = x_sealer.run(job);
        BOOST_REQUIRE(made);
        auto& sealed = std::get<seal::done::sealed_message>(*made);
        protocol::offer_frame frame;
        frame.kind = protocol::object_kind::text;
        frame.cls = sealed.header.cls;
        frame.object = sealed.seal.body_digest;
        frame.body_bytes = sealed.body.size();
        frame.origin = bureau("IPSG");
        frame.id = job.header.id;
        frame.preamble = protocol::encode_preamble({sealed.seal, sealed.lockboxes});
        x_theirs.offer(std::move(frame), std::move(sealed.body), 0, x_world.now);
        return job.header.id;
    }

private:
    static constexpr session_number number = 1;

    [[nodiscard]] protocol::session_options options(std::string_view name, bool is_dialler) const {
        protocol::session_options out;
        out.is_dialler = is_dialler;
        out.exporter.assign(32, 0x5E);
        out.local.bureau = bureau(name);
        out.local.time = x_world.now;
        out.local.inline_credit_bytes = limits::granted_credit_bytes;
        out.local.directory_head.value[0] = 1;  // Not ours: offers come in full.
        return out;
    }

    [[nodiscard]] bool move(protocol::link_session& from, protocol::link_session& to) const {
        const auto some = from.to_send(x_world.now);
        const bytes copy(some.begin(), some.end());
        from.mark_sent(copy.size(), x_world.now);
        to.on_bytes(copy, x_world.now);
        return !copy.empty();
    }

    void handle_events() {
        while (auto happened = x_theirs.next_event()) {
            if (const auto* greet = std::get_if<event::sign_hello>(&*happened)) {
                const auto made = x_sealer.run(seal::job::sign_hello{greet->to_be_signed});
                const auto& hello = std::get<seal::done::signed_hello>(made.value());
                x_theirs.on_hello_signed(hello.signer, hello.value, x_world.now);
            } else if (std::holds_alternative<event::verify_hello>(*happened)) {
                x_theirs.on_hello_verified({}, x_world.now);
            } else if (const auto* offer = std::get_if<event::offer_received>(&*happened)) {
                x_theirs.refuse(offer->offer.stream, answer, 30s, {}, x_world.now);
            }
        }
    }

    core_harness& x_world;
    seal::openssl_hasher x_hash;
    plain_sealer x_sealer;
    protocol::link_session x_ours, x_theirs;
};

struct live : core_harness {
    message_id submit() { return expect<response::accepted>(agency("border"), a_message()).id; }

    /// The cause must be among those of the message, with the remedy that the list has for it.
    response::cause expect_cause(const message_id& id, std::string_view code) {
        const auto found = expect<response::why>(an_operator(), request::why{id}).causes;
        const auto one = std::ranges::find(found, code, &response::cause::code);
        BOOST_REQUIRE_MESSAGE(one != found.end(), "no " << code << " but " << found.front().code);
        const auto promised = std::ranges::find(all_causes(), code, &cause_kind::code);
        BOOST_TEST(one->remedy == promised->remedy);
        seen().insert(one->code);
        return *one;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(why_live_test, live)

BOOST_AUTO_TEST_CASE(a_link_before_its_first_dial_waits) {
    const auto cause = expect_cause(submit(), "link-waiting");
    BOOST_TEST((cause.since == now));
    BOOST_TEST((cause.next_try.value() <= now + 1s));
    BOOST_TEST(!cause.remedy.empty());
    advance(1ms);
    BOOST_TEST(dials.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_busy_or_asks_for_time_is_said_with_the_time_it_gave) {
    const auto began = now;
    for (const auto& [answer, code] :
         {std::pair{errc::busy, "peer-busy"}, std::pair{errc::overloaded, "peer-defers"}}) {
        scripted_hub hub(*this);
        hub.answer = answer;
        const auto id = submit();
        hub.run();
        const auto cause = expect_cause(id, code);
        BOOST_TEST((cause.next_try == now + 30s));
        BOOST_TEST((cause.since >= began && cause.since <= now));
        BOOST_TEST((cause.recipient == bureau("MU")));
    }
}

BOOST_AUTO_TEST_CASE(what_is_in_custody_and_not_opened_yet_says_so_until_it_is) {
    const auto began = now;
    scripted_hub hub(*this);
    before_apply = [this](const store::transaction&) { hold_jobs = true; };
    const auto id = hub.offer_text();
    hub.run();
    BOOST_REQUIRE(hold_jobs);
    const auto cause = expect_cause(id, "received-not-opened");
    BOOST_TEST((cause.since >= began && cause.since <= now));
    BOOST_TEST(!cause.next_try.has_value());
    hold_jobs = false;
    hub.run();
    expect_cause(id, "offered-to-agency");
}

BOOST_AUTO_TEST_CASE(what_got_no_receipt_in_time_says_that_it_was_sent_again) {
    const auto id = submit();
    const auto hand_over = [this] {
        scripted_hub hub(*this, errc::have_it);
        hub.run();
    };
    hand_over();
    BOOST_TEST(expect_cause(id, "relayed-waiting-receipt").next_try.has_value());
    advance(1h);
    const auto began = now;
    hand_over();
    const auto cause = expect_cause(id, "sent-again");
    BOOST_TEST((cause.since >= began && cause.since <= now));
    BOOST_TEST((cause.next_try > now));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_stops_says_so) {
    const auto id = submit();
    core().stop();
    BOOST_TEST((expect_cause(id, "stopping").since == now));
}

BOOST_AUTO_TEST_CASE(each_cause_that_system_tests_leave_to_this_file_was_seen) {
    for (const auto code : causes_made_on_virtual_time) {
        BOOST_TEST(seen().contains(std::string(code)), code << " was not made");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
