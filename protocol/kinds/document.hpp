// Reads the text of a message as one JSON object, within bounds that are checked before parsing.
// Way of the message: first step of validate(), at intake and at the addressee.
// Pure. Any thread.
// Spec: docs/kinds.md#text, RFC 8259, RFC 7493. Tests: unit/kinds/document_test.cpp, fuzz/kinds*.
// Limits: text_bytes_max, kinds_depth_max, kinds_values_max.
#pragma once

#include "protocol/kinds/problem.hpp"

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <optional>

namespace dhow::kinds {

/// One JSON object and nothing behind it, as a value; nothing and a problem (R-DOC-01 to -04) for
/// what is too large, too deep, no JSON in UTF-8, no object, or has a member twice. One pass
/// without memory finds what is too large or too deep. The value lives in the memory of `storage`.
std::optional<boost::json::value> parse_document(std::string_view text, problem_list& problems,
                                                 boost::json::storage_ptr storage = {});

/// Whether a text of this media type is a document that the rules of kinds hold for:
/// `application/json`, with whatever parameters.
bool is_document(std::string_view media_type);

}  // namespace dhow::kinds
