// Test vectors: cases of bytes with the verdict that every implementation must give.
// Way of the message: none; support of the protocol's tests.
// Not pure: reads files of the source tree.
// Spec: docs/parcel-format.md#vectors. Tests: every test that reads a vector file.
// Limits: none; a file that is missing or empty throws.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/ids.hpp"

#include <boost/json/parse.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace dhow::tests {

/// One case: `error` is the name of the code that a reader must refuse with, empty for a good one.
struct vector_case {
    std::string name;
    std::string kind;
    protocol::bytes data;
    std::string json;
    std::string error;
    boost::json::object all;

    [[nodiscard]] std::string text(std::string_view member) const {
        return std::string{all.at(member).as_string()};
    }
    [[nodiscard]] protocol::bytes hex(std::string_view member) const {
        return protocol::bytes_from_hex(text(member)).value();
    }
    [[nodiscard]] bool has(std::string_view member) const { return all.contains(member); }
};

/// The cases of tests/vectors/<file>.json, of one kind when it is given.
inline std::vector<vector_case> load_vectors(const std::string& file, std::string_view kind = {}) {
    std::ifstream in{std::string{DHOW_SOURCE_DIR} + "/tests/vectors/" + file + ".json"};
    const std::string content{std::istreambuf_iterator<char>{in}, {}};
    std::vector<vector_case> out;
    const auto parsed = boost::json::parse(content);
    const auto optional_text = [](const boost::json::object& object, std::string_view member) {
        const auto* value = object.if_contains(member);
        return value == nullptr ? std::string{} : std::string{value->as_string()};
    };
    for (const auto& each : parsed.at("cases").as_array()) {
        vector_case one;
        one.all = each.as_object();
        one.name = optional_text(one.all, "name");
        one.kind = optional_text(one.all, "kind");
        one.error = optional_text(one.all, "error");
        one.json = optional_text(one.all, "json");
        one.data = protocol::bytes_from_hex(optional_text(one.all, "hex")).value();
        if (kind.empty() || one.kind == kind) {
            out.push_back(std::move(one));
        }
    }
    if (out.empty()) {
        throw std::runtime_error("no vectors of this kind in " + file);
    }
    return out;
}

/// The name of the code that a result holds; empty when it holds a value.
template <class T>
std::string refusal(const protocol::result<T>& value) {
    return value ? std::string{} : std::string{protocol::name_of(protocol::errc_of(value.error()))};
}

/// `data` with one bit changed.
inline protocol::bytes with_bit_flipped(protocol::bytes data, std::size_t bit) {
    data.at(bit / 8) = static_cast<std::uint8_t>(data.at(bit / 8) ^ (1U << (bit % 8)));
    return data;
}

}  // namespace dhow::tests
