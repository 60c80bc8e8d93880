// Questions about the gateway as a whole, and the verbs for backup and checks.
// Way of the message: beside it.
// Pure. Net thread. Queues and links are in queries_links.cpp.
// Spec: docs/operations.md. Tests: unit/route/queries_test.cpp.
// Limits: page_rows_max.
#include "daemon/route/metrics.hpp"
#include "daemon/route/queries.hpp"
#include "daemon/route/why.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

/// A backup is made some pages at a time; asks until it is done.
void continue_backup(core& shared, std::string path, answer_to answer) {
    shared.out.ask(query::back_up{path}, [&shared, path, answer](store::reply& reply) {
        const auto& step = expect<answer::backup>(reply);
        if (!step.error.empty()) {
            answer(refusal(errc::store_failed, step.error));
        } else if (step.done) {
            answer(response::done{"written and checked, " + std::to_string(step.pages_total) +
                                  " pages"});
        } else if (shared.stopping) {
            answer(refusal(errc::shutting_down, "the gateway stops; the backup is not complete"));
        } else {
            continue_backup(shared, path, answer);
        }
    });
}

}  // namespace

void queries::ask(const caller& who, const request::explain_route& what, const answer_to& answer) {
    if (!who.is_operator && who.agency.empty()) {
        answer(refusal(errc::unauthorised, "only agencies and operators may ask"));
        return;
    }
    response::route_explanation out;
    out.lines = x_core.routes.explain(what.to);
    for (const auto peer : x_core.routes.next_hops(what.to)) {
        out.via.emplace_back(peer.text());
        out.lines.push_back(out.via.back() +
                            (x_peers.is_up(peer) ? " is up" : " has no session now"));
    }
    answer(std::move(out));
}

void queries::ask(const caller&, const request::health&, const answer_to& answer) {
    response::health out;
    out.ready = x_core.started && !x_core.stopping && x_core.disk.flash;
    if (!x_core.started) {
        out.problems.emplace_back("the gateway is starting");
    }
    for (const auto& cause : causes_of_gateway(x_core)) {
        out.problems.push_back(cause.code + ": " + cause.text);
    }
    for (const auto& [name, link] : x_peers.links()) {
        const bool is_by_hand = link.settings.mode == config::link_mode::courier;
        if (!is_by_hand && link.state != link_state::up && !x_peers.is_up(link.settings.peer)) {
            out.problems.push_back("link " + name + " is " + std::string(state_text(link)));
        }
    }
    answer(std::move(out));
}

void queries::ask(const caller& who, const request::metrics&, answer_to answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    x_core.out.ask(query::measure{}, [this, answer](store::reply& reply) {
        const auto measured = expect<answer::measures>(reply);
        x_core.out.ask(query::summarise_queue{}, [this, answer, measured](store::reply& second) {
            x_peers.measure_all();
            answer(response::metrics{metrics_text(x_core, x_peers, x_out.loaded(),
                                                  x_receipts.waiting(), measured,
                                                  expect<answer::queue_summary>(second))});
        });
    });
}

void queries::ask(const caller& who, const request::back_up& what, answer_to answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    if (what.path.empty() || what.path.front() != '/') {
        answer(refusal(errc::bad_request, "the path of a backup must begin with /"));
        return;
    }
    continue_backup(x_core, what.path, std::move(answer));
}

void queries::ask(const caller& who, const request::check_store& what, answer_to answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    x_core.out.ask(query::check{what.thorough}, [answer](store::reply& reply) {
        auto& found = expect<answer::verdict>(reply);
        answer(response::verdict{found.ok, std::move(found.problems)});
    });
}

void queries::ask(const caller& who, const request::who_am_i&, const answer_to& answer) {
    response::identity out;
    out.agency = who.agency;
    out.is_operator = who.is_operator;
    out.bureau = x_core.self().text();
    answer(std::move(out));
}

bool queries::flash_waits(bureau_id peer) const {
    constexpr std::chrono::seconds fresh_for{2};
    auto& known = x_flash[peer];
    if (x_core.started && known.asked_at + fresh_for <= x_core.now) {
        known.asked_at = x_core.now;
        x_core.out.ask(
            query::load_ready{.peer = peer, .cls = message_class::flash, .after = 0, .limit = 1},
            [this, peer](store::reply& reply) {
                x_flash[peer].waits = !expect<answer::ready>(reply).rows.empty();
            });
    }
    return known.waits;
}

}  // namespace dhow::route
