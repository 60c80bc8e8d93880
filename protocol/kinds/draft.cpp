// Drafts of messages: comments and commas taken away, so that what is left is JSON.
// Way of the message: a person fills a draft in, `dhow validate` reads it.
// Pure. Any thread.
// Spec: docs/kinds.md#drafts. Tests: unit/kinds/draft_test.cpp.
// Limits: the caller's.
#include "protocol/kinds/draft.hpp"

#include <algorithm>

namespace dhow::kinds {

namespace {

/// The end of what is in quotes from `begin` on, which is a quote; the end of the text when the
/// quotes are never closed.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
    for (std::size_t i = begin + 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            return i + 1;
        }
    }
    return text.size();
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

std::string without_comments(std::string_view draft) {
    std::string out;
    out.reserve(draft.size());
    auto comma = std::string::npos;  // Where a comma stands behind which nothing has come yet.
    for (std::size_t i = 0; i < draft.size();) {
        if (draft[i] == '"') {
            const auto end = end_of_string(draft, i);
            out += draft.substr(i, end - i);
            i = end;
            comma = std::string::npos;
        } else if (draft.substr(i, 2) == "//") {
            i = std::min(draft.find('\n', i), draft.size());
        } else {
            const char c = draft[i++];
            if ((c == '}' || c == ']') && comma != std::string::npos) {
                out.erase(comma, 1);
            }
            if (!is_space(c)) {
                comma = c == ',' ? out.size() : std::string::npos;
            }
            out += c;
        }
    }
    return out;
}

}  // namespace dhow::kinds
