// Receives: to whom answers go, a session of a link or the import of a bundle.
// Way of the message: see inbound.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#receiving, docs/courier.md#import. Tests: unit/route/inbound_test.cpp,
// unit/route/courier_import_test.cpp, sim.
// Limits: see inbound.hpp.
#include "daemon/route/inbound.hpp"
#include "protocol/ensure.hpp"

namespace dhow::route {

void inbound::begin_import(session_number number, bureau_id peer, receiving_end& to) {
    DHOW_ENSURE(number >= first_import);
    x_imports[number] = {peer, &to};
}

bool inbound::knows(session_number number, stream_id stream) const {
    const auto streams = x_streams.find(number);
    return streams != x_streams.end() && streams->second.contains(stream);
}

bureau_id inbound::peer_of(session_number number) const {
    const auto found = x_imports.find(number);
    return found == x_imports.end() ? x_core.sessions.at(number).peer : found->second.peer;
}

void inbound::answer_accept(session_number number, stream_id stream, std::uint64_t offset) {
    if (const auto found = x_imports.find(number); found != x_imports.end()) {
        found->second.to->accept(stream, offset);
    } else if (auto* session = x_core.session(number)) {
        session->accept(stream, offset, x_core.now);
    }
}

void inbound::answer_durable(session_number number, stream_id stream, std::uint64_t durable_bytes) {
    if (const auto found = x_imports.find(number); found != x_imports.end()) {
        found->second.to->on_durable(stream, durable_bytes);
    } else if (auto* session = x_core.session(number)) {
        session->on_durable(stream, durable_bytes, x_core.now);
    }
}

void inbound::answer_refuse(session_number number, stream_id stream, errc code,
                            std::chrono::seconds retry_after,
                            std::vector<protocol::recipient_answer> exceptions) {
    if (const auto found = x_imports.find(number); found != x_imports.end()) {
        found->second.to->refuse(stream, code, std::move(exceptions));
    } else if (auto* session = x_core.session(number)) {
        session->refuse(stream, code, retry_after, std::move(exceptions), x_core.now);
    }
}

void inbound::answer_commit(session_number number, stream_id stream,
                            std::vector<protocol::recipient_answer> exceptions) {
    if (const auto found = x_imports.find(number); found != x_imports.end()) {
        found->second.to->commit(stream, std::move(exceptions));
    } else if (auto* session = x_core.session(number)) {
        session->commit(stream, std::move(exceptions), x_core.now);
    }
}

}  // namespace dhow::route
