// What went over a line, in IP bytes, and what for.
// Way of the message: socket -> [line_traffic] -> bearer_book.
// Pure values.
// Spec: docs/decisions/0010-bearers.md#quota, docs/operations.md#metrics.
// Tests: unit/route/bearer_book_test.cpp, unit/link/socket_traffic_test.cpp.
// Limits: what the kernel does not tell is put at its largest.
#pragma once

#include <algorithm>
#include <cstdint>

namespace dhow::route {

/// Of one direction. The parts together are all.
struct traffic {
    std::uint64_t payload = 0;    ///< Bodies of messages, attachments and receipts.
    std::uint64_t control = 0;    ///< All else: offers, answers, headers.
    std::uint64_t handshake = 0;  ///< TCP and TLS, until the session began.
    std::uint64_t resent = 0;     ///< By TCP.
    [[nodiscard]] std::uint64_t total() const { return payload + control + handshake + resent; }
};

/// Of a connection since it began; each number only rises.
struct line_traffic {
    std::uint64_t in = 0, out = 0;  ///< All, with IP and TCP headers.
    std::uint64_t resent_out = 0;   ///< Of them; what the peer resent is not known here.
    std::uint64_t handshake_in = 0, handshake_out = 0;
    std::uint64_t payload_in = 0, payload_out = 0;

    [[nodiscard]] traffic sent() const {
        return split(out, payload_out, handshake_out, resent_out);
    }
    [[nodiscard]] traffic received() const { return split(in, payload_in, handshake_in, 0); }

private:
    /// The sum is kept, whatever the parts claim.
    static traffic split(std::uint64_t all, std::uint64_t payload, std::uint64_t handshake,
                         std::uint64_t resent) {
        traffic out;
        const auto take = [&all](std::uint64_t wanted) {
            const auto taken = std::min(all, wanted);
            all -= taken;
            return taken;
        };
        out.handshake = take(handshake);
        out.resent = take(resent);
        out.payload = take(payload);
        out.control = all;
        return out;
    }
};

}  // namespace dhow::route
