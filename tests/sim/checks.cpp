// What must hold after healing.
// Way of the message: see checks.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: none.
#include "tests/sim/checks.hpp"

#include "daemon/store/names.hpp"
#include "tests/sim/where_is.hpp"

#include <algorithm>
#include <map>

namespace dhow::sim {

namespace query = store::query;
namespace answer = store::answer;

namespace {
node* by_name(const std::vector<node*>& nodes, const std::string& name) {
    const auto found = std::find_if(nodes.begin(), nodes.end(),
                                    [&](const node* one) { return one->name() == name; });
    return found == nodes.end() ? nullptr : *found;
}

std::string label(const known_message& one, const std::string& to) {
    return "message " + protocol::to_text(one.id) + " of " + one.from->name() + " to " + to;
}

/// The origin must show this of a delivery that took place.
store::delivery_state truth_of(const answer::inbox_item& item) {
    const auto state = item.assignments.empty() ? store::assignment_state::offered
                                                : item.assignments.front().state;
    switch (state) {
        case store::assignment_state::taken:
        case store::assignment_state::removed:
            return store::delivery_state::taken;
        case store::assignment_state::rejected:
            return store::delivery_state::rejected;
        case store::assignment_state::superseded:
        case store::assignment_state::late:
        case store::assignment_state::withdrawn:
            return store::delivery_state::cancelled;
        case store::assignment_state::offered:
        case store::assignment_state::withheld:
            break;
    }
    return store::delivery_state::complete;
}

/// Without delivery: a notice, and a reason for it.
std::string wrong_notice(const known_message& one, const store::delivery_row& row) {
    const std::string to(row.recipient.text());
    switch (row.state) {
        case store::delivery_state::expired:
            return one.time_to_live ? "" : "expired without a time to live: ";
        case store::delivery_state::cancelled:
            return one.cancelled.contains(to) ? "" : "cancelled by nobody: ";
        default:
            return "lost: ";
    }
}

bool is_decided(store::delivery_state state) {
    return state == store::delivery_state::taken || state == store::delivery_state::rejected;
}

/// How far a receipt says that a delivery has come; 0: nothing of the kind.
int progress_of(const std::string& event) {
    using enum store::delivery_state;
    return event == to_text(delivered)                             ? 1
           : event == to_text(complete)                            ? 2
           : event == to_text(taken) || event == to_text(rejected) ? 3
                                                                   : 0;
}

class outcome_check {
public:
    outcome_check(const ledger& book, const std::vector<node*>& nodes)
        : x_book(book), x_nodes(nodes) {}

    findings run() {
        for (const auto& [id, one] : x_book.messages()) {
            if (!one.is_forgotten) {
                check_message(one);
            }
        }
        for (auto* one : x_nodes) {
            check_inbox(*one);
            check_queue(*one);
        }
        return {std::move(x_problems), {}};
    }

private:
    void check_message(const known_message& one) {
        auto reply = one.from->ask(
            query::find_message{*protocol::bureau_id::parse(one.from->name()), one.id});
        const auto& rows = std::get<answer::messages>(reply).rows;
        if (rows.size() != 1) {
            x_problems.push_back("the origin holds " + std::to_string(rows.size()) + " rows of " +
                                 label(one, "*"));
            return;
        }
        for (const auto& delivery : rows.front().deliveries) {
            check_delivery(one, delivery);
        }
        check_events(one, rows.front().deliveries);
    }

    /// The origin's events tell the whole story, once and in order.
    void check_events(const known_message& one, const std::vector<store::delivery_row>& known) {
        auto reply = one.from->ask(
            query::load_events{*protocol::bureau_id::parse(one.from->name()), one.id, "", ""});
        const auto& events = std::get<answer::events>(reply).rows;
        const auto tell = [&](const std::string& what, const std::string& to) {
            x_problems.push_back("events: " + what + label(one, to) + where_is(one, x_nodes));
        };
        if (events.empty() || events.front().what != "accepted") {
            tell("the first is not that it was accepted: ", "*");
        }
        for (const auto& delivery : known) {
            const std::string to(delivery.recipient.text());
            const std::string state(to_text(delivery.state));
            int progress = 0;
            bool has_last = false;
            for (const auto& event : events) {
                if (event.recipient != delivery.recipient) {
                    continue;
                }
                has_last = has_last || event.what == state;
                const int here = progress_of(event.what);
                if (here > 0 && here <= progress) {
                    tell(event.what + " twice or too late: ", to);
                }
                progress = std::max(progress, here);
            }
            if (!has_last) {
                tell("none says that it is " + state + ": ", to);
            }
        }
    }

    void check_delivery(const known_message& one, const store::delivery_row& known) {
        const std::string to(known.recipient.text());
        auto* at = by_name(x_nodes, to);
        auto reply =
            at->ask(query::find_inbox{*protocol::bureau_id::parse(one.from->name()), one.id});
        const auto& rows = std::get<answer::inbox>(reply).rows;
        const auto tell = [&](const std::string& what) {
            x_problems.push_back(what + label(one, to) + ", state at the origin " +
                                 std::to_string(static_cast<int>(known.state)) +
                                 where_is(one, x_nodes));
        };
        if (rows.size() > 1) {
            tell("doubled: ");
        } else if (rows.empty() && at->was_restored() &&
                   (is_decided(known.state) || one.time_to_live)) {
            // Before the backup was put to use its agency had taken or rejected it; or it had it,
            // and when it was offered again its time was over.
        } else if (rows.empty()) {
            const auto wrong = is_unknowable(one, known) ? "" : wrong_notice(one, known);
            if (!wrong.empty()) {
                tell(wrong);
            }
        } else if (one.cancelled.contains(to)) {
            tell("delivered after it was cancelled: ");
        } else if (!rows.front().row.complete) {
            if (!is_cut_short(one, known, *at)) {
                tell("incomplete: ");
            }
        } else if (known.state != truth_of(rows.front())) {
            tell("the origin does not know what became of ");
        }
    }

    /// A gateway that had custody was put back to a backup, and the time to live was over when it
    /// was offered again: nobody knows whether it had been handed on; the origin says just that.
    bool is_unknowable(const known_message& one, const store::delivery_row& known) const {
        return one.time_to_live && known.state == store::delivery_state::relayed &&
               known.code == static_cast<std::uint16_t>(protocol::errc::expired) &&
               went_by_a_restored_one(one, known);
    }

    /// A gateway that had custody was put back to a backup when the recipient had the text but not
    /// all attachments, and the time to live ended before they were there again. The recipient
    /// shows it as incomplete, and the origin as delivered, or what its agency made of the text.
    bool is_cut_short(const known_message& one, const store::delivery_row& known,
                      node& recipient) const {
        const bool has_text =
            known.state == store::delivery_state::delivered || is_decided(known.state);
        return one.time_to_live && has_text && went_by_a_restored_one(one, known) &&
               lacks_a_part(one, recipient);
    }

    static bool lacks_a_part(const known_message& one, node& at) {
        const auto origin = *protocol::bureau_id::parse(one.from->name());
        auto reply = at.ask(query::find_message{origin, one.id});
        return std::ranges::any_of(std::get<answer::messages>(reply).rows, [](const auto& found) {
            return std::ranges::any_of(found.objects, [](const auto& object) {
                return object.state != store::object_state::complete;
            });
        });
    }

    bool went_by_a_restored_one(const known_message& one, const store::delivery_row& known) const {
        return std::ranges::any_of(x_nodes, [&](const node* at) {
            const bool is_between = at != one.from && at->name() != known.recipient.text();
            return is_between && at->was_restored();
        });
    }

    void check_inbox(node& at) {
        auto reply = at.ask(query::list_inbox{"desk", 0, 100'000, false});
        for (const auto& item : std::get<answer::inbox>(reply).rows) {
            const auto known = x_book.messages().find(item.row.id);
            if (known == x_book.messages().end() || !known->second.to.contains(at.name()) ||
                known->second.from->name() != item.row.origin.text()) {
                x_problems.push_back("invented: " + at.name() + " has message " +
                                     protocol::to_text(item.row.id) + ", which nobody sent to it");
            }
        }
    }

    /// The links to a peer, by the operator's list.
    static std::string links_of(node& at, protocol::bureau_id peer) {
        std::string out;
        at.request({"", true}, route::request::list_links{}, [&](route::api_response answer) {
            const auto* found = std::get_if<route::response::links>(&answer);
            for (const auto& one :
                 found == nullptr ? std::vector<route::response::link_status>{} : found->rows) {
                if (one.peer == peer) {
                    out += "\n    link " + one.name + " is " + one.state +
                           (one.carries ? ", carries" : "") + ", next try " +
                           (one.next_try ? protocol::to_text(*one.next_try) : "none") + ", " +
                           one.last_error;
                    for (const auto& most : one.passes) {
                        out += most ? " " + std::to_string(*most) : " any";
                    }
                }
            }
        });
        return out;
    }

    std::string left_for(node& at, protocol::bureau_id peer) const {
        std::string out;
        auto reply = at.ask(query::list_queue{.peer = peer, .after = 0, .limit = 1000});
        for (const auto& item : std::get<answer::queue>(reply).rows) {
            const auto& row = item.shipment;
            if (row.state == store::shipment_state::waiting &&
                item.object.state != store::object_state::complete) {
                continue;  // The attachment went another way; this goes with its message's purge.
            }
            out += " [row " + std::to_string(row.row) + ", message " +
                   (item.message ? protocol::to_text(item.message->id) : "none") + ", part " +
                   std::to_string(row.position) + ", attempt " + std::to_string(row.attempt) +
                   ", state " + std::to_string(static_cast<int>(row.state)) +
                   (row.in_doubt ? " in doubt, " : ", ") + row.text + ", " +
                   std::to_string(row.tries) + " tries]";
            const auto known =
                x_book.messages().find(item.message ? item.message->id : protocol::message_id{});
            out += known == x_book.messages().end() ? "" : where_is(known->second, x_nodes);
        }
        return out.empty() ? out : out + links_of(at, peer);
    }

    /// Whatever is not final has an owner that moves it on: in the end nothing is left.
    void check_queue(node& at) {
        auto reply = at.ask(query::summarise_queue{});
        for (const auto& line : std::get<answer::queue_summary>(reply).rows) {
            const auto left = line.ready + line.waiting + line.deferred + line.held + line.in_doubt;
            const auto found = left > 0 ? left_for(at, line.peer) : "";
            if (!found.empty()) {
                x_problems.push_back("left over: " + at.name() + " has " + std::to_string(left) +
                                     " shipments for " + std::string(line.peer.text()) + ':' +
                                     found);
            }
        }
    }

    const ledger& x_book;
    const std::vector<node*>& x_nodes;
    std::vector<std::string> x_problems;
};

/// Asks as an agency and lets time pass until the answer is there.
std::optional<route::api_response> ask_desk(node& at, route::api_request what, clockwork& clock) {
    std::optional<route::api_response> said;
    at.request({"desk", false}, std::move(what),
               [&](route::api_response answer) { said = std::move(answer); });
    while (!said && clock.step()) {
    }
    return said;
}

/// Text and attachments of one message at one recipient; empty: as they were submitted.
std::string compare(const wish& one, const protocol::message_id& id, node& at, clockwork& clock) {
    const auto said = ask_desk(at, route::request::open_inbox{id}, clock);
    const auto* opened = said ? std::get_if<route::response::opened>(&*said) : nullptr;
    if (opened == nullptr) {
        return "can not be opened: ";
    }
    if (opened->content.text != one.text ||
        opened->content.attachments.size() != one.attachments.size()) {
        return "altered: ";
    }
    for (std::size_t i = 0; i < one.attachments.size(); ++i) {
        const auto position = static_cast<std::uint16_t>(i + 1);
        protocol::bytes plain;
        for (std::uint32_t index = 0, pieces = 1; index < pieces; ++index) {
            const auto piece =
                ask_desk(at, route::request::read_attachment{id, position, index}, clock);
            const auto* read =
                piece ? std::get_if<route::response::attachment_piece>(&*piece) : nullptr;
            if (read == nullptr) {
                return "attachment can not be read: ";
            }
            pieces = read->pieces;
            plain.insert(plain.end(), read->plain.begin(), read->plain.end());
        }
        if (plain != one.attachments[i]) {
            return "attachment altered: ";
        }
    }
    return "";
}
}  // namespace

findings check_outcomes(const ledger& book, const std::vector<node*>& nodes) {
    for (const auto* one : nodes) {
        if (!one->is_alive()) {
            return {{one->name() + " is down"}, {}};
        }
    }
    return outcome_check(book, nodes).run();
}

findings check_contents(const people& everyone, const ledger& book, const std::vector<node*>& nodes,
                        clockwork& clock) {
    findings out;
    for (const auto& one : everyone.wishes()) {
        const auto origin = *protocol::bureau_id::parse(one->from->name());
        for (const auto& id : one->accepted) {
            for (const auto& to : one->to) {
                auto& at = *by_name(nodes, to);
                auto reply = at.ask(query::find_inbox{origin, id});
                const auto& rows = std::get<answer::inbox>(reply).rows;
                const auto& known = book.messages().at(id);
                if (rows.empty() || !rows.front().row.complete) {
                    continue;  // check_outcomes() has said whether that is right.
                }
                const auto wrong = compare(*one, id, at, clock);
                if (!wrong.empty()) {
                    out.problems.push_back(wrong + label(known, to) + where_is(known, nodes));
                }
            }
        }
    }
    return out;
}

}  // namespace dhow::sim
