// What follows when a clock has fired: the desk is told, the request goes another way, the next one
// is sent.
// Way of the message: see clocks.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0018-answer-clocks.md. Tests: unit/route/clocks_test.cpp.
// Limits: requests_by_itself_max; each task ends with a transaction that takes its bit away.
#include "daemon/route/assignment.hpp"
#include "daemon/route/clocks.hpp"
#include "daemon/route/levels.hpp"
#include "daemon/route/object_reader.hpp"
#include "daemon/route/wipe.hpp"
#include "daemon/store/names.hpp"

#include <algorithm>

namespace dhow::route {

using store::clock_task;
using store::delivery_state;

namespace {

bool has(const store::clock_row& row, clock_task task) {
    return (row.tasks & static_cast<std::uint8_t>(task)) != 0;
}

/// May be sent by another bureau: nobody holds it back, and its end is not known.
constexpr store::state_set may_go_on =
    in_state(delivery_state::accepted) | in_state(delivery_state::queued) |
    in_state(delivery_state::sending) | in_state(delivery_state::in_doubt) |
    in_state(delivery_state::deferred) | in_state(delivery_state::relayed);

/// Trying again does not help.
bool is_for_good(errc code) {
    return code == errc::unknown_recipient || code == errc::no_route ||
           code == errc::validation_failed || code == errc::too_large ||
           code == errc::not_allowed || code == errc::conflict;
}

const answer::full_message* ours(const std::vector<answer::full_message>& rows) {
    const auto found =
        std::ranges::find_if(rows, [](const auto& one) { return store::is_origin(one.message); });
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace

void clocks::carry_out(const store::clock_row& row) {
    if (row.tasks == 0 || x_core.stopping || !x_busy.insert(row.row).second) {
        return;
    }
    if (has(row, clock_task::notice)) {
        tell_desk(row);
    } else if (has(row, clock_task::other_way)) {
        find_other_way(row);
    } else {
        ask_again(row);
    }
}

void clocks::end_task(const store::clock_row& row, clock_task task, store::transaction also) {
    also.at_once = true;
    also.changes.emplace_back(operation::end_clock_task{row.row, task, x_core.now});
    x_core.out.commit(std::move(also), [this, row](const store::transaction_result& result) {
        x_busy.erase(row.row);
        if (result.status == store::transaction_status::committed) {
            x_core.wake_clocks(x_core.now);  // For the next task, or to be put off.
        }
    });
}

/// The row is still due: the look of the next minute begins the task anew.
void clocks::try_later(const store::clock_row& row) { x_busy.erase(row.row); }

// Telling the desk ------------------------------------------------------------------------------

void clocks::tell_desk(const store::clock_row& row) {
    own_note what;
    what.kind = own_notice_kind;
    what.agency = "gateway";
    what.subject =
        "clock " + std::string(store::to_text(row.state)) + ": " + std::string(row.other.text());
    what.text = "Message: " + to_text(row.id) + "\nOrigin: " + std::string(row.origin.text()) +
                "\nBureau: " + std::string(row.other.text()) + "\nWaits for: " + row.answer +
                "\nRequest: " + std::to_string(row.number) + "\n\n" + text_of(row) + ".\n";
    seal_note(x_core, what, [this, row](const note_ptr& note) {
        if (note) {
            store_notice(row, note);
        } else {
            try_later(row);
        }
    });
}

void clocks::store_notice(const store::clock_row& row, const note_ptr& note) {
    store::transaction transaction;
    transaction.at_once = true;
    put_note(x_core, transaction.changes, *note);
    transaction.changes.emplace_back(
        operation::end_clock_task{row.row, clock_task::notice, x_core.now});
    x_core.out.commit(std::move(transaction),
                      [this, row, note](const store::transaction_result& result) {
                          x_busy.erase(row.row);
                          if (result.status == store::transaction_status::committed) {
                              x_opening.open(note->message, note->preamble, std::move(note->body));
                              x_core.wake_clocks(x_core.now);
                          }
                      });
}

// Another way -----------------------------------------------------------------------------------

void clocks::find_other_way(const store::clock_row& row) {
    x_core.out.ask(query::find_message{row.origin, row.id}, [this, row](store::reply& reply) {
        const auto* message = ours(expect<answer::messages>(reply).rows);
        const auto hops =
            next_hops(x_core, row.other,
                      message == nullptr ? confidentiality::unsaid : message->message.level);
        const bool is_wanted =
            message != nullptr && std::ranges::any_of(message->deliveries, [&](const auto& one) {
                return one.recipient == row.other && (in_state(one.state) & may_go_on) != 0 &&
                       std::ranges::any_of(hops, [&](auto hop) { return hop != one.next_hop; });
            });
        if (!is_wanted) {
            end_task(row, clock_task::other_way);
            return;
        }
        x_divert.send_again(*message, {row.other},
                            "its clock says that the link may be the trouble",
                            [this, row](bool) { end_task(row, clock_task::other_way); });
    });
}

// The next request ------------------------------------------------------------------------------

void clocks::ask_again(const store::clock_row& row) {
    x_core.out.ask(query::find_message{row.origin, row.id}, [this, row](store::reply& reply) {
        const auto* message = ours(expect<answer::messages>(reply).rows);
        if (message == nullptr) {
            give_up_asking(row, "our copy is gone");
        } else if (message->objects.size() != 1) {
            give_up_asking(row, "it has attachments, whose keys are not kept");
        } else {
            read_copy(row, *message);
        }
    });
}

void clocks::read_copy(const store::clock_row& row, const answer::full_message& message) {
    auto kept = std::make_shared<store::message_row>(message.message);
    read_object(x_core, kept->text_object, message.objects.front().bytes,
                [this, row, kept](std::optional<bytes> body) {
                    auto seal = protocol::decode_seal(kept->seal);
                    auto boxes = protocol::decode_lockboxes(kept->lockboxes);
                    if (!body || !seal || !boxes) {
                        give_up_asking(row, "our copy is damaged");
                        return;
                    }
                    seal::job::open_message job{
                        {std::move(*seal), std::move(*boxes)}, std::move(*body), kept->received_at};
                    x_core.out.run(
                        std::move(job), true,
                        [this, row, kept](protocol::result<seal::job_outcome>& made) {
                            if (made) {
                                auto& opened = std::get<seal::done::opened_message>(*made);
                                submit_next(row, *kept, opened.content);
                            } else if (protocol::errc_of(made.error()) == errc::overloaded) {
                                try_later(row);
                            } else {
                                // The archive key may be kept elsewhere.
                                give_up_asking(row, "our copy cannot be opened here");
                            }
                        });
                });
}

void clocks::submit_next(const store::clock_row& row, const store::message_row& message,
                         protocol::content& content) {
    const auto number = static_cast<std::uint8_t>(row.number + 1);
    auto text = renumbered(content.kind, content.text, number);
    wipe_keys(content.attachments);
    if (!text) {
        give_up_asking(row, "its text has no number");
        return;
    }
    request::submit what;
    what.kind = content.kind;
    what.subject = content.subject;
    what.media_type = content.media_type;
    what.cls = message.cls;
    what.to = {std::string(row.other.text())};
    what.text = std::move(*text);
    if (message.expires_at) {
        what.time_to_live =
            std::chrono::ceil<std::chrono::seconds>(*message.expires_at - message.received_at);
    } else {
        what.never_expires = true;
    }
    what.idempotency_key = "clock " + to_text(row.id) + " " + std::string(row.other.text()) + " " +
                           std::to_string(number);
    x_submit(message.agency, std::move(what), [this, row](const api_response& said) {
        const auto* problem = std::get_if<response::problem>(&said);
        if (problem == nullptr) {
            x_busy.erase(row.row);  // Its commit has ended this clock, and begun the next one.
            x_core.out.log(log_level::notice, "clock-asked-again",
                           "request " + std::to_string(row.number + 1) + " to " +
                               std::string(row.other.text()) + " follows message " +
                               to_text(row.id));
        } else if (is_for_good(problem->code)) {
            give_up_asking(row, problem->detail);
        } else {
            try_later(row);
        }
    });
}

void clocks::give_up_asking(const store::clock_row& row, const std::string& why) {
    store::transaction transaction;
    transaction.changes.emplace_back(operation::put_event{x_core.event(
        row.origin, row.id, row.other, "clock-not-asked", "gateway", "not asked again: " + why)});
    end_task(row, clock_task::ask_again, std::move(transaction));
}

}  // namespace dhow::route
