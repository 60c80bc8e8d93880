// Receives texts up to the verified body: judge, resume, verify.
// Way of the message: see inbound.hpp.
// Pure. Net thread. Custody is taken in inbound_text.cpp.
// Spec: docs/overview.md#receiving. Tests: unit/route/inbound_test.cpp, sim.
// Limits: sealed_text_bytes_max.
#include "daemon/route/inbound.hpp"
#include "protocol/short_form.hpp"

#include <algorithm>

namespace dhow::route {

using protocol::object_kind;
using protocol::recipient_answer;
using store::object_state;

//= PF-81
bool inbound::complete_preamble(protocol::offer_frame& offer) const {
    auto whole =
        protocol::decode_short_preamble(offer.preamble, {*x_core.directory, x_core.hash()});
    if (!whole) {
        return false;
    }
    whole->seal.body_digest = offer.object;  // Zero until a body that comes whole is here.
    whole->seal.body_bytes = offer.body_bytes;
    offer.preamble = protocol::encode_preamble(*whole);
    return true;
}

//= PF-65, PF-82, LP-14
errc inbound::judge_text(incoming& in, bureau_id peer) const {
    // What was rebuilt is read like what came in full: nothing passes that could not be handed on.
    const bool is_whole = !in.offer.is_short || complete_preamble(in.offer);
    auto preamble = is_whole ? protocol::decode_preamble(in.offer.preamble)
                             : protocol::result<protocol::preamble>{errc::full_form_wanted};
    auto header = preamble ? protocol::decode_header(preamble->seal.header)
                           : protocol::result<protocol::header>{preamble.error()};
    if (!header) {
        return in.offer.is_short ? errc::full_form_wanted : protocol::errc_of(header.error());
    }
    in.preamble = std::move(*preamble);
    in.header = std::move(*header);
    if (in.offer.object != in.preamble.seal.body_digest ||
        in.offer.body_bytes != in.preamble.seal.body_bytes || in.offer.cls != in.header.cls) {
        return errc::bad_digest;
    }
    if (in.offer.body_bytes > limits::sealed_text_bytes_max) {
        return errc::too_long;
    }
    if (in.offer.hops >= in.header.hop_limit) {
        return errc::hop_limit;
    }
    if (in.header.origin == x_core.self()) {
        return errc::loop;
    }
    if (in.header.origin != peer && !x_core.is_relay(peer)) {
        return errc::not_allowed;  // Only hubs hand on what others wrote.
    }
    if (in.header.time_to_live && in.offer.age >= *in.header.time_to_live &&
        !x_core.expiry_frozen) {
        return errc::expired;
    }
    return errc{};
}

void inbound::begin_text(session_number number, stream_id stream) {
    auto* in = find(number, stream);
    if (const auto wrong = judge_text(*in, peer_of(number)); wrong == errc::expired) {
        refuse_expired(number, stream);
        return;
    } else if (wrong != errc{}) {
        refuse(number, stream, wrong);
        return;
    }
    if (in->is_small) {
        in->is_ready = true;
        return;
    }
    // A large body is accepted only when its seal holds, so that a forger cannot fill the disk.
    x_core.out.run(seal::job::verify_parcel{in->preamble, std::nullopt, in->offer.object},
                   in->offer.cls == message_class::flash,
                   [this, number, stream](protocol::result<seal::job_outcome>& outcome) {
                       if (find(number, stream) == nullptr) {
                           return;
                       }
                       if (!outcome) {
                           refuse_unverified(number, stream, protocol::errc_of(outcome.error()));
                           return;
                       }
                       ask_for_partial(number, stream);
                   });
}

// What we took before its end, and the answer was lost, we have: no notice for it. What came by
// another way and was handed on is no more with us than before its end.
void inbound::refuse_expired(session_number number, stream_id stream) {
    look_whose_it_is(
        number, stream, [this, number, stream](const std::vector<store::custody_row>& rows) {
            const auto& preamble = find(number, stream)->preamble;
            std::vector<recipient_answer> answers;
            for (const auto& entry : preamble.lockboxes.entries) {
                const auto row =
                    std::ranges::find(rows, entry.box.recipient, &store::custody_row::recipient);
                if (row == rows.end() || row->inner_digest != preamble.seal.inner_digest) {
                    answers.push_back({entry.box.recipient, errc::expired, std::nullopt});
                } else {
                    answers.push_back(
                        {entry.box.recipient, word_of(*row, peer_of(number)), row->outcome});
                }
            }
            const auto code = answers.empty() ? errc::expired : answers.front().code;
            const bool is_one_word =
                std::ranges::all_of(answers, [&](const auto& one) { return one.code == code; });
            if (is_one_word && code != errc::have_it) {
                refuse(number, stream, code);
            } else {  // Each recipient has an answer of its own, or an outcome.
                refuse(number, stream, errc::have_it, std::chrono::seconds{0}, std::move(answers));
            }
        });
}

void inbound::ask_for_partial(session_number number, stream_id stream) {
    const auto* in = find(number, stream);
    const auto accept = [this, number, stream](store::object_row object) {
        auto* still = find(number, stream);
        if (still == nullptr) {
            return;
        }
        still->object = std::move(object);
        still->given_bytes = still->object.durable_bytes;
        still->is_ready = true;
        if (still->object.durable_bytes == still->offer.body_bytes) {
            still->was_on_disk = true;
            still->has_body = true;
            step(number, stream);
            return;
        }
        answer_accept(number, stream, still->object.durable_bytes);
    };
    x_core.out.ask(query::find_object{in->offer.object, peer_of(number)},
                   [this, number, stream, accept](store::reply& reply) {
                       auto* still = find(number, stream);
                       if (still == nullptr) {
                           return;
                       }
                       if (const auto& row = expect<answer::object>(reply).row) {
                           accept(*row);
                           return;
                       }
                       store::object_row fresh{.row = x_core.next_row(),
                                               .kind = object_kind::text,
                                               .state = object_state::expected,
                                               .cls = still->offer.cls,
                                               .sealed_digest = still->offer.object,
                                               .bytes = still->offer.body_bytes,
                                               .from_peer = peer_of(number),
                                               .preamble = still->offer.preamble,
                                               .changed_at = x_core.now};
                       store::transaction transaction;
                       transaction.changes.emplace_back(operation::put_object{fresh});
                       x_core.out.commit(
                           std::move(transaction), [this, number, stream, fresh, accept](
                                                       const store::transaction_result& result) {
                               if (result.status != store::transaction_status::committed) {
                                   refuse(number, stream, errc::busy, std::chrono::seconds{30});
                                   return;
                               }
                               accept(fresh);
                           });
                   });
}

//= LP-14
void inbound::refuse_unverified(session_number number, stream_id stream, errc code) {
    if (find(number, stream)->offer.is_short) {
        // Perhaps it was only rebuilt from another directory than the sender's.
        refuse(number, stream, errc::full_form_wanted);
        return;
    }
    x_core.count.forged += 1;
    refuse(number, stream, code);
}

void inbound::verify_text(session_number number, stream_id stream, bytes body) {
    auto* in = find(number, stream);
    if (in->offer.is_short && in->offer.mode == protocol::body_mode::with_offer) {
        in->offer.object = x_core.hash().sha256({body});
        in->preamble.seal.body_digest = in->offer.object;
    }
    seal::job::verify_parcel job{in->preamble, body, in->offer.object};
    x_core.out.run(std::move(job), in->offer.cls == message_class::flash,
                   [this, number, stream,
                    body = std::move(body)](protocol::result<seal::job_outcome>& outcome) {
                       if (find(number, stream) == nullptr) {
                           return;
                       }
                       if (!outcome) {
                           refuse_unverified(number, stream, protocol::errc_of(outcome.error()));
                           return;
                       }
                       take_custody(number, stream, body, {});
                   });
}

}  // namespace dhow::route
