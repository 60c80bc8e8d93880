// A message as a page of HTML that needs nothing else.
// Way of the message: view -> [view_html] -> `dhow show --html`.
// Pure. Any thread.
// Spec: docs/kinds.md#reading. Tests: unit/kinds/view_test.cpp.
// Limits: none.
#include "protocol/kinds/shown_text.hpp"
#include "protocol/kinds/view.hpp"

namespace dhow::kinds {

namespace {

// Scripts, pictures, forms and addresses of others have no way in, whatever the message says.
constexpr std::string_view policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
constexpr std::string_view style =
    "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em;line-height:1.4}"
    "h1{font-size:1.3em}h2{font-size:1.1em}"
    ".reminder{border:2px solid #a00;padding:.5em 1em;font-weight:bold}"
    "dl{display:grid;grid-template-columns:minmax(9em,15em) 1fr;gap:.2em 1em;margin:0}"
    "dt{color:#444}dt.unknown{font-style:italic}dd{margin:0}dd>dl{border-left:2px solid #ccc;"
    "padding-left:.7em}.meaning{color:#444}pre{white-space:pre-wrap;font:inherit;margin:0}"
    ".refusal{color:#a00}@media print{body{margin:0}}";

std::string safe(std::string_view text) { return html_escaped(visible_line(text)); }

std::string_view name_of(direction value) {
    switch (value) {
        case direction::left_to_right:
            return "ltr";
        case direction::right_to_left:
            return "rtl";
        case direction::none:
            break;
    }
    return "auto";
}

/// What somebody wrote, isolated from what stands around it.
std::string foreign(std::string_view text) {
    return "<bdi dir=\"" + std::string{name_of(direction_of(text))} + "\">" + safe(text) + "</bdi>";
}

std::string paragraph_of(std::string_view text, const std::string& language) {
    const auto lang = language.empty() ? "" : " lang=\"" + html_escaped(language) + "\"";
    std::string out = "<pre dir=\"" + std::string{name_of(direction_of(text))} + "\"" + lang + ">";
    bool first = true;
    for (const auto& each : visible_lines(text)) {
        out += (first ? "" : "\n") + html_escaped(each);
        first = false;
    }
    return out + "</pre>";
}

std::string value_html(const view_value& value, const std::string& language) {
    if (value.lines) {
        return paragraph_of(value.text, language);
    }
    auto out = foreign(value.text);
    if (!value.beside.empty()) {
        out += " · " + foreign(value.beside);
    }
    if (!value.unit.empty()) {
        out += " " + html_escaped(value.unit);
    }
    if (!value.meaning.empty()) {
        out += " <span class=\"meaning\">" + foreign(value.meaning) + "</span>";
    }
    return out;
}

std::string rows_html(const std::vector<view_row>& rows, const std::string& language) {
    std::string out = "<dl>\n";
    for (const auto& row : rows) {
        out += row.is_known ? "<dt>" + html_escaped(row.label)
                            : "<dt class=\"unknown\">" + foreign(row.label);
        out += "</dt><dd>";
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            out += (i == 0 ? "" : "; ") + value_html(row.values[i], language);
        }
        if (!row.inner.empty()) {
            out += "\n" + rows_html(row.inner, language);
        }
        out += "</dd>\n";
    }
    return out + "</dl>\n";
}

std::string problems_html(const std::vector<view_problem>& problems) {
    std::string out = "<h2>Found by the rules of its kind</h2>\n<ul>\n";
    for (const auto& each : problems) {
        out += each.severity == "refusal" ? "<li class=\"refusal\">" : "<li>";
        out += safe(each.severity) + " <code>" + foreign(each.pointer) + "</code> " +
               foreign(each.text) + " [" + safe(each.rule) + "]</li>\n";
    }
    return out + "</ul>\n";
}

}  // namespace

std::string to_html(const view& shown) {
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n"
        "<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
        "content=\"" +
        std::string{policy} + "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>" +
        safe(shown.title) + "</title>\n<style>" + std::string{style} +
        "</style>\n</head>\n<body>\n<h1>" + foreign(shown.title) + "</h1>\n";
    for (const auto& each : shown.reminders) {
        out += "<p class=\"reminder\">" + html_escaped(each) + "</p>\n";
    }
    if (!shown.head.empty()) {
        out += rows_html(shown.head, "");
    }
    if (!shown.document.empty()) {
        out += "<h2>Document</h2>\n" + rows_html(shown.document, shown.language);
    }
    if (!shown.plain.empty()) {
        out += "<h2>Text</h2>\n" + paragraph_of(shown.plain, "");
    }
    if (!shown.attachments.empty()) {
        out += "<h2>Attachments</h2>\n" + rows_html(shown.attachments, "");
    }
    if (!shown.problems.empty()) {
        out += problems_html(shown.problems);
    }
    return out + "</body>\n</html>\n";
}

}  // namespace dhow::kinds
