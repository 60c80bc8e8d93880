// Reads the files of `kinds.d`, and puts what they change in force.
// Way of the message: see kinds_folder.hpp.
// Not pure.
// Spec: docs/kinds.md#changes. Tests: unit/config/kinds_folder_test.cpp.
// Limits: see kinds_folder.hpp.
#include "config/kinds_folder.hpp"

#include "config/load.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <filesystem>

namespace dhow::config {

namespace {

namespace limits = protocol::limits;

constexpr std::string_view folder_name = "kinds.d";
constexpr auto check_hint = "See dhow.yaml(5), KINDS; `dhow config check` shows it again.";

std::string folder_beside(const std::string& config_file) {
    std::error_code ignored;
    const auto absolute = std::filesystem::absolute(config_file, ignored);
    return (absolute.parent_path() / folder_name).string();
}

void report(kinds_folder& out, std::string path, std::string text) {
    out.findings.push_back(
        {severity::error, {std::move(path), 0}, "kinds", std::move(text), check_hint});
}

/// All `.json` files, those in its folders too. A folder that is there has to be readable; who may
/// not even look beside the configuration has none.
std::vector<std::string> files_in(const std::string& folder, kinds_folder& out) {
    namespace fs = std::filesystem;
    std::vector<std::string> found;
    std::error_code error;
    if (!fs::exists(folder, error)) {
        return found;
    }
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        if (at->path().extension() == ".json" && found.size() <= limits::config_files_max) {
            found.push_back(at->path().string());
        }
    }
    if (error) {
        report(out, folder, "cannot be read: " + error.message());
    }
    if (found.size() > limits::config_files_max) {
        report(out, folder, "more than " + std::to_string(limits::config_files_max) + " files");
        found.clear();
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace

kinds_folder read_kinds_folder(const std::string& config_file) {
    kinds_folder out;
    const auto folder = folder_beside(config_file);
    const auto files = file_system();
    for (const auto& path : files_in(folder, out)) {
        const auto text = files.read(path);
        if (text && text->size() <= limits::config_bytes_max) {
            out.changes.push_back({path.substr(folder.size() + 1), *text});
        } else {
            report(out, path,
                   text ? "is larger than 1 MiB" : "cannot be read: " + text.error().message());
        }
    }
    return out;
}

kinds_folder use_kinds_folder(const std::string& config_file) {
    auto out = read_kinds_folder(config_file);
    if (!out.findings.empty()) {
        return out;
    }
    if (out.changes.empty()) {
        kinds::registry::put_in_force(nullptr);
        return out;
    }
    auto data = kinds::changed(out.changes);
    for (auto& trouble : data.troubles) {
        report(out, folder_beside(config_file), std::move(trouble));
    }
    if (data.made != nullptr) {
        kinds::registry::put_in_force(std::move(data.made));
    }
    return out;
}

}  // namespace dhow::config
