// Makes a draft from a notice in the form of INTERPOL's public interface.
// Way of the message: `dhow import notice-json` -> a person completes it -> `dhow validate`.
// Pure. Any thread. The field names of the source were read; docs/kinds.md says of which parts.
// Spec: docs/kinds.md#import. Tests: unit/kinds/notice_import_test.cpp.
// Limits: those of parse_document(), which the caller has used.
#pragma once

#include "protocol/kinds/registry.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::kinds {

struct import_wish {
    std::string kind = "notice.publication";  ///< Of the draft: one whose body is a notice.
    std::string type;                         ///< `red`, `yellow`, `un_special`; empty: as it says.
};

/// Something that is not in the draft as it stood in the notice.
struct import_note {
    std::string pointer;  ///< Into the notice, RFC 6901.
    std::string why;
};

struct imported_notice {
    boost::json::object document;  ///< What must be there and is not known holds null.
    std::string type;
    std::vector<import_note> unmapped;  ///< Left out.
    std::vector<import_note> assumed;   ///< Taken in, but somebody has to look at it.
};

/// Nothing, and `why`, for what is no single notice.
std::optional<imported_notice> import_notice(const registry& data,
                                             const boost::json::object& notice,
                                             const import_wish& wish, std::string& why);

/// The draft with its comments, as `dhow validate` reads it.
std::string draft_text(const imported_notice& from);

/// JSON with a member or entry on a line each.
std::string indented(const boost::json::value& value);

}  // namespace dhow::kinds
