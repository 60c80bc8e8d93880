// People of the simulator.
// Way of the message: see people.hpp.
// Pure.
// Spec: docs/simulator.md. Tests: sim.
// Limits: see people.hpp.
#include "tests/sim/people.hpp"

namespace dhow::sim {

namespace request = route::request;
namespace response = route::response;

namespace {
const route::caller desk{"desk", false};

protocol::bytes random_bytes(prng& random, std::size_t count) {
    protocol::bytes out(count);
    for (auto& byte : out) {
        byte = static_cast<std::uint8_t>(random.next());
    }
    return out;
}

std::size_t text_size(prng& random) {
    const auto kind = random.below(10);
    return kind < 7   ? random.between(1, 3'000)
           : kind < 9 ? random.between(3'000, 30'000)
                      : random.between(30'000, 100'000);
}
}  // namespace

void people::plan(std::vector<node*> nodes, std::size_t messages, microseconds over) {
    for (std::size_t i = 0; i < messages; ++i) {
        auto one = std::make_unique<wish>();
        one->number = i;
        one->from = nodes[x_random.below(nodes.size())];
        one->cls = static_cast<protocol::message_class>(x_random.below(4));
        one->text = random_bytes(x_random, text_size(x_random));
        for (auto* other : nodes) {
            if (other != one->from && (one->to.empty() || x_random.chance(0.4))) {
                one->to.push_back(other->name());
            }
        }
        if (x_random.chance(0.15)) {
            one->attachments.push_back(random_bytes(x_random, x_random.between(1, 200'000)));
        }
        const auto when = microseconds{
            static_cast<std::int64_t>(x_random.below(static_cast<std::uint64_t>(over.count())))};
        x_clock.after(when, [this, raw = one.get()] {
            raw->is_due = true;
            ask(*raw);
        });
        x_wishes.push_back(std::move(one));
    }
}

void people::ask(wish& one) {
    if (one.accepted || !one.from->is_alive() || !one.from->gateway().is_ready() ||
        (one.asking && one.life == one.from->life())) {
        return;
    }
    one.asking = true;
    one.life = one.from->life();
    upload(one, 0, {});
}

void people::upload(wish& one, std::size_t index, std::vector<route::upload_id> done) {
    if (index == one.attachments.size()) {
        submit(one, std::move(done));
        return;
    }
    one.from->request(
        desk, request::begin_upload{"scan.bin", "application/octet-stream"},
        [this, &one, index, done](route::api_response said) {
            const auto* begun = std::get_if<response::upload>(&said);
            if (begun == nullptr) {
                one.asking = false;
                return;
            }
            const auto id = begun->id;
            // Told later, since a request must not be made while the core answers another.
            x_clock.after(microseconds{1}, [this, &one, index, done, id, life = one.life] {
                if (!one.from->is_alive() || one.from->life() != life) {
                    return;
                }
                one.from->request(
                    desk, request::continue_upload{id, one.attachments[index], true},
                    [this, &one, index, done, id](route::api_response answer) mutable {
                        if (!std::holds_alternative<response::upload>(answer)) {
                            one.asking = false;
                            return;
                        }
                        done.push_back(id);
                        x_clock.after(microseconds{1}, [this, &one, index, done, life = one.life] {
                            if (one.from->is_alive() && one.from->life() == life) {
                                upload(one, index + 1, done);
                            }
                        });
                    });
            });
        });
}

void people::submit(wish& one, std::vector<route::upload_id> attachments) {
    request::submit what;
    what.kind = "hit.request";
    what.subject = "synthetic";
    what.media_type = "application/octet-stream";
    what.cls = one.cls;
    what.to = one.to;
    what.text = one.text;
    what.attachments = std::move(attachments);
    what.idempotency_key = "wish-" + std::to_string(one.number);
    one.from->request(desk, std::move(what), [&one](route::api_response said) {
        one.asking = false;
        if (const auto* accepted = std::get_if<response::accepted>(&said)) {
            one.accepted = accepted->id;
        }
    });
}

void people::nag() {
    for (auto& one : x_wishes) {
        if (one->is_due) {
            ask(*one);
        }
    }
}

bool people::all_accepted() const {
    for (const auto& one : x_wishes) {
        if (!one->accepted) {
            return false;
        }
    }
    return true;
}

}  // namespace dhow::sim
