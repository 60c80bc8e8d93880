// Receives: the table of incoming streams and what a step needs.
// Way of the message: see inbound.hpp.
// Pure. Net thread. Texts are in inbound_text.cpp, attachments and receipts in inbound_objects.cpp.
// Spec: docs/overview.md#receiving. Tests: unit/route/inbound_test.cpp, sim.
// Limits: see inbound.hpp.
#include "daemon/route/inbound.hpp"

#include "daemon/route/object_reader.hpp"

namespace dhow::route {

namespace event = protocol::session_event;
using protocol::object_kind;

inbound::incoming* inbound::find(session_number session, stream_id stream) {
    const auto streams = x_streams.find(session);
    if (streams == x_streams.end()) {
        return nullptr;
    }
    const auto found = streams->second.find(stream);
    return found == streams->second.end() ? nullptr : &found->second;
}

void inbound::refuse(session_number number, stream_id stream, errc code,
                     std::chrono::seconds retry_after,
                     std::vector<protocol::recipient_answer> exceptions) {
    if (find(number, stream) == nullptr) {
        return;
    }
    x_streams[number].erase(stream);
    if (code == errc::full_form_wanted) {
        x_core.out.log(log_level::info, "full-form-wanted",
                       "an offer of peer " + std::string(peer_of(number).text()) +
                           " in the short form cannot be rebuilt here, or was altered");
    }
    if (code != errc::have_it && !protocol::is_retryable(code)) {
        x_core.count.refused_in += 1;
        x_core.out.log(log_level::warning, "offer-refused",
                       "an offer of peer " + std::string(peer_of(number).text()) +
                           " is refused: " + std::string(protocol::text_of(code)));
    }
    answer_refuse(number, stream, code, retry_after, std::move(exceptions));
}

void inbound::commit(session_number number, stream_id stream,
                     std::vector<protocol::recipient_answer> exceptions) {
    const auto* in = find(number, stream);
    if (in == nullptr) {
        return;
    }
    const bool was_on_disk = in->was_on_disk;
    x_streams[number].erase(stream);
    if (was_on_disk) {
        // The peer sent nothing this time, so there is nothing to commit: it is told that we have
        // it.
        answer_refuse(number, stream, errc::have_it, std::chrono::seconds{0},
                      std::move(exceptions));
        return;
    }
    answer_commit(number, stream, std::move(exceptions));
}

void inbound::on_event(session_number number, event::offer_received what) {
    const auto stream = what.offer.stream;
    auto& in = x_streams[number][stream];
    in.offer = std::move(what.offer);
    const bool is_receipt = in.offer.kind == object_kind::receipt;
    in.is_small = what.inline_body || is_receipt;
    if (in.offer.cls != message_class::flash && !is_receipt && !x_core.disk.accepts(in.offer.cls)) {
        refuse(number, stream, errc::store_full, std::chrono::seconds{60});
        return;
    }
    // A body that comes with its offer has been paid for.
    const auto wait = what.inline_body ? std::nullopt : wait_for_passage(number, in.offer);
    if (wait) {
        refuse(number, stream, errc::busy, *wait);
        return;
    }
    switch (in.offer.kind) {
        case object_kind::text:
            begin_text(number, stream);
            break;
        case object_kind::attachment:
            begin_attachment(number, stream);
            break;
        case object_kind::receipt:
            if (in.offer.body_bytes > limits::receipt_bytes_max) {
                refuse(number, stream, errc::too_long);
                return;
            }
            in.is_ready = true;
            if (!what.inline_body) {
                answer_accept(number, stream, 0);
            }
            break;
    }
}

void inbound::on_event(session_number number, event::data_received what) {
    auto* in = find(number, what.stream);
    if (in == nullptr) {
        return;  // Refused meanwhile.
    }
    in->buffer.insert(in->buffer.end(), what.payload.begin(), what.payload.end());
    drop_skipped(*in);
    step(number, what.stream);
}

void inbound::on_event(session_number number, const event::body_received& what) {
    if (auto* in = find(number, what.stream)) {
        in->has_body = true;
        step(number, what.stream);
    }
}

void inbound::on_event(session_number number, const event::peer_cancelled& what) {
    if (auto* in = find(number, what.stream)) {
        if (!in->is_finishing) {
            x_streams[number].erase(what.stream);
        }
    }
}

void inbound::step(session_number number, stream_id stream) {
    auto* in = find(number, stream);
    if (in == nullptr || !in->is_ready || in->is_finishing) {
        return;
    }
    const bool in_memory = in->is_small && in->offer.kind != object_kind::attachment;
    if (!in_memory) {
        write_buffer(number, stream);
        return;
    }
    if (!in->has_body) {
        return;
    }
    in->is_finishing = true;
    if (in->offer.kind == object_kind::receipt) {
        finish_receipt(number, stream);
    } else {
        verify_text(number, stream, std::move(in->buffer));
    }
}

void inbound::write_buffer(session_number number, stream_id stream) {
    auto* in = find(number, stream);
    if (!in->buffer.empty()) {
        store::transaction transaction;
        store::append_data(transaction.changes, in->object.row, in->given_bytes, in->buffer);
        in->given_bytes += in->buffer.size();
        in->buffer.clear();
        x_core.out.commit(std::move(transaction), [this, number, stream, upto = in->given_bytes](
                                                      const store::transaction_result& result) {
            on_written(number, stream, upto, result);
        });
    }
    if (in->has_body && in->object.durable_bytes == in->offer.body_bytes) {
        in->is_finishing = true;
        if (in->offer.kind == object_kind::attachment) {
            finish_attachment(number, stream);
        } else {
            read_object(x_core, in->object.row, in->offer.body_bytes,
                        [this, number, stream](std::optional<bytes> body) {
                            if (find(number, stream) == nullptr) {
                                return;  // The session ended while it was read.
                            }
                            if (!body) {
                                restart_object(number, stream, "a segment on disk is damaged");
                                return;
                            }
                            verify_text(number, stream, std::move(*body));
                        });
        }
    }
}

void inbound::on_written(session_number number, stream_id stream, std::uint64_t upto,
                         const store::transaction_result& result) {
    auto* in = find(number, stream);
    if (in == nullptr) {
        return;
    }
    if (result.status == store::transaction_status::conflict) {
        look_at_last_segment(number, stream);
        return;
    }
    if (result.status != store::transaction_status::committed) {
        refuse(number, stream, errc::busy, std::chrono::seconds{30});
        return;
    }
    in->object.durable_bytes = upto;
    if (!in->is_small) {
        // A session beside this one would say in HELLO where it was before: it is asked instead.
        x_peers.forget_partial(peer_of(number), in->offer.object);
        answer_durable(number, stream, upto);
    }
    step(number, stream);
}

void inbound::look_at_last_segment(session_number number, stream_id stream) {
    const auto& object = find(number, stream)->object;
    const auto index = static_cast<std::uint32_t>(object.durable_bytes / limits::segment_bytes);
    x_core.out.ask(query::load_segment{object.row, index},
                   [this, number, stream](store::reply& reply) {
                       if (find(number, stream) == nullptr) {
                           return;
                       }
                       if (expect<answer::segment>(reply).damaged) {
                           restart_object(number, stream, "a segment on disk is damaged");
                           return;
                       }
                       // Another session of the peer writes the same object.
                       refuse(number, stream, errc::busy, std::chrono::seconds{30});
                   });
}

void inbound::on_session_down(session_number session) {
    x_streams.erase(session);
    x_imports.erase(session);
    const auto record = x_core.sessions.find(session);
    if (record != x_core.sessions.end()) {
        refresh_partials(record->second.peer);
    }
}

void inbound::refresh_partials(bureau_id peer) {
    x_core.out.ask(query::load_partials{peer, limits::partials_in_hello_max},
                   [this, peer](store::reply& reply) {
                       std::vector<protocol::partial_transfer> partials;
                       for (const auto& row : expect<answer::partials>(reply).rows) {
                           partials.push_back({row.sealed_digest, row.durable_bytes});
                       }
                       x_peers.set_partials(peer, std::move(partials));
                   });
}

}  // namespace dhow::route
