// Volumes of a courier bundle as files.
// Way of the message: see courier_volumes.hpp.
// Not pure: files. One thread.
// Spec: docs/courier-format.md#volume. Tests: unit/cli/courier_volumes_test.cpp.
// Limits: see courier_volumes.hpp.
#include "daemon/cli/courier_volumes.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/limits.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace dhow::cli {

namespace {

using protocol::volume_head;

constexpr std::size_t read_block_bytes = 64 * protocol::limits::kib;
constexpr std::size_t digits = 3;

protocol::byte_view view_of(std::string_view text) { return protocol::as_bytes(text); }

file_outcome failure(const std::string& path) {
    const int number = errno;
    return {exit_of_errno(number), path + ": " + std::strerror(number)};
}

/// What is in the file, from the medium as far as the kernel lets us.
std::optional<protocol::digest> digest_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    auto hash = seal::openssl_hasher{}.start();
    std::array<char, read_block_bytes> block;
    while (file.read(block.data(), block.size()), file.gcount() > 0) {
        hash->update(view_of({block.data(), static_cast<std::size_t>(file.gcount())}));
    }
    return file.bad() ? std::nullopt : std::optional(hash->finish());
}

}  // namespace

std::string volume_name(const std::string& base, std::uint32_t volume) {
    const std::string number = std::to_string(volume);
    return base + '.' + std::string(digits - std::min(digits, number.size()), '0') + number;
}

bool is_volume_name(const std::string& name) {
    const auto point = name.rfind('.');
    return point != std::string::npos && point != 0 && name.size() == point + 1 + digits &&
           name.find_first_not_of("0123456789", point + 1) == std::string::npos;
}

// Writing ---------------------------------------------------------------------------------------

volume_writer::~volume_writer() {
    if (x_descriptor >= 0) {
        ::close(x_descriptor);
    }
}

file_outcome volume_writer::begin(std::uint32_t volume) {
    const auto path = volume_name(x_base, volume);
    // A stick is often FAT: no links, no permissions. Nothing is ever overwritten.
    x_descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (x_descriptor < 0) {
        return failure(path);
    }
    x_files.push_back(path);
    x_hash = seal::openssl_hasher{}.start();
    x_bytes = 0;
    return {};
}

file_outcome volume_writer::write(std::string_view data) {
    x_hash->update(view_of(data));
    x_bytes += data.size();
    while (!data.empty()) {
        const auto some = ::write(x_descriptor, data.data(), data.size());
        if (some > 0) {
            data.remove_prefix(static_cast<std::size_t>(some));
        } else if (some == 0 || errno != EINTR) {
            return failure(x_files.back());
        }
    }
    return {};
}

file_outcome volume_writer::end() {
    const auto& path = x_files.back();
    if (::fsync(x_descriptor) != 0) {
        return failure(path);
    }
    const int ignored = ::posix_fadvise(x_descriptor, 0, 0, POSIX_FADV_DONTNEED);
    static_cast<void>(ignored);  // Then it is compared with the cache, which is the best there is.
    if (::close(std::exchange(x_descriptor, -1)) != 0) {
        return failure(path);
    }
    const auto found = digest_of_file(path);
    if (!found || *found != x_hash->finish()) {
        return {exit_code::verification_failed,
                path + ": what was read again is not what was written; the medium is bad"};
    }
    return {};
}

file_outcome volume_writer::add(const std::string& part) {
    constexpr auto head_bytes = protocol::part_head::size_bytes;
    const auto head = part.size() < head_bytes
                          ? protocol::result<protocol::part_head>(protocol::errc::truncated)
                          : protocol::decode_part_head(view_of(part).first(head_bytes));
    if (!head) {
        return {exit_code::internal, "the daemon's answer is no part of a volume"};
    }
    if (x_descriptor < 0) {
        if (auto begun = begin(head->volume); !begun.ok()) {
            return begun;
        }
    }
    if (auto written = write(std::string_view(part).substr(head_bytes)); !written.ok()) {
        return written;
    }
    x_is_over = head->ends_bundle;
    return head->ends_volume ? end() : file_outcome{};
}

void volume_writer::remove_all() {
    if (x_descriptor >= 0) {
        ::close(std::exchange(x_descriptor, -1));
    }
    for (const auto& path : x_files) {
        ::unlink(path.c_str());
    }
    x_files.clear();
}

// Reading ---------------------------------------------------------------------------------------

std::optional<volume_reader> volume_reader::open(const std::string& path, std::string& why) {
    volume_reader out;
    out.x_file.open(path, std::ios::binary | std::ios::ate);
    if (!out.x_file) {
        why = path + ": " + std::strerror(errno);
        return std::nullopt;
    }
    const auto end = static_cast<std::streamoff>(out.x_file.tellg());
    if (end < 0) {
        why = path + ": is no file that can be read";
        return std::nullopt;
    }
    out.x_bytes = static_cast<std::uint64_t>(end);
    return out;
}

std::optional<std::string> volume_reader::read(std::uint64_t at, std::size_t size) {
    if (at + size > x_bytes) {
        return std::nullopt;
    }
    std::string out(size, '\0');
    x_file.clear();
    x_file.seekg(static_cast<std::streamoff>(at));
    x_file.read(out.data(), static_cast<std::streamsize>(size));
    return x_file.gcount() == static_cast<std::streamsize>(size) ? std::optional(std::move(out))
                                                                 : std::nullopt;
}

std::optional<std::string> volume_reader::letter_of(const std::string& head,
                                                    std::uint64_t letter_at, std::size_t size) {
    auto letter = read(letter_at, size);
    return letter ? std::optional(head + *letter) : std::nullopt;
}

std::optional<std::string> volume_reader::letter_at_front() {
    const auto bytes = read(0, volume_head::size_bytes);
    if (!bytes) {
        return std::nullopt;
    }
    const auto head = protocol::decode_volume_head(view_of(*bytes));
    if (!head) {
        return std::nullopt;
    }
    x_layout = protocol::layout_from_front(*head, x_bytes);
    return letter_of(*bytes, x_layout.letter_at, head->letter_bytes());
}

std::optional<std::string> volume_reader::letter_at_back() {
    const auto at = x_bytes < volume_head::size_bytes ? 0 : x_bytes - volume_head::size_bytes;
    const auto bytes = read(at, volume_head::size_bytes);
    if (!bytes) {
        return std::nullopt;
    }
    const auto head = protocol::decode_volume_head(view_of(*bytes));
    if (!head) {
        return std::nullopt;
    }
    const auto layout = protocol::layout_from_back(*head, x_bytes);
    if (!layout) {
        return std::nullopt;
    }
    x_layout = *layout;
    return letter_of(*bytes, x_layout.letter_at, head->letter_bytes());
}

std::istream& volume_reader::at_cell(std::uint64_t place) {
    x_file.clear();
    x_file.seekg(
        static_cast<std::streamoff>(x_layout.cells_at + place * protocol::sealed_cell_bytes()));
    return x_file;
}

}  // namespace dhow::cli
