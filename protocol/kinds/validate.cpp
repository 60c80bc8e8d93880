// Checks the text of a message against all that its kind asks, and lists every problem at once.
// Way of the message: at intake before sealing, at the addressee after opening, and by hand.
// Pure. Any thread.
// Spec: docs/kinds.md.
// Tests: unit/kinds/examples_test.cpp, unit/kinds/validate_test.cpp, fuzz/kinds*.
// Limits: text_bytes_max, kinds_depth_max, kinds_values_max, kinds_problems_max.
#include "protocol/kinds/validate.hpp"

#include "protocol/kinds/document.hpp"

#include <boost/json/monotonic_resource.hpp>

#include <array>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

class validation {
public:
    validation(const registry& data, const context& facts, std::string_view without)
        : x_data{data}, x_facts{facts}, x_without{without} {}

    verdict run(std::string_view text) {
        // Room for a usual notice without asking the heap.
        std::array<unsigned char, 16384> room;
        json::monotonic_resource memory{room.data(), room.size()};
        problem_list found;
        x_out.kind = x_facts.kind;
        const auto value = parse_document(text, found, &memory);
        if (value) {
            judge(*value, found);
        }
        x_out.refused = found.refused();
        x_out.left_off = found.left_off();
        x_out.problems = found.take();
        return std::move(x_out);
    }

private:
    void judge(const json::value& text, problem_list& found) {
        const auto* said = at_pointer(text, "/kind");
        if (said != nullptr && said->is_string()) {
            x_out.kind = std::string{said->get_string()};
        }
        const auto* row = x_data.find(x_out.kind);
        x_out.unknown_kind = row == nullptr;
        check_options options{.without = x_without};
        const bool receiver = x_facts.at == end::receiver;
        options.nfc_refused = !receiver;
        options.undefined_refused = !receiver;
        if (row != nullptr) {
            const auto* version = at_pointer(text, "/schema_version");
            x_out.newer_version = version != nullptr && version->is_int64() &&
                                  version->get_int64() > static_cast<std::int64_t>(row->version);
            x_out.cls = default_class(*row, text);
            options.undefined_refused = options.undefined_refused && !x_out.newer_version;
            x_data.schemas().check(row->name + ".json", text, found, options);
        } else {
            unknown(found);
        }
        const subject it{.data = x_data, .row = row, .facts = x_facts, .text = text};
        for (const auto& id : x_data.rules_for_all()) {
            apply(id, it, found);
        }
        for (std::size_t i = 0; row != nullptr && i < row->rules.size(); ++i) {
            apply(row->rules[i], it, found);
        }
    }

    // From a newer version: nobody here can say more than that. A text of no kind is of no version.
    void unknown(problem_list& found) {
        constexpr std::string_view id = "R-UNK-01";
        if (x_out.kind.empty()) {
            found.add({.pointer = "/kind",
                       .rule = "R-SCH-01",
                       .text = "R-SCH-01",
                       .number = std::string{number_of("R-SCH-01")},
                       .severity = severity::refusal,
                       .found = {},
                       .allowed = "dhow kinds"});
            return;
        }
        if (x_without != id) {
            found.add({.pointer = "/kind",
                       .rule = std::string{id},
                       .text = std::string{id},
                       .severity = severity::warning,
                       .found = shown(x_out.kind)});
        }
    }

    void apply(std::string_view id, const subject& it, problem_list& found) {
        const auto* rule = find_rule(id);
        if (rule != nullptr && id != x_without) {
            finding_list findings{found, rule->id, rule->number};
            rule->check(it, findings);
        }
    }

    const registry& x_data;
    const context& x_facts;
    std::string_view x_without;
    verdict x_out;
};

}  // namespace

bool is_for_secretariat(const kind_row& row) {
    return row.senders == std::vector{party::secretariat};
}

verdict validate_sender(const registry& data, const context& facts) {
    verdict out;
    out.kind = facts.kind;
    const auto* row = data.find(facts.kind);
    const auto* rule = find_rule("R-SEN-01");
    if (row == nullptr || rule == nullptr || !is_for_secretariat(*row)) {
        return out;
    }
    const json::value nothing(json::object_kind);
    problem_list found;
    finding_list findings{found, rule->id, rule->number};
    rule->check({.data = data, .row = row, .facts = facts, .text = nothing}, findings);
    out.refused = found.refused();
    out.problems = found.take();
    return out;
}

verdict validate(const registry& data, const context& facts, std::string_view text,
                 std::string_view without) {
    return validation{data, facts, without}.run(text);
}

}  // namespace dhow::kinds
