// Asks the source of a case before its retention date, and ends the case at the date.
// Way of the message: see retention.hpp. Deleting is in retention_delete.cpp.
// Pure. Net thread.
// Spec: docs/decisions/0021-retention.md. Tests: unit/route/retention_test.cpp.
// Limits: see retention.hpp.
#include "daemon/route/retention.hpp"

#include "daemon/route/assignment.hpp"
#include "protocol/known.hpp"

#include <algorithm>
#include <set>

namespace dhow::route {

using store::keep_state;

namespace {

/// The newest that gives content by the word of a bureau.
const answer::case_item* newest_content(const answer::case_file& file, bureau_id owner) {
    const auto found = std::ranges::find_if(file.items, [owner](const auto& item) {
        return item.row.owner == owner && kinds::gives_content(role_of(item.row));
    });
    return found == file.items.end() ? nullptr : &*found;
}

utc_time date_of(const store::case_row& row) {
    return protocol::known(row.keep_until, "a case without a date");
}

std::string day_text(utc_time time) {
    constexpr std::size_t length = 10;
    return protocol::to_text(time).substr(0, length);
}

std::string question_text(const answer::case_file& file, bureau_id owner, utc_time until) {
    constexpr std::size_t shown_max = 32;
    std::string out =
        "A case that your agency has sent may be kept until " + day_text(until) +
        ".\nSend an update, an addendum or a higher version with a later `retention_until`, if it "
        "is "
        "still needed.\nElse it is ended then, and its content is deleted here and everywhere.\n\n"
        "Its messages:\n";
    std::size_t shown = 0;
    for (const auto& item : file.items) {
        if (item.row.owner == owner && ++shown <= shown_max) {
            out += to_text(item.row.id) + " " + std::string(to_text(role_of(item.row))) + "\n";
        }
    }
    return out;
}

}  // namespace

utc_time answer_by(utc_time asked) {
    return asked + std::chrono::days{kinds::registry::in_force().number("retention_answer_days")};
}

void retention::on_deadline() {
    const auto next = next_deadline();
    if (!next || *next > x_core.now) {
        return;
    }
    x_core.retention_due.reset();
    if (x_core.expiry_frozen) {
        x_core.wake_retention(x_core.now + look_interval);
        return;
    }
    x_is_looking = true;
    x_is_left = false;
    x_last.reset();
    load_page();
}

void retention::load_page() {
    query::load_kept_cases what{.now = x_core.now, .limit = limits::case_looks_max};
    if (x_last) {
        what.after = protocol::known(x_last->keep_at, "a case that is not to be looked at");
        what.key = x_last->key;
        what.owner = x_last->owner;
    }
    x_core.out.ask(what, [this](store::reply& reply) {
        auto& found = expect<answer::cases>(reply);
        x_next = found.next;
        if (found.rows.empty()) {
            finish();
            return;
        }
        x_last = found.rows.back();
        x_rows.assign(found.rows.begin(), found.rows.end());
        step();
    });
}

void retention::step() {
    if (x_core.stopping || x_core.expiry_frozen) {
        x_rows.clear();
        x_is_looking = false;
        x_core.wake_retention(x_core.now + look_interval);
        return;
    }
    if (x_rows.empty()) {
        load_page();
        return;
    }
    const auto row = std::move(x_rows.front());
    x_rows.pop_front();
    judge(row);
}

void retention::finish() {
    x_is_looking = false;
    if (x_next) {
        x_core.wake_retention(*x_next);
    }
    if (x_is_left) {
        x_core.wake_retention(x_core.now + limits::retention_again);
    }
}

void retention::leave() {
    x_is_left = true;
    step();
}

void retention::judge(const store::case_row& row) {
    const bool is_open = row.owner == x_core.self() && !row.ended;
    if (!row.keep_until || row.keeping == keep_state::deleted) {
        put_off(row);
    } else if (is_open && row.keeping == keep_state::kept) {
        ask(row);
    } else if (*row.keep_until > x_core.now) {
        put_off(row);
    } else if (is_open) {
        end(row);
    } else if (row.owner == x_core.self() && row.due_at) {
        leave();  // Not everybody has removed it.
    } else {
        remove(row);
    }
}

/// To the date, or for ever.
void retention::put_off(const store::case_row& row) {
    auto next = row;
    next.revision += 1;
    next.keep_at.reset();
    if (row.keeping != keep_state::deleted) {
        next.keep_at = row.keep_until;
    }
    store::transaction transaction;
    transaction.changes.emplace_back(operation::put_case{std::move(next)});
    x_core.out.commit(std::move(transaction), [this](const store::transaction_result& result) {
        if (result.status == store::transaction_status::committed) {
            step();
        } else {
            leave();
        }
    });
}

// The question ----------------------------------------------------------------------------------

void retention::ask(const store::case_row& row) {
    x_core.out.ask(
        query::load_case{row.key, limits::case_messages_max}, [this, row](store::reply& reply) {
            const auto& file = expect<answer::case_file>(reply);
            const auto* content = newest_content(file, row.owner);
            if (content == nullptr || is_ended_by_authority(file)) {
                date_of(row) > x_core.now ? put_off(row) : remove(row);  // Nobody acts on it.
                return;
            }
            own_note what;
            what.kind = retention_kind;
            what.agency = content->row.agency;
            what.subject = "still needed after " + day_text(date_of(row)) + "?";
            what.text = question_text(file, row.owner, date_of(row));
            what.cls = message_class::routine;
            seal_note(x_core, what, [this, row, about = content->row.id](const note_ptr& note) {
                if (note) {
                    put_question(row, about, note);
                } else {
                    leave();
                }
            });
        });
}

void retention::put_question(const store::case_row& row, const message_id& about,
                             const note_ptr& note) {
    if (x_core.expiry_frozen) {
        leave();
        return;
    }
    auto next = row;
    next.revision += 1;
    next.keeping = keep_state::asked;
    next.keep_at = std::max(date_of(row), answer_by(x_core.now));
    store::transaction transaction;
    put_note(x_core, transaction.changes, *note);
    transaction.changes.emplace_back(operation::put_case{std::move(next)});
    transaction.changes.emplace_back(operation::put_event{
        x_core.event(row.owner, about, bureau_id{}, "retention-asked", "gateway",
                     "may be kept until " + day_text(date_of(row)))});
    x_core.out.commit(
        std::move(transaction), [this, about, note](const store::transaction_result& result) {
            if (result.status != store::transaction_status::committed) {
                leave();
                return;
            }
            x_core.count.retention_asked += 1;
            x_core.out.log(log_level::notice, "retention-asked",
                           "whether the case of message " + to_text(about) +
                               " is still needed, by message " + to_text(note->message.id));
            x_opening.open(note->message, note->preamble, std::move(note->body));
            step();
        });
}

// The end ---------------------------------------------------------------------------------------

void retention::end(const store::case_row& row) {
    if (row.sealed_end.empty()) {
        cannot_end(row, "no end was prepared when its content was sent");
        return;
    }
    x_core.out.run(seal::job::open_at_rest{row.sealed_end, end_context(row.key)}, false,
                   [this, row](protocol::result<seal::job_outcome>& made) {
                       if (made) {
                           submit_end(row, std::get<seal::done::at_rest>(*made).value);
                       } else if (protocol::errc_of(made.error()) == errc::overloaded) {
                           leave();
                       } else {
                           cannot_end(row, "the end that was prepared cannot be opened");
                       }
                   });
}

void retention::submit_end(const store::case_row& row, const bytes& plain) {
    protocol::reader from(plain);
    const auto kind = from.sized(limits::short_text_bytes_max);
    const auto text = from.sized(limits::text_bytes_max);
    if (!kind || !text) {
        cannot_end(row, "the end that was prepared is damaged");
        return;
    }
    auto what = std::make_shared<request::submit>();
    what->kind = protocol::as_text(*kind);
    what->subject = "retention date";
    what->media_type = "application/json";
    what->text = protocol::to_bytes(*text);
    what->never_expires = true;
    x_core.out.ask(query::load_case{row.key, limits::case_messages_max}, [this, row, what](
                                                                             store::reply& reply) {
        const auto& file = expect<answer::case_file>(reply);
        const auto* content = newest_content(file, row.owner);
        std::set<bureau_id> to;
        for (const auto& item : file.items) {
            const auto some = item.row.owner == row.owner ? recipients_in(item.row.recipients)
                                                          : std::vector<bureau_id>{};
            to.insert(some.begin(), some.end());
        }
        std::erase_if(to, [this](auto one) { return !can_be_addressed(x_core, one); });
        for (const auto one : to) {
            what->to.emplace_back(one.text());
        }
        if (content == nullptr || to.empty() || x_core.expiry_frozen) {
            cannot_end(row, "nobody who has a copy can be addressed");
            return;
        }
        x_submission.submit_end(
            content->row.agency, row.revision, std::move(*what),
            [this, row](const api_response& said) {
                if (const auto* problem = std::get_if<response::problem>(&said)) {
                    cannot_end(row, problem->detail);
                    return;
                }
                x_core.count.retention_ended += 1;
                const auto* accepted = std::get_if<response::accepted>(&said);
                x_core.out.log(log_level::notice, "retention-ended",
                               "a case that nobody has prolonged, by message " +
                                   (accepted == nullptr ? "" : to_text(accepted->id)));
                leave();  // Its content goes when everybody has removed it.
            });
    });
}

void retention::cannot_end(const store::case_row& row, const std::string& why) {
    x_core.count.alarms += 1;
    x_core.out.log(log_level::alarm, "retention-open",
                   "a case is past its retention date, " + day_text(date_of(row)) +
                       ", and cannot be ended: " + why + "; end it by hand. Its key begins " +
                       protocol::to_hex(row.key.view()).substr(0, 8));
    leave();
}

}  // namespace dhow::route
