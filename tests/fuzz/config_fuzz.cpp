// Any bytes as a configuration: loads, checks and compares without a crash, a hang or a leak.
#include "config/check.hpp"
#include "config/diff.hpp"
#include "config/load.hpp"
#include "protocol/ensure.hpp"

#include <string>

namespace {

using namespace dhow;

/// The input stands for the main file and, once, for what it includes.
config::file_source in_memory(const std::string& text) {
    return {[text](const std::string&) -> protocol::result<std::string> { return text; },
            [](const std::string&) { return std::vector<std::string>{"/etc/dhow/part.yaml"}; }};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto read = config::load_file("/etc/dhow/dhow.yaml", in_memory(text));
    DHOW_ENSURE(read.ok() || !read.findings.empty());
    for (const auto& one : read.findings) {
        DHOW_ENSURE(!one.text.empty() && !one.where.file.empty());
    }
    const auto found = config::check(read.settings, read.where, {});
    for (const auto& one : found) {
        DHOW_ENSURE(!one.code.empty() && !one.hint.empty());
    }
    DHOW_ENSURE(config::diff(read.settings, read.settings).empty());
    return 0;
}
