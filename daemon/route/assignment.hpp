// Which agencies get an inbound message, and which kinds a pattern of the configuration means.
// Way of the message: opening -> [assignment] -> inbox of each agency; submission asks for its
// patterns.
// Pure functions.
// Spec: docs/configuration.md#assignments. Tests: unit/route/assignment_test.cpp.
// Limits: config_entries_max rules.
#pragma once

#include "config/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dhow::route {

/// `*` means every kind, `hit.*` every kind below `hit.`, anything else itself.
bool kind_matches(std::string_view pattern, std::string_view kind);
/// Whether a bureau is meant by an entry: its id, `group:NAME`, or `*`.
bool bureau_matches(const config::gateway& config, std::string_view entry,
                    protocol::bureau_id bureau);
/// What rules may ask about a message that has been opened. Views: of the opened content.
struct arrival {
    protocol::bureau_id origin;
    protocol::message_class cls = protocol::message_class::routine;
    std::string_view kind;
    std::string_view agency;  ///< That submitted it, as the origin names it.
    bool has_attachments = false;
    bool has_references = false;  ///< It supersedes or cancels earlier messages.
    protocol::confidentiality level = protocol::confidentiality::unsaid;
};
/// Of the gateway's own messages that a clock has fired: no rule is asked about these.
inline constexpr std::string_view own_notice_kind = "transport.clock";
/// The same, that asks the agency which its content names whether a case is still needed.
inline constexpr std::string_view retention_kind = "transport.retention";
/// Whether an agency may have what is of this level; one that is not configured may not.
bool may_have(const config::gateway& config, const std::string& agency,
              protocol::confidentiality level);
/// Agencies of all rules that match, as far as they may have it, sorted, none twice; the duty desk
/// when there are none. None at all: not even the duty desk may have it.
std::vector<std::string> agencies_for(const config::gateway& config, const arrival& what);

}  // namespace dhow::route
