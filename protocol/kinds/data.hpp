// The data files of this folder, as they are inside the program.
// Way of the message: none; read once by the registry and the catalogues.
// Pure constants, put in by the assembler (protocol/kinds/CMakeLists.txt).
// Spec: docs/decisions/0014-kinds.md. Tests: unit/kinds/registry_test.cpp.
// Limits: none.
#pragma once

#include <span>
#include <string_view>

namespace dhow::kinds {

struct data_file {
    std::string_view name;  ///< From this folder: `kinds/hit.request.json`.
    std::string_view text;
};

std::span<const data_file> data_files();

}  // namespace dhow::kinds
