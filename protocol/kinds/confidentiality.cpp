// What a text says of its confidentiality.
// Way of the message: see confidentiality.hpp.
// Pure. Any thread.
// Spec: docs/kinds.md#confidentiality, docs/decisions/0020-handling.md.
// Tests: unit/kinds/confidentiality_test.cpp.
// Limits: none.
#include "protocol/kinds/confidentiality.hpp"

#include "protocol/kinds/document.hpp"

#include <charconv>

namespace dhow::kinds {

namespace json = boost::json;

protocol::confidentiality confidentiality_of(const registry& data, std::string_view code) {
    const auto order = data.list("confidentiality").of(code);
    unsigned number = 0;
    const auto read = std::from_chars(order.data(), order.data() + order.size(), number);
    const bool is_level = read.ec == std::errc{} && number >= 1 &&
                          number <= static_cast<unsigned>(protocol::highest_confidentiality);
    return is_level ? static_cast<protocol::confidentiality>(number)
                    : protocol::highest_confidentiality;
}

protocol::confidentiality confidentiality_in(const registry& data, const json::value& text) {
    const auto* said = at_pointer(text, "/confidentiality");
    if (said == nullptr) {
        return protocol::confidentiality::unsaid;
    }
    return said->is_string() ? confidentiality_of(data, said->get_string())
                             : protocol::highest_confidentiality;
}

protocol::confidentiality confidentiality_in(const registry& data, std::string_view media_type,
                                             std::string_view text) {
    if (!is_document(media_type)) {
        return protocol::confidentiality::unsaid;
    }
    problem_list ignored;
    const auto read = parse_document(text, ignored, {});
    return read ? confidentiality_in(data, *read) : protocol::confidentiality::unsaid;
}

}  // namespace dhow::kinds
