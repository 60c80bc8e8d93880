// A message as people read it: rows with labels, codes with their words, names in both scripts.
// Way of the message: an opened message -> [view] -> text for a terminal, or a page.
// Pure. Values, any thread. Quotes the message: it must not go into logs.
// Spec: docs/kinds.md#reading. Tests: unit/kinds/view_test.cpp.
// Limits: those of parse_document(); what breaks them is shown as plain text.
#pragma once

#include "protocol/kinds/registry.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::kinds {

/// Display names of bureaus by their keys, from the directory.
using bureau_names = std::map<std::string, std::string, std::less<>>;

/// What a message says of itself outside of its text, as far as it is known.
struct view_head {
    std::string id, kind, origin, agency, subject, cls, media_type, state;
    std::string received_at;  ///< RFC 3339, UTC.
    std::string note;         ///< Of ours: why there is no text, say.
    std::vector<std::string> recipients;
    struct attachment {
        std::string name, media_type;
        std::uint64_t bytes = 0;
    };
    std::vector<attachment> attachments;
    bureau_names names;
};

/// What is shown as one value. `text` and `beside` are as the sender wrote them: whoever writes
/// them out makes them visible and isolates them.
struct view_value {
    std::string text;
    std::string beside;   ///< The same in its original script.
    std::string meaning;  ///< Of ours: the words of a code.
    std::string unit;     ///< Of ours: of a number.
    bool lines = false;   ///< Text of several lines, in the language of the message.
};

struct view_row {
    std::string label;
    std::vector<view_value> values;
    std::vector<view_row> inner;  ///< Members of an object, when it is one.
    bool is_known = true;         ///< Else `label` is the sender's: nobody here knows the member.
};

struct view_problem {
    std::string severity, pointer, rule, text;
};

struct view {
    std::string title;
    std::string language;  ///< Of the message's texts, if it has the form of one.
    std::vector<std::string> reminders;
    std::vector<view_row> head;      ///< Parties, class, times.
    std::vector<view_row> document;  ///< Members of the document; of `body` last.
    std::string plain;               ///< The text, when it is no document.
    std::vector<view_row> attachments;
    std::vector<view_problem> problems;
};

/// `text` may be anything that somebody sent.
view make_view(const registry& data, const view_head& head, std::string_view text,
               std::vector<view_problem> problems);

/// For a terminal: at most 80 columns, no control character but the ends of lines, and none of
/// direction but our own isolates.
std::string to_terminal(const view& shown);
/// A page that needs nothing else and loads nothing.
std::string to_html(const view& shown);

/// `1.5 MiB`
std::string size_words(std::uint64_t bytes);

}  // namespace dhow::kinds
