// How members of a message are called for people, their order, and what a reader must not forget.
// Way of the message: shown by `dhow show`.
// Pure. Any thread.
// Spec: docs/kinds.md#reading. Tests: unit/kinds/view_test.cpp.
// Limits: none; labels.json is part of the program.
#include "protocol/kinds/labels.hpp"

#include "protocol/ensure.hpp"
#include "protocol/kinds/shape.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

std::string_view labels_file() {
    const auto files = data_files();
    const auto found = std::ranges::find(files, "labels.json", &data_file::name);
    DHOW_ENSURE(found != files.end());
    return found->text;
}

std::string_view entry_of(const std::map<std::string, std::string, std::less<>>& book,
                          std::string_view name) {
    const auto found = book.find(name);
    return found == book.end() ? std::string_view{} : std::string_view{found->second};
}

}  // namespace

const label_book& label_book::builtin() {
    static const label_book once{labels_file()};
    return once;
}

label_book::label_book(std::string_view file) {
    const auto all = json::parse(file);
    const auto read = [&all](std::string_view part, names& out) {
        for (const auto& each : all.at(part).as_object()) {
            out.emplace(each.key(), each.value().as_string());
        }
    };
    read("labels", x_labels);
    read("units", x_units);
    const auto first = strings_of(all.at("first"));
    for (std::size_t i = 0; i < first.size(); ++i) {
        x_ranks[first[i]] = static_cast<int>(i) - static_cast<int>(first.size());
    }
    const auto last = strings_of(all.at("last"));
    for (std::size_t i = 0; i < last.size(); ++i) {
        x_ranks[last[i]] = static_cast<int>(i) + 1;
    }
    for (const auto& each : all.at("reminders").as_array()) {
        reminder one{strings_of(each.at("kinds")), {}, std::string{each.at("text").as_string()}};
        if (const auto* pointer = each.as_object().if_contains("pointer")) {
            one.when = {std::string{pointer->as_string()}, strings_of(each.at("in"))};
        }
        x_reminders.push_back(std::move(one));
    }
}

std::string_view label_book::label(std::string_view parent, std::string_view member) const {
    const auto own = entry_of(x_labels, std::string{parent} + "." + std::string{member});
    return own.empty() ? entry_of(x_labels, member) : own;
}

std::string_view label_book::unit(std::string_view member) const {
    return entry_of(x_units, member);
}

int label_book::rank(std::string_view member) const {
    const auto found = x_ranks.find(member);
    return found == x_ranks.end() ? 0 : found->second;
}

std::vector<std::string> label_book::reminders(std::string_view kind,
                                               const json::value& text) const {
    std::vector<std::string> out;
    for (const auto& each : x_reminders) {
        if (std::ranges::find(each.kinds, kind) != each.kinds.end() &&
            (!each.when || each.when->holds(text))) {
            out.push_back(each.text);
        }
    }
    return out;
}

}  // namespace dhow::kinds
