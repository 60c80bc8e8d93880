// Questions about the gateway as a whole, and the verbs for links, backup and checks.
// Way of the message: beside it.
// Pure. Net thread.
// Spec: docs/operations.md. Tests: unit/route/queries_test.cpp.
// Limits: page_rows_max.
#include "daemon/route/metrics.hpp"
#include "daemon/route/queries.hpp"
#include "daemon/route/why.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

std::string_view state_text(const link_record& link) {
    switch (link.state) {
        case link_state::up:
            return "up";
        case link_state::connecting:
            return "connecting";
        case link_state::suspended:
            return "suspended";
        case link_state::idle:
            break;
    }
    if (link.settings.mode == config::link_mode::listen) {
        return "listening";
    }
    return link.dial_at ? "waiting" : "down";
}

response::link_status status_of(const std::string& name, const link_record& link) {
    response::link_status out;
    out.name = name;
    out.peer = link.settings.peer;
    out.state = state_text(link);
    const auto& addresses = link.settings.addresses;
    out.address =
        addresses.empty() ? std::string{} : addresses[link.next_address % addresses.size()];
    out.since = link.since;
    out.next_try = link.dial_at;
    out.last_error = link.last_error;
    out.sessions = link.sessions;
    out.failures = link.failures;
    out.round_trip = link.round_trip;
    return out;
}

void add_line_facts(const core& shared, response::link_status& to) {
    const auto session = std::ranges::find_if(shared.sessions, [&](const auto& one) {
        const auto& record = one.second;
        return record.established && record.peer == to.peer &&
               (record.link == to.name || record.link.empty());
    });
    if (session == shared.sessions.end() || !shared.outside.line) {
        return;
    }
    const auto facts = shared.outside.line(session->first);
    to.bytes_in = facts.bytes_in;
    to.bytes_out = facts.bytes_out;
    to.bytes_per_s = facts.bytes_per_s;
    to.round_trip = facts.round_trip.count() > 0 ? facts.round_trip : to.round_trip;
}

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

void queries::ask(const caller& who, const request::queue_summary&, answer_to answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    x_core.out.ask(query::summarise_queue{}, [answer](store::reply& reply) {
        answer(response::queue_summary{std::move(expect<answer::queue_summary>(reply).rows)});
    });
}

void queries::ask(const caller& who, const request::list_queue& what, answer_to answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    const auto limit = std::clamp<std::size_t>(what.limit, 1, limits::page_rows_max);
    x_core.out.ask(query::list_queue{what.peer, static_cast<store::row_id>(what.after), limit},
                   [answer](store::reply& reply) {
                       auto& found = expect<answer::queue>(reply);
                       answer(response::queue{std::move(found.rows), found.more});
                   });
}

void queries::ask(const caller& who, const request::list_links&, const answer_to& answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    response::links out;
    for (const auto& [name, link] : x_peers.links()) {
        out.rows.push_back(status_of(name, link));
        add_line_facts(x_core, out.rows.back());
    }
    answer(std::move(out));
}

void queries::ask(const caller& who, const request::call_link& what, const answer_to& answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    const auto link = x_peers.links().find(what.link);
    if (link == x_peers.links().end()) {
        answer(refusal(errc::not_found, "no such link"));
    } else if (!x_peers.call(what.link)) {
        answer(refusal(errc::conflict, "the link is suspended"));
    } else if (link->second.state == link_state::idle && !link->second.dial_at) {
        answer(refusal(errc::conflict, "only the peer can set up this link"));
    } else {
        answer(
            response::done{link->second.state == link_state::up ? "the link is up" : "dialling"});
    }
}

void queries::ask(const caller& who, const request::suspend_peer& what, const answer_to& answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    const auto has_link = std::ranges::any_of(
        x_peers.links(), [&](const auto& one) { return one.second.settings.peer == what.peer; });
    if (!has_link && x_peers.find(what.peer) == nullptr) {
        answer(refusal(errc::not_found, "no such peer"));
        return;
    }
    if (what.suspend) {
        x_peers.suspend(what.peer, what.reason, what.until);
    } else {
        x_peers.resume(what.peer);
    }
    answer(response::done{what.suspend ? "suspended" : "resumed"});
}

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
        if (link.state != link_state::up && !x_peers.is_up(link.settings.peer)) {
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
