// The TCP connections that have been seen, so that a cut can reset them at both ends. Pure.
#pragma once

#include "tests/linkemu/pipe.hpp"

namespace dhow::linkemu {

/// An end refuses a reset whose number is not exactly the next one that it expects; that number is
/// what it acknowledged last. An end that has meanwhile got more answers with an acknowledgement,
/// which is then answered with the right reset.
class flows {
public:
    enum class verdict { passes, is_dead };

    /// A packet that an end has sent. If its connection was reset before, `answer` is what that end
    /// gets back.
    verdict on_packet(way from, const packet& one, std::optional<packet>& answer);

    struct reset {
        way to;  ///< travels this way, that is to B when `up`
        packet what;
    };
    /// All connections end; the resets for their ends.
    std::vector<reset> reset_all();
    /// All connections end, and nobody is told.
    void forget_all();

    /// Bytes above TCP that an end has sent, repeated ones too, headers of TCP not.
    std::uint64_t payload_bytes(way from) const { return x_payload_bytes.at(from); }
    /// Those of them that the end's kernel had sent before on the same connection.
    std::uint64_t repeated_bytes(way from) const { return x_repeated_bytes.at(from); }

private:
    enum class state { open, reset, forgotten };
    struct end {
        std::uint32_t address = 0;
        std::uint16_t port = 0;
        auto operator<=>(const end&) const = default;
    };
    struct numbers {
        std::uint32_t next = 0;          ///< the number after the last byte that it sent
        std::uint32_t acknowledged = 0;  ///< the number that it expects next
        bool is_seen = false;
    };
    using key = std::array<end, 2>;  ///< A, B
    struct flow {
        state now = state::open;
        std::array<numbers, 2> ends;  ///< A, B
    };

    static packet make_reset(const key& ends, std::size_t receiver, const numbers& of_receiver);

    std::map<key, flow> x_flows;
    std::array<std::uint64_t, 2> x_payload_bytes{};
    std::array<std::uint64_t, 2> x_repeated_bytes{};
};

}  // namespace dhow::linkemu
