// A federation in memory for tests and benches: bureaus with keys, certificates and one directory.
// Way of the message: takes the place of the key and directory tools.
// Not pure: OpenSSL and its random generator. One thread makes it; then it is only read.
// Spec: docs/directory-format.md. Tests: used by unit/seal, benches.
// Limits: recipients_max bureaus.
#pragma once

#include "daemon/seal/cms_sealer.hpp"
#include "daemon/seal/compression.hpp"
#include "daemon/seal/symmetric.hpp"

#include <algorithm>
#include <map>

namespace dhow::tests {

using protocol::bureau_id;
using protocol::bytes;

inline bureau_id bureau(std::string_view text) { return bureau_id::parse(text).value(); }

/// The moment at which test federations live, unless a test moves it.
inline constexpr protocol::utc_time test_time{std::chrono::milliseconds{1'795'543'200'000}};

struct federation_options {
    std::vector<std::string> bureaus = {"IPSG", "MU", "ZW"};
    std::uint32_t dictionaries = seal::newest_dictionary;
};

class federation {
public:
    struct party {
        std::shared_ptr<seal::key_ring> keys;
        seal::key_ptr archive;
        std::map<protocol::key_purpose, bytes> certificates;
    };

    explicit federation(const federation_options& options = {}) {
        auto names = options.bureaus;
        std::ranges::sort(names);
        data.head.federation = "test";
        data.head.serial = 7;
        data.head.issued = test_time;
        data.head.stale_after = test_time + std::chrono::days(30);
        data.head.hard_after = test_time + std::chrono::days(180);
        for (const auto& name : names) {
            add(name, options.dictionaries);
        }
        rebuild();
    }

    /// After `data` was changed by a test.
    void rebuild() { directory = seal::trust_directory::build(data).value(); }

    [[nodiscard]] std::unique_ptr<seal::cms_sealer> sealer(std::string_view name) const {
        return std::make_unique<seal::cms_sealer>(
            parties.at(std::string(name)).keys, directory,
            seal::sealer_options{bureau(name), [this] { return now; }});
    }
    [[nodiscard]] protocol::directory_entry& entry(std::string_view name) {
        return *std::ranges::find(data.entries, bureau(name), &protocol::directory_entry::bureau);
    }

    std::map<std::string, party> parties;
    protocol::directory data;
    std::shared_ptr<const seal::trust_directory> directory;
    protocol::utc_time now = test_time;

private:
    void add(const std::string& name, std::uint32_t dictionaries) {
        const auto link = seal::generate_p256();
        const auto sign = seal::generate_p256();
        const auto encrypt = seal::generate_p256();
        bytes at_rest(32);
        seal::fill_random(at_rest);
        party made;
        made.archive = seal::generate_p256();
        made.keys = std::make_shared<seal::key_ring>(seal::key_ring::from_keys(
            link, sign, {encrypt}, seal::secret_bytes(std::move(at_rest))));
        protocol::directory_entry entry;
        entry.bureau = bureau(name);
        entry.name = "Bureau " + name;
        entry.classes = {protocol::message_class::flash, protocol::message_class::urgent,
                         protocol::message_class::routine, protocol::message_class::bulk};
        entry.dictionaries = dictionaries;
        using purpose = protocol::key_purpose;
        for (const auto& [use, key] :
             {std::pair{purpose::link, link}, std::pair{purpose::sign, sign},
              std::pair{purpose::encrypt, encrypt}, std::pair{purpose::archive, made.archive}}) {
            auto certificate =
                seal::make_certificate(key.get(), {seal::use_of(use), name, entry.name, test_time});
            made.certificates[use] = certificate;
            entry.keys.push_back(
                {use, seal::key_id_of(key.get()), certificate, std::nullopt, true});
        }
        parties.emplace(name, std::move(made));
        data.entries.push_back(std::move(entry));
    }
};

/// A hit confirmation of about `text_bytes` of readable text.
inline protocol::content sample_content(std::size_t text_bytes = 1500) {
    protocol::content content;
    content.kind = "hit.request";
    content.agency = "border-police";
    content.subject = "Confirmation of hit 2026/4711";
    content.media_type = "text/plain; charset=utf-8";
    constexpr std::string_view words =
        "Request to confirm the validity of the record and the identity of the subject. ";
    while (content.text.size() < text_bytes) {
        content.text.push_back(
            static_cast<std::uint8_t>(words[content.text.size() % words.size()]));
    }
    return content;
}

inline seal::job::seal_message sample_message(std::string_view origin,
                                              const std::vector<bureau_id>& recipients,
                                              std::size_t text_bytes = 1500) {
    seal::job::seal_message job;
    std::array<std::uint8_t, 10> random{};
    seal::fill_random(random);
    job.header.id = protocol::make_message_id(test_time, random);
    job.header.origin = bureau(origin);
    job.header.cls = protocol::message_class::urgent;
    job.header.created = test_time;
    job.header.time_to_live = std::chrono::hours(24);
    job.content = sample_content(text_bytes);
    job.content.recipients = recipients;
    std::ranges::sort(job.content.recipients);
    job.recipients = recipients;
    return job;
}

}  // namespace dhow::tests
