// Volumes of a courier bundle as files: written once, synced, read again; read from either end.
// Way of the message: daemon -> [courier_volumes] -> stick -> [courier_volumes] -> daemon.
// Not pure: files. One thread.
// Spec: docs/courier-format.md#volume. Tests: unit/cli/courier_volumes_test.cpp.
// Limits: one part in memory; never overwrites a file.
#pragma once

#include "daemon/cli/files.hpp"
#include "protocol/courier.hpp"
#include "protocol/hasher.hpp"

#include <fstream>

namespace dhow::cli {

/// `BASE.001`
std::string volume_name(const std::string& base, std::uint32_t volume);
/// Whether a name ends like one.
bool is_volume_name(const std::string& name);

/// Writes the volumes of one bundle, in order.
class volume_writer {
public:
    explicit volume_writer(std::string base) : x_base(std::move(base)) {}
    ~volume_writer();
    volume_writer(const volume_writer&) = delete;
    volume_writer& operator=(const volume_writer&) = delete;

    /// One part of an export; with its last byte the volume is synced, dropped from the page cache
    /// and compared with what was written, since sticks lie about both.
    file_outcome add(const std::string& part);
    /// That part ended the bundle.
    [[nodiscard]] bool is_over() const { return x_is_over; }
    [[nodiscard]] const std::vector<std::string>& files() const { return x_files; }
    /// Removes what was written: the bundle did not come to its end.
    void remove_all();

private:
    file_outcome begin(std::uint32_t volume);
    file_outcome write(std::string_view data);
    file_outcome end();

    std::string x_base;
    std::vector<std::string> x_files;
    int x_descriptor = -1;
    std::unique_ptr<protocol::running_hash> x_hash;
    std::uint64_t x_bytes = 0;
    bool x_is_over = false;
};

/// Reads one volume.
class volume_reader {
public:
    /// Nothing, and why, when it cannot be read at all.
    static std::optional<volume_reader> open(const std::string& path, std::string& why);

    /// Head and letter as they stand at the beginning, or at the end; nothing when there is no
    /// head there.
    std::optional<std::string> letter_at_front();
    std::optional<std::string> letter_at_back();
    /// Of the end from which the last letter was read.
    [[nodiscard]] const protocol::volume_layout& layout() const { return x_layout; }
    /// Goes to a cell; then the stream gives the bytes from there on.
    std::istream& at_cell(std::uint64_t place);
    [[nodiscard]] bool failed() const { return x_file.bad(); }

private:
    std::optional<std::string> read(std::uint64_t at, std::size_t size);
    std::optional<std::string> letter_of(const std::string& head, std::uint64_t letter_at,
                                         std::size_t size);

    std::ifstream x_file;
    std::uint64_t x_bytes = 0;
    protocol::volume_layout x_layout;
};

}  // namespace dhow::cli
