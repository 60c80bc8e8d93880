// Main file, then included files in the order of their patterns and names.
// Way of the message: see load.hpp.
// Not pure: glob(3) and file reads in file_system().
// Spec: docs/configuration.md#include. Tests: unit/config/load_test.cpp.
// Limits: config_files_max, config_findings_max, config_bytes_max.
#include "config/load.hpp"

#include "config/sections.hpp"
#include "config/yaml_tree.hpp"
#include "protocol/limits.hpp"

#include <boost/system/error_code.hpp>

#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

namespace dhow::config {

namespace {

namespace limits = protocol::limits;

boost::system::error_code last_error() { return {errno, boost::system::generic_category()}; }

protocol::result<std::string> read_file(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (error) {
        return boost::system::error_code(error.value(), boost::system::generic_category());
    }
    if (!std::filesystem::is_regular_file(status)) {
        return protocol::errc::bad_request;
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text(limits::config_bytes_max + 1, '\0');
    if (!file.is_open()) {
        return last_error();
    }
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) {
        return last_error();
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

std::vector<std::string> list_files(const std::string& pattern) {
    glob_t found{};
    std::vector<std::string> out;
    if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
        out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    ::globfree(&found);
    std::sort(out.begin(), out.end());  // by bytes; glob(3) would sort by locale
    return out;
}

std::string folder_of(const std::string& path) {
    std::error_code ignored;
    const auto absolute = std::filesystem::absolute(path, ignored);
    return absolute.parent_path().string();
}

class loader {
public:
    loader(const file_source& files, loaded& out) : x_files(files), x_out(out) {}

    void load(const std::string& path) {
        x_out.settings = defaults();
        const auto root = read_tree(path, {});
        if (root) {
            for (const auto& pattern : read_main(x_context, *root, x_out.settings)) {
                include(pattern);
            }
        }
        x_out.where = std::move(x_context.where);
        x_out.findings = std::move(x_context.findings);
        shorten(x_out.findings);
    }

private:
    std::optional<yaml_node> read_tree(const std::string& path, const position& named_at) {
        const auto text = x_files.read(path);
        if (!text) {
            const auto reason = text.error() == protocol::errc::bad_request
                                    ? std::string("not a regular file")
                                    : text.error().message();
            x_context.findings.push_back({severity::error,
                                          named_at.file.empty() ? position{path, 0} : named_at,
                                          "cannot-read", "cannot read " + path + ": " + reason,
                                          "Check the path, and that this user may read it."});
            return std::nullopt;
        }
        x_out.files.push_back(path);
        x_context.file = path;
        x_context.folder = folder_of(path);
        return parse_yaml(*text, path, x_context.findings);
    }

    void include(const std::string& pattern) {
        const position named_at = x_context.where.find("include");
        const auto paths = x_files.list(pattern);
        if (paths.empty() && pattern.find_first_of("*?[") == std::string::npos) {
            x_context.findings.push_back(
                {severity::error, named_at, "cannot-read", "there is no file " + pattern, ""});
        }
        for (const auto& path : paths) {
            if (std::find(x_out.files.begin(), x_out.files.end(), path) != x_out.files.end()) {
                continue;  // named by two patterns
            }
            if (x_out.files.size() > limits::config_files_max) {
                x_context.findings.push_back(
                    {severity::error, named_at, "too-many-files",
                     "more than " + std::to_string(limits::config_files_max) + " included files",
                     ""});
                return;
            }
            if (const auto root = read_tree(path, named_at)) {
                if (root->type != yaml_node::kind::null) {  // all commented out
                    read_included(x_context, *root, x_out.settings);
                }
            }
        }
    }

    static void shorten(std::vector<finding>& findings) {
        if (findings.size() <= limits::config_findings_max) {
            return;
        }
        std::vector<finding> errors_first;
        for (const bool wanted : {true, false}) {
            std::copy_if(
                findings.begin(), findings.end(), std::back_inserter(errors_first),
                [&](const finding& one) { return (one.grade == severity::error) == wanted; });
        }
        findings = std::move(errors_first);
        const auto more = findings.size() - limits::config_findings_max;
        const auto last = findings[limits::config_findings_max];
        findings.resize(limits::config_findings_max);
        findings.push_back({last.grade,
                            {last.where.file, 0},
                            "more",
                            "and " + std::to_string(more) + " more",
                            ""});
    }

    const file_source& x_files;
    loaded& x_out;
    load_context x_context;
};

}  // namespace

file_source file_system() { return {read_file, list_files}; }

loaded load_file(const std::string& path, const file_source& files) {
    loaded out;
    loader(files, out).load(path);
    return out;
}

}  // namespace dhow::config
