// Code lists: which codes a field may have, where the list is from, and whether that was verified.
// Way of the message: `dhow-codes` of the schemas, and the rules.
// Pure. Read while the program starts, then read-only: any thread.
// Spec: docs/kinds.md#code-lists. Tests: unit/kinds/registry_test.cpp.
// Limits: none; the lists are part of the program.
#include "protocol/kinds/code_lists.hpp"

#include <stdexcept>

namespace dhow::kinds {

namespace {

std::string text_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? std::string{} : std::string{value->as_string()};
}

}  // namespace

std::string_view to_text(standing value) {
    switch (value) {
        case standing::verified:
            return "verified";
        case standing::known:
            return "known";
        case standing::proposed:
            break;
    }
    return "proposed";
}

standing parse_standing(std::string_view text) {
    for (const auto each : {standing::verified, standing::known, standing::proposed}) {
        if (to_text(each) == text) {
            return each;
        }
    }
    throw std::runtime_error{"no such standing: " + std::string{text}};
}

std::string_view code_list::of(std::string_view code) const {
    const auto found = codes.find(code);
    return found == codes.end() ? std::string_view{} : found->second;
}

std::string code_list::allowed() const {
    constexpr std::size_t shown_max = 20;
    if (codes.size() > shown_max) {
        return "dhow codes " + name;
    }
    std::string out;
    for (const auto& [code, words] : codes) {
        out += (out.empty() ? "" : ", ") + code;
    }
    return out;
}

code_list read_code_list(const boost::json::object& file) {
    code_list out;
    out.name = text_of(file, "list");
    out.version = text_of(file, "version");
    out.source = text_of(file, "source");
    out.note = text_of(file, "note");
    out.standing = parse_standing(text_of(file, "status"));
    out.complete = file.at("complete").as_bool();
    for (const auto& [code, words] : file.at("codes").as_object()) {
        out.codes.emplace(std::string{code}, std::string{words.as_string()});
    }
    if (out.name.empty() || out.version.empty() || out.source.empty() || out.codes.empty()) {
        throw std::runtime_error{"a code list without name, version, source or codes"};
    }
    return out;
}

}  // namespace dhow::kinds
