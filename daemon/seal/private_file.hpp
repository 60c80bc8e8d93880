// Writes files of the key and directory tools: private ones closed to others, none ever overwritten
// halfway.
// Way of the message: none; key and directory tools only.
// Not pure: files. One thread.
// Spec: docs/operations.md#keys. Tests: unit/seal/key_ring_test.cpp.
// Limits: none.
#pragma once

#include "daemon/seal/secrets.hpp"

namespace dhow::seal {

/// Makes a new file of mode 0600 with this content, synced; a problem when it exists already.
loaded<void> write_new_private(const std::filesystem::path& path, byte_view content);
/// Writes beside it, syncs and renames, so that a reader sees the old or the new content (mode
/// 0644).
loaded<void> replace_file(const std::filesystem::path& path, byte_view content);
/// A whole file of at most `bytes_max` bytes.
loaded<bytes> read_file(const std::filesystem::path& path, std::size_t bytes_max);
/// Makes a folder with its parents, if it does not exist.
loaded<void> make_folder(const std::filesystem::path& path, bool is_private);

}  // namespace dhow::seal
