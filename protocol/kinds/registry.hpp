// All kinds of messages, as their data files say: the table, schemas, code lists and policy.
// Way of the message: asked by intake, scheduler and addressee for what holds for a kind.
// Pure. Read while the program starts, then read-only: any thread.
// Spec: docs/kinds.md. Tests: unit/kinds/registry_test.cpp.
// Limits: none; the data are part of the program.
#pragma once

#include "protocol/ids.hpp"
#include "protocol/kinds/code_lists.hpp"
#include "protocol/kinds/data.hpp"
#include "protocol/kinds/schema.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::kinds {

/// Who somebody is to a kind: an NCB, a party that is no state, the General Secretariat, a gateway
/// itself, or nobody who may send or receive.
enum class party : std::uint8_t { bureau, entity, secretariat, gateway, none };

std::string_view to_text(party value);

/// Holds when the member at the pointer has one of these values, written as JSON without quotes;
/// without values, when it is there.
struct data_condition {
    std::string pointer;
    std::vector<std::string> values;
    [[nodiscard]] bool holds(const boost::json::value& text) const;
};

/// When a message expires: after a time, on a day that it names, or never.
struct expiry_rule {
    std::optional<std::chrono::hours> after;
    std::string until;  ///< Pointer to a date; when that day is over everywhere.
    bool never = false;
};

/// What a message does to the case that it is about: gives what is known of it, adds to that, takes
/// it out of force for a time or back into force, or ends it.
enum class case_role : std::uint8_t {
    none,
    content,
    addition,
    suspension,
    resumption,
    end,
    restriction,  ///< Ends it for those alone whom it goes to.
};

/// Whoever gets it is to remove what is known of the case.
constexpr bool ends(case_role role) {
    return role == case_role::end || role == case_role::restriction;
}

std::string_view to_text(case_role value);

struct reference_rule {
    std::vector<std::string> kinds;
    bool required = false;
};

/// Until when a message of this kind wants an answer. Pointers are into its text, those of the
/// promise into the answer's.
struct answer_rule {
    std::string kind;                                    ///< That answers it.
    std::string urgency;                                 ///< Pointer to a key of `within`.
    std::vector<std::string> urgent;                     ///< Keys that count as urgent.
    std::map<std::string, std::chrono::seconds> within;  ///< What is usual, by urgency.
    data_condition promise;                              ///< Then it only says when it is ready.
    std::string ready_by;                                ///< Pointer to that time.
    std::string number;  ///< Pointer to the number of the request; empty: there is one.
    std::int64_t number_max = 1;
};

/// The record of another message, or of another system, that a message of this kind is about.
struct record_rule {
    std::string pointer;  ///< To its name in the text.
    /// When a name that is no id of a message is that of a subject; else a number of another
    /// system that only looks like one.
    data_condition entity_when;
};

/// Papers that have to follow a message of this kind.
struct papers_rule {
    std::string kind;
    std::optional<data_condition> when;  ///< Nothing: always.
    std::string from;                    ///< Pointer to the day from which treaties count.
    std::string until;                   ///< Pointer to the last day.
    std::chrono::hours within{0};        ///< After the message; 0: as the text or a treaty says.
    bool owed_by_sender = false;         ///< Else by the recipient.
};

/// One row of the table.
struct kind_row {
    std::string name;  ///< `hit.request`
    std::string code;  ///< `H-REQ`, as the reference calls it.
    std::string title;
    std::string note;
    std::uint64_t version = 1;  ///< Highest `schema_version` that is known here.
    std::vector<party> senders;
    std::vector<party> recipients;
    std::vector<party> must_include;  ///< Parties that have to be among the recipients.
    protocol::message_class cls = protocol::message_class::routine;
    std::vector<std::pair<data_condition, protocol::message_class>> class_when;
    expiry_rule expires;
    std::vector<std::pair<data_condition, expiry_rule>> expires_when;
    std::vector<reference_rule> references;
    bool needs_entity = false;  ///< Is about a subject that has an `entity_id`.
    std::string lifecycle;      ///< Empty: none.
    case_role role = case_role::none;
    std::string retention;  ///< Number of the policy: years that what it gives may be kept.
    std::vector<std::string> rules;                          ///< In the order of the file.
    std::map<std::string, standing, std::less<>> standings;  ///< What of the row is not verified.
    std::map<std::string, std::string, std::less<>> identifiers;  ///< hit.request: type to member.
    std::optional<answer_rule> answer;
    std::optional<papers_rule> papers;
    std::optional<record_rule> record;
};

struct policy_number {
    std::int64_t value = 0;
    std::int64_t least = 0, most = 0;  ///< What a federation may say.
    kinds::standing standing = standing::proposed;
    std::string why;
};

class registry {
public:
    /// Reads all files. Throws std::runtime_error for data that are not what they should be: only
    /// while the program starts.
    explicit registry(std::span<const data_file> files);
    registry(const registry&) = delete;
    registry& operator=(const registry&) = delete;

    /// What all of this program goes by: the data inside it, read at the first call, or what was
    /// put in force.
    static const registry& in_force();
    /// From now on, in place of the data inside the program; nullptr: those again. Only while no
    /// other thread runs and nothing is held of what was in force.
    static void put_in_force(std::unique_ptr<const registry> other);

    [[nodiscard]] const kind_row* find(std::string_view kind) const;
    [[nodiscard]] const std::map<std::string, kind_row, std::less<>>& rows() const {
        return x_rows;
    }
    [[nodiscard]] const std::map<std::string, code_list, std::less<>>& lists() const {
        return x_lists;
    }
    /// A list that the code itself names; it must be there.
    [[nodiscard]] const code_list& list(std::string_view name) const;
    [[nodiscard]] const schema_set& schemas() const { return *x_schemas; }
    [[nodiscard]] const std::vector<std::string>& rules_for_all() const { return x_rules_for_all; }
    [[nodiscard]] const std::map<std::string, policy_number, std::less<>>& numbers() const {
        return x_numbers;
    }
    /// A number of the policy that the code itself names; it must be there.
    [[nodiscard]] std::int64_t number(std::string_view name) const;
    [[nodiscard]] const boost::json::object& lifecycles() const { return x_lifecycles; }
    [[nodiscard]] const std::string& secretariat() const { return x_secretariat; }

    [[nodiscard]] party party_of(std::string_view bureau) const;
    /// Kinds whose requests a message of this kind answers, and whose papers it brings.
    [[nodiscard]] std::vector<const kind_row*> answered_by(std::string_view kind) const;
    [[nodiscard]] bool is_papers(std::string_view kind) const;

private:
    using objects = std::map<std::string, boost::json::object, std::less<>>;
    void read_file(const data_file& file, objects& schemas);
    void read_policy(const boost::json::object& file);
    void check_clocks(const objects& schemas);
    std::map<std::string, kind_row, std::less<>> x_rows;
    std::map<std::string, code_list, std::less<>> x_lists;
    std::unique_ptr<schema_set> x_schemas;
    std::vector<std::string> x_rules_for_all;
    std::map<std::string, policy_number, std::less<>> x_numbers;
    boost::json::object x_lifecycles;
    std::string x_secretariat;
};

/// Class of a message of this kind that does not ask for another one.
protocol::message_class default_class(const kind_row& row, const boost::json::value& text);

/// Until when a message of this kind lives that was made at `created`. Without value: it never
/// expires.
std::optional<protocol::utc_time> default_expiry(const kind_row& row,
                                                 const boost::json::value& text,
                                                 protocol::utc_time created);

/// The value that a pointer (RFC 6901) leads to; nullptr when there is none.
const boost::json::value* at_pointer(const boost::json::value& text, std::string_view pointer);

}  // namespace dhow::kinds
