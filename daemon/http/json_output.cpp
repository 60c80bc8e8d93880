// Small pieces of JSON that several answers share: times, codes, lists of texts.
// Way of the message: the core's answers -> [json_output] -> agency or operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#states. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#include "daemon/http/json_output.hpp"

#include <boost/json.hpp>

namespace dhow::http {

namespace json = boost::json;

json::value time_value(const std::optional<protocol::utc_time>& time) {
    return time ? time_value(*time) : json::value{};
}

json::value time_value(protocol::utc_time time) { return json::value(protocol::to_text(time)); }

json::value code_value(std::uint16_t code) {
    return code == 0 ? json::value{}
                     : json::value(protocol::name_of(static_cast<protocol::errc>(code)));
}

json::array text_values(const std::vector<std::string>& texts) {
    json::array out;
    out.reserve(texts.size());
    for (const std::string& text : texts) {
        out.emplace_back(text);
    }
    return out;
}

}  // namespace dhow::http
