// A message of ours in the order of its case: who has to get it, what it calls back, whether it is
// the last word.
// Way of the message: submission -> [its case] -> seal -> store.
// Pure. Net thread.
// Spec: docs/decisions/0017. Tests: unit/route/cases_origin_test.cpp.
// Limits: case_messages_max, references_max.
#include "daemon/route/submission_draft.hpp"
#include "protocol/kinds/catalogue.hpp"

#include <algorithm>

namespace dhow::route {

using kinds::case_role;
using kinds::case_standing;

namespace {

const kinds::registry& known_kinds() { return kinds::registry::in_force(); }

/// Nothing of these is on its way any more.
constexpr store::state_set arrived = store::settled_states;

/// The rules that need to know what was said before; all others were asked at intake.
bool is_asked_here(std::string_view rule) {
    return rule == "R-REC-01" || rule == "R-VER-01" || rule == "R-OWN-01" ||
           rule.starts_with("R-RST-");
}

std::vector<std::string> texts_of(const std::vector<bureau_id>& bureaus) {
    std::vector<std::string> out;
    for (const auto bureau : bureaus) {
        out.emplace_back(bureau.text());
    }
    return out;
}

/// All who were sent something of our case that is no restriction.
std::vector<std::string> holders_in(const answer::case_file& file, bureau_id self) {
    std::set<bureau_id> all;
    for (const auto& item : file.items) {
        if (item.row.owner == self && role_of(item.row) != case_role::restriction) {
            const auto some = recipients_in(item.row.recipients);
            all.insert(some.begin(), some.end());
        }
    }
    return texts_of({all.begin(), all.end()});
}

/// Whose case it is: ours, if we have said anything; else that of whoever gave content.
std::string owner_of(const answer::case_file& file, bureau_id self) {
    const auto* own = find_case(file, self);
    for (const auto& item : file.items) {
        if (own == nullptr && role_of(item.row) == case_role::content) {
            return std::string(item.row.owner.text());
        }
    }
    return own == nullptr ? std::string{} : std::string(self.text());
}

std::optional<std::uint64_t> version_seen(const answer::case_file& file, bureau_id self) {
    const auto* own = find_case(file, self);
    if (own == nullptr) {
        return std::nullopt;
    }
    const auto content = own->ended ? own->content_version - 1 : own->content_version;
    return std::max(content, own->decision_version);
}

}  // namespace

std::string refusals_in(const kinds::verdict& verdict, bool (*is_asked)(std::string_view rule)) {
    std::string out;
    for (const auto& one : verdict.problems) {
        if (one.severity == kinds::severity::refusal && is_asked(one.rule)) {
            out += (out.empty() ? "" : "; ") + one.rule +
                   (one.pointer.empty() ? "" : " " + one.pointer) + ": " +
                   kinds::describe(one, "en");
        }
    }
    return out;
}

bool submission::find_case_of(const draft_ptr& message) {
    const auto& what = message->what;
    protocol::content content;
    content.kind = what.kind;
    content.media_type = what.media_type;
    content.text = what.text;
    message->said = read_case_text(content, x_core.self(), message_id{}, x_core.now);
    if (!message->said) {
        return false;
    }
    auto& word = message->said->word;
    if (word.name == to_text(message_id{})) {
        word.name.clear();  // It begins a case, and names it by the id that it will have.
        return false;
    }
    message->case_key = case_key(x_core, word.lifecycle, word.name);
    x_core.out.ask(query::load_case{message->case_key, limits::case_messages_max},
                   [this, message](store::reply& reply) {
                       message->file = std::move(expect<answer::case_file>(reply));
                       admit(message);
                   });
    return true;
}

void submission::add_holders(draft& message) const {
    const auto* row = known_kinds().find(message.case_said().kind);
    const bool is_for_all =
        message.case_said().word.role == case_role::end && x_core.self() == secretariat();
    if (!message.has_rights_of_agency || row == nullptr ||
        std::ranges::find(row->rules, "R-REC-01") == row->rules.end()) {
        return;
    }
    message.left_out.clear();
    std::set<bureau_id> all(message.recipients.begin(), message.recipients.end());
    // Who is denied hears of its end alone.
    const auto denied = message.case_said().word.role == case_role::end
                            ? std::vector<bureau_id>{}
                            : denied_in(message.file, x_core.self());
    for (const auto& item : message.file.items) {
        if (item.row.owner != x_core.self() && !is_for_all) {
            continue;
        }
        auto holders = recipients_in(item.row.recipients);
        holders.push_back(item.row.owner);
        for (const auto bureau : holders) {
            const bool is_denied = std::ranges::find(denied, bureau) != denied.end();
            if (bureau == x_core.self() || is_denied || all.contains(bureau)) {
                continue;
            }
            if (can_be_addressed(x_core, bureau, message.level)) {
                all.insert(bureau);
            } else if (std::ranges::find(message.left_out, bureau) == message.left_out.end()) {
                message.left_out.push_back(bureau);
            }
        }
    }
    message.recipients.assign(all.begin(), all.end());
}

std::optional<response::problem> submission::fit_case(draft& message) const {
    if (!message.said || message.case_said().word.name.empty()) {
        return std::nullopt;
    }
    add_holders(message);
    if (message.recipients.size() > limits::recipients_max) {
        return refusal(errc::too_large, "too many bureaus have a copy of it");
    }
    call_back_earlier(message);
    hurry(message);
    const auto* own = find_case(message.file, x_core.self());
    if (message.revision && (own == nullptr || own->revision != *message.revision)) {
        return refusal(errc::conflict, "its case went on");
    }
    if (!message.has_rights_of_agency) {
        return std::nullopt;  // The gateway repeats what was accepted before.
    }
    kinds::context facts;
    facts.kind = message.case_said().kind;
    facts.sender = std::string(x_core.self().text());
    facts.recipients = texts_of(message.recipients);
    facts.now = x_core.now;
    const auto owner = owner_of(message.file, x_core.self());
    if (!owner.empty()) {
        facts.original.emplace();
        facts.original->sender = owner;
    }
    if (facts.original && message.case_said().word.role == case_role::restriction) {
        facts.original->recipients = holders_in(message.file, x_core.self());
    }
    facts.version_seen = version_seen(message.file, x_core.self());
    const auto verdict =
        kinds::validate(known_kinds(), facts, protocol::as_text(message.what.text));
    if (auto problems = refusals_in(verdict, is_asked_here); !problems.empty()) {
        return refusal(errc::validation_failed, std::move(problems));
    }
    if (auto problem = why_denied(message)) {
        return problem;
    }
    if (message.case_said().word.role == case_role::restriction) {
        return why_no_restriction(message);
    }
    const auto judged =
        judge_word(message.file, message.case_key, x_core.self(), message.case_said(), x_core.now);
    const bool may_repeat = message.case_said().word.role == case_role::end;
    if (judged.standing == case_standing::late || (judged.row.ended && !may_repeat)) {
        return refusal(errc::conflict, "its case has ended");
    }
    const auto version = message.case_said().word.point.version;
    if (may_repeat && (!judged.row.ended || judged.row.decision_version > version)) {
        return refusal(errc::conflict, "a higher version of its case was sent: end that one");
    }
    if (judged.standing == case_standing::superseded && !may_repeat) {
        return refusal(errc::conflict, "a newer message of its case was sent");
    }
    return std::nullopt;
}

/// What goes to a bureau that is denied it. New content may, if it is named itself: by a group it
/// may have come in unseen.
std::optional<response::problem> submission::why_denied(const draft& message) const {
    const auto role = message.case_said().word.role;
    if (kinds::ends(role)) {
        return std::nullopt;
    }
    std::string names;
    for (const auto bureau : denied_in(message.file, x_core.self())) {
        const auto& to = message.what.to;
        const bool is_meant =
            std::ranges::find(message.recipients, bureau) != message.recipients.end();
        const bool is_named = std::ranges::find(to, bureau.text()) != to.end();
        if (is_meant && (role != case_role::content || !is_named)) {
            names += (names.empty() ? "" : ", ") + std::string(bureau.text());
        }
    }
    if (names.empty()) {
        return std::nullopt;
    }
    return refusal(errc::conflict, "it was restricted for " + names +
                                       ": leave these out (deny); new content may name them");
}

std::optional<response::problem> submission::why_no_restriction(const draft& message) const {
    const auto* own = find_case(message.file, x_core.self());
    if (own == nullptr || holders_in(message.file, x_core.self()).empty()) {
        return refusal(errc::conflict, "nobody has a copy of it by this bureau");
    }
    if (own->ended) {
        return refusal(errc::conflict, "its case has ended");
    }
    if (message.case_said().word.point.version < own->content_version) {
        return refusal(errc::validation_failed,
                       "the version must be that of the last publication, " +
                           std::to_string(own->content_version) + ", or a higher one");
    }
    return std::nullopt;
}

void submission::hurry(draft& message) const {
    const auto* row = known_kinds().find(message.case_said().kind);
    const auto* self = x_core.directory->find(x_core.self());
    if (row == nullptr || self == nullptr || kinds::gives_content(message.case_said().word.role)) {
        return;
    }
    const auto wanted = kinds::default_class(*row, message.case_said().text);
    const bool may = std::ranges::find(self->classes, wanted) != self->classes.end();
    if (may) {
        message.what.cls = std::min(message.what.cls, wanted);
    }
}

// The header does not name them: hubs would drop the copies of all others too.
void submission::call_back_for(draft& message) {
    const auto is_open = [&](const store::delivery_row& row) {
        return (in_state(row.state) & arrived) == 0 &&
               std::ranges::find(message.recipients, row.recipient) != message.recipients.end();
    };
    for (const auto& item : message.file.items) {
        const bool is_ours = store::is_origin(item.message) && item.message.row != 0;
        if (is_ours && !kinds::ends(role_of(item.row)) &&
            std::ranges::any_of(item.deliveries, is_open)) {
            message.called_back.push_back(item.row.id);
        }
    }
}

// So that hubs can drop what is queued, and forward this first.
void submission::call_back_earlier(draft& message) {
    const auto role = message.case_said().word.role;
    auto& what = message.what;
    message.called_back.clear();
    if (role == case_role::restriction) {
        return call_back_for(message);
    }
    if (role != case_role::end && role != case_role::content) {
        return;
    }
    auto& named = role == case_role::end ? what.cancels : what.supersedes;
    for (const auto& item : message.file.items) {
        const bool counts = role == case_role::end ? role_of(item.row) != case_role::end
                                                   : kinds::gives_content(role_of(item.row));
        const bool is_open = std::ranges::any_of(
            item.deliveries, [](const auto& row) { return (in_state(row.state) & arrived) == 0; });
        const bool is_ours = store::is_origin(item.message) && item.message.row != 0;
        if (!counts || !is_open || !is_ours) {
            continue;
        }
        message.called_back.push_back(item.row.id);
        const bool is_named =
            std::ranges::find(what.cancels, item.row.id) != what.cancels.end() ||
            std::ranges::find(what.supersedes, item.row.id) != what.supersedes.end();
        if (!is_named && what.cancels.size() + what.supersedes.size() < limits::references_max) {
            named.push_back(item.row.id);
        }
    }
}

/// The General Secretariat ends what others have sent to it too: here nothing arrives that does so.
void submission::withdraw_here(std::vector<store::change>& to, const draft& message) const {
    for (const auto& item : message.file.items) {
        if (x_core.self() != secretariat() || !item.inbox ||
            !kinds::gives_content(role_of(item.row))) {
            continue;
        }
        for (const auto& row : item.assignments) {
            if (row.state == store::assignment_state::offered ||
                row.state == store::assignment_state::withheld) {
                to.emplace_back(
                    operation::advance_assignment{.message = row.message,
                                                  .agency = row.agency,
                                                  .expected = row.state,
                                                  .state = store::assignment_state::withdrawn,
                                                  .reason = row.reason,
                                                  .at = x_core.now});
            }
        }
    }
}

void submission::add_case(plan& to, const draft& message) const {
    auto said = message.case_said();
    const auto key = message.case_key;
    said.word.point.at = message.header.created;
    auto judged = said.word.role == case_role::restriction
                      ? judge_restriction(message.file, key, x_core.self(), x_core.now)
                      : judge_word(message.file, key, x_core.self(), said, x_core.now);
    if (kinds::ends(said.word.role)) {
        judged.row.due_at = x_core.now + limits::case_first_reminder;
        judged.row.reminders = 0;
        to.case_due = judged.row.due_at;
    } else if (!judged.row.ended && denied_in(message.file, x_core.self()).empty()) {
        judged.row.due_at.reset();  // Published again: nobody is to remove it any more.
    }
    if (said.word.role == case_role::content) {
        judged.row.sealed_end = message.sealed_end;
    }
    if (judged.row.keep_at) {
        x_core.wake_retention(*judged.row.keep_at);
    }
    auto& changes = to.transaction.changes;
    for (const auto bureau : message.left_out) {
        changes.emplace_back(operation::put_event{
            x_core.event(message.header.origin, message.header.id, bureau, "not-addressed",
                         "gateway", "has a copy, and cannot be addressed")});
    }
    to.case_begins = changes.size();
    if (said.word.role == case_role::end) {
        withdraw_here(changes, message);
    }
    put_word(changes, message.file, judged,
             {.id = message.header.id,
              .role = static_cast<std::uint8_t>(said.word.role),
              .version = said.word.point.version,
              .at = said.word.point.at,
              .agency = message.agency,
              .recipients = recipients_text(message.recipients)});
}

}  // namespace dhow::route
