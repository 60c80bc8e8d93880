// People of the simulator.
// Way of the message: see people.hpp.
// Pure.
// Spec: docs/simulator.md#people. Tests: sim.
// Limits: see people.hpp.
#include "tests/sim/people.hpp"

#include <algorithm>
#include <utility>

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

microseconds span(prng& random, microseconds most) {
    return microseconds{
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count())))};
}
}  // namespace

std::unique_ptr<wish> people::make_wish(const std::vector<node*>& nodes, const habits& drawn) {
    auto one = std::make_unique<wish>();
    one->from = nodes[x_random.below(nodes.size())];
    one->cls = static_cast<protocol::message_class>(x_random.below(4));
    one->text = random_bytes(x_random, std::min(text_size(x_random), drawn.text_bytes_max));
    for (auto* other : nodes) {
        if (other != one->from && (one->to.empty() || x_random.chance(0.4))) {
            one->to.push_back(other->name());
        }
    }
    if (x_random.chance(0.15)) {
        one->attachments.push_back(random_bytes(x_random, x_random.between(1, 200'000)));
    }
    if (!drawn.attaches) {
        one->attachments.clear();
    }
    if (drawn.short_lives && x_random.chance(0.4)) {
        const auto most = x_random.chance(0.6) ? 180U : 3'600U;
        one->time_to_live =
            std::chrono::seconds{static_cast<std::int64_t>(x_random.between(5, most))};
    }
    one->has_key = !(drawn.forgets_keys && x_random.chance(0.2));
    one->is_hasty = one->has_key && x_random.chance(0.1);
    if (drawn.cancels && x_random.chance(0.2)) {
        one->cancel_after =
            x_random.chance(0.3) ? microseconds{1} : span(x_random, std::chrono::minutes{10});
    }
    return one;
}

void people::plan(std::vector<node*> nodes, std::size_t messages, microseconds over,
                  const habits& drawn) {
    x_nodes = nodes;
    std::vector<std::pair<microseconds, wish*>> planned;
    auto rush = drawn.rush;
    const auto rush_begins = rush ? span(*rush, over / 2) : microseconds{0};
    for (std::size_t i = 0; i < messages; ++i) {
        auto one = make_wish(nodes, drawn);
        one->number = i;
        auto due = span(x_random, over);
        if (rush) {
            due = rush_begins + span(*rush, std::chrono::seconds{10});
            hurry(*one, *rush);
        }
        x_clock.after(due, [this, raw = one.get()] {
            raw->is_due = true;
            ask(*raw);
        });
        planned.emplace_back(due, one.get());
        x_wishes.push_back(std::move(one));
    }
    if (drawn.recalls) {
        draw_recalls(*drawn.recalls, std::move(planned));
    }
}

// Half of them for all who were to get the earlier one, and not seldom soon after it.
void people::draw_recalls(prng random, std::vector<std::pair<microseconds, wish*>> planned) {
    std::ranges::sort(planned, {}, [](const auto& one) { return one.first; });
    for (std::size_t i = 0; i < planned.size(); ++i) {
        auto& later = *planned[i].second;
        if (!random.chance(0.4)) {
            continue;
        }
        for (std::size_t j = i; j > 0; --j) {
            const auto& earlier = *planned[j - 1].second;
            if (earlier.from == later.from && random.chance(0.6)) {
                later.earlier = &earlier;
                break;
            }
        }
        later.cancels_earlier = random.chance(0.6);
        if (later.earlier != nullptr && random.chance(0.5)) {
            later.to = later.earlier->to;
        }
        if (later.earlier != nullptr && later.cancels_earlier) {
            later.cls = protocol::message_class::flash;
        }
    }
}

void people::hurry(wish& one, prng& random) {
    one.cls = protocol::message_class::routine;
    const auto enough = random.between(8'000, 60'000);
    if (one.text.size() < enough) {
        one.text = random_bytes(random, enough);
    }
    if (one.cancel_after) {
        one.cancel_after = span(random, std::chrono::minutes{1});
    }
}

void people::ask(wish& one) {
    if (!one.accepted.empty() || !one.from->is_alive() || !one.from->gateway().is_ready() ||
        (one.asking > 0 && one.life == one.from->life())) {
        return;
    }
    one.asking = one.is_hasty && one.attachments.empty() ? 2 : 1;
    one.life = one.from->life();
    for (std::size_t i = one.asking; i > 0; --i) {
        upload(one, 0, {});
    }
}

void people::upload(wish& one, std::size_t index, std::vector<route::upload_id> done) {
    if (index == one.attachments.size()) {
        submit(one, std::move(done));
        return;
    }
    one.from->request(desk, request::begin_upload{"scan.bin", "application/octet-stream"},
                      [this, &one, index, done](const route::api_response& said) {
                          const auto* begun = std::get_if<response::upload>(&said);
                          if (begun == nullptr) {
                              one.asking = 0;
                              return;
                          }
                          // Told later: no request while the core answers another.
                          x_clock.after(microseconds{1},
                                        [this, &one, index, done, id = begun->id, life = one.life] {
                                            if (one.from->is_alive() && one.from->life() == life) {
                                                continue_upload(one, index, done, id, 0);
                                            }
                                        });
                      });
}

void people::continue_upload(wish& one, std::size_t index, std::vector<route::upload_id> done,
                             route::upload_id id, std::size_t from) {
    const auto& file = one.attachments[index];
    const auto end = std::min(from + protocol::limits::piece_bytes, file.size());
    const bool is_last = end == file.size();
    protocol::bytes block(file.begin() + static_cast<std::ptrdiff_t>(from),
                          file.begin() + static_cast<std::ptrdiff_t>(end));
    const auto on_answer = [this, &one, index, done, id, end,
                            is_last](const route::api_response& answer) mutable {
        if (!std::holds_alternative<response::upload>(answer)) {
            one.asking = 0;
            return;
        }
        if (is_last) {
            done.push_back(id);
        }
        x_clock.after(microseconds{1},
                      [this, &one, index, done, id, end, is_last, life = one.life] {
                          if (!one.from->is_alive() || one.from->life() != life) {
                              return;
                          }
                          if (is_last) {
                              upload(one, index + 1, done);
                          } else {
                              continue_upload(one, index, done, id, end);
                          }
                      });
    };
    one.from->request(desk, request::continue_upload{id, std::move(block), is_last}, on_answer);
}

wish& people::send(wish what) {
    what.number = x_wishes.size();
    what.is_due = true;
    auto& made = *x_wishes.emplace_back(std::make_unique<wish>(std::move(what)));
    ask(made);
    return made;
}

void people::add_large_attachment(prng& random) {
    auto& one = *x_wishes.at(random.below(x_wishes.size()));
    one.attachments.push_back(random_bytes(random, random.between(6'000'000, 10'000'000)));
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
    what.time_to_live = one.time_to_live;
    if (!std::exchange(one.has_asked, true) && one.earlier != nullptr &&
        !one.earlier->accepted.empty()) {
        one.calls_back = one.earlier->accepted.front();
    }
    if (one.calls_back) {
        (one.cancels_earlier ? what.cancels : what.supersedes).push_back(*one.calls_back);
    }
    if (one.has_key) {
        what.idempotency_key = "wish-" + std::to_string(one.number);
    }
    one.from->request(desk, std::move(what),
                      [this, &one](const route::api_response& said) { on_answer(one, said); });
}

void people::on_answer(wish& one, const route::api_response& said) {
    one.asking -= one.asking > 0 ? 1 : 0;
    if (const auto* problem = std::get_if<response::problem>(&said)) {
        one.refusals.emplace_back(protocol::text_of(problem->code));
        x_note(one.from->name(), "refuses wish " + std::to_string(one.number) + ": " +
                                     std::string(protocol::text_of(problem->code)));
    }
    const auto* accepted = std::get_if<response::accepted>(&said);
    if (accepted == nullptr) {
        return;
    }
    x_note(one.from->name(), "accepts wish " + std::to_string(one.number) + " as " +
                                 protocol::to_text(accepted->id) +
                                 (accepted->repeated ? " (once more)" : ""));
    if (!x_book.messages().contains(accepted->id)) {
        x_problems.push_back("accepted but not on disk: wish " + std::to_string(one.number));
    }
    const bool is_known =
        std::find(one.accepted.begin(), one.accepted.end(), accepted->id) != one.accepted.end();
    if (one.has_key && !one.accepted.empty() && !is_known) {
        x_problems.push_back("one idempotency key, two messages: wish " +
                             std::to_string(one.number));
    }
    if (!is_known) {
        one.accepted.push_back(accepted->id);
    }
    if (one.cancel_after && !one.wants_cancel) {
        one.wants_cancel = true;
        x_clock.after(*one.cancel_after, [this, &one] { cancel(one); });
    }
}

void people::cancel(wish& one) {
    if (!one.from->is_alive() || !one.from->gateway().is_ready()) {
        x_clock.after(std::chrono::seconds{30}, [this, &one] { cancel(one); });
        return;
    }
    one.from->request(
        desk, request::cancel{one.accepted.front()}, [this, &one](const route::api_response& said) {
            const auto* done = std::get_if<response::done>(&said);
            x_note(one.from->name(), "is asked to cancel wish " + std::to_string(one.number) +
                                         ": " + (done != nullptr ? done->text : "no"));
            x_cancelled += done != nullptr ? 1 : 0;
        });
}

void people::nag() {
    for (auto& one : x_wishes) {
        if (one->is_due) {
            ask(*one);
        }
    }
}

void people::look_into_inboxes() {
    for (auto* at : x_nodes) {
        if (!at->is_alive() || !at->gateway().is_ready()) {
            continue;
        }
        auto reply = at->ask(store::query::list_inbox{"desk", 0, 500, true});
        for (const auto& item : std::get<store::answer::inbox>(reply).rows) {
            const auto key = std::pair(at->name(), item.row.id);
            if (!x_minds.contains(key)) {
                const auto drawn = x_random.below(10);
                x_minds[key] = drawn < 6 ? mind::take : drawn < 8 ? mind::leave : mind::reject;
            }
            if (x_minds.at(key) != mind::leave && x_random.chance(0.5)) {
                acknowledge(*at, item.row.id);
            }
        }
    }
}

void people::acknowledge(node& at, const protocol::message_id& id) {
    const bool taken = x_minds.at({at.name(), id}) == mind::take;
    at.request(desk, request::acknowledge{id, taken, taken ? "" : "not ours"},
               [this, taken](const route::api_response& said) {
                   if (std::holds_alternative<response::done>(said)) {
                       (taken ? x_taken : x_rejected) += 1;
                   }
               });
}

bool people::all_accepted() const {
    return std::all_of(x_wishes.begin(), x_wishes.end(),
                       [](const auto& one) { return !one->accepted.empty(); });
}

}  // namespace dhow::sim
