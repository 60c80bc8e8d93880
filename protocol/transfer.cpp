// Offsets, limits and buffers of outgoing and incoming transfers.
// Way of the message: link_session -> [outgoing_transfer] => [incoming_transfer] -> link_session.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md#transfers. Tests: unit/protocol/transfer_test.cpp, sim.
// Limits: segments_ahead_max, inline_body_bytes_max; windows bound what is held.
#include "protocol/transfer.hpp"

#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

/// Bytes of the body that may go before any answer.
std::uint64_t early_bytes(const offer_frame& offer) {
    switch (offer.mode) {
        case body_mode::on_accept:
            return 0;
        case body_mode::with_offer:
            return offer.body_bytes;
        case body_mode::resumed:
            break;
    }
    return std::min<std::uint64_t>(offer.body_bytes - offer.first_byte,
                                   limits::inline_body_bytes_max);
}

std::uint64_t segment_end(std::uint64_t offset) {
    return (offset / limits::segment_bytes + 1) * limits::segment_bytes;
}

/// a + b, or the largest number: a peer may send any window with any offset.
std::uint64_t capped_sum(std::uint64_t a, std::uint64_t b) {
    return a + b < a ? ~std::uint64_t{0} : a + b;
}

}  // namespace

std::uint64_t inline_cost(const offer_frame& offer) {
    return offer.mode == body_mode::on_accept ? 0 : offer.preamble.size() + early_bytes(offer);
}

// Outgoing ------------------------------------------------------------------------------------

outgoing_transfer::outgoing_transfer(offer_frame what, bytes body, std::uint64_t fairness_key,
                                     utc_time now)
    : x_offer{std::move(what)}, x_fairness_key{fairness_key}, x_offered_at{now} {
    set_mode(x_offer.mode, x_offer.first_byte);
    if (!body.empty()) {
        DHOW_ENSURE(body.size() == x_offer.body_bytes);
        x_supplied = x_asked = body.size();
        x_chunks.push_back(std::move(body));
    }
}

void outgoing_transfer::set_mode(body_mode mode, std::uint64_t first_byte) {
    x_offer.mode = mode;
    x_offer.first_byte = first_byte;
    x_cost = inline_cost(x_offer);
    x_written = x_durable = first_byte;
    x_limit = first_byte + early_bytes(x_offer);
    if (x_chunks.empty()) {
        x_supplied = x_asked = first_byte;
    }
}

void outgoing_transfer::admit() {
    DHOW_ENSURE(x_state == state::waiting);
    x_state = state::offering;
}

//= LP-33
offer_frame outgoing_transfer::take_offer(stream_id wire, utc_time now) {
    DHOW_ENSURE(x_state == state::offering);
    x_state = state::sending;
    x_wire = wire;
    auto out = x_offer;
    out.preamble = std::move(x_offer.preamble);
    out.stream = wire;
    out.age += std::max(milliseconds{0}, now - x_offered_at);
    x_offer.preamble = {};
    return out;
}

bool outgoing_transfer::has_frame() const {
    return x_state == state::offering ||
           (x_state == state::sending && !x_chunks.empty() && x_written < x_limit);
}

data_frame outgoing_transfer::next_data(std::size_t payload_bytes) const {
    data_frame out{x_wire, x_written, {}};
    if (x_state == state::sending && !x_chunks.empty() && x_written < x_limit) {
        const auto rest = byte_view{x_chunks.front()}.subspan(x_front_written);
        const auto size =
            std::min<std::uint64_t>({payload_bytes, rest.size(), x_limit - x_written});
        out.payload = rest.first(static_cast<std::size_t>(size));
    }
    return out;
}

void outgoing_transfer::mark_written(std::size_t payload_bytes) {
    x_written += payload_bytes;
    x_front_written += payload_bytes;
    DHOW_ENSURE(x_front_written <= x_chunks.front().size());
    if (x_front_written == x_chunks.front().size()) {
        x_chunks.pop_front();
        x_front_written = 0;
    }
}

boost::system::error_code outgoing_transfer::on_accept(const accept_frame& answer) {
    const bool starts_elsewhere =
        x_offer.mode == body_mode::resumed && answer.offset != x_offer.first_byte;
    if (!is_large() || x_is_accepted || starts_elsewhere || answer.offset > x_offer.body_bytes) {
        return errc::protocol_violation;
    }
    x_is_accepted = true;
    x_durable = answer.offset;
    if (x_offer.mode == body_mode::on_accept) {
        start_at(answer.offset);
    }
    x_limit = std::max(x_limit, capped_sum(answer.offset, answer.window_bytes));
    x_cost = 0;
    return {};
}

void outgoing_transfer::start_at(std::uint64_t offset) {
    x_written = offset;
    if (x_chunks.empty()) {
        x_supplied = x_asked = offset;
        return;
    }
    x_front_written = static_cast<std::size_t>(offset);  // the whole body lies here
    if (offset == x_offer.body_bytes) {
        x_chunks.clear();
    }
}

boost::system::error_code outgoing_transfer::on_ack(const ack_frame& answer) {
    if (!x_is_accepted || answer.durable_bytes < x_durable || answer.durable_bytes > x_written) {
        return errc::protocol_violation;
    }
    x_durable = answer.durable_bytes;
    x_limit = std::max(x_limit, capped_sum(answer.durable_bytes, answer.window_bytes));
    return {};
}

//= LP-46
std::optional<body_range> outgoing_transfer::take_wanted() {
    if (x_state != state::sending || x_chunks.size() >= limits::segments_ahead_max) {
        return std::nullopt;
    }
    const auto ahead_end = x_written - x_written % limits::segment_bytes +
                           limits::segments_ahead_max * limits::segment_bytes;
    const auto end = std::min({x_limit, x_offer.body_bytes, segment_end(x_asked), ahead_end});
    if (x_asked >= end) {
        return std::nullopt;
    }
    const body_range out{x_asked, static_cast<std::size_t>(end - x_asked)};
    x_asked = end;
    return out;
}

void outgoing_transfer::supply(std::uint64_t offset, bytes data) {
    DHOW_ENSURE(offset == x_supplied && !data.empty() && data.size() <= x_asked - x_supplied);
    x_supplied += data.size();
    x_chunks.push_back(std::move(data));
}

// Incoming ------------------------------------------------------------------------------------

incoming_transfer::incoming_transfer(const offer_frame& offer)
    : x_mode{offer.mode},
      x_first_byte{offer.first_byte},
      x_body_bytes{offer.body_bytes},
      x_cost{inline_cost(offer)},
      x_is_accepted{offer.mode == body_mode::with_offer},
      x_received{offer.first_byte},
      x_limit{offer.first_byte + early_bytes(offer)} {}

//= LP-45, LP-46
boost::system::error_code incoming_transfer::on_data(const data_frame& data) {
    if (data.offset != x_received || data.payload.size() > x_body_bytes - x_received) {
        return errc::protocol_violation;
    }
    if (x_limit < x_received || data.payload.size() > x_limit - x_received) {
        return errc::credit_exceeded;
    }
    x_received += data.payload.size();
    if (x_gathered.empty() && is_large()) {
        x_gathered.reserve(limits::segment_bytes);
    }
    x_gathered.insert(x_gathered.end(), data.payload.begin(), data.payload.end());
    return {};
}

bool incoming_transfer::accept(std::uint64_t offset, std::uint32_t window_bytes) {
    DHOW_ENSURE(!x_is_accepted);
    const bool starts_elsewhere = x_mode == body_mode::resumed && offset != x_first_byte;
    if (starts_elsewhere || offset > x_body_bytes) {
        return false;
    }
    x_is_accepted = true;
    x_window_bytes = window_bytes;
    x_durable = offset;
    if (x_mode == body_mode::on_accept) {
        x_received = offset;
    }
    x_limit = std::max(x_limit, capped_sum(offset, window_bytes));
    x_cost = 0;
    return true;
}

std::optional<incoming_transfer::piece> incoming_transfer::take_piece(bool flush) {
    if (!has_gathered()) {
        return std::nullopt;
    }
    const auto start = x_received - x_gathered.size();
    const auto end = std::min({segment_end(start), x_body_bytes, x_limit});
    if (x_received < end && !flush) {
        return std::nullopt;
    }
    const auto size = static_cast<std::ptrdiff_t>(std::min(end, x_received) - start);
    piece out{start, {}};
    if (size == std::ssize(x_gathered)) {
        out.payload.swap(x_gathered);
    } else {
        out.payload.assign(x_gathered.begin(), x_gathered.begin() + size);
        x_gathered.erase(x_gathered.begin(), x_gathered.begin() + size);
    }
    return out;
}

bool incoming_transfer::on_durable(std::uint64_t durable_bytes) {
    DHOW_ENSURE(durable_bytes <= x_received);
    if (!is_large() || durable_bytes <= x_durable) {
        return false;
    }
    x_durable = durable_bytes;
    x_limit = std::max(x_limit, capped_sum(durable_bytes, x_window_bytes));
    return true;
}

}  // namespace dhow::protocol
