// Two sessions talk; the input chooses who offers, sends and receives, what is cut and garbled.
// Way of the message: none; a fuzz target.
// Pure: virtual time.
// Spec: docs/link-protocol.md. Tests: it is one.
// Limits: 4,096 steps and 64 objects an input.
#include "protocol/bytes.hpp"
#include "tests/support/session_pair.hpp"

using namespace dhow::protocol;
using dhow::tests::body_of;
using dhow::tests::digest_of;
using dhow::tests::session_pair;
using dhow::tests::start_time;
using dhow::tests::test_object;
using dhow::tests::test_store;

namespace {

constexpr std::size_t objects_max = 64;

/// Two gateways and the connection between them, which is made anew when it was cut.
class exchange {
public:
    explicit exchange(byte_view script) : x_script{script} { connect(); }

    void run() {
        for (int step = 0; step < 4096 && !x_script.empty(); ++step) {
            take_step();
        }
        heal();
    }

private:
    std::uint8_t next() {
        const auto out = x_script.u8();
        return out ? *out : std::uint8_t{0};
    }
    /// 1 to about 130,000, small numbers more often.
    std::size_t next_size() {
        const auto exponent = next() % 18U;
        return (std::size_t{1} << exponent) + next() % (std::size_t{1} << exponent);
    }

    session_options options() {
        session_options out;
        out.local.inline_credit_bytes = static_cast<std::uint32_t>(next_size());
        out.implied_credit_bytes = x_implied_credit_bytes;
        out.window_bytes = static_cast<std::uint32_t>(300 + next_size());
        out.frame_payload_bytes = next_size();
        return out;
    }

    void connect() {
        auto first = options();
        x_pair.emplace(x_stores[0], x_stores[1], std::move(first), options());
        x_pair->set_now(x_now);
    }

    void take_step() {
        const auto what = next();
        const std::size_t side = what & 1U;
        switch (what >> 1U & 7U) {
            case 0:
            case 1:
                x_pair->send(side, next_size());
                break;
            case 2:
            case 3:
                x_pair->deliver(side, next_size());
                break;
            case 4:
                offer(side);
                break;
            case 5:
                disturb(side);
                break;
            case 6:
                pass_time();
                break;
            default:
                x_pair->run(next_size(), x_pair->bytes_delivered() + next_size());
                break;
        }
    }

    void offer(std::size_t side) {
        if (x_objects.size() >= objects_max) {
            return;
        }
        const auto number = static_cast<std::uint32_t>(x_objects.size());
        test_object what{number, static_cast<message_class>(next() % 4), next_size(),
                         next_size() % 3000, next() % 3U};
        x_objects.emplace_back(side, what);
        x_pair->side(side).offer(what);
    }

    void disturb(std::size_t side) {
        const auto how = next();
        auto& pipe = x_pair->pipe_from(side);
        if (how % 4 == 0) {
            x_pair->cut();
            return connect();
        }
        if (how % 4 == 1) {
            const auto& offered = x_pair->side(side).offered();
            if (!offered.empty()) {
                cancel(side, static_cast<stream_id>(next() % offered.size()));
            }
            return;
        }
        if (how % 4 == 2 && !pipe.empty()) {
            x_is_garbled = true;
            pipe[next_size() % pipe.size()] ^= static_cast<std::uint8_t>(next() | 1U);
            return;
        }
        if (how % 4 == 3) {
            x_is_garbled = true;
            for (auto left = next_size() % 64; left > 0; --left) {
                pipe.push_back(next());
            }
        }
    }

    /// Takes it out of what is to be sent, unless it is on its way already.
    void cancel(std::size_t side, stream_id stream) {
        const auto number = x_pair->side(side).offered().at(stream);
        x_pair->side(side).session().cancel(stream, errc::cancelled, x_now);
        x_pair->side(side).handle_events();
        if (x_stores[side].to_send.erase(number) > 0) {
            x_cancelled.insert(number);
        }
    }

    void pass_time() {
        x_now += milliseconds{std::int64_t{next()} * 1000};
        x_pair->set_now(x_now);
        for (const std::size_t side : {0U, 1U}) {
            auto& it = x_pair->side(side);
            const auto due = it.session().next_deadline();
            if (due && *due <= x_now) {
                it.session().on_deadline(x_now);
                it.handle_events();
                const auto later = it.session().next_deadline();
                DHOW_ENSURE(!later || *later > x_now);  // no deadline is told twice
            }
        }
    }

    /// With an undisturbed connection, all that was not cancelled arrives, whole.
    void heal() {
        if (x_is_garbled) {  // a garbled body is the business of its digest, which this model lacks
            return;
        }
        for (int i = 0; i < 8 && !is_done(); ++i) {
            x_pair->cut();
            connect();
            for (const std::size_t side : {0U, 1U}) {
                x_pair->side(side).offer_all();
            }
            x_pair->run();
        }
        DHOW_ENSURE(is_done());
        for (const auto& [side, what] : x_objects) {
            const auto& arrived = x_stores[1 - side].arrived;
            const auto found = arrived.find(digest_of(what.number));
            DHOW_ENSURE(found != arrived.end() || x_cancelled.contains(what.number));
            DHOW_ENSURE(found == arrived.end() ||
                        found->second == body_of(what.number, what.body_bytes));
        }
    }
    [[nodiscard]] bool is_done() const {
        return x_stores[0].to_send.empty() && x_stores[1].to_send.empty();
    }

    reader x_script;
    std::uint32_t x_implied_credit_bytes = 20'000;
    utc_time x_now = start_time;
    std::array<test_store, 2> x_stores;
    std::optional<session_pair> x_pair;
    std::vector<std::pair<std::size_t, test_object>> x_objects;
    std::set<std::uint32_t> x_cancelled;
    bool x_is_garbled = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    exchange{{data, size}}.run();
    return 0;
}
