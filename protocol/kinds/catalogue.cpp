// Says in a language what is wrong with a message.
// Way of the message: API and commands show what validate() found.
// Pure. Read at the first call, then read-only: any thread.
// Spec: docs/kinds.md#languages. Tests: unit/kinds/catalogue_test.cpp.
// Limits: none; catalogues are part of the program.
#include "protocol/kinds/catalogue.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <stdexcept>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

const catalogue::entry* find_entry(std::string_view language, std::string_view text) {
    const auto found = catalogues().find(language);
    if (found == catalogues().end()) {
        return nullptr;
    }
    const auto entry = found->second.entries.find(text);
    return entry == found->second.entries.end() ? nullptr : &entry->second;
}

// Once from left to right: braces inside a value are not looked at again.
std::string filled(std::string_view text, const problem& one, bool isolated) {
    std::string out;
    while (!text.empty()) {
        const auto open = text.find('{');
        out += text.substr(0, open);
        text.remove_prefix(open == std::string_view::npos ? text.size() : open);
        const std::string* value = nullptr;
        for (const auto& [name, member] :
             {std::pair<std::string_view, const std::string*>{"{found}", &one.found},
              std::pair<std::string_view, const std::string*>{"{allowed}", &one.allowed}}) {
            if (text.starts_with(name)) {
                value = member;
                text.remove_prefix(name.size());
                break;
            }
        }
        if (value != nullptr) {
            const auto shown = value->empty() ? std::string{"\xe2\x80\x93"} : *value;  // –
            out += isolated ? "\xe2\x81\xa8" + shown + "\xe2\x81\xa9" : shown;
        } else if (!text.empty()) {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

}  // namespace

catalogue read_catalogue(std::string_view file) {
    const auto parsed = json::parse(file);
    catalogue out;
    out.language = std::string{parsed.at("language").as_string()};
    out.name = std::string{parsed.at("name").as_string()};
    out.right_to_left = parsed.at("right_to_left").as_bool();
    for (const auto& [id, entry] : parsed.at("texts").as_object()) {
        const auto* reviewed = entry.as_object().if_contains("reviewed");
        out.entries.emplace(
            std::string{id},
            catalogue::entry{.text = std::string{entry.at("text").as_string()},
                             .reviewed = reviewed == nullptr || reviewed->as_bool()});
    }
    return out;
}

const std::map<std::string, catalogue, std::less<>>& catalogues() {
    static const auto once = [] {
        std::map<std::string, catalogue, std::less<>> out;
        for (const auto& file : data_files()) {
            if (file.name.starts_with("texts/")) {
                auto one = read_catalogue(file.text);
                out.emplace(one.language, std::move(one));
            }
        }
        return out;
    }();
    return once;
}

std::string language_of(std::string_view wanted) {
    std::string word;
    for (std::size_t i = 0; i <= wanted.size(); ++i) {
        const char c = i < wanted.size() ? wanted[i] : ',';
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (is_letter) {
            word += static_cast<char>(c | 0x20);
            continue;
        }
        if (catalogues().contains(word)) {
            return word;
        }
        // What follows in the same entry is a region, a weight or an encoding.
        i = std::min(wanted.find(',', i), wanted.size());
        word.clear();
        while (i + 1 < wanted.size() && wanted[i + 1] == ' ') {
            ++i;
        }
    }
    return "en";
}

std::string describe(const problem& one, std::string_view language) {
    const auto* entry = find_entry(language, one.text);
    const bool here = entry != nullptr;
    if (!here) {
        entry = find_entry("en", one.text);
    }
    if (entry == nullptr) {
        return one.text;
    }
    return filled(entry->text, one, here && catalogues().find(language)->second.right_to_left);
}

}  // namespace dhow::kinds
