// Files that verbs read and write: bounded reading, safe names, never overwriting.
// Way of the message: a message's text and attachments between disk and daemon.
// Not pure: files. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/exit_codes_test.cpp, system, scripts/demo.
// Limits: the caller's.
#pragma once

#include "daemon/cli/commands.hpp"
#include "daemon/seal/secrets.hpp"
#include "protocol/limits.hpp"

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace dhow::cli {

/// All of FILE, or of `in` for `-`. Nothing, and why, when it cannot be read or is longer than
/// that.
std::optional<std::string> read_input(const std::string& file, std::istream& in,
                                      std::size_t bytes_max, std::string& why);

/// A text and as much again for its comments.
inline constexpr std::size_t draft_bytes_max = 2 * protocol::limits::text_bytes_max;

/// A name that a peer chose, made harmless as a file's name: no separators, no control characters,
/// no leading dot or dash, at most 200 bytes, never empty.
std::string safe_file_name(std::string_view from_peer);

/// How writing a file ended.
struct file_outcome {
    exit_code code = exit_code::done;
    std::string why;  ///< Also empty when `write` gave up: then it has said why.
    [[nodiscard]] bool ok() const { return code == exit_code::done; }
};
/// Writes content; false: it gives up and the file is not to be kept.
using file_writer = std::function<bool(std::ostream&)>;

/// Writes to an open descriptor and syncs it; `path` is for the reason.
file_outcome write_to(int descriptor, const std::string& path, const file_writer& write);

/// Writes DIR/NAME through a temporary file beside it that gets its name when all is written and
/// synced. Nothing stays when it exists already, cannot be written, or `write` gives up.
file_outcome write_new_file(const std::string& directory, const std::string& name,
                            const file_writer& write);

/// Says why a file was not written, and gives the exit code.
int report_unwritten(const file_outcome& how, io& streams);

/// disk_or_quota for the errno values of a full disk and a used-up quota, else internal.
exit_code exit_of_errno(int number);
/// disk_or_quota when the key and directory tools found the disk full, else `otherwise`.
exit_code exit_of_problem(const seal::problem& what, exit_code otherwise);

}  // namespace dhow::cli
