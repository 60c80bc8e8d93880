// A message of the gateway to its own agencies.
// Way of the message: see own_note.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0018-answer-clocks.md. Tests: unit/route/clocks_test.cpp.
// Limits: see own_note.hpp.
#include "daemon/route/own_note.hpp"

namespace dhow::route {

void seal_note(core& shared, const own_note& what, std::function<void(note_ptr)> then) {
    seal::job::seal_message job;
    job.recipients = {shared.self()};
    job.is_note = true;
    job.header.id = shared.new_message_id();
    job.header.origin = shared.self();
    job.header.cls = what.cls;
    job.header.created = shared.now;
    job.header.clock = shared.expiry_frozen ? protocol::clock_quality::doubtful
                                            : protocol::clock_quality::synchronised;
    job.header.hop_limit = limits::hop_limit_default;
    job.content.kind = what.kind;
    job.content.agency = what.agency;
    job.content.subject = what.subject;
    job.content.media_type = "text/plain; charset=utf-8";
    job.content.text = protocol::to_bytes(protocol::as_bytes(what.text));
    job.content.recipients = job.recipients;
    shared.out.run(std::move(job), what.cls == message_class::flash,
                   [&shared, then](protocol::result<seal::job_outcome>& made) {
                       if (!made) {
                           then(nullptr);
                           return;
                       }
                       auto& sealed = std::get<seal::done::sealed_message>(*made);
                       auto note = std::make_shared<sealed_note>();
                       note->message = {
                           .row = shared.next_row(),
                           .origin = shared.self(),
                           .id = sealed.header.id,
                           .roles = static_cast<std::uint8_t>(store::message_role::addressee),
                           .cls = sealed.header.cls,
                           .received_at = shared.now,
                           .expires_at = {},
                           .seal = protocol::encode_seal(sealed.seal),
                           .lockboxes = protocol::encode_lockboxes(sealed.lockboxes),
                           .text_object = shared.next_row(),
                           .agency = {},
                           .kind = {},
                           .kept_key = {},
                           .purge_at = shared.now + shared.config->disk_settings.retention};
                       note->body = std::move(sealed.body);
                       note->preamble = {std::move(sealed.seal), std::move(sealed.lockboxes)};
                       then(std::move(note));
                   });
}

void put_note(core& shared, std::vector<store::change>& to, const sealed_note& note) {
    to.emplace_back(operation::put_message{note.message});
    to.emplace_back(operation::put_object{{.row = note.message.text_object,
                                           .kind = protocol::object_kind::text,
                                           .state = store::object_state::complete,
                                           .message = note.message.row,
                                           .position = 0,
                                           .cls = note.message.cls,
                                           .sealed_digest = note.preamble.seal.body_digest,
                                           .bytes = note.body.size(),
                                           .from_peer = {},
                                           .preamble = {},
                                           .changed_at = shared.now}});
    store::append_data(to, note.message.text_object, 0, note.body);
    to.emplace_back(operation::put_delivery{{.message = note.message.row,
                                             .recipient = shared.self(),
                                             .state = store::delivery_state::received,
                                             .next_hop = {},
                                             .text = {},
                                             .due_at = {},
                                             .changed_at = shared.now}});
}

}  // namespace dhow::route
