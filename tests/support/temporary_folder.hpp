// A folder that is removed with all it holds when the test ends, and short ways to files in it.
// Way of the message: none; support of tests.
// Not pure: files. One thread.
// Spec: none. Tests: used by unit/seal.
// Limits: none.
#pragma once

#include "protocol/ids.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace dhow::tests {

class temporary_folder {
public:
    temporary_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "dhow-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
        x_path = name;
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(x_path, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return x_path; }
    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
        return x_path / name;
    }
    /// Makes the folders above it, too.
    void write(std::string_view name, protocol::byte_view content) const {
        std::filesystem::create_directories((x_path / name).parent_path());
        std::ofstream file(x_path / name, std::ios::binary);
        file.write(reinterpret_cast<const char*>(content.data()),
                   static_cast<std::streamsize>(content.size()));
    }
    void write(std::string_view name, std::string_view text) const {
        write(name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    }
    [[nodiscard]] protocol::bytes read(std::string_view name) const {
        std::ifstream file(x_path / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// Exit code of a shell command run in the folder; its output goes to the file `log`.
    [[nodiscard]] int run(const std::string& command) const {
        const auto line = "cd '" + x_path.string() + "' && { " + command + "; } >log 2>&1";
        return std::system(line.c_str());
    }

private:
    std::filesystem::path x_path;
};

}  // namespace dhow::tests
