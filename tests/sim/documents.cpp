// Small documents of real kinds for the simulator.
// Way of the message: see documents.hpp.
// Not pure: files of the source tree.
// Spec: docs/kinds.md. Tests: sim.
// Limits: see documents.hpp.
#include "tests/sim/documents.hpp"

#include "protocol/ensure.hpp"
#include "protocol/kinds/dates.hpp"
#include "protocol/kinds/validate.hpp"
#include "tests/sim/heap.hpp"

#include <fstream>
#include <iostream>
#include <map>

namespace dhow::sim {

namespace json = boost::json;

namespace {

const json::value& example_of(const std::string& kind) {
    static std::map<std::string, json::value> all;
    auto found = all.find(kind);
    if (found == all.end()) {
        const auto path = std::string(DHOW_SOURCE_DIR) + "/tests/unit/kinds/examples/" + kind;
        std::ifstream file(path + ".json");
        DHOW_ENSURE(file.good());
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        found = all.emplace(kind, json::parse(text).at("document")).first;
    }
    return found->second;
}

std::string string_at(const json::value& text, std::string_view pointer) {
    json::error_code error;
    const auto* found = text.find_pointer(pointer, error);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string{};
}

std::uint64_t number_at(const json::value& text, std::string_view pointer) {
    json::error_code error;
    const auto* found = text.find_pointer(pointer, error);
    return found != nullptr && found->is_int64() ? static_cast<std::uint64_t>(found->get_int64())
                                                 : 0;
}

}  // namespace

document::document(std::string kind) : x_kind(std::move(kind)) {
    const heap_scope nobodys(nullptr);
    x_value = example_of(x_kind);
}

document& document::set(std::string_view pointer, json::value value) {
    const heap_scope nobodys(nullptr);
    const auto slash = pointer.rfind('/');
    json::error_code error;
    auto* parent = x_value.find_pointer(pointer.substr(0, slash), error);
    DHOW_ENSURE(parent != nullptr && parent->is_object());
    parent->as_object()[pointer.substr(slash + 1)] = std::move(value);
    return *this;
}

document& document::version(std::uint64_t number) {
    return set("/body/version", static_cast<std::int64_t>(number));
}

document& document::about(const protocol::message_id& id) {
    return set("/references/0/id", json::value(to_text(id)));
}

std::string document::text(const std::string& from, const std::vector<std::string>& to,
                           protocol::utc_time now) const {
    const heap_scope nobodys(nullptr);
    auto out = json::serialize(x_value);
    kinds::context facts;
    facts.kind = x_kind;
    facts.sender = from;
    facts.recipients = to;
    facts.now = now;
    const auto verdict = kinds::validate(kinds::registry::in_force(), facts, out);
    for (const auto& one : verdict.problems) {
        if (one.severity == kinds::severity::refusal) {
            std::cerr << x_kind << " of " << from << ": " << one.rule << ' ' << one.pointer << '\n';
        }
    }
    DHOW_ENSURE(!verdict.refused);
    return out;
}

std::optional<document_facts> read_document(std::string_view text) {
    const heap_scope nobodys(nullptr);
    json::error_code error;
    const auto read = json::parse(text, error);
    if (error || !read.is_object()) {
        return std::nullopt;
    }
    document_facts out;
    out.kind = string_at(read, "/kind");
    out.entity = string_at(read, "/entity_id");
    out.status = string_at(read, "/body/status");
    out.priority = string_at(read, "/body/priority");
    out.version = number_at(read, "/body/version");
    out.request_no = number_at(read, "/body/request_no");
    if (const auto* all = read.find_pointer("/references", error);
        all != nullptr && all->is_array()) {
        for (const auto& one : all->get_array()) {
            if (const auto id = protocol::parse_message_id(string_at(one, "/id"))) {
                out.about.push_back(*id);
            }
        }
    }
    if (const auto time = string_at(read, "/body/ready_by"); !time.empty()) {
        out.ready_by = kinds::parse_time(time);
    }
    return out;
}

}  // namespace dhow::sim
