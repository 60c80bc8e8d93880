// The signed list of bureaus and keys, as data: what each bureau's keys are and what it may do.
// Way of the message: consulted at seal, verify, link and route.
// Pure: JSON to checked structs; signatures and certificates are checked in daemon/seal.
// Spec: docs/directory-format.md. Tests: unit/protocol/directory_test.cpp.
// Limits: directory_bytes_max.
#pragma once

#include "protocol/errors.hpp"
#include "protocol/hasher.hpp"
#include "protocol/ids.hpp"

namespace dhow::protocol {

enum class bureau_status : std::uint8_t { active, retiring, suspended, revoked };
enum class bureau_role : std::uint8_t { bureau, hub, general_secretariat, court };
enum class key_purpose : std::uint8_t { link, sign, encrypt, archive };

struct directory_key {
    key_purpose purpose = key_purpose::sign;
    key_id id;
    bytes certificate;                     ///< DER.
    std::optional<utc_time> invalid_from;  ///< Signatures from this time on do not count.
    bool current = true;                   ///< Senders use current keys; older ones still open.
};

struct directory_instance {
    instance_id id;
    std::vector<std::string> addresses;  ///< `tls://host:port`
    key_id link_key;
};

struct directory_entry {
    bureau_id bureau;
    std::string name;
    bureau_role role = bureau_role::bureau;
    bureau_status status = bureau_status::active;
    std::vector<message_class> classes;  ///< Which it may send.
    std::uint8_t suite_floor = 1;
    std::uint32_t dictionaries = 0;  ///< Highest dictionary number it can read.
    std::optional<utc_time> invalid_from;
    std::vector<directory_key> keys;
    std::vector<directory_instance> instances;
    std::optional<utc_time> valid_until;  ///< The entry is stale then, as a head at stale_after.
    std::optional<std::uint64_t> text_bytes;        ///< Largest text that it takes; nothing: any.
    std::optional<std::uint64_t> attachment_bytes;  ///< Of one message together; nothing: any.
    std::vector<std::uint8_t> parcel_versions;      ///< Ascending. Empty: format_version 0 alone.
    std::string minimum_software;                   ///< `1.2.0`; informs. May be empty.
    std::vector<std::string> languages;  ///< `en`: it takes messages in them, best first; informs.
    [[nodiscard]] bool reads_parcels_of(std::uint8_t version) const;
};

struct directory_head {
    std::string federation;
    std::uint32_t root_version = 1;
    std::uint64_t serial = 0;
    utc_time issued{};
    utc_time stale_after{};
    utc_time hard_after{};
    digest previous_head;         ///< All zero for the first.
    std::vector<digest> entries;  ///< SHA-256 of each entry's JSON, sorted by bureau.
    std::uint32_t threshold = 2;  ///< k of the k-of-n.
};

struct directory {
    directory_head head;
    digest head_digest;
    std::vector<directory_entry> entries;  ///< Sorted by bureau, no two alike.
    [[nodiscard]] const directory_entry* find(bureau_id bureau) const;
    /// Owner and key of a key id; nothing when unknown.
    struct found_key {
        const directory_entry* entry = nullptr;
        const directory_key* key = nullptr;
    };
    [[nodiscard]] std::optional<found_key> find_key(const key_id& id) const;
    [[nodiscard]] const directory_key* current_key(bureau_id bureau, key_purpose purpose) const;
    /// From then on what is said of the bureau is stale: the head's time, or its entry's if sooner.
    [[nodiscard]] utc_time stale_after(bureau_id bureau) const;
};

/// Who may sign heads and the next root. Versions follow each other without a gap; the signatures
/// of a
/// new root (k of the old root keys and k of the new) are checked in daemon/seal.
struct directory_root {
    struct key {
        key_id id;
        bytes certificate;  ///< DER.
    };
    std::string federation;
    std::uint32_t version = 1;
    std::uint32_t root_threshold = 3;
    std::vector<key> root_keys;  ///< Sign the next root.
    std::uint32_t head_threshold = 2;
    std::vector<key> head_keys;  ///< Sign directory heads.
    digest previous_root;        ///< SHA-256 of the JSON of the version before; zero for the first.
};
std::string encode_directory_root(const directory_root& value);
result<directory_root> decode_directory_root(std::string_view json);
/// Whether `next` may follow `current`: same federation, next version, names its predecessor's
/// digest.
result<void> check_root_succession(const directory_root& current, const digest& current_digest,
                                   const directory_root& next);

std::string encode_directory_entry(const directory_entry& value);
result<directory_entry> decode_directory_entry(std::string_view json);
std::string encode_directory_head(const directory_head& value);
result<directory_head> decode_directory_head(std::string_view json);
/// Head and entries together; checks entry digests, order, duplicates of bureaus and key ids.
result<directory> assemble_directory(std::string_view head_json,
                                     std::span<const std::string> entries_json, const hasher& hash);

}  // namespace dhow::protocol
