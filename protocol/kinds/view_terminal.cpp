// A message as text for a terminal.
// Way of the message: view -> [view_terminal] -> `dhow show`.
// Pure. Any thread.
// Spec: docs/kinds.md#reading. Tests: unit/kinds/view_test.cpp.
// Limits: page_columns; what is longer is wrapped, never cut.
#include "protocol/kinds/shown_text.hpp"
#include "protocol/kinds/view.hpp"

#include <algorithm>

namespace dhow::kinds {

namespace {

constexpr std::size_t page_columns = 80;
constexpr std::size_t label_columns = 30;  ///< The longest label and a gap.
constexpr std::size_t indent_step = 2;
constexpr std::size_t value_columns_min = 20;
constexpr std::size_t indent_max = 16;

std::string spaces(std::size_t count) { return std::string(count, ' '); }

/// Takes values and lays them out in lines of a width, several on one where they fit.
class value_lines {
public:
    explicit value_lines(std::size_t width) : x_width{width} {}

    void add(const view_value& value) {
        if (value.lines) {
            for (const auto& each : visible_lines(value.text)) {
                x_ends_line = true;
                add_wrapped(each);
            }
            x_ends_line = true;
            return;
        }
        const auto text = visible_line(value.text);
        const auto beside = visible_line(value.beside);
        const auto meaning = visible_line(value.meaning);
        auto whole = isolated(text);
        if (!beside.empty()) {
            whole += " · " + isolated(beside);
        }
        if (!value.unit.empty()) {
            whole += " " + value.unit;
        }
        if (!meaning.empty()) {
            whole += " (" + isolated(meaning) + ")";
        }
        if (columns_of(whole) <= x_width) {
            add_whole(whole);
            return;
        }
        for (const auto& part : {text, beside, meaning}) {
            if (!part.empty()) {
                x_ends_line = true;
                add_wrapped(part);
            }
        }
        x_ends_line = true;
    }

    [[nodiscard]] const std::vector<std::string>& lines() const { return x_lines; }

private:
    void add_whole(const std::string& whole) {
        constexpr std::string_view between = "; ";
        if (!x_lines.empty() && !x_ends_line &&
            columns_of(x_lines.back()) + between.size() + columns_of(whole) <= x_width) {
            x_lines.back().append(between).append(whole);
        } else {
            x_lines.push_back(whole);
        }
        x_ends_line = false;
    }

    /// Each line is isolated alone, in the direction of the whole: none leaves an isolate open.
    void add_wrapped(const std::string& text) {
        const auto base = direction_of(text);
        for (const auto& each : wrapped(text, x_width)) {
            x_lines.push_back(isolated(each, base));
        }
    }

    std::size_t x_width;
    bool x_ends_line = true;
    std::vector<std::string> x_lines;
};

void write_labelled(std::string& out, std::size_t indent, const std::string& label,
                    const std::vector<std::string>& values) {
    const auto column = std::max(label_columns, indent + columns_of(label) + 1);
    out += spaces(indent) + label;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool beside_label = i == 0 && column == label_columns;
        out += beside_label ? spaces(label_columns - indent - columns_of(label))
                            : "\n" + spaces(label_columns);
        out += values[i];
    }
    out += '\n';
}

void write_rows(std::string& out, const std::vector<view_row>& rows, std::size_t indent) {
    for (const auto& row : rows) {
        value_lines values{std::max(value_columns_min, page_columns - label_columns)};
        for (const auto& each : row.values) {
            values.add(each);
        }
        const auto label =
            row.is_known ? row.label : isolated("\"" + visible_line(row.label) + "\"");
        write_labelled(out, indent, label, values.lines());
        write_rows(out, row.inner, std::min(indent + indent_step, indent_max));
    }
}

void write_paragraph(std::string& out, const std::string& first, const std::string& text) {
    auto before = first;
    for (const auto& line : wrapped(visible_line(text), page_columns - first.size())) {
        out += before + isolated(line, direction_of(text)) + "\n";
        before = spaces(first.size());
    }
}

void write_attachments(std::string& out, const std::vector<view_row>& attachments) {
    std::size_t number = 0;
    for (const auto& each : attachments) {
        const auto& about = each.values.front();
        write_paragraph(out, "  " + std::to_string(++number) + "  ", each.label);
        out += "     " + visible_line(about.text) + ", " + about.meaning + "\n";
    }
}

}  // namespace

std::string to_terminal(const view& shown) {
    std::string out;
    write_paragraph(out, "", shown.title);
    for (const auto& each : shown.reminders) {
        write_paragraph(out, "! ", each);
    }
    const auto section = [&out](std::string_view head) {
        out += "\n";
        out.append(head).append(head.empty() ? "" : "\n");
    };
    if (!shown.head.empty()) {
        section("");
        write_rows(out, shown.head, 0);
    }
    if (!shown.document.empty()) {
        section("");
        write_rows(out, shown.document, 0);
    }
    if (!shown.plain.empty()) {
        section("");
        value_lines text{page_columns};
        text.add({.text = shown.plain, .lines = true});
        for (const auto& each : text.lines()) {
            out += each + "\n";
        }
    }
    if (!shown.attachments.empty()) {
        section("Attachments");
        write_attachments(out, shown.attachments);
    }
    if (!shown.problems.empty()) {
        section("Found by the rules of its kind");
        for (const auto& each : shown.problems) {
            write_paragraph(out, "  ",
                            each.severity + (each.pointer.empty() ? "" : " " + each.pointer) +
                                ": " + each.text + " [" + each.rule + "]");
        }
    }
    return out;
}

}  // namespace dhow::kinds
