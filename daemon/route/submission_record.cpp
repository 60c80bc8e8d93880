// A request of ours about a hit, or a reply, against what is known of the record and of requests.
// Way of the message: submission -> [what is known of the record] -> seal -> store.
// Pure. Net thread.
// Spec: docs/decisions/0022-record-facts.md. Tests: unit/route/record_look_test.cpp.
// Limits: see record_look.hpp.
#include "daemon/route/record_look.hpp"
#include "daemon/route/submission_draft.hpp"

namespace dhow::route {

namespace {

/// The rules that need to know what the store has; all others were asked at intake.
bool is_of_records(std::string_view rule) {
    return rule == "R-HIT-09" || rule == "R-HIT-10" || rule == "R-HIT-11" || rule == "R-RPL-07";
}

}  // namespace

// The gateway repeats what was accepted before: its next request is not judged.
bool submission::find_record_of(const draft_ptr& message) {
    const auto& what = message->what;
    return message->has_rights_of_agency && find_record(x_core,
                                                        {.at = kinds::end::sender,
                                                         .kind = what.kind,
                                                         .media_type = what.media_type,
                                                         .text = what.text,
                                                         .sender = x_core.self(),
                                                         .recipients = message->recipients},
                                                        [this, message](kinds::record_facts found) {
                                                            message->record = std::move(found);
                                                            admit(message);
                                                        });
}

std::optional<response::problem> submission::fit_record(const draft& message) const {
    if (!message.record) {
        return std::nullopt;
    }
    kinds::context facts;
    facts.kind = message.what.kind;
    facts.sender = std::string(x_core.self().text());
    facts.record = message.record;
    const auto verdict =
        kinds::validate(kinds::registry::in_force(), facts, protocol::as_text(message.what.text));
    if (auto problems = refusals_in(verdict, is_of_records); !problems.empty()) {
        return refusal(errc::validation_failed, std::move(problems));
    }
    return std::nullopt;
}

}  // namespace dhow::route
