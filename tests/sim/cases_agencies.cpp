// Agencies that read what they are offered and act on it.
// Way of the message: see cases_agencies.hpp.
// Pure.
// Spec: docs/simulator.md#cases. Tests: lifecycle_test.
// Limits: see cases_agencies.hpp.
#include "tests/sim/cases_agencies.hpp"

#include "tests/sim/heap.hpp"

#include <algorithm>

namespace dhow::sim {

namespace request = route::request;
namespace response = route::response;
using protocol::message_class;

namespace {
using namespace std::chrono_literals;
constexpr microseconds reply_max = 12min;
constexpr std::size_t page_entries = 100;
}  // namespace

const std::vector<std::string>& case_agencies::names() {
    static const std::vector<std::string> all{"desk", "border"};
    return all;
}

bool case_agencies::is_stubborn(const std::string& bureau, const std::string& agency,
                                std::uint64_t seed) {
    for (const char c : bureau + agency) {
        seed = seed * 31 + static_cast<std::uint8_t>(c);
    }
    return prng(seed ^ 0x6b656570'73206974ULL).chance(0.08);
}

/// No request while the core answers another; and only in this life.
template <class Function>
void case_agencies::soon(node& at, Function what) {
    x_room.clock.after(1us, [&at, life = at.life(), what = std::move(what)] {
        if (at.is_alive() && at.life() == life && at.gateway().is_ready()) {
            what();
        }
    });
}

void case_agencies::plan(microseconds interval) {
    x_interval = interval;
    for (auto* at : x_room.nodes) {
        for (const auto& agency : names()) {
            look(*at, agency);
        }
    }
}

void case_agencies::look(node& at, const std::string& agency) {
    const auto wait = x_interval * (x_is_tidying ? 4 : 1) / 2;
    x_room.clock.after(wait + x_room.span(wait), [this, &at, agency] { look(at, agency); });
    if (!at.is_alive() || !at.gateway().is_ready()) {
        return;
    }
    const auto asked_at = x_room.clock.elapsed();
    at.request({agency, false}, request::list_inbox{0, page_entries, true},
               [this, &at, agency, asked_at](const route::api_response& said) {
                   const heap_scope nobodys(nullptr);
                   const auto* found = std::get_if<response::inbox>(&said);
                   if (found == nullptr) {
                       return;
                   }
                   for (const auto& one : found->entries) {
                       x_room.cases.on_offered(at, agency, one.id, asked_at);
                       soon(at, [this, &at, agency, one] { read(at, agency, one); });
                   }
               });
    soon(at, [this, &at, agency] { remove_taken(at, agency); });
}

void case_agencies::read(node& at, const std::string& agency, const entry& what) {
    if (x_read.contains({at.name(), agency, what.id})) {
        act(at, agency, what);
        return;
    }
    at.request({agency, false}, request::open_inbox{what.id},
               [this, &at, agency, what](const route::api_response& said) {
                   const heap_scope nobodys(nullptr);
                   if (const auto* opened = std::get_if<response::opened>(&said)) {
                       x_read.insert({at.name(), agency, what.id});
                       on_opened(at, agency, what, opened->content);
                   }
               });
}

void case_agencies::on_opened(node& at, const std::string& agency, const entry& what,
                              const protocol::content& content) {
    const auto text = protocol::as_text(content.text);
    if (content.kind == "transport.clock") {
        x_room.clocks.on_notice_read(at.name(), what.id, text);
        soon(at, [this, &at, agency, what] { act(at, agency, what); });
        return;
    }
    const auto facts = read_document(text);
    if (!facts || facts->kind != content.kind) {
        x_problems.push_back("altered: " + at.name() + " has no document in message " +
                             protocol::to_text(what.id));
        return;
    }
    const std::string origin(what.origin.text());
    x_room.cases.on_read(origin, what.id, *facts);
    x_room.clocks.on_known(origin, what.id, *facts);
    if (facts->kind == "hit.request" && x_answered.insert(what.id).second) {
        answer(at, origin, what.id, *facts);
    }
    soon(at, [this, &at, agency, what] { act(at, agency, what); });
}

void case_agencies::act(node& at, const std::string& agency, const entry& what) {
    const holding me{at.name(), agency, what.id};
    const auto* known = x_room.cases.find(what.id);
    if (known != nullptr && known->role == paper_role::end) {
        // Taken first, or removed at once.
        const bool removes = x_room.random.chance(0.5) && !is_stubborn(at.name(), agency, x_seed);
        if (x_is_tidying || x_room.random.chance(0.5)) {
            acknowledge(at, agency, what.id, !removes, removes);
        }
        return;
    }
    if (!x_minds.contains(me)) {
        const auto drawn = x_room.random.below(10);
        x_minds[me] = drawn < 6 ? mind::take : drawn < 9 ? mind::leave : mind::reject;
    }
    const bool is_own_notice = known == nullptr;
    if (is_own_notice) {
        acknowledge(at, agency, what.id, true, false);
    } else if (x_minds.at(me) != mind::leave && x_room.random.chance(0.5)) {
        acknowledge(at, agency, what.id, x_minds.at(me) == mind::take, false);
    }
}

void case_agencies::acknowledge(node& at, const std::string& agency, const protocol::message_id& id,
                                bool taken, bool removed) {
    const auto asked_at = x_room.clock.elapsed();
    at.request({agency, false}, request::acknowledge{id, taken, taken ? "" : "not ours", removed},
               [this, &at, agency, id, taken, removed, asked_at](const route::api_response& said) {
                   const heap_scope nobodys(nullptr);
                   if (!std::holds_alternative<response::done>(said)) {
                       return;
                   }
                   const auto* known = x_room.cases.find(id);
                   const bool is_end = known != nullptr && known->role == paper_role::end;
                   if (removed) {
                       ++x_removed;
                       x_to_remove.erase({at.name(), agency, id});
                   } else if (taken) {
                       ++x_taken;
                       x_room.cases.on_taken(at, agency, id, asked_at);
                       if (is_end && !is_stubborn(at.name(), agency, x_seed)) {
                           x_to_remove.insert({at.name(), agency, id});
                       }
                   }
               });
}

/// What was heard of an end, and is to be removed.
void case_agencies::remove_taken(node& at, const std::string& agency) {
    for (const auto& one : x_to_remove) {
        const bool is_mine = one.bureau == at.name() && one.agency == agency;
        if (is_mine && (x_is_tidying || x_room.random.chance(0.3))) {
            acknowledge(at, agency, one.id, false, true);
            return;
        }
    }
}

// Replies -------------------------------------------------------------------------------------

void case_agencies::answer(node& at, const std::string& finder, const protocol::message_id& to,
                           const document_facts& asked) {
    if (x_room.random.chance(0.35)) {
        return;  // Nobody ever does.
    }
    const bool promises = x_room.random.chance(0.3);
    x_room.clock.after(x_room.span(reply_max), [this, &at, finder, to, asked, promises] {
        reply(at, finder, to, asked, promises);
    });
}

void case_agencies::reply(node& at, const std::string& finder, const protocol::message_id& to,
                          const document_facts& asked, bool promises) {
    draft_paper paper;
    paper.from = &at;
    paper.to = {finder};
    paper.what = document("hit.reply");
    paper.what.about(to).set("/body/priority", boost::json::value(asked.priority));
    paper.cls = asked.priority == "U" ? message_class::flash : message_class::urgent;
    if (promises) {
        const auto wait = 3min + std::chrono::duration_cast<std::chrono::minutes>(
                                     x_room.span(std::chrono::minutes{8}));
        paper.what.set("/body/status", "IN_PROCESS")
            .set("/body/ready_by",
                 boost::json::value(protocol::to_text(x_room.clock.now() + wait)));
        if (x_room.random.chance(0.5)) {
            x_room.clock.after(x_room.span(reply_max) + 1s, [this, &at, finder, to, asked] {
                reply(at, finder, to, asked, false);
            });
        }
    }
    ++x_replies;
    x_writers.send(std::move(paper));
}

}  // namespace dhow::sim
