// A submission as JSON, read strictly into the request that the core understands.
// Way of the message: agency -> [submit_json] -> core.
// Pure: values, any thread.
// Spec: docs/agency-api.md#submit. Tests: unit/api/endpoints_test.cpp, fuzz/api*.
// Limits: text_bytes_max, short_text_bytes_max, recipients_max, attachments_max, references_max.
#include "daemon/intake/submit_json.hpp"

#include "daemon/http/base64.hpp"
#include "daemon/http/url.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::intake {

namespace json = boost::json;
namespace limits = protocol::limits;
using http::object_input;
using protocol::errc;

namespace {

bool is_recipient(std::string_view text) {
    constexpr std::string_view group = "group:";
    if (text.starts_with(group)) {
        return text.size() > group.size() && text.size() <= limits::short_text_bytes_max;
    }
    return protocol::bureau_id::parse(text).has_value();
}

/// False when the text is longer than a message's may be.
bool read_text(object_input& input, protocol::bytes& out) {
    if (input.has("text") == input.has("text_base64")) {
        input.refuse("text", "exactly one of text and text_base64 must be there");
    }
    const json::string* encoded = input.raw_text("text_base64");
    if (encoded == nullptr) {
        const json::string* plain = input.raw_text("text");
        if (plain != nullptr && plain->size() > limits::text_bytes_max) {
            return false;
        }
        std::string text;
        input.long_text("text", text, limits::text_bytes_max);
        out.assign(text.begin(), text.end());
        return true;
    }
    auto decoded = http::from_base64(*encoded);
    if (!decoded) {
        input.refuse("text_base64", "is not base64 (RFC 4648 section 4, with padding)");
        return true;
    }
    out = std::move(*decoded);
    return out.size() <= limits::text_bytes_max;
}

void read_ids(object_input& input, std::string_view name, std::vector<protocol::message_id>& out) {
    input.texts(name, limits::references_max, "a message id", [&out](std::string_view text) {
        const auto id = protocol::parse_message_id(text);
        if (id) {
            out.push_back(*id);
        }
        return id.has_value();
    });
}

void read_lists(object_input& input, route::request::submit& out) {
    input.texts("to", limits::recipients_max, "a bureau or group:NAME",
                [&out](std::string_view text) {
                    out.to.emplace_back(text);
                    return is_recipient(text);
                });
    if (out.to.empty()) {
        input.refuse("to", "must name at least one recipient");
    }
    input.texts("deny", limits::recipients_max, "a bureau", [&out](std::string_view text) {
        const auto bureau = protocol::bureau_id::parse(text);
        out.deny.push_back(bureau.value_or(protocol::bureau_id{}));
        return bureau.has_value();
    });
    input.texts("attachments", limits::attachments_max, "the id of an upload",
                [&out](std::string_view text) {
                    const auto number = http::parse_number(text);
                    out.attachments.push_back(number.value_or(0));
                    return number.has_value();
                });
    read_ids(input, "supersedes", out.supersedes);
    read_ids(input, "cancels", out.cancels);
}

void read_class(object_input& input, route::request::submit& out) {
    const json::string* text = input.raw_text("class");
    if (text == nullptr) {
        return;
    }
    if (const auto parsed = protocol::parse_class(*text)) {
        out.cls = *parsed;
    } else {
        input.refuse("class", "must be flash, urgent, routine or bulk");
    }
}

void read_expiry(object_input& input, route::request::submit& out) {
    constexpr auto most = std::chrono::seconds{limits::time_to_live_max}.count();
    std::uint64_t expires_in = 0;
    input.number("expires_in_s", expires_in, 1, static_cast<std::uint64_t>(most));
    input.boolean("never_expires", out.never_expires);
    if (expires_in > 0) {
        out.time_to_live = std::chrono::seconds{expires_in};
        if (out.never_expires) {
            input.refuse("expires_in_s", "contradicts never_expires");
        }
    }
}

}  // namespace

std::optional<http::problem> read_submit(const json::object& body, route::request::submit& out) {
    object_input input{body, ""};
    input.text("kind", out.kind, limits::short_text_bytes_max, true);
    input.text("subject", out.subject, limits::short_text_bytes_max);
    out.media_type = "text/plain; charset=utf-8";
    input.text("media_type", out.media_type, limits::short_text_bytes_max);
    read_class(input, out);
    read_lists(input, out);
    read_expiry(input, out);
    if (!read_text(input, out.text)) {
        return http::make_problem(errc::too_large, "the text has more than " +
                                                       std::to_string(limits::text_bytes_max) +
                                                       " bytes; send it as an attachment");
    }
    if (const auto fault = input.finish()) {
        return http::make_problem(errc::bad_request, fault->where + ": " + fault->what);
    }
    return std::nullopt;
}

bool is_idempotency_key(std::string_view text) {
    return !text.empty() && text.size() <= limits::idempotency_key_bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace dhow::intake
