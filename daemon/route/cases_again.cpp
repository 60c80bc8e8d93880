// An end that has no receipt is issued again: under a new id, sealed to the keys that are current.
// Way of the message: cases -> store (our own copy) -> seal (archive key) -> [again] -> submission.
// Pure. Net thread.
// Spec: docs/decisions/0017. Tests: unit/route/cases_origin_test.cpp.
// Limits: case_issue_again_after, case_issue_again_refused.
#include "daemon/route/cases_look.hpp"
#include "daemon/route/object_reader.hpp"
#include "daemon/route/wipe.hpp"

#include <algorithm>

namespace dhow::route {

using store::delivery_state;

namespace {

bool is_for(const answer::case_item& item, bureau_id bureau) {
    const auto all = recipients_in(item.row.recipients);
    return std::ranges::find(all, bureau) != all.end();
}

/// Its agencies have answered an end of ours: then nobody offers that one again.
bool has_answered(const answer::case_file& file, bureau_id self, bureau_id peer) {
    return std::ranges::any_of(file.items, [&](const auto& item) {
        return item.row.owner == self && role_of(item.row) == kinds::case_role::end &&
               std::ranges::any_of(item.deliveries, [&](const auto& row) {
                   return row.recipient == peer &&
                          (in_state(row.state) & store::answered_states) != 0;
               });
    });
}

}  // namespace

utc_time cases::last_issued(const look& what, bureau_id to) const {
    utc_time out{};
    for (const auto& item : what.file.items) {
        if (item.row.owner == x_core.self() && kinds::ends(role_of(item.row)) && is_for(item, to)) {
            out = std::max(out, item.row.at);
        }
    }
    return out;
}

bool cases::is_issued_after(const look& what, bureau_id to, store::row_id row) const {
    return std::ranges::any_of(what.file.items, [&](const auto& item) {
        return item.row.owner == x_core.self() && kinds::ends(role_of(item.row)) &&
               is_for(item, to) && item.message.row > row;
    });
}

/// Its gateway cannot open what is on its way, or nobody can bring it there.
bool cases::is_refused(const look& what, bureau_id by) const {
    constexpr auto states = in_state(delivery_state::refused) |
                            in_state(delivery_state::undeliverable) |
                            in_state(delivery_state::expired);
    for (const auto& item : what.file.items) {
        if (item.row.owner != x_core.self() || !kinds::ends(role_of(item.row)) ||
            !is_for(item, by)) {
            continue;
        }
        return std::ranges::any_of(item.deliveries, [&](const auto& row) {
            return row.recipient == by && (in_state(row.state) & states) != 0;
        });
    }
    return false;
}

void cases::issue_where_due(look& what, const missing& open) {
    const auto* end = newest_end(what.file, x_core.self());
    std::vector<bureau_id> to;
    for (const auto bureau : open.without_receipt) {
        const auto age = x_core.now - last_issued(what, bureau);
        const bool is_due = age >= limits::case_issue_again_after ||
                            (age >= limits::case_issue_again_refused && is_refused(what, bureau));
        if (is_due && can_be_addressed(x_core, bureau)) {
            to.push_back(bureau);
        }
    }
    if (end != nullptr && role_of(end->row) == kinds::case_role::restriction) {
        for (const auto bureau : to) {
            issue_restriction_again(what, bureau);
        }
    } else if (end != nullptr && !to.empty()) {
        const bool to_all = to.size() == open.without_receipt.size();
        issue_again(*end, std::move(to), to_all);
    }
}

/// Each to the bureau that it was for: the text is for nobody else.
void cases::issue_restriction_again(const look& what, bureau_id to) {
    for (const auto& item : what.file.items) {
        if (item.row.owner == x_core.self() && role_of(item.row) == kinds::case_role::restriction &&
            is_for(item, to)) {
            return issue_again(item, {to}, true);
        }
    }
}

void cases::issue_again(const answer::case_item& end, std::vector<bureau_id> to, bool to_all) {
    const auto id = end.row.id;
    const auto cannot = [this, id](std::string_view why) {
        x_core.count.alarms += 1;
        x_core.out.log(log_level::alarm, "case-not-issued",
                       "the end of a case, message " + to_text(id) +
                           ", has to be sent anew by hand: " + std::string(why));
    };
    const auto agency = end.row.agency;
    const auto send = [this, id, agency, to, to_all, cannot](const protocol::header& header,
                                                             protocol::content& content) {
        request::submit again;
        again.kind = content.kind;
        again.subject = content.subject;
        again.media_type = content.media_type;
        again.text = std::move(content.text);
        again.cls = header.cls;
        again.never_expires = true;
        again.cancels = header.cancels;
        again.supersedes = {id};
        for (const auto bureau : to) {
            again.to.emplace_back(bureau.text());
        }
        wipe_keys(content.attachments);
        x_submission.submit_own(
            agency, std::move(again), [this, id, to_all, cannot](const api_response& said) {
                if (!std::holds_alternative<response::accepted>(said)) {
                    const auto* problem = std::get_if<response::problem>(&said);
                    cannot(problem == nullptr ? "it was not accepted" : problem->detail);
                    return;
                }
                x_core.count.cases_issued_again += 1;
                if (to_all) {
                    x_queries.call_back(id, "gateway");
                }
            });
    };
    x_core.out.ask(query::load_message{end.message.row}, [this, send, cannot](store::reply& reply) {
        auto& rows = expect<answer::messages>(reply).rows;
        const auto seal = rows.empty() ? protocol::result<protocol::seal>(errc::not_found)
                                       : protocol::decode_seal(rows.front().message.seal);
        const auto header = seal ? protocol::decode_header(seal->header)
                                 : protocol::result<protocol::header>(seal.error());
        if (!header) {
            cannot("our own copy is gone");
            return;
        }
        auto message = std::make_shared<answer::full_message>(std::move(rows.front()));
        read_object(x_core, message->message.text_object, seal->body_bytes,
                    [this, message, send, cannot, header = *header](std::optional<bytes> body) {
                        if (!body) {
                            cannot("our own copy is gone");
                            return;
                        }
                        open_own(
                            message, std::move(*body),
                            [send, header](protocol::content& content) { send(header, content); });
                    });
    });
}

void cases::open_own(const std::shared_ptr<answer::full_message>& message, bytes body,
                     std::function<void(protocol::content&)> then) {
    auto seal = protocol::decode_seal(message->message.seal);
    auto boxes = protocol::decode_lockboxes(message->message.lockboxes);
    if (!seal || !boxes) {
        return;
    }
    seal::job::open_message job{
        {std::move(*seal), std::move(*boxes)}, std::move(body), message->message.received_at};
    const auto id = message->message.id;
    x_core.out.run(std::move(job), false,
                   [this, id, then](protocol::result<seal::job_outcome>& made) {
                       if (!made) {
                           x_core.count.alarms += 1;
                           x_core.out.log(log_level::alarm, "case-not-issued",
                                          "the end of a case, message " + to_text(id) +
                                              ", cannot be opened with the archive key");
                           return;
                       }
                       then(std::get<seal::done::opened_message>(*made).content);
                   });
}

void cases::restore(const std::map<std::string, std::string>& meta) {
    for (const auto& [peer, since] : owed_ends_in(meta)) {
        x_owed[peer] = {.since = since, .due = x_core.now};
    }
}

void cases::on_restored(bureau_id peer) {
    auto& owed = x_owed[peer];
    owed.since = x_core.last_row;
    owed.due = x_core.now;
    owed.again = owed.is_running;
    go_through_owed();
}

void cases::go_through_owed() {
    for (auto& [peer, owed] : x_owed) {
        if (!owed.is_running && owed.due <= x_core.now) {
            owed.is_running = true;
            owed.again = false;
            go_through_ended(peer, {});
        }
    }
}

void cases::on_gone_through(bureau_id peer) {
    auto& owed = x_owed.at(peer);
    owed.is_running = false;
    if (owed.again) {  // What was issued is on disk by then, or is issued again.
        owed.due = x_core.now + look_interval;
        wake_at(owed.due);
        return;
    }
    x_owed.erase(peer);
    store::transaction transaction;
    transaction.changes.emplace_back(owed_ends(peer, {}));
    x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
}

// What it had within the backup window is offered again by peers::revive(), but for what its
// agencies have answered. What is older is gone from here too, but for our own copies.
void cases::go_through_ended(bureau_id peer, digest after) {
    constexpr std::size_t page = 1;  // One after the other: each may be a message.
    x_core.out.ask(
        query::list_ended_cases{x_core.self(), after, page}, [this, peer](store::reply& reply) {
            const auto& rows = expect<answer::cases>(reply).rows;
            if (x_core.stopping) {
                return;  // The next start goes on.
            }
            if (rows.empty()) {
                on_gone_through(peer);
                return;
            }
            look_at(rows.front().key, [this, peer](look& what) {
                auto& owed = x_owed.at(peer);
                const auto holders = holders_of(what);
                const auto last = last_issued(what, peer);
                const bool is_old = last + x_core.config->disk_settings.backup_window <= x_core.now;
                const auto* end = newest_end(what.file, x_core.self());
                const bool is_lost = is_old || has_answered(what.file, x_core.self(), peer);
                const bool is_meant = end != nullptr && is_lost &&
                                      !is_issued_after(what, peer, owed.since) &&
                                      can_be_addressed(x_core, peer) &&
                                      std::ranges::find(holders, peer) != holders.end();
                owed.again |= is_meant;
                if (is_meant && role_of(end->row) == kinds::case_role::restriction) {
                    issue_restriction_again(what, peer);
                } else if (is_meant) {
                    issue_again(*end, {peer}, false);
                }
                go_through_ended(peer, what.key);
            });
        });
}

}  // namespace dhow::route
