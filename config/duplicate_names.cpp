// A name that stands twice.
// Way of the message: see duplicate_names.hpp.
// Pure.
// Spec: docs/configuration.md#include. Tests: unit/config/load_test.cpp.
// Limits: none.
#include "config/duplicate_names.hpp"

namespace dhow::config {

bool stands_already(load_context& context, const yaml_member& member, const std::string& path,
                    bool is_known) {
    if (is_known) {
        const auto first = context.where.find(path);
        context.report(severity::error, member.line, "duplicate-name",
                       "`" + path + "` stands already in " + first.file + " line " +
                           std::to_string(first.line),
                       "Names are used once in all files together.");
    }
    return is_known;
}

}  // namespace dhow::config
