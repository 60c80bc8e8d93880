// Messages that no agency may have, when the configuration has changed.
// Way of the message: see unassigned.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0020-handling.md. Tests: unit/route/confidentiality_test.cpp.
// Limits: unassigned_page.
#include "daemon/route/unassigned.hpp"

#include "daemon/route/assignment.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace dhow::route {

namespace json = boost::json;
using store::assignment_state;

namespace {

/// What was kept of the opened content, for rules to ask.
struct kept_summary {
    std::string kind, agency;
    bool has_attachments = false;
};

kept_summary read_summary(std::string_view text) {
    kept_summary out;
    json::error_code failed;
    const auto read = json::parse(text, failed);
    const auto* object = failed ? nullptr : read.if_object();
    if (object == nullptr) {
        return out;  // Damaged: the rules match nothing, and the duty desk remains.
    }
    const auto text_of = [&](std::string_view name) {
        const auto* found = object->if_contains(name);
        return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                      : std::string{};
    };
    out.kind = text_of("kind");
    out.agency = text_of("agency");
    const auto* files = object->if_contains("attachments");
    out.has_attachments = files != nullptr && files->is_number() && files->to_number<double>() > 0;
    return out;
}

/// Where it cannot be read, the highest.
confidentiality level_kept(const std::string& reason) {
    if (reason == protocol::to_text(confidentiality::unsaid)) {
        return confidentiality::unsaid;
    }
    return protocol::parse_confidentiality(reason).value_or(protocol::highest_confidentiality);
}

bool refers_to_others(const store::message_row& message) {
    const auto seal = protocol::decode_seal(message.seal);
    const auto header = seal ? protocol::decode_header(seal->header)
                             : protocol::result<protocol::header>(seal.error());
    return header && (!header->supersedes.empty() || !header->cancels.empty());
}

}  // namespace

void unassigned::look_after(store::row_id after) {
    x_core.out.ask(
        query::list_inbox{std::string(nobody), after, limits::unassigned_page, true},
        [this](store::reply& reply) {
            auto& found = expect<answer::inbox>(reply);
            for (const auto& item : found.rows) {
                x_core.out.run(
                    seal::job::open_at_rest{item.row.sealed_summary,
                                            seal::summary_context(item.row.id)},
                    false, [this, item](protocol::result<seal::job_outcome>& made) {
                        judge(item,
                              made ? protocol::as_text(std::get<seal::done::at_rest>(*made).value)
                                   : std::string_view{});
                    });
            }
            if (found.more) {
                look_after(found.rows.back().row.message);
            }
        });
}

void unassigned::judge(const answer::inbox_item& item, std::string_view summary) {
    const auto assigned =
        std::ranges::find(item.assignments, nobody, &store::assignment_row::agency);
    if (assigned == item.assignments.end() || assigned->state != assignment_state::offered) {
        return;
    }
    const auto kept = read_summary(summary);
    const auto agencies =
        agencies_for(*x_core.config, {.origin = item.row.origin,
                                      .cls = item.message.cls,
                                      .kind = kept.kind,
                                      .agency = kept.agency,
                                      .has_attachments = kept.has_attachments,
                                      .has_references = refers_to_others(item.message),
                                      .level = level_kept(assigned->reason)});
    if (!agencies.empty()) {
        assign(item, agencies, assigned->reason);
    }
}

void unassigned::assign(const answer::inbox_item& item, const std::vector<std::string>& agencies,
                        const std::string& level) {
    store::transaction transaction;
    auto& changes = transaction.changes;
    changes.emplace_back(operation::advance_assignment{.message = item.row.message,
                                                       .agency = std::string(nobody),
                                                       .expected = assignment_state::offered,
                                                       .state = assignment_state::withdrawn,
                                                       .reason = level,
                                                       .at = x_core.now});
    std::string names;
    for (const auto& agency : agencies) {
        changes.emplace_back(operation::put_assignment{
            {item.row.message, agency, assignment_state::offered, {}, x_core.now}});
        names += (names.empty() ? "" : ", ") + agency;
    }
    changes.emplace_back(operation::put_event{x_core.event(
        item.row.origin, item.row.id, x_core.self(), "assigned", "gateway", "to " + names)});
    // A conflict is a case that went on, or a second look at the same: nothing is left to do.
    x_core.out.commit(std::move(transaction),
                      [this, agencies](const store::transaction_result& result) {
                          if (result.status != store::transaction_status::committed) {
                              return;
                          }
                          for (const auto& agency : agencies) {
                              x_notify(agency);
                          }
                      });
}

}  // namespace dhow::route
