// How a message of an agency enters: authorise, validate, idempotency, seal, commit, then the 202.
// Way of the message: intake -> [submission] -> seal -> store -> outbound.
// Pure. Net thread.
// Spec: docs/overview.md#submitting (states, failure table). Tests: unit/route/submission_test.cpp, sim.
// Limits: text_bytes_max, attachments_max, attachment_bytes_max, uploads_open_max.
#pragma once

#include "daemon/route/api.hpp"
#include "daemon/route/outbound.hpp"

namespace dhow::route {

using answer_to = std::function<void(api_response)>;

class submission {
public:
    submission(core& shared, outbound& out) : x_core(shared), x_out(out) {}
    void submit(const caller& who, request::submit what, answer_to answer);
    void begin_upload(const caller& who, request::begin_upload what, answer_to answer);
    void continue_upload(const caller& who, request::continue_upload what, answer_to answer);
    void abandon_upload(const caller& who, request::abandon_upload what, answer_to answer);
    /// At start: uploads of an earlier run are dropped.
    void drop_spooled(const std::vector<store::object_row>& spooling);
};

}  // namespace dhow::route
