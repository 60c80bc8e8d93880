// What all stores were told to keep and what all lines carried.
// Way of the message: see ledger.hpp.
// Pure.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: see ledger.hpp.
#include "tests/sim/ledger.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "daemon/store/names.hpp"
#include "protocol/short_form.hpp"
#include "tests/sim/heap.hpp"
#include "tests/sim/node.hpp"
#include "tests/sim/where_is.hpp"

#include <algorithm>

namespace dhow::sim {

namespace operation = store::operation;
using protocol::outcome_kind;

namespace {
/// Clocks are set right by at most 20 s at each start; a message passes three gateways.
constexpr microseconds early_max = std::chrono::seconds{150};
/// What a session may send again because it began before the receiver's last commit: one segment.
constexpr std::uint64_t resent_max = protocol::limits::segment_bytes;
/// Of a gateway, without SQLite's own: 1.2 MB were seen, a piece of an attachment and what
/// surrounds it; attachments have up to 10 MB.
constexpr std::size_t memory_bytes_base = 3 * protocol::limits::mib;
/// A hub has a session, and what of each class is next, for each.
constexpr std::size_t memory_bytes_a_peer = 128 * protocol::limits::kib;
constexpr std::size_t peers_counted_min = 8;
/// Kept for whoever replays.
constexpr std::size_t overheard_max = 64;

/// A small object in the short form names no digest: that of the full form, by which stores know
/// it. Zero: it cannot be rebuilt.
protocol::digest digest_of(const protocol::offer_frame& offer, const protocol::bytes& body,
                           const protocol::directory& bureaus) {
    const bool is_named = !offer.is_short || offer.mode != protocol::body_mode::with_offer;
    const seal::openssl_hasher hash;
    if (is_named || offer.kind == protocol::object_kind::text) {
        return is_named ? offer.object : hash.sha256({body});
    }
    const auto whole = protocol::decode_short_receipt(body, {bureaus, hash});
    return whole ? hash.sha256({protocol::encode_receipt(*whole)}) : protocol::digest{};
}

bool is_notice(outcome_kind kind) {
    return kind == outcome_kind::expired || kind == outcome_kind::undeliverable ||
           kind == outcome_kind::refused;
}
bool has_arrived(outcome_kind kind) {
    return kind == outcome_kind::delivered || kind == outcome_kind::complete ||
           kind == outcome_kind::taken || kind == outcome_kind::rejected;
}
}  // namespace

void ledger::put(node& at, shelf& to, const operation::put_message& what) {
    const auto& row = what.row;
    to.copies.emplace(row.id, row.attempt);
    if ((row.roles & static_cast<std::uint8_t>(store::message_role::origin)) == 0) {
        return;
    }
    known_message made;
    made.from = &at;
    made.id = row.id;
    made.kind = row.kind;
    made.cls = row.cls;
    made.accepted_at = x_clock.elapsed();
    if (const auto seal = protocol::decode_seal(row.seal)) {
        if (const auto header = protocol::decode_header(seal->header)) {
            made.time_to_live = header->time_to_live;
            made.calls_back = header->cancels;
            made.calls_back.insert(made.calls_back.end(), header->supersedes.begin(),
                                   header->supersedes.end());
        }
    }
    to.own_messages[row.row] = row.id;
    x_messages[row.id] = std::move(made);
}

void ledger::put(shelf& to, const operation::put_object& what) {
    to.objects[what.row.row] = {what.row.sealed_digest, 0};
    to.by_digest[what.row.sealed_digest].insert(what.row.row);
}

void ledger::on_committed(node& at, const store::transaction& what) {
    const heap_scope nobodys(nullptr);
    auto& mine = x_shelves[at.name()];
    bool came_late = false;  // After what calls it back: custody ends as it begins.
    const auto visit = [&](const auto& one) {
        using kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<kind, operation::put_message>) {
            put(at, mine, one);
        } else if constexpr (std::is_same_v<kind, operation::put_object>) {
            put(mine, one);
        } else if constexpr (std::is_same_v<kind, operation::put_segment>) {
            mine.objects[one.object].durable = one.offset + one.data.size();
        } else if constexpr (std::is_same_v<kind, operation::advance_object>) {
            if (one.sealed_digest) {
                mine.objects[one.object].digest = *one.sealed_digest;
                mine.by_digest[*one.sealed_digest].insert(one.object);
            }
        } else if constexpr (std::is_same_v<kind, operation::put_custody>) {
            came_late = came_late || one.row.outcome == outcome_kind::cancelled;
        } else if constexpr (std::is_same_v<kind, operation::drop_object>) {
            if (came_late) {  // Its bytes were durable, and the peer may hear so behind its answer.
                mine.let_go.insert(mine.objects[one.object].digest);
            }
            mine.objects.erase(one.object);
        } else if constexpr (std::is_same_v<kind, operation::put_delivery>) {
            if (const auto own = mine.own_messages.find(one.row.message);
                own != mine.own_messages.end()) {
                const auto& made = x_messages[own->second];
                x_messages[own->second].to.emplace(one.row.recipient.text());
                for (const auto& id : made.calls_back) {
                    if (const auto known = x_messages.find(id); known != x_messages.end()) {
                        known->second.called_back.emplace(one.row.recipient.text());
                    }
                }
            }
        } else if constexpr (std::is_same_v<kind, operation::put_tombstone>) {
            x_tombstones.emplace(std::pair(one.row.id, at.name()), x_clock.elapsed());
        } else if constexpr (std::is_same_v<kind, operation::put_inbox>) {
            x_arrivals.emplace(std::pair(one.row.id, at.name()), x_clock.elapsed());
        } else if constexpr (std::is_same_v<kind, operation::put_outcome>) {
            on_notice(at, one.row.origin, one.row.value);
        } else if constexpr (std::is_same_v<kind, operation::put_event>) {
            on_handed_on(at, one.row);
            on_went_along(at, one.row);
        }
    };
    for (const auto& one : what.changes) {
        std::visit(visit, one);
    }
    for (auto* one : x_watchers) {
        one->on_committed(at, what);
    }
}

std::optional<microseconds> ledger::arrived(const protocol::message_id& id,
                                            const std::string& at) const {
    const auto found = x_arrivals.find({id, at});
    return found == x_arrivals.end() ? std::nullopt : std::optional(found->second);
}

void ledger::on_handed_on(const node& by, const store::event_row& what) {
    auto wrong = x_trail.on_event(by, what);
    if (wrong.empty()) {
        return;
    }
    if (const auto message = x_messages.find(what.id); message != x_messages.end()) {
        wrong += where_is(message->second, x_nodes);
    }
    x_problems.push_back(std::move(wrong));
}

void ledger::on_backed_up(const node& at) {
    const heap_scope nobodys(nullptr);
    x_copies[at.name()] = {x_shelves[at.name()], x_clock.elapsed()};
    for (auto* one : x_watchers) {
        one->on_backed_up(at);
    }
}

void ledger::on_restored(const node& at) {
    const auto& backup = x_copies.at(at.name());
    x_shelves[at.name()] = backup.kept;
    const auto& kept = backup.kept.copies;
    const auto [old, is_first] = x_never_lost.emplace(at.name(), kept);
    if (!is_first) {
        std::erase_if(old->second, [&](const auto& one) { return !kept.contains(one); });
    }
    for (auto& [id, one] : x_messages) {
        if (one.from == &at) {
            one.is_forgotten = one.is_forgotten || one.accepted_at > backup.at;
            std::erase_if(one.cancelled, [&](const auto& was) { return was.second > backup.at; });
            one.by_courier.clear();  // What went along after the backup it does not know.
        }
    }
    for (auto* one : x_watchers) {
        one->on_restored(at);
    }
}

// What goes along with a courier is judged here by what became of its recipients before.
void ledger::on_went_along(const node& at, const store::event_row& what) {
    const auto message = x_messages.find(what.id);
    if (what.what != store::courier_event || message == x_messages.end()) {
        return;
    }
    auto& one = message->second;
    const std::string to(what.recipient.text());
    if (one.from != &at) {
        return;
    }
    one.by_courier.insert(to);
    if (one.cancelled.contains(to)) {
        x_problems.push_back("went along with a courier after it was cancelled: message " +
                             protocol::to_text(what.id) + " to " + to);
    }
}

void ledger::on_notice(node& by, const protocol::bureau_id& origin, const protocol::outcome& what) {
    const auto message = x_messages.find(what.id);
    if (message == x_messages.end()) {
        return;
    }
    const std::string recipient(what.recipient.text());
    const auto label = std::string(protocol::to_text(what.kind)) + " of message " +
                       protocol::to_text(what.id) + " for " + recipient + " by " + by.name();
    if (what.kind == outcome_kind::cancelled && by.name() == origin.text()) {
        message->second.cancelled.emplace(recipient, x_clock.elapsed());
        if (message->second.by_courier.contains(recipient)) {
            x_problems.push_back("cancelled though a courier has it: " + label);
        }
    }
    const bool is_dropped = what.kind == outcome_kind::cancelled && by.name() != origin.text() &&
                            by.name() != recipient;
    if (is_dropped) {
        ++x_dropped;
        if (!message->second.called_back.contains(recipient)) {
            x_problems.push_back("called back by nobody: " + label);
        }
    }
    if ((!is_notice(what.kind) && !is_dropped) || by.name() == recipient) {
        return;
    }
    x_notices += is_dropped ? 0 : 1;
    const auto age = x_clock.elapsed() - message->second.accepted_at;
    const auto ttl = message->second.time_to_live;
    auto early = early_max;
    for (const auto* one : x_nodes) {
        early += one->put_right_since(message->second.accepted_at);
    }
    if (what.kind == outcome_kind::expired && (!ttl || age + early < *ttl)) {
        x_problems.push_back("too early: " + label + " after " +
                             std::to_string(age.count() / 1'000'000) + " s");
    }
    const auto restored = x_never_lost.find(by.name());
    if (restored != x_never_lost.end() && !restored->second.contains({what.id, what.attempt})) {
        return;  // It took and handed it on after its backup, was given it again, and can not know.
    }
    for (auto* other : x_nodes) {
        if (other == &by || !other->is_alive()) {
            continue;
        }
        auto reply = other->ask(store::query::find_custody{origin, what.id, what.attempt});
        for (const auto& row : std::get<store::answer::custody>(reply).rows) {
            if (row.recipient == what.recipient && row.taken_from.text() == by.name() &&
                (!row.outcome || has_arrived(*row.outcome))) {
                x_problems.push_back("a notice while in doubt: " + label + ", but " +
                                     other->name() + " has it in custody" +
                                     where_is(message->second, x_nodes));
            }
        }
    }
}

std::uint64_t ledger::durable_at(const std::string& where, const protocol::digest& object) const {
    const auto found = x_shelves.find(where);
    if (found == x_shelves.end()) {
        return 0;
    }
    const auto rows = found->second.by_digest.find(object);
    if (rows == found->second.by_digest.end()) {
        return 0;
    }
    std::uint64_t out = 0;
    for (const auto row : rows->second) {
        const auto kept = found->second.objects.find(row);
        out = kept == found->second.objects.end() ? out : std::max(out, kept->second.durable);
    }
    return out;
}

void ledger::on_data(const std::string& from, const std::string& to, line& on,
                     const protocol::data_frame& what) {
    const auto found = on.streams.find(what.stream);
    if (found == on.streams.end()) {
        return;
    }
    auto& open = found->second;
    open.written += what.payload.size();
    check_order(from, to, on, what);
    const auto durable = std::min(open.durable, durable_at(to, open.offer.object));
    const auto end = what.offset + what.payload.size();
    x_payload += what.payload.size();
    const auto again = std::min(durable, end) - std::min(durable, what.offset);
    x_resent += again;
    open.resent += again;
    const bool is_news = open.resent > resent_max && open.resent - again <= resent_max;
    if (open.offer.body_bytes > protocol::limits::inline_body_bytes_max && again > 0 && is_news) {
        // Known: a text of which all is on disk is sent as a whole when its COMMIT was lost or it
        // is sent again, and so are the attachments of a further attempt.
        const bool is_known = open.offer.attempt > 0 || durable == open.offer.body_bytes;
        (is_known ? x_known : x_problems)
            .push_back("durable bytes sent again: " + from + " to " + to + ", message " +
                       protocol::to_text(open.offer.id) + ", attempt " +
                       std::to_string(open.offer.attempt) + ", bytes up to " + std::to_string(end) +
                       " of " + std::to_string(open.offer.body_bytes) + ", on disk there " +
                       std::to_string(durable));
    }
    hear(from, open, what);
}

// A small object's digest does not travel: whoever has the whole body can tell it.
void ledger::hear(const std::string& from, stream& open, const protocol::data_frame& what) {
    const bool is_kept = x_overheard.size() < overheard_max;
    const bool is_named = open.offer.object != protocol::digest{};
    if ((!is_kept && is_named) || what.offset != open.body.size()) {
        return;
    }
    open.body.insert(open.body.end(), what.payload.begin(), what.payload.end());
    if (open.body.size() != open.offer.body_bytes) {
        return;
    }
    const auto sender = std::ranges::find(x_nodes, from, &node::name);
    if (sender != x_nodes.end()) {
        open.offer.object = digest_of(open.offer, open.body, (*sender)->directory());
    }
    auto body = std::exchange(open.body, {});
    if (is_kept) {
        x_overheard.push_back({open.offer, std::move(body)});
    }
}

// Whoever has the line when a flash message comes may end its frame, and no more.
void ledger::check_order(const std::string& from, const std::string& to, line& on,
                         const protocol::data_frame& what) {
    const auto& open = on.streams.at(what.stream);
    auto& flash = on.small[0];
    if (open.written >= open.offer.body_bytes) {
        on.small[static_cast<std::size_t>(open.offer.cls)].erase(what.stream);
    }
    if (open.offer.cls != protocol::message_class::flash && !flash.empty()) {
        ++on.lesser_frames;
    }
    if (flash.empty()) {
        on.lesser_frames = 0;
    } else if (on.lesser_frames > 1) {
        x_problems.push_back("flash waits: " + from + " to " + to + ", behind frame " +
                             std::to_string(on.lesser_frames) + " of another class");
    }
}

void ledger::begin_small(line& on, const protocol::offer_frame& what) {
    const auto cls = static_cast<std::size_t>(what.cls);
    if (on.small[cls].empty()) {
        on.since[cls] = {};
    }
    on.small[cls].insert(what.stream);
}

// Urgent, routine and bulk share the line as 8 : 3 : 1: while something of a class is being
// written, a lesser one gets its share and what a frame is too long, not more.
void ledger::check_shares(const std::string& from, const std::string& to, line& on,
                          protocol::message_class cls, std::uint64_t bytes) {
    constexpr std::array<std::uint64_t, protocol::message_class_count> weights{0, 8, 3, 1};
    constexpr std::uint64_t frames_more = 2;
    on.longest_frame = std::max(on.longest_frame, bytes);
    const auto index = static_cast<std::size_t>(cls);
    for (std::size_t own = 1; own < protocol::message_class_count; ++own) {
        if (on.small[own].empty()) {
            continue;
        }
        auto& since = on.since[own];
        since[index] += bytes;
        const bool is_too_much =
            index > own && since[index] > since[own] * weights[index] / weights[own] +
                                              frames_more * on.longest_frame;
        if (is_too_much) {
            x_problems.push_back("class " + std::to_string(own) + " waits: " + from + " to " + to +
                                 ", for " + std::to_string(since[index]) + " bytes of class " +
                                 std::to_string(index) + " beside " + std::to_string(since[own]) +
                                 " of its own");
        }
    }
}

void ledger::on_memory(const std::string& at, std::size_t bytes) {
    const auto peers = std::max(peers_counted_min, x_nodes.size());
    const auto most = memory_bytes_base + peers * memory_bytes_a_peer;
    const bool is_news = x_memory_peak <= most && bytes > most;
    x_memory_peak = std::max(x_memory_peak, bytes);
    if (is_news) {
        x_problems.push_back("memory: " + at + " has " + std::to_string(bytes) + " bytes");
    }
}

void ledger::on_session_ended(const std::string& at, const std::string& how) {
    const heap_scope nobodys(nullptr);
    const auto is_gateway = [&](const node* one) { return how.starts_with("peer " + one->name()); };
    if (std::ranges::none_of(x_nodes, is_gateway)) {
        return;
    }
    using protocol::errc;
    for (const auto code :
         {errc::truncated, errc::trailing_bytes, errc::too_long, errc::bad_encoding,
          errc::unknown_critical, errc::duplicate_field, errc::missing_field, errc::out_of_range,
          errc::bad_order, errc::unsupported_version, errc::bad_text, errc::bad_digest,
          errc::bad_signature, errc::protocol_violation, errc::credit_exceeded,
          errc::peer_not_pinned}) {
        if (how.find(": " + std::string(protocol::text_of(code))) != std::string::npos) {
            x_problems.push_back("a rule of the link is broken: " + at + ": " + how);
        }
    }
}

void ledger::on_acknowledged(const std::string& from, const std::string& to, std::uint64_t session,
                             protocol::stream_id on_stream, std::optional<std::uint64_t> bytes) {
    const auto on = x_lines.find({to, session});
    if (on == x_lines.end()) {
        return;
    }
    const auto found = on->second.streams.find(on_stream);
    if (found == on->second.streams.end() ||
        found->second.offer.kind == protocol::object_kind::receipt) {
        return;
    }
    const auto& offer = found->second.offer;
    const auto said = bytes.value_or(offer.body_bytes);
    const auto durable = durable_at(from, offer.object);
    if (said > durable && !x_shelves[from].let_go.contains(offer.object)) {
        x_problems.push_back("acknowledged but not on disk: " + from + " tells " + to + " of " +
                             std::to_string(said) + " bytes of message " +
                             protocol::to_text(offer.id) + ", and has " + std::to_string(durable));
    }
}

void ledger::on_written(const std::string& from, const std::string& to, std::uint64_t session,
                        std::uint64_t other, protocol::byte_view data) {
    const heap_scope nobodys(nullptr);
    auto& on = x_lines[{from, session}];
    on.rest.insert(on.rest.end(), data.begin(), data.end());
    std::size_t at = 0;
    while (at < on.rest.size()) {
        const auto decoded = protocol::decode_frame(protocol::byte_view(on.rest).subspan(at));
        if (!decoded || !decoded->value) {
            break;
        }
        if (const auto* offer = std::get_if<protocol::offer_frame>(&*decoded->value)) {
            // Without a digest, which uploads do not have either at first, nobody can tell.
            const bool is_named = offer->object != protocol::digest{};
            const auto durable = is_named ? durable_at(to, offer->object) : 0;
            on.streams[offer->stream] = {*offer, {}, 0, 0, durable};
            check_recall(from, to, *offer);
            check_shares(from, to, on, offer->cls, decoded->consumed_bytes);
            if (offer->mode == protocol::body_mode::with_offer) {
                begin_small(on, *offer);
            }
        } else if (const auto* part = std::get_if<protocol::data_frame>(&*decoded->value)) {
            if (const auto found = on.streams.find(part->stream); found != on.streams.end()) {
                check_shares(from, to, on, found->second.offer.cls, decoded->consumed_bytes);
            }
            on_data(from, to, on, *part);
        } else if (const auto* ack = std::get_if<protocol::ack_frame>(&*decoded->value)) {
            on_acknowledged(from, to, other, ack->stream, ack->durable_bytes);
        } else if (const auto* done = std::get_if<protocol::commit_frame>(&*decoded->value)) {
            on_acknowledged(from, to, other, done->stream, std::nullopt);
        }
        at += decoded->consumed_bytes;
    }
    on.rest.erase(on.rest.begin(), on.rest.begin() + static_cast<std::ptrdiff_t>(at));
    if (on.rest.empty()) {
        on.rest.shrink_to_fit();  // Of thousands of sessions a day.
    }
}

}  // namespace dhow::sim
