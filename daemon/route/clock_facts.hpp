// What the text of a message says about clocks: that it wants an answer, that it is one, that
// papers follow.
// Way of the message: submission and opening -> [clock_facts] -> clock_marks -> store.
// Pure functions; which kinds these are is in protocol/kinds.
// Spec: docs/decisions/0018-answer-clocks.md. Tests: unit/route/clock_facts_test.cpp.
// Limits: those of documents (protocol/kinds/document.hpp); references_max.
#pragma once

#include "protocol/bytes.hpp"
#include "protocol/ids.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::route {

struct clock_facts {
    struct request {
        std::string answer;  ///< Kind that answers it.
        bool is_urgent = false;
        std::chrono::seconds usual{0};  ///< That its kind allows.
        std::uint8_t number = 1;
        std::uint8_t number_max = 1;  ///< That its kind allows.
    };
    struct obligation {
        std::string papers;  ///< Kind that brings them.
        bool is_senders = false;
        std::optional<protocol::utc_time>
            from;  ///< Beginning of the day from which treaties count.
        std::optional<protocol::utc_time> until;  ///< End of the last day, everywhere.
        std::chrono::hours within{0};  ///< That its kind allows; 0: as text or treaty say.
    };
    enum class answering : std::uint8_t { no, yes, promises };

    std::vector<protocol::message_id> refers_to;  ///< First what its kind has to refer to.
    std::optional<request> wants;
    std::optional<obligation> owes;
    answering answers = answering::no;
    std::optional<protocol::utc_time> ready_by;  ///< With `promises`.
    bool brings_papers = false;
};

/// Nothing for kinds without clocks, and for texts that are no documents.
clock_facts clock_facts_of(const std::string& kind, std::string_view media_type,
                           protocol::byte_view text);

/// The text of a request with another number. Nothing when it has none.
std::optional<protocol::bytes> renumbered(const std::string& kind, protocol::byte_view text,
                                          std::uint8_t number);

}  // namespace dhow::route
