// Why a recipient's copy is where it is.
// Way of the message: see why.hpp.
// Pure. The list itself is in why_list.cpp.
// Spec: docs/operations.md#causes. Tests: unit/route/why_test.cpp.
// Limits: see why.hpp.
#include "daemon/route/why.hpp"

#include "daemon/route/blockage.hpp"
#include "daemon/route/levels.hpp"
#include "daemon/route/submission.hpp"
#include "daemon/route/unassigned.hpp"
#include "protocol/ensure.hpp"

#include <algorithm>

namespace dhow::route {

using store::assignment_state;
using store::delivery_state;
using store::shipment_state;

namespace {

using response::cause;

/// A cause of the list; `what` is put behind its text.
cause make(std::string_view code, const std::string& what = {}) {
    const auto list = all_causes();
    const auto found = std::ranges::find(list, code, &cause_kind::code);
    DHOW_ENSURE(found != list.end());
    cause out;
    out.code = found->code;
    out.text = std::string(found->text) + (what.empty() ? "" : ": " + what);
    out.remedy = found->remedy;
    return out;
}

std::string name(bureau_id bureau) { return std::string(bureau.text()); }

std::string text_of_code(std::uint16_t code) {
    return code == 0 ? std::string{} : std::string(protocol::text_of(static_cast<errc>(code)));
}

std::string_view code_of_link(errc code) {
    if (code == errc{}) {
        return "link-waiting";
    }
    switch (code) {
        case errc::connect_failed:
            return "link-connect-failed";
        case errc::tls_failed:
            return "link-tls-failed";
        case errc::peer_not_pinned:
            return "link-wrong-key";
        case errc::hello_refused:
        case errc::unsupported_version:
        case errc::bad_signature:
        case errc::unknown_key:
        case errc::wrong_key_owner:
        case errc::key_not_allowed:
            return "link-hello-refused";
        case errc::clone_detected:
            return "peer-clone-refused";
        default:
            return "link-lost";
    }
}

/// When the link is dialled next; of several that are not alike a dearer one may not be wanted.
std::optional<utc_time> next_dial(const peers& links, const std::string& link_name,
                                  const link_record& link) {
    if (!link.dial_at || link.is_called || links.is_plain(link.settings.peer)) {
        return link.dial_at;
    }
    const auto wanted = links.wanted_from(link_name);
    return wanted ? std::optional(std::max(*wanted, *link.dial_at)) : std::nullopt;
}

cause cause_of_link(const link_record& link, const std::optional<utc_time>& next) {
    cause out;
    if (link.state == link_state::connecting) {
        out = make("link-connecting", link.settings.name);
    } else if (!link.dial_at) {
        out = make("peer-must-call", name(link.settings.peer) + " by link " + link.settings.name);
    } else {
        out = make(code_of_link(link.last_code),
                   link.settings.name + (link.last_error.empty() ? "" : ": " + link.last_error));
        out.next_try = next;
    }
    out.since = link.since;
    return out;
}

/// Why there is no session with a peer.
cause cause_of_peer(const why_view& from, bureau_id peer) {
    const auto* entry = from.shared.directory->find(peer);
    if (entry == nullptr || entry->status == protocol::bureau_status::revoked ||
        entry->status == protocol::bureau_status::suspended) {
        return make("peer-revoked", name(peer));
    }
    const auto* record = from.links.find(peer);
    if (record != nullptr && record->is_suspended()) {
        const auto& row = record->row;
        auto out = make("peer-suspended",
                        name(peer) + ": " + row.suspended +
                            (row.suspended_by.empty() ? "" : " (by " + row.suspended_by + ")"));
        out.since = row.suspended_at;
        out.next_try = from.links.suspended_until(peer);
        return out;
    }
    const link_record* best = nullptr;
    std::optional<utc_time> first;
    for (const auto& [link_name, link] : from.links.links()) {
        if (link.settings.peer != peer) {
            continue;
        }
        const auto next = next_dial(from.links, link_name, link);
        const bool is_sooner = next && (!first || *next < *first);
        if (best == nullptr || link.state == link_state::connecting ||
            (best->state != link_state::connecting && is_sooner)) {
            best = &link;
            first = next;
        }
    }
    return best == nullptr ? make("no-link", name(peer)) : cause_of_link(*best, first);
}

/// The text's shipment to a recipient's next hop; of several the last.
const store::shipment_row* shipment_to(const answer::full_message& message, bureau_id peer) {
    const store::shipment_row* out = nullptr;
    for (const auto& row : message.shipments) {
        if (row.position == 0 && row.peer == peer && (out == nullptr || out->row < row.row)) {
            out = &row;
        }
    }
    return out;
}

cause cause_of_deferred(const store::shipment_row& shipment) {
    const auto code = static_cast<errc>(shipment.code);
    auto out = make(code == errc::busy         ? "peer-busy"
                    : code == errc::store_full ? "peer-disk-full"
                                               : "peer-defers",
                    name(shipment.peer) + ", " + text_of_code(shipment.code));
    out.next_try = shipment.due_at;
    out.since = shipment.changed_at;
    return out;
}

std::uint64_t bytes_of(const answer::full_message& message, const store::shipment_row& shipment) {
    const auto object =
        std::ranges::find(message.objects, shipment.object, &store::object_row::row);
    return object == message.objects.end() ? std::uint64_t{1} : object->bytes;
}

/// When one that waits for its turn will have left. More urgent classes go before it, and of its
/// own what stands before it; where that is not in memory the whole class, so that the time is
/// rather too late.
std::optional<utc_time> waits_until(const why_view& from, const answer::full_message& message,
                                    const store::shipment_row& shipment) {
    const auto own = bytes_of(message, shipment);
    const auto before = from.sending.bytes_before(shipment);
    auto sum = before ? *before + own : 0;
    for (const auto& line : from.queue) {
        const bool goes_first = line.cls < shipment.cls || (!before && line.cls == shipment.cls);
        sum += line.peer == shipment.peer && goes_first ? line.bytes : 0;
    }
    return expected_at(from.shared, std::max(sum, own),
                       rate_to(from.shared, from.links, shipment.peer));
}

/// Behind a cause that may be one of confidentiality.
std::string text_of_level(confidentiality level) {
    return level > confidentiality::official_use ? ", for " + code_of(level) : std::string{};
}

/// What of links keeps it, but for their state.
std::optional<cause> cause_of_blockage(const why_view& from, const answer::full_message& message,
                                       const store::shipment_row& shipment) {
    if (from.links.is_suspended(shipment.peer)) {
        return std::nullopt;
    }
    const auto blocked =
        blockage_of(from.shared, from.links, shipment.peer, shipment.cls,
                    bytes_of(message, shipment), shipment.created_at, message.message.level);
    if (!blocked) {
        return std::nullopt;
    }
    auto out = make(blocked->code, name(shipment.peer) +
                                       (blocked->link.empty() ? "" : " by link " + blocked->link) +
                                       text_of_level(message.message.level));
    out.since = shipment.created_at;
    out.next_try = blocked->until;
    return out;
}

/// The session is up, and its path seems to be dead.
std::optional<cause> cause_of_silence(const why_view& from, bureau_id peer) {
    const auto stalled = from.shared.stalled_session_with(peer);
    if (!stalled) {
        return std::nullopt;
    }
    const auto& record = from.shared.sessions.at(*stalled);
    auto out = make("link-silent",
                    name(peer) + (record.bearer.empty() ? "" : " by link " + record.bearer));
    out.since = record.silence.stalled_since;
    for (const auto& [link_name, link] : from.links.links()) {
        const auto next = link.settings.peer == peer && link.dial_at
                              ? next_dial(from.links, link_name, link)
                              : std::nullopt;
        out.next_try = next && (!out.next_try || *next < *out.next_try) ? next : out.next_try;
    }
    return out;
}

cause cause_of_ready(const why_view& from, const answer::full_message& message,
                     const store::shipment_row& shipment) {
    if (auto silent = cause_of_silence(from, shipment.peer)) {
        return *silent;
    }
    if (const auto progress = from.sending.progress(shipment.row)) {
        auto out = make("sending", std::to_string(progress->durable_bytes) + " of " +
                                       std::to_string(progress->total_bytes) + " bytes are at " +
                                       name(shipment.peer));
        out.expected_at = expected_at(from.shared, progress->total_bytes - progress->durable_bytes,
                                      rate_to(from.shared, from.links, shipment.peer));
        return out;
    }
    if (auto blocked = cause_of_blockage(from, message, shipment)) {
        return *blocked;
    }
    if (!from.links.is_up(shipment.peer)) {
        if (!shipment.in_doubt) {
            return cause_of_peer(from, shipment.peer);
        }
        const auto link = cause_of_peer(from, shipment.peer);
        auto out = make("in-doubt", name(shipment.peer) + "; " + link.text);
        out.next_try = link.next_try;
        out.since = shipment.changed_at;
        return out;
    }
    auto out = make("queued-behind", name(shipment.peer));
    out.since = shipment.created_at;
    out.expected_at = waits_until(from, message, shipment);
    return out;
}

cause cause_of_shipment(const why_view& from, const answer::full_message& message,
                        const store::shipment_row& shipment) {
    switch (shipment.state) {
        case shipment_state::held:
            return make("held-by-operator");
        case shipment_state::deferred:
            return cause_of_deferred(shipment);
        case shipment_state::failed:
            return make(static_cast<errc>(shipment.code) == errc::store_corrupt ? "object-damaged"
                                                                                : "refused-by-peer",
                        name(shipment.peer) + ", " + text_of_code(shipment.code));
        case shipment_state::waiting:  // Attachments only, see cause_of_attachments.
        case shipment_state::done:
            return make("relayed-waiting-receipt", name(shipment.peer));
        case shipment_state::ready:
            break;
    }
    return cause_of_ready(from, message, shipment);
}

bool is_over(const why_view& from, const answer::full_message& message) {
    const auto expires_at = from.shared.expiry_of(message.message);
    return expires_at && *expires_at <= from.shared.now;
}

cause cause_of_queued(const why_view& from, const answer::full_message& message,
                      const store::delivery_row& row) {
    if (row.next_hop.empty() || from.shared.routes.next_hops(row.recipient).empty()) {
        return make("no-route", name(row.recipient));
    }
    const auto* shipment = shipment_to(message, row.next_hop);
    if (shipment == nullptr) {
        return make("no-route", name(row.recipient) + " by " + name(row.next_hop));
    }
    if (is_over(from, message)) {
        return make(shipment->in_doubt || from.sending.progress(shipment->row)
                        ? "expired-unconfirmed"
                        : "expiring");
    }
    if (row.state == delivery_state::deferred && shipment->state == shipment_state::done) {
        return make("refused-by-peer", name(row.next_hop) + ", " + text_of_code(row.code));
    }
    return cause_of_shipment(from, message, *shipment);
}

cause cause_of_relayed(const why_view& from, const answer::full_message& message,
                       const store::delivery_row& row) {
    auto out = is_over(from, message) ? make("expired-unconfirmed", name(row.next_hop) + " took it")
               : row.attempt > 0 ? make("sent-again", "attempt " + std::to_string(row.attempt + 1) +
                                                          " by " + name(row.next_hop))
                                 : make("relayed-waiting-receipt", name(row.next_hop));
    out.next_try = row.due_at;
    return out;
}

cause cause_of_inbound(const answer::full_message& message, const store::delivery_row& row) {
    if (message.inbox && !message.inbox->complete) {
        return make("waiting-for-attachment", "from " + name(message.message.origin));
    }
    std::string waits;
    for (const auto& one : message.assignments) {
        if (one.state == assignment_state::offered && one.agency == nobody) {
            return make("no-agency-for-confidentiality", one.reason);
        }
        if (one.state == assignment_state::offered) {
            waits += (waits.empty() ? "" : ", ") + one.agency;
        }
    }
    return waits.empty() ? make("taken", row.text) : make("offered-to-agency", waits);
}

cause cause_of_refused(const store::delivery_row& row) {
    if (row.text.empty()) {
        return make("refused-by-addressee", text_of_code(row.code));
    }
    const auto reason = text_of_code(row.code);
    // The notice is our own: the peer told us, as it told when another way was looked for.
    const bool is_ours = row.text == reason;
    if (is_ours && row.next_hop.empty()) {
        return make("refused-by-peer", reason);
    }
    return make("refused-by-peer", (is_ours ? name(row.next_hop) : row.text) + ", " + reason);
}

cause cause_of_state(const why_view& from, const answer::full_message& message,
                     const store::delivery_row& row) {
    const bool is_ours = row.recipient == from.shared.self();
    switch (row.state) {
        case delivery_state::accepted:
        case delivery_state::queued:
        case delivery_state::sending:
        case delivery_state::in_doubt:
        case delivery_state::deferred:
            return cause_of_queued(from, message, row);
        case delivery_state::relayed:
            return cause_of_relayed(from, message, row);
        case delivery_state::delivered:
            return is_ours ? cause_of_inbound(message, row)
                           : make("delivered-attachments-open", "at " + name(row.recipient));
        case delivery_state::complete:
            return is_ours ? cause_of_inbound(message, row)
                           : make("delivered-waiting-agency", "at " + name(row.recipient));
        case delivery_state::taken:
        case delivery_state::answered:
            return make("taken", row.text);
        case delivery_state::held:
            return make("held-by-operator");
        case delivery_state::quarantined:
            return make("quarantined", text_of_code(row.code));
        case delivery_state::expired:
            return make("expired");
        case delivery_state::cancelled:
            return make("cancelled");
        case delivery_state::refused:
            return cause_of_refused(row);
        case delivery_state::rejected:
            return make("rejected-by-agency", row.text);
        case delivery_state::undeliverable:
            return make("undeliverable", text_of_code(row.code));
        case delivery_state::received:
            return make("received-not-opened");
        case delivery_state::handed_on:
            return make("handed-on", "to " + name(row.next_hop));
    }
    return make("received-not-opened");
}

/// Attachments that wait for their turn behind the text, or for their own bytes.
std::optional<cause> cause_of_attachments(const answer::full_message& message,
                                          const store::delivery_row& row) {
    if (in_state(row.state) & store::settled_states) {
        return std::nullopt;
    }
    for (const auto& shipment : message.shipments) {
        if (shipment.position == 0 || shipment.peer != row.next_hop ||
            shipment.state != shipment_state::waiting) {
            continue;
        }
        const auto object =
            std::ranges::find(message.objects, shipment.object, &store::object_row::row);
        const bool is_here =
            object != message.objects.end() && object->state == store::object_state::complete;
        auto out = make(is_here ? "waiting-for-text" : "waiting-for-attachment",
                        "attachment " + std::to_string(shipment.position));
        out.since = shipment.created_at;
        return out;
    }
    return std::nullopt;
}

}  // namespace

std::vector<response::cause> causes_of(const why_view& from, const answer::full_message& message,
                                       const store::delivery_row& row) {
    std::vector<cause> out{cause_of_state(from, message, row)};
    if (!out.front().since) {
        out.front().since = row.changed_at;
    }
    if (auto more = cause_of_attachments(message, row)) {
        out.push_back(std::move(*more));
    }
    for (auto& one : out) {
        one.recipient = row.recipient;
    }
    return out;
}

bool waits_its_turn(const cause& what) { return what.code == "queued-behind"; }

response::cause cause_named(std::string_view code, const std::string& what) {
    return make(code, what);
}

std::vector<response::cause> causes_of_gateway(const core& shared) {
    std::vector<cause> out;
    if (shared.expiry_frozen) {
        out.push_back(make("clock-doubtful"));
        out.back().since = shared.frozen_since;
    }
    const auto stale_after = shared.directory->stale_after(shared.self());
    if (stale_after <= shared.now) {
        out.push_back(make("directory-stale", "since " + protocol::to_text(stale_after)));
        out.back().since = stale_after;
    }
    if (!shared.disk.bulk) {
        out.push_back(make("disk-low", !shared.disk.flash     ? "nothing is taken in"
                                       : !shared.disk.routine ? "only flash is taken in"
                                                              : "no bulk is taken in"));
        out.back().since = shared.disk_since;
    }
    if (shared.stopping) {
        out.push_back(make("stopping"));
        out.back().since = shared.stopping_since;
    }
    return out;
}

}  // namespace dhow::route
