// Sends: queue to session, data on demand.
// Way of the message: store -> ready_queue -> [outbound] -> link_session -> peer.
// Pure. Net thread. The peer's answers are dealt with in outbound_answers.cpp, what may pass in
// outbound_passage.cpp, the lane of a session beside in outbound_beside.cpp.
// Spec: docs/overview.md#sending. Tests: unit/route/outbound_test.cpp, sim.
// Limits: see outbound.hpp.
#include "daemon/route/outbound.hpp"

#include "protocol/known.hpp"
#include "protocol/parcel.hpp"
#include "protocol/short_form.hpp"

#include <algorithm>
#include <iterator>

namespace dhow::route {

namespace event = protocol::session_event;

namespace {
/// Origins take turns within a class: the characters of the name as a number.
std::uint64_t fairness_key(bureau_id origin) {
    std::uint64_t key = 0;
    for (const char c : origin.text()) {
        key = key << 8U | static_cast<std::uint8_t>(c);
    }
    return key;
}
}  // namespace

outbound::peer_lane* outbound::lane_of(session_number session) {
    const auto record = x_core.sessions.find(session);
    if (record == x_core.sessions.end()) {
        return nullptr;
    }
    auto* lane = lane_to(record->second.peer, record->second.is_beside);
    return lane == nullptr || lane->session != session ? nullptr : lane;
}

outbound::peer_lane* outbound::lane_to(bureau_id peer, bool is_beside) {
    auto& lanes = is_beside ? x_beside : x_lanes;
    const auto found = lanes.find(peer);
    return found == lanes.end() ? nullptr : &found->second;
}

outbound::transfer* outbound::find(session_number session, protocol::stream_id stream) {
    auto* lane = lane_of(session);
    if (lane == nullptr) {
        return nullptr;
    }
    const auto found = lane->open.find(stream);
    return found == lane->open.end() ? nullptr : &found->second;
}

void outbound::on_session_begins(session_number session) {
    const bureau_id peer = x_core.sessions.at(session).peer;
    const auto [place, is_new] = x_lanes.try_emplace(peer);
    if (!is_new) {
        return;  // One connection offers early.
    }
    place->second.queue = ready_queue(x_core.outside.loaded_per_class);
    place->second.session = session;
    place->second.peer = peer;
    place->second.is_early = true;
    feed(peer);
}

void outbound::on_session_up(session_number session) {
    const bureau_id peer = x_core.sessions.at(session).peer;
    auto& lane = x_lanes[peer];
    if (lane.session == session) {
        lane.is_early = false;
        rescan(peer);  // What the peer lost with its store is ready again, in rows of before.
        return;
    }
    take_back(lane);
    record_doubts(lane);  // Of a session that this one replaces.
    lane = peer_lane{.queue = ready_queue(x_core.outside.loaded_per_class)};
    lane.session = session;
    lane.peer = peer;
    feed(peer);
}

void outbound::on_session_down(session_number session, bool nothing_taken) {
    if (auto* lane = lane_of(session)) {
        if (lane->is_beside) {
            return close_beside(*lane);
        }
        if (!nothing_taken) {
            record_doubts(*lane);
        }
        x_lanes.erase(x_core.sessions.at(session).peer);
    }
}

// What has not left must not leave any more: nobody would know of it.
void outbound::take_back(peer_lane& lane) {
    auto* session = lane.is_early && lane.session ? x_core.session(*lane.session) : nullptr;
    if (session == nullptr) {
        return;
    }
    for (auto& [stream, open] : lane.open) {
        const bool leaves = session->cancel(stream, errc::busy, x_core.now);
        open.all_sent = open.all_sent || leaves;
    }
}

void outbound::record_doubts(const peer_lane& lane) {
    store::transaction doubts;
    for (const auto& [stream, open] : lane.open) {
        if (open.all_sent && !open.item.shipment.in_doubt) {
            add_doubt(doubts, open.item.shipment.row);
        }
    }
    commit_doubts(std::move(doubts));
}

void outbound::add_doubt(store::transaction& to, store::row_id shipment) const {
    // An operator may have held it on its way.
    for (const auto state : {store::shipment_state::ready, store::shipment_state::held}) {
        to.changes.emplace_back(operation::advance_shipment{.shipment = shipment,
                                                            .expected = in_state(state),
                                                            .state = state,
                                                            .at = x_core.now,
                                                            .in_doubt = true,
                                                            .lenient = true});
    }
}

void outbound::add_ready(ready_shipment item) {
    const bureau_id peer = item.shipment.peer;
    add_copy(item);
    const auto lane = x_lanes.find(peer);
    if (lane == x_lanes.end() || lane->second.is_early || x_core.stalled_session_with(peer)) {
        tell_waiting(item);
        if (item.shipment.cls == message_class::flash) {
            x_hurry(peer);
        }
    }
    if (lane == x_lanes.end()) {
        return;  // No session: the store has it, and a session begins with a load.
    }
    auto& to = lane->second;
    if (to.session && !passes(*to.session, item)) {
        tell_waiting(item);  // The store has it, and is asked when it passes.
        return;
    }
    if (!keep_back(to, item)) {
        to.queue.add_fresh(std::move(item));
        feed(to);
    }
}

void outbound::rescan(bureau_id peer) {
    for (auto* lane : {lane_to(peer, false), lane_to(peer, true)}) {
        for (std::size_t i = 0; lane != nullptr && i < protocol::message_class_count; ++i) {
            lane->queue.rescan(static_cast<message_class>(i));
        }
    }
    feed(peer);
}

void outbound::load(peer_lane& lane, message_class cls) {
    const auto peer = lane.peer;
    lane.queue.mark_loading(cls);
    const auto session = protocol::known(lane.session, "a lane without a session");
    const auto passage = passage_of(lane, cls);
    const bool waits = passage.least_wait.count() > 0;
    x_core.out.ask(
        query::load_ready{.peer = peer,
                          .cls = cls,
                          .after = lane.queue.cursor(cls),
                          .limit = x_core.outside.loaded_per_class,
                          .bytes_max = static_cast<std::int64_t>(passage.bytes_max),
                          .made_by = waits ? x_core.now - passage.least_wait : utc_time::max(),
                          .level_max = passage.level_max,
                          .waits_upto = passage.waits_upto},
        [this, peer, cls, session](store::reply& reply) {
            auto* found = lane_of(session);
            if (found == nullptr) {
                return;  // Another session has begun its own load.
            }
            auto& loaded = expect<answer::ready>(reply);
            if (!loaded.rows.empty()) {  // Also when none of them passes by now.
                found->queue.pass_over(cls, loaded.rows.back().shipment.row);
            }
            std::erase_if(loaded.rows, [&](const auto& item) { return !passes(session, item); });
            if (found->is_beside) {
                keep_copies_alone(loaded);
            } else if (x_flash_ready && std::ranges::any_of(loaded.rows, goes_beside)) {
                x_flash_ready(peer);
            }
            found->queue.add_loaded(cls, std::move(loaded));
            drop_withheld(peer, *found);
            feed(*found);
        });
}

void outbound::feed(bureau_id peer) {
    for (auto* lane : {lane_to(peer, false), lane_to(peer, true)}) {
        if (lane != nullptr) {
            feed(*lane);
        }
    }
}

void outbound::feed(peer_lane& lane) {
    if (x_core.stopping || x_waits_for_space) {
        return;
    }
    while (offer_next(lane)) {
    }
    for (std::size_t i = 0; i < protocol::message_class_count; ++i) {
        const auto cls = static_cast<message_class>(i);
        const bool is_ours = !lane.is_beside || cls == message_class::flash;
        if (is_ours && passage_of(lane, cls).bytes_max > 0 && lane.queue.wants_load(cls)) {
            load(lane, cls);
        }
    }
}

bool outbound::offer_next(peer_lane& lane) {
    if (!lane.session) {
        return false;
    }
    const auto number = *lane.session;
    auto* session = x_core.session(number);
    if (session == nullptr || !(lane.is_early || session->is_established())) {
        return false;
    }
    const auto cls = lane.queue.choose(x_core.now, [&](const ready_shipment& item) {
        return passes(number, item) && session->can_offer(item.shipment.cls, item.object.bytes);
    });
    if (!cls) {
        return false;
    }
    if (!is_marked(lane, lane.queue.front(*cls).shipment)) {
        return false;
    }
    auto item = lane.queue.take(*cls, x_core.now);
    const bool is_for_nobody =
        item.shipment.position == 0 && item.message && item.deliveries.empty();
    if (is_for_nobody && lane.is_beside) {
        return true;  // Whether attachments are left for it is asked by the other session.
    }
    lane.preparing.emplace(item.shipment.row, item.shipment.message);
    if (is_for_nobody) {
        const auto message = item.message->row;
        close_without_recipients(number, message, std::move(item));
        return true;
    }
    if (item.inline_body.empty() && item.object.bytes <= limits::inline_body_bytes_max) {
        x_core.out.ask(query::load_segment{item.object.row, 0},
                       [this, number, item](store::reply& reply) mutable {
                           auto* still = lane_of(number);
                           auto& segment = expect<answer::segment>(reply);
                           if (still == nullptr || !is_prepared(*still, item.shipment.row)) {
                               return;
                           }
                           if (!segment.data || segment.data->size() != item.object.bytes) {
                               if (!still->is_beside) {
                                   fail_if_still_here(std::move(item));
                               }
                               return;
                           }
                           item.inline_body = std::move(*segment.data);
                           put_back(*still, number, std::move(item));
                           feed(*still);
                       });
        return true;
    }
    offer(lane, *session, std::move(item));
    return true;
}

bool outbound::is_marked(peer_lane& lane, const store::shipment_row& what) {
    auto& mark = lane.marks[static_cast<std::size_t>(what.cls)];
    const auto ahead = x_core.outside.mark_rows_ahead;
    if (what.row + ahead / 2 > mark.asked) {
        mark.asked = what.row + ahead;
        x_mark(lane.peer, what.cls, mark.asked,
               [this, number = protocol::known(lane.session, "a lane without a session"),
                cls = what.cls, upto = mark.asked](bool is_written) {
                   auto* still = lane_of(number);
                   if (!is_written) {
                       wait_for_space();
                   }
                   if (still != nullptr) {
                       auto& asked = still->marks[static_cast<std::size_t>(cls)];
                       (is_written ? asked.durable : asked.asked) = is_written ? upto : 0;
                       feed(*still);
                   }
               });
    }
    return what.row <= mark.durable;
}

std::optional<protocol::offer_frame> offer_of(const core& shared, const ready_shipment& item) {
    protocol::offer_frame out;
    out.kind = item.object.kind;
    out.cls = item.shipment.cls;
    out.attempt = item.shipment.attempt;
    out.object = item.object.sealed_digest;
    out.body_bytes = item.object.bytes;
    out.origin = item.shipment.origin;
    if (!item.message) {
        return out;
    }
    const auto& message = *item.message;
    out.hops = message.hops;
    out.age = std::min<protocol::milliseconds>(
        message.age_at_receipt + shared.age_since(message.received_at), limits::age_max);
    out.id = message.id;
    if (item.object.kind != protocol::object_kind::text) {
        return out;
    }
    auto seal = protocol::decode_seal(message.seal);
    auto boxes = protocol::decode_lockboxes(message.lockboxes);
    if (!seal || !boxes) {
        return std::nullopt;
    }
    std::vector<bureau_id> recipients;
    for (const auto& delivery : item.deliveries) {
        recipients.push_back(delivery.recipient);
    }
    auto branch = protocol::branch_of(*boxes, recipients, shared.hash());
    if (!branch) {
        return std::nullopt;
    }
    out.preamble = protocol::encode_preamble({std::move(*seal), std::move(*branch)});
    return out;
}

//= LP-13
void outbound::shorten(const peer_lane& lane, const protocol::link_session& session,
                       protocol::offer_frame& frame, bytes& body) const {
    if (lane.wants_full || !session.is_established() ||
        session.peer().directory_head != x_core.directory->head_digest) {
        return;
    }
    const protocol::known_facts known{*x_core.directory, x_core.hash()};
    std::optional<bytes> made;
    if (frame.kind == protocol::object_kind::text) {
        const auto whole = protocol::decode_preamble(frame.preamble);
        made = whole ? protocol::encode_short_preamble(*whole, known) : std::nullopt;
    } else if (frame.kind == protocol::object_kind::receipt && !body.empty()) {
        const auto whole = protocol::decode_receipt(body);
        made = whole ? protocol::encode_short_receipt(*whole, known) : std::nullopt;
    }
    auto& full = frame.kind == protocol::object_kind::text ? frame.preamble : body;
    if (!made || made->size() >= full.size()) {
        return;
    }
    full = std::move(*made);
    frame.is_short = true;
    if (frame.kind == protocol::object_kind::receipt) {
        frame.body_bytes = body.size();
    }
}

void outbound::offer(peer_lane& lane, protocol::link_session& session, ready_shipment item) {
    lane.preparing.erase(item.shipment.row);
    auto frame = offer_of(x_core, item);
    if (!frame && lane.is_beside) {
        return;  // The other session's lane finds that too.
    }
    if (!frame) {
        fail(item, errc::store_corrupt, "the stored seal or lockboxes are damaged");
        lane.queue.forget(item.shipment.row);
        return;
    }
    const std::uint64_t fairness = fairness_key(item.shipment.origin);
    bytes body = std::move(item.inline_body);
    item.inline_body.clear();
    shorten(lane, session, *frame, body);
    const bool is_short = frame->is_short;
    const bool is_given = !body.empty();
    const bool is_news = x_flash_ready && !lane.is_beside && goes_beside(item);
    const auto stream = session.offer(std::move(*frame), std::move(body), fairness, x_core.now);
    lane.open.emplace(stream,
                      transfer{std::move(item), 0, false, false, is_short, is_given, false});
    if (is_news) {
        x_flash_ready(lane.peer);
    }
}

void outbound::note_first_byte(transfer& open, bureau_id peer, std::uint64_t offset) {
    if (std::exchange(open.is_read, true) || !open.item.message) {
        return;
    }
    x_core.count.bytes_resumed += offset;
    x_core.out.log(log_level::debug, "transfer-begins",
                   "message " + protocol::to_text(open.item.message->id) + ", part " +
                       std::to_string(open.item.object.position) + ", to " +
                       std::string{peer.text()} + ": from byte " + std::to_string(offset) + " of " +
                       std::to_string(open.item.object.bytes));
}

void outbound::on_event(session_number number, const event::need_data& what) {
    auto* open = find(number, what.stream);
    if (open == nullptr) {
        return;
    }
    note_first_byte(*open, open->item.shipment.peer, what.offset);
    const auto index = static_cast<std::uint32_t>(what.offset / limits::segment_bytes);
    const auto skip = static_cast<std::size_t>(what.offset % limits::segment_bytes);
    x_core.out.ask(query::load_segment{open->item.object.row, index}, [this, number, skip,
                                                                       what](store::reply& reply) {
        auto* still = find(number, what.stream);
        auto* session = still == nullptr ? nullptr : x_core.session(number);
        if (session == nullptr) {
            return;
        }
        auto& segment = expect<answer::segment>(reply);
        if (!segment.data || segment.data->size() <= skip) {
            session->cancel(what.stream, errc::store_corrupt, x_core.now);
            auto& lane = *lane_of(number);
            const auto item = std::move(still->item);
            lane.open.erase(what.stream);
            if (lane.is_beside) {
                return on_copy_over(lane.peer, item.shipment.row);
            }
            fail(item, errc::store_corrupt, "a stored segment is missing");
            lane.queue.forget(item.shipment.row);
            return;
        }
        const auto count = std::min(what.bytes, segment.data->size() - skip);
        still->is_given = what.offset + count == still->item.object.bytes;
        const auto first = segment.data->begin() + static_cast<std::ptrdiff_t>(skip);
        session->supply(what.stream, what.offset,
                        bytes(first, first + static_cast<std::ptrdiff_t>(count)), x_core.now);
    });
}

void outbound::on_event(session_number number, const event::acknowledged& what) {
    if (auto* open = find(number, what.stream)) {
        open->durable_bytes = what.durable_bytes;
    }
}

void outbound::on_event(session_number number, const event::all_sent& what) {
    if (auto* open = find(number, what.stream)) {
        open->all_sent = true;
    }
}

std::optional<transfer_progress> outbound::progress(store::row_id shipment) const {
    for (const auto* lanes : {&x_lanes, &x_beside}) {
        for (const auto& [peer, lane] : *lanes) {
            for (const auto& [stream, open] : lane.open) {
                if (open.item.shipment.row == shipment) {
                    return transfer_progress{peer, open.durable_bytes, open.item.object.bytes};
                }
            }
        }
    }
    return std::nullopt;
}

std::size_t outbound::loaded() const {
    std::size_t sum = 0;
    for (const auto& [peer, lane] : x_lanes) {
        sum += lane.queue.size();
    }
    return sum;
}

}  // namespace dhow::route
