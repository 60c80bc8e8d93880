// Which keys a configuration may have, section by section; what is not here is an error.
// Way of the message: none; the loader reads through this table, the manual is tested against it.
// Pure: constants.
// Spec: docs/configuration.md. Tests: unit/config/documentation_test.cpp.
// Limits: none.
#pragma once

#include <span>
#include <string_view>

namespace dhow::config {

struct schema_section {
    std::string_view path;  ///< `links.*`: each entry of links. Empty: the top of the file.
    std::span<const std::string_view> keys;
};

std::span<const schema_section> schema();

/// The keys of one section. The path must be one of the table's: anything else is a bug.
std::span<const std::string_view> keys_of(std::string_view path);

}  // namespace dhow::config
