// Receives attachments, piece by durable piece, and receipts.
// Way of the message: see inbound.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#receiving. Tests: unit/route/inbound_test.cpp, sim.
// Limits: one segment in memory per attachment; receipt_bytes_max.
#include "daemon/route/inbound.hpp"
#include "protocol/short_form.hpp"

#include <algorithm>

namespace dhow::route {

using protocol::object_kind;
using store::object_state;

void inbound::begin_attachment(session_number number, stream_id stream) {
    const auto* in = find(number, stream);
    x_core.out.ask(
        query::find_attachment{in->offer.origin, in->offer.id, in->offer.object},
        [this, number, stream](store::reply& reply) {
            auto* still = find(number, stream);
            if (still == nullptr) {
                return;
            }
            const auto& row = expect<answer::object>(reply).row;
            if (!row) {
                refuse_unknown_attachment(number, stream);
                return;
            }
            if (row->state == object_state::complete || row->state == object_state::purged) {
                refuse(number, stream, errc::have_it);
                return;
            }
            if (row->bytes != still->offer.body_bytes) {
                refuse(number, stream, errc::out_of_range);
                return;
            }
            if (comes_already(number, stream, row->row)) {
                refuse(number, stream, errc::busy, std::chrono::seconds{5});
                return;
            }
            still->object = *row;
            still->is_ready = true;
            // A body that came with its offer begins at the offer's first byte.
            const auto from = still->is_small ? still->offer.first_byte : row->durable_bytes;
            if (from > row->durable_bytes) {
                refuse(number, stream, errc::busy, std::chrono::seconds{5});
                return;
            }
            still->skip_bytes = row->durable_bytes - from;
            drop_skipped(*still);
            still->given_bytes = row->durable_bytes;
            if (!still->is_small) {
                if (row->durable_bytes == row->bytes) {
                    still->was_on_disk = true;
                    still->has_body = true;  // All is here but was not verified yet.
                } else {
                    answer_accept(number, stream, row->durable_bytes);
                }
            }
            step(number, stream);
        });
}

// Two attempts share their attachments: the same bytes must not come twice.
bool inbound::comes_already(session_number number, stream_id stream, store::row_id object) const {
    return std::ranges::any_of(x_streams.at(number), [&](const auto& other) {
        return other.first != stream && other.second.is_ready && other.second.object.row == object;
    });
}

// Its text is not here. If it was, and its message is done with, nobody waits for the attachment.
// The text may come at this moment, so what is not here must have been looked for afterwards.
void inbound::refuse_unknown_attachment(session_number number, stream_id stream) {
    const auto offer = find(number, stream)->offer;
    const auto refuse_as = [this, number, stream](bool is_done_with) {
        if (find(number, stream) != nullptr) {
            refuse(number, stream, is_done_with ? errc::have_it : errc::text_first,
                   std::chrono::seconds{is_done_with ? 0 : 5});
        }
    };
    x_core.out.ask(
        query::find_custody{offer.origin, offer.id, offer.attempt},
        [this, offer, refuse_as](store::reply& reply) {
            const bool was_taken = !expect<answer::custody>(reply).rows.empty();
            x_core.out.ask(
                query::find_inbox{offer.origin, offer.id},
                [this, offer, refuse_as, was_taken](store::reply& said) {
                    const bool was_here = was_taken || !expect<answer::inbox>(said).rows.empty();
                    x_core.out.ask(query::find_attachment{offer.origin, offer.id, offer.object},
                                   [refuse_as, was_here](store::reply& again) {
                                       refuse_as(was_here && !expect<answer::object>(again).row);
                                   });
                });
        });
}

void inbound::drop_skipped(incoming& in) {
    const auto count = std::min<std::uint64_t>(in.skip_bytes, in.buffer.size());
    in.buffer.erase(in.buffer.begin(), in.buffer.begin() + static_cast<std::ptrdiff_t>(count));
    in.skip_bytes -= count;
}

void inbound::hash_object(store::row_id object, std::uint64_t total,
                          std::shared_ptr<protocol::running_hash> hash, std::uint32_t index,
                          std::function<void(std::optional<digest>)> then) {
    if (std::uint64_t{index} * limits::segment_bytes >= total) {
        then(hash->finish());
        return;
    }
    x_core.out.ask(query::load_segment{object, index},
                   [this, object, total, hash, index, then = std::move(then)](store::reply& reply) {
                       const auto& segment = expect<answer::segment>(reply);
                       if (!segment.data) {
                           then(std::nullopt);
                           return;
                       }
                       hash->update(*segment.data);
                       hash_object(object, total, hash, index + 1, then);
                   });
}

void inbound::finish_attachment(session_number number, stream_id stream) {
    const auto* in = find(number, stream);
    std::shared_ptr<protocol::running_hash> hash = x_core.hash().start();
    hash_object(in->object.row, in->offer.body_bytes, std::move(hash), 0,
                [this, number, stream](std::optional<digest> found) {
                    const auto* still = find(number, stream);
                    if (still == nullptr) {
                        return;
                    }
                    if (found != still->object.sealed_digest) {
                        x_core.count.forged += found ? 1 : 0;
                        restart_object(number, stream,
                                       found ? "it is not what its message names"
                                             : "a segment on disk is damaged");
                        return;
                    }
                    attachment_complete(number, stream);
                });
}

void inbound::restart_object(session_number number, stream_id stream, std::string_view why) {
    auto fresh = find(number, stream)->object;
    x_core.out.log(log_level::alarm, "object-dropped",
                   "a part that peer " + std::string(peer_of(number).text()) +
                       " sends is dropped and asked for again: " + std::string{why});
    fresh.state = object_state::expected;
    fresh.durable_bytes = 0;
    store::transaction transaction;
    transaction.changes.emplace_back(operation::drop_object{fresh.row});
    transaction.changes.emplace_back(operation::put_object{fresh});
    x_core.out.commit(std::move(transaction),
                      [this, number, stream](const store::transaction_result&) {
                          refuse(number, stream, errc::busy, std::chrono::seconds{30});
                      });
}

void inbound::attachment_complete(session_number number, stream_id stream) {
    const auto object = find(number, stream)->object;
    store::transaction transaction;
    transaction.changes.emplace_back(operation::advance_object{.object = object.row,
                                                               .expected = object_state::partial,
                                                               .state = object_state::complete,
                                                               .at = x_core.now,
                                                               .message = {},
                                                               .position = {},
                                                               .bytes = {},
                                                               .sealed_digest = {}});
    transaction.changes.emplace_back(operation::ready_shipments{
        .message = object.message, .peer = {}, .object = object.row, .at = x_core.now});
    x_core.out.commit(std::move(transaction),
                      [this, number, stream, object](const store::transaction_result& result) {
                          if (result.status != store::transaction_status::committed) {
                              refuse(number, stream, errc::busy, std::chrono::seconds{30});
                              return;
                          }
                          commit(number, stream, {});
                          for (const auto& [session, record] : x_core.sessions) {
                              if (record.established && record.session != nullptr) {
                                  x_out.rescan(record.peer);
                              }
                          }
                          x_opening.check_complete(object.message);
                      });
}

void inbound::finish_receipt(session_number number, stream_id stream) {
    auto* in = find(number, stream);
    if (in->offer.is_short) {
        const auto whole =
            protocol::decode_short_receipt(in->buffer, {*x_core.directory, x_core.hash()});
        if (!whole) {
            refuse(number, stream, errc::full_form_wanted);
            return;
        }
        in->buffer = protocol::encode_receipt(*whole);
        if (in->buffer.size() > limits::receipt_bytes_max) {  // No peer would take it from us.
            refuse(number, stream, errc::full_form_wanted);
            return;
        }
    }
    x_core.out.run(seal::job::verify_receipt{in->buffer}, in->offer.cls == message_class::flash,
                   [this, number, stream](protocol::result<seal::job_outcome>& outcome) {
                       auto* still = find(number, stream);
                       if (still == nullptr) {
                           return;
                       }
                       if (!outcome) {
                           refuse_unverified(number, stream, protocol::errc_of(outcome.error()));
                           return;
                       }
                       const auto& receipt = std::get<seal::done::verified_receipt>(*outcome);
                       const auto answer = [this, number, stream](bool ok) {
                           if (ok) {
                               commit(number, stream, {});
                           } else {
                               refuse(number, stream, errc::busy, std::chrono::seconds{30});
                           }
                       };
                       if (receipt.content.origin == x_core.self()) {
                           x_receipts.apply(receipt, answer);
                       } else {
                           x_receipts.forward(receipt, std::move(still->buffer), still->offer.cls,
                                              still->offer.attempt, peer_of(number), answer);
                       }
                   });
}

}  // namespace dhow::route
