// What a text says of its confidentiality.
// Way of the message: at intake before sealing, and at the addressee between opening and offering.
// Pure. Any thread.
// Spec: docs/kinds.md#confidentiality, docs/decisions/0020-handling.md.
// Tests: unit/kinds/confidentiality_test.cpp.
// Limits: none.
#pragma once

#include "protocol/confidentiality.hpp"
#include "protocol/kinds/registry.hpp"

namespace dhow::kinds {

/// The level of a code of the list `confidentiality`. A code that is not known here is of a newer
/// version, and counts as the highest: rather too few see it than too many.
protocol::confidentiality confidentiality_of(const registry& data, std::string_view code);

/// Of a document; `unsaid` when it has no such member.
protocol::confidentiality confidentiality_in(const registry& data, const boost::json::value& text);

/// Of a text of this media type; `unsaid` for what is no document.
protocol::confidentiality confidentiality_in(const registry& data, std::string_view media_type,
                                             std::string_view text);

}  // namespace dhow::kinds
