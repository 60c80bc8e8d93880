// The rules that a schema cannot say, each a function with a name.
// Way of the message: the last step of validate(), at intake and at the addressee.
// Pure: what a rule needs to know of time, case and directory is in the context. Any thread.
// Spec: docs/kinds.md#rules. Tests: unit/kinds/examples_test.cpp, tools/kinds_rules_test.py.
// Limits: kinds_problems_max.
#pragma once

#include "protocol/kinds/problem.hpp"
#include "protocol/kinds/record_facts.hpp"
#include "protocol/kinds/registry.hpp"

#include <span>

namespace dhow::kinds {

/// Before sealing, or after opening.
enum class end : std::uint8_t { sender, receiver };

/// What the gateway knows of the message that this one answers, changes or forwards.
struct original_facts {
    std::string sender;
    std::vector<std::string> recipients;  ///< Everyone who ever received a copy.
    std::string confidentiality;
    std::vector<std::string> handling;
    std::string purpose;
    std::string control_number;  ///< Of a biometric transaction.
    std::string priority;        ///< Of a request to confirm a hit.
};

/// All that is not in the text. What is absent was not looked up, and its rules are passed over.
struct context {
    end at = end::sender;
    std::string kind;                     ///< Of the content; empty: as the text says.
    std::string sender;                   ///< Bureau; empty: not known yet.
    bool by_gateway = false;              ///< The gateway itself speaks.
    std::vector<std::string> recipients;  ///< Bureaus, groups expanded; empty: not known yet.
    std::vector<std::string> denied;      ///< Never shown to anybody.
    std::optional<protocol::utc_time> now;
    std::optional<bool> expires;  ///< Whether the header has a time to live.
    bool is_forward = false;      ///< Hands on what another sent.
    bool is_reply = false;
    bool has_consent = false;  ///< The source agreed to another use or to handing on.
    std::optional<record_facts> record;
    std::optional<original_facts> original;
    /// Sub-bureaus that were named, each with the parent that it answers through.
    std::vector<std::pair<std::string, std::string>> through;
    /// Recipients that prefer languages, and these, best first.
    std::vector<std::pair<std::string, std::vector<std::string>>> languages;
    std::optional<std::uint64_t> version_seen;  ///< Highest of this subject, tombstones counted.
};

/// What a rule looks at.
struct subject {
    const registry& data;
    const kind_row* row;  ///< nullptr for a kind that is not known here.
    const context& facts;
    const boost::json::value& text;

    [[nodiscard]] const boost::json::value* at(std::string_view pointer) const {
        return at_pointer(text, pointer);
    }
    /// The string at a pointer; nothing for another type.
    [[nodiscard]] std::optional<std::string_view> string(std::string_view pointer) const;
    /// The list at a pointer; an empty one for another type.
    [[nodiscard]] const boost::json::array& list(std::string_view pointer) const;
    /// All strings of a list.
    [[nodiscard]] std::vector<std::string> strings(std::string_view pointer) const;
    /// Whether `attachments` has one of this type.
    [[nodiscard]] bool has_attachment(std::string_view type) const;
};

bool is_among(const std::vector<std::string>& list, std::string_view one);

/// Takes what one rule finds.
class finding_list {
public:
    finding_list(problem_list& out, std::string_view rule, std::string_view number)
        : x_out{out}, x_rule{rule}, x_number{number} {}
    void refuse(std::string pointer, std::string found, std::string allowed = {});
    void warn(std::string pointer, std::string found, std::string allowed = {});

private:
    void add(severity how, std::string pointer, std::string found, std::string allowed);
    problem_list& x_out;
    std::string_view x_rule;
    std::string_view x_number;
};

using rule_function = void (*)(const subject&, finding_list&);

struct rule {
    std::string_view id;
    std::string_view number;  ///< INT-I ERR; empty where there is none.
    rule_function check;
};

/// All rules that are functions, in the order of their files.
std::vector<rule> all_rules();
const rule* find_rule(std::string_view id);

// The rules of each file.
std::span<const rule> rights_rules();
std::span<const rule> handling_rules();
std::span<const rule> person_rules();
std::span<const rule> case_rules();
std::span<const rule> hit_rules();
std::span<const rule> address_rules();

}  // namespace dhow::kinds
