// Names and small pieces of JSON that several answers share: states, times, codes.
// Way of the message: the core's answers -> [json_output] -> agency or operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#states. Tests: unit/api/json_output_test.cpp.
// Limits: none.
#include "daemon/http/json_output.hpp"

#include <boost/json.hpp>

namespace dhow::http {

namespace json = boost::json;

std::string_view name_of(store::delivery_state state) {
    using enum store::delivery_state;
    switch (state) {
        case accepted: return "accepted";
        case queued: return "queued";
        case sending: return "sending";
        case in_doubt: return "in_doubt";
        case relayed: return "relayed";
        case delivered: return "delivered";
        case complete: return "complete";
        case taken: return "taken";
        case answered: return "answered";
        case deferred: return "deferred";
        case held: return "held";
        case quarantined: return "quarantined";
        case expired: return "expired";
        case cancelled: return "cancelled";
        case refused: return "refused";
        case undeliverable: return "undeliverable";
        case received: return "received";
        case handed_on: return "handed_on";
    }
    return "unknown";
}

std::string_view name_of(store::shipment_state state) {
    using enum store::shipment_state;
    switch (state) {
        case ready: return "ready";
        case waiting: return "waiting";
        case deferred: return "deferred";
        case held: return "held";
        case done: return "done";
        case failed: return "failed";
    }
    return "unknown";
}

std::string_view name_of(store::assignment_state state) {
    using enum store::assignment_state;
    switch (state) {
        case offered: return "offered";
        case taken: return "taken";
        case rejected: return "rejected";
    }
    return "unknown";
}

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
