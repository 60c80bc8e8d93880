// A message as people read it: rows with labels, codes with their words, names in both scripts.
// Way of the message: an opened message -> [view] -> text for a terminal, or a page.
// Pure. Any thread.
// Spec: docs/kinds.md#reading. Tests: unit/kinds/view_test.cpp.
// Limits: those of parse_document(), which also bound the depth here.
#include "protocol/kinds/view.hpp"

#include "protocol/kinds/dates.hpp"
#include "protocol/kinds/document.hpp"
#include "protocol/kinds/labels.hpp"
#include "protocol/kinds/names.hpp"
#include "protocol/kinds/shape.hpp"
#include "protocol/kinds/shown_text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

constexpr std::string_view original_script = "in_original_script";

/// `2026-11-29 12:00:00 UTC` of an RFC 3339 time in UTC; another text as it is.
std::string time_words(const std::string& text) {
    constexpr std::size_t seconds_end = 19;
    if (!parse_time(text)) {
        return text;
    }
    auto out = text.substr(0, seconds_end);
    out[10] = ' ';
    return out + " UTC";
}

std::string_view exactness_of(std::string_view text) {
    constexpr std::size_t year = 4, month = 7;
    if (!parse_partial_date(text) || text.find('-') != std::string_view::npos) {
        return {};
    }
    return text.size() == year    ? "the year alone"
           : text.size() == month ? "month and year"
                                  : std::string_view{};
}

const std::string* text_at(const json::object& from, const std::string& name, std::string& out) {
    const auto* value = from.if_contains(name);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) {
        return nullptr;
    }
    out = value->get_string();
    return &out;
}

/// The member that holds the same as this one in its original script.
std::string beside_member(std::string_view member) {
    return std::string{member} + "_" + std::string{original_script};
}

/// Whether this member is shown beside another one.
bool is_beside(const json::object& all, std::string_view member) {
    std::string other;
    if (member == original_script) {
        return text_at(all, "name", other) != nullptr;
    }
    if (!member.ends_with(original_script)) {
        return false;
    }
    const auto of = member.substr(0, member.size() - original_script.size() - 1);
    return text_at(all, std::string{of}, other) != nullptr;
}

class view_builder {
public:
    view_builder(const registry& data, const bureau_names& names, std::string_view colour)
        : x_data{data}, x_book{label_book::builtin()}, x_names{names}, x_colour{colour} {}

    /// The members of an object; `parent` is what it is called.
    [[nodiscard]] std::vector<view_row> members(const json::object& from, const pieces& parts,
                                                std::string_view parent) const {
        const shape known{parts, x_colour};
        std::vector<view_row> out;
        for (const auto* each : in_order(from, known)) {
            const std::string_view name = each->key();
            if (each->value().is_null() || is_beside(from, name)) {
                continue;
            }
            const auto* about = known.find(name);
            add(out, from, *each, about == nullptr ? pieces{} : about->parts,
                head_of(parent, name, about != nullptr || parts.empty()));
        }
        return out;
    }

private:
    using entry = json::key_value_pair;

    /// Known members in the order of labels and schema, then the others.
    [[nodiscard]] std::vector<const entry*> in_order(const json::object& from,
                                                     const shape& known) const {
        std::vector<const entry*> out;
        for (const auto& each : known.members()) {
            if (const auto found = from.find(each.name); found != from.end()) {
                out.push_back(&*found);
            }
        }
        std::ranges::stable_sort(out, {},
                                 [this](const auto* each) { return x_book.rank(each->key()); });
        for (const auto& each : from) {
            if (known.find(each.key()) == nullptr) {
                out.push_back(&each);
            }
        }
        return out;
    }

    [[nodiscard]] view_row head_of(std::string_view parent, std::string_view name,
                                   bool is_known) const {
        view_row out;
        const auto label = is_known ? x_book.label(parent, name) : std::string_view{};
        out.is_known = !label.empty();
        out.label = label.empty() ? name : label;
        return out;
    }

    void add(std::vector<view_row>& out, const json::object& from, const entry& one,
             const pieces& parts, view_row row) const {
        const std::string_view name = one.key();
        if (const auto* inner = one.value().if_object()) {
            row.inner = members(*inner, parts, name);
            out.push_back(std::move(row));
        } else if (const auto* list = one.value().if_array()) {
            add_list(out, *list, items_of(parts), name, std::move(row));
        } else {
            row.values.push_back(value_of(one.value(), parts, name));
            add_beside(row.values.back(), from, name);
            out.push_back(std::move(row));
        }
    }

    void add_beside(view_value& to, const json::object& from, std::string_view name) const {
        if (text_at(from, beside_member(name), to.beside) == nullptr && name == "name") {
            text_at(from, std::string{original_script}, to.beside);
        }
    }

    /// Single values stand in one row; objects get a row each, with a number when there are more.
    void add_list(std::vector<view_row>& out, const json::array& list, const pieces& parts,
                  std::string_view name, view_row row) const {
        const auto objects = std::ranges::count_if(
            list, [](const auto& each) { return each.is_object() || each.is_array(); });
        std::size_t number = 0;
        for (const auto& each : list) {
            if (!each.is_structured()) {
                row.values.push_back(value_of(each, parts, name));
                continue;
            }
            auto one = row;
            one.values.clear();
            if (objects > 1) {
                one.label += " " + std::to_string(++number);
            }
            if (const auto* inner = each.if_object()) {
                one.inner = members(*inner, parts, name);
                out.push_back(std::move(one));
            } else {
                add_list(out, each.get_array(), items_of(parts), name, std::move(one));
            }
        }
        if (!row.values.empty()) {
            out.push_back(std::move(row));
        }
    }

    [[nodiscard]] view_value value_of(const json::value& from, const pieces& parts,
                                      std::string_view name) const {
        view_value out;
        if (const auto* flag = from.if_bool()) {
            out.text = *flag ? "yes" : "no";
            return out;
        }
        if (from.is_null()) {
            out.text = "-";
            return out;
        }
        const auto* text = from.if_string();
        if (text == nullptr) {
            out.text = from.is_double() ? number_text(from.get_double()) : json::serialize(from);
            out.unit = x_book.unit(name);
            return out;
        }
        out.text = time_words(std::string{*text});
        const auto list = code_list_of(parts);
        if (!list.empty()) {
            out.meaning = meaning_of(list, out.text);
        } else {
            out.meaning = exactness_of(*text);
            out.lines = has_format(parts, "text");
        }
        return out;
    }

    [[nodiscard]] std::string meaning_of(const std::string& list, const std::string& code) const {
        if (list == "confidentiality") {
            return {};  // The list says their order.
        }
        if (const auto name = x_names.find(code); list == "members" && name != x_names.end()) {
            return name->second;
        }
        std::string words{x_data.list(list).of(code)};
        if (words.empty() && x_data.list(list).has(code) && code.find('_') != std::string::npos) {
            words = code;
            std::ranges::replace(words, '_', ' ');
        }
        return words == code ? std::string{} : words;
    }

    static bool has_format(const pieces& parts, std::string_view wanted) {
        return std::ranges::any_of(parts, [&](const auto& each) {
            const auto* reference = each.find("$ref");
            const auto* format = each.find("format");
            return (format != nullptr && format->as_string() == wanted) ||
                   (reference != nullptr &&
                    has_format({each.referred(reference->as_string())}, wanted));
        });
    }

    const registry& x_data;
    const label_book& x_book;
    const bureau_names& x_names;
    std::string_view x_colour;
};

/// `MU (NCB Port Louis)`: the key first, as that is what is addressed.
view_value party_value(const view_head& head, const std::string& bureau) {
    view_value out{.text = bureau};
    if (const auto found = head.names.find(bureau); found != head.names.end()) {
        out.beside = found->second;
    }
    return out;
}

void add_row(std::vector<view_row>& out, std::string label, std::string text) {
    if (!text.empty()) {
        out.push_back({.label = std::move(label), .values = {{.text = std::move(text)}}});
    }
}

std::vector<view_row> head_rows(const view_head& head) {
    std::vector<view_row> out;
    if (!head.origin.empty()) {
        out.push_back({.label = "From", .values = {party_value(head, head.origin)}});
    }
    add_row(out, "Agency", head.agency);
    if (!head.recipients.empty()) {
        view_row to{.label = "To"};
        for (const auto& each : head.recipients) {
            to.values.push_back(party_value(head, each));
        }
        out.push_back(std::move(to));
    }
    add_row(out, "Class", head.cls);
    add_row(out, "Received", time_words(head.received_at));
    add_row(out, "State", head.state);
    add_row(out, "Subject", head.subject);
    add_row(out, "Message", head.id);
    add_row(out, "Note", head.note);
    return out;
}

std::string title_of(const registry& data, const std::string& kind) {
    const auto* row = data.find(kind);
    if (row == nullptr) {
        return kind.empty() ? "Message" : "Message of a kind that is not known here (" + kind + ")";
    }
    return row->title + " (" + row->name + ")";
}

void add_document(view& out, const registry& data, const bureau_names& names,
                  const std::string& kind, const json::value& text) {
    constexpr std::string_view body_member = "body";
    const auto* colour = at_pointer(text, "/body/notice_type");
    const view_builder build{data, names,
                             colour != nullptr && colour->is_string()
                                 ? std::string_view{colour->get_string()}
                                 : std::string_view{}};
    const auto schema = root_of(kind);
    json::object envelope = text.get_object();
    envelope.stable_erase("kind");
    envelope.stable_erase(body_member);
    out.document = build.members(envelope, schema, "");
    if (const auto* body = text.get_object().if_contains(body_member)) {
        const shape root{schema, {}};
        const auto* about = root.find(body_member);
        json::object one;
        one.emplace(body_member, *body);
        auto rows = body->is_object()
                        ? build.members(body->get_object(),
                                        about == nullptr ? pieces{} : about->parts, body_member)
                        : build.members(one, {}, "");
        std::ranges::move(rows, std::back_inserter(out.document));
    }
    if (const auto* language = at_pointer(text, "/language");
        language != nullptr && language->is_string()) {
        const std::string_view code = language->get_string();
        const bool is_code = code.size() >= 2 && code.size() <= 3 &&
                             std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
        out.language = is_code ? code : std::string_view{};
    }
    out.reminders = label_book::builtin().reminders(kind, text);
}

}  // namespace

view make_view(const registry& data, const view_head& head, std::string_view text,
               std::vector<view_problem> problems) {
    view out;
    auto kind = head.kind;
    const bool may_be_document = head.media_type.empty() || is_document(head.media_type);
    problem_list wrong;
    const auto value = may_be_document ? parse_document(text, wrong) : std::nullopt;
    if (value) {
        const auto* said = at_pointer(*value, "/kind");
        if (kind.empty() && said != nullptr && said->is_string()) {
            kind = said->get_string();
        }
        add_document(out, data, head.names, kind, *value);
    } else {
        out.plain = text;
    }
    out.title = title_of(data, kind);
    out.head = head_rows(head);
    for (const auto& each : head.attachments) {
        out.attachments.push_back(
            {.label = each.name,
             .values = {{.text = each.media_type, .meaning = size_words(each.bytes)}},
             .is_known = false});
    }
    out.problems = std::move(problems);
    return out;
}

std::string size_words(std::uint64_t bytes) {
    constexpr std::array<const char*, 4> units{"B", "KiB", "MiB", "GiB"};
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) {
        value /= 1024;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text.data();
}

}  // namespace dhow::kinds
