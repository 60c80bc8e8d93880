// The end of a case is prepared when its content is sent: years later nothing else names it.
// Way of the message: seal -> [prepared, sealed at rest] -> store, with the row of the case.
// Pure. Net thread.
// Spec: docs/decisions/0021-retention.md. Tests: unit/route/retention_test.cpp.
// Limits: none.
#include "daemon/route/submission_draft.hpp"
#include "protocol/kinds/retention.hpp"

namespace dhow::route {

void submission::prepare_end(const draft_ptr& message, std::function<void()> then) {
    if (!message->said) {
        then();
        return;
    }
    auto& said = *message->said;
    const auto id = to_text(message->header.id);
    if (said.word.name.empty()) {  // It begins a case, and names it.
        said.word.name = id;
        message->case_key = case_key(x_core, said.word.lifecycle, id);
    }
    const auto& data = kinds::registry::in_force();
    const auto* kind = data.find(said.kind);
    const auto end = kind != nullptr && said.word.role == kinds::case_role::content
                         ? kinds::end_of(data, *kind, x_core.self().text(), id, said.text)
                         : std::nullopt;
    if (!end) {
        then();
        return;
    }
    protocol::writer plain;
    plain.sized(end->kind).sized(end->text);
    x_core.out.run(
        seal::job::seal_at_rest{protocol::to_bytes(plain.view()), end_context(message->case_key)},
        message->what.cls == message_class::flash,
        [this, message, then = std::move(then)](protocol::result<seal::job_outcome>& made) {
            if (!made) {
                finish(message, refusal(protocol::errc_of(made.error()),
                                        "the end of its case was not sealed"));
                return;
            }
            message->sealed_end = std::move(std::get<seal::done::at_rest>(*made).value);
            then();
        });
}

}  // namespace dhow::route
