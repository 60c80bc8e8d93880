// Files that verbs read and write: bounded reading, safe names, never overwriting.
// Way of the message: a message's text and attachments between disk and daemon.
// Not pure: files. One thread.
// Spec: docs/man/dhow.1. Tests: system, scripts/demo.
// Limits: the caller's.
#pragma once

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

/// A name that a peer chose, made harmless as a file's name: no separators, no control characters,
/// no leading dot or dash, at most 200 bytes, never empty.
std::string safe_file_name(std::string_view from_peer);

/// Writes DIR/NAME through a temporary file beside it that gets its name when all is written and
/// synced. False, and why, when it exists already, cannot be written, or `write` says false.
bool write_new_file(const std::string& directory, const std::string& name,
                    const std::function<bool(std::ostream&)>& write, std::string& why);

}  // namespace dhow::cli
