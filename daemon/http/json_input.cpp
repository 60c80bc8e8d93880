// Reads JSON that a client sent, strictly: unknown members, wrong types and bad texts are named by
// pointer.
// Way of the message: between connection and the handlers.
// Pure: values, any thread.
// Spec: docs/agency-api.md#json, RFC 6901 for the pointers. Tests: unit/api/json_input_test.cpp,
// fuzz/api*.
// Limits: json_depth_max; each member's own bound is an argument.
#include "daemon/http/json_input.hpp"

#include "protocol/content.hpp"
#include "protocol/limits.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace dhow::http {

namespace json = boost::json;

namespace {

/// RFC 6901: `~` is `~0`, `/` is `~1`. A name from the client is cut, so that it cannot fill a log.
std::string escape_pointer(std::string_view name) {
    constexpr std::size_t shown_max = 64;
    std::string out;
    for (const char c : name.substr(0, shown_max)) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    // A cut inside a UTF-8 sequence must not leave half a character.
    while (name.size() > shown_max && !out.empty() &&
           (static_cast<unsigned char>(out.back()) & 0x80)) {
        out.pop_back();
    }
    return out;
}

}  // namespace

std::optional<json::object> parse_object(std::string_view text, json_fault& fault) {
    json::parse_options options;
    options.max_depth = protocol::limits::json_depth_max;
    json::error_code error;
    json::value value = json::parse(text, error, {}, options);
    if (error) {
        fault = {"", "not JSON in UTF-8: " + error.message()};
        return std::nullopt;
    }
    if (!value.is_object()) {
        fault = {"", "must be a JSON object"};
        return std::nullopt;
    }
    return std::move(value.get_object());
}

object_input::object_input(const json::object& object, std::string pointer)
    : object_{object}, pointer_{std::move(pointer)} {}

const json::value* object_input::find(std::string_view name, bool required) {
    known_.push_back(name);
    const json::value* found = object_.if_contains(name);
    if (found == nullptr && required) {
        refuse(name, "is missing");
    }
    return found;
}

void object_input::refuse(std::string_view name, std::string what) {
    if (!fault_) {
        fault_ = json_fault{pointer_ + "/" + escape_pointer(name), std::move(what)};
    }
}

const json::string* object_input::raw_text(std::string_view name) {
    const json::value* found = find(name);
    if (found == nullptr) {
        return nullptr;
    }
    const json::string* text = found->if_string();
    if (text == nullptr) {
        refuse(name, "must be a string");
    }
    return text;
}

void object_input::text(std::string_view name, std::string& out, std::size_t bytes_max,
                        bool required) {
    const json::string* found = raw_text(name);
    if (found == nullptr) {
        if (required) {
            refuse(name, "is missing");
        }
        return;
    }
    if (found->size() > bytes_max) {
        refuse(name, "has more than " + std::to_string(bytes_max) + " bytes");
    } else if (!protocol::is_clean_text(*found, false)) {
        refuse(name, "has control or direction-override characters");
    } else {
        out.assign(found->data(), found->size());
    }
}

void object_input::long_text(std::string_view name, std::string& out, std::size_t bytes_max) {
    const json::string* found = raw_text(name);
    if (found == nullptr) {
        return;
    }
    if (found->size() > bytes_max) {
        refuse(name, "has more than " + std::to_string(bytes_max) + " bytes");
    } else if (!protocol::is_clean_text(*found, true)) {
        refuse(name, "has control or direction-override characters; send it as text_base64");
    } else {
        out.assign(found->data(), found->size());
    }
}

void object_input::boolean(std::string_view name, bool& out) {
    const json::value* found = find(name);
    if (found == nullptr) {
        return;
    }
    if (const bool* value = found->if_bool()) {
        out = *value;
    } else {
        refuse(name, "must be true or false");
    }
}

void object_input::number(std::string_view name, std::uint64_t& out, std::uint64_t least,
                          std::uint64_t most) {
    const json::value* found = find(name);
    if (found == nullptr) {
        return;
    }
    json::error_code error;
    const auto value =
        found->is_double() ? std::uint64_t{0} : found->to_number<std::uint64_t>(error);
    if (found->is_double() || error || value < least || value > most) {
        refuse(name,
               "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
    } else {
        out = value;
    }
}

void object_input::texts(std::string_view name, std::size_t count_max, std::string_view wanted,
                         const std::function<bool(std::string_view)>& take) {
    const json::value* found = find(name);
    if (found == nullptr) {
        return;
    }
    const json::array* list = found->if_array();
    if (list == nullptr || list->size() > count_max) {
        refuse(name, "must be an array of at most " + std::to_string(count_max));
        return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        const json::string* item = (*list)[i].if_string();
        if (item == nullptr || !take(*item)) {
            if (!fault_) {
                fault_ = json_fault{pointer_ + "/" + escape_pointer(name) + "/" + std::to_string(i),
                                    "must be " + std::string{wanted}};
            }
            return;
        }
    }
}

std::optional<json_fault> object_input::finish() {
    if (fault_) {
        return fault_;
    }
    for (const auto& member : object_) {
        if (std::find(known_.begin(), known_.end(), std::string_view{member.key()}) ==
            known_.end()) {
            refuse(member.key(), "is not known here");
            break;
        }
    }
    return fault_;
}

}  // namespace dhow::http
