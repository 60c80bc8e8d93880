// Small documents of real kinds for the simulator: the examples of the kinds, with what a story
// changes in them.
// Way of the message: a story -> [document] -> submission; an opened text -> [read] -> the model.
// Not pure: reads the examples in tests/unit/kinds once.
// Spec: docs/kinds.md. Tests: sim.
// Limits: a document that intake would refuse ends the run.
#pragma once

#include "protocol/ids.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::sim {

class document {
public:
    /// As the example of this kind.
    explicit document(std::string kind);
    [[nodiscard]] const std::string& kind() const { return x_kind; }
    document& set(std::string_view pointer, boost::json::value value);
    document& entity(const std::string& name) {
        return set("/entity_id", boost::json::value(name));
    }
    document& version(std::uint64_t number);
    /// What its first reference names.
    document& about(const protocol::message_id& id);
    /// Checked as intake does it.
    [[nodiscard]] std::string text(const std::string& from, const std::vector<std::string>& to,
                                   protocol::utc_time now) const;

private:
    std::string x_kind;
    boost::json::value x_value;
};

/// What the model reads in a text.
struct document_facts {
    std::string kind, entity, status, priority;
    std::vector<protocol::message_id> about;
    std::uint64_t version = 0, request_no = 0;
    std::optional<protocol::utc_time> ready_by;
};

/// Nothing: it is no document.
std::optional<document_facts> read_document(std::string_view text);

}  // namespace dhow::sim
