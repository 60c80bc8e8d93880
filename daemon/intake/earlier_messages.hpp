// What messages that came in say of how they may be answered and handed on.
// Way of the message: agency -> intake -> [earlier_messages] -> text_check.
// Pure: values, any thread.
// Spec: docs/kinds.md#problems. Tests: unit/api/kinds_endpoints_test.cpp.
// Limits: references_max.
#pragma once

#include "daemon/route/api.hpp"
#include "protocol/kinds/validate.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dhow::intake {

/// A message that a document answers, hands on, or names as its source's consent.
struct earlier_reference {
    std::string relation;
    protocol::message_id id;
};
/// Those that the rules look at; none for what is no document.
std::vector<earlier_reference> earlier_references(const route::request::submit& submission);

/// What such messages say of how they may be used, put together from those that were found.
class earlier_messages {
public:
    void add(const earlier_reference& as, const route::response::opened& message);
    void tell(kinds::context& facts) const;

private:
    void take(const earlier_reference& as, const boost::json::value& text);
    std::optional<kinds::original_facts> x_original;
    bool x_is_reply = false;
    bool x_is_forward = false;
    std::set<protocol::bureau_id> x_sources;   ///< Of what is handed on.
    std::set<protocol::bureau_id> x_consents;  ///< Who agreed to that.
};

}  // namespace dhow::intake
