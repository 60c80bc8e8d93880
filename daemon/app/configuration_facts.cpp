// Reads dates with OpenSSL; these are the administrator's own files, not a peer's bytes.
// Way of the message: see configuration_facts.hpp.
// Not pure: files, OpenSSL.
// Spec: docs/configuration.md#checks. Tests: unit/cli/config_command_test.cpp.
// Limits: config_bytes_max.
#include "daemon/app/configuration_facts.hpp"

#include "config/load.hpp"
#include "daemon/link/congestion.hpp"
#include "daemon/seal/directory_file.hpp"
#include "daemon/seal/openssl_ptr.hpp"

#include <openssl/pem.h>

#include <time.h>

#include <ctime>
#include <filesystem>
#include <set>

namespace dhow::app {

namespace {

constexpr std::string_view file_scheme = "file:";

std::optional<protocol::utc_time> to_time(const ASN1_TIME* value) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(value, &parts) != 1) {
        return std::nullopt;
    }
    return protocol::utc_time(std::chrono::seconds(::timegm(&parts)));
}

void add_problem(std::vector<config::finding>& problems, const config::source_map& where,
                 const std::string& key, std::string text, std::string hint) {
    problems.push_back({config::severity::error, where.find(key), "cannot-read", std::move(text),
                        std::move(hint)});
}

/// Only what is certain: a folder that this user may not enter says nothing about its files.
bool is_missing(const std::string& path) {
    std::error_code error;
    return !std::filesystem::exists(path, error) && !error;
}

struct reference {
    std::string key;
    std::string value;
};

std::vector<reference> secrets_of(const config::gateway& settings) {
    const auto& keys = settings.keys;
    std::vector<reference> out{{"keys.link", keys.link},
                               {"keys.sign", keys.sign},
                               {"keys.encrypt", keys.encrypt},
                               {"keys.at_rest", keys.at_rest},
                               {"keys.passphrase", keys.passphrase},
                               {"api.tls.key", settings.api.tls_key}};
    for (const auto& older : keys.older_encrypt) {
        out.push_back({"keys.older_encrypt", older});
    }
    return out;
}

std::vector<reference> certificates_of(const config::gateway& settings) {
    std::vector<reference> out{{"keys.link_certificate", settings.keys.link_certificate}};
    for (std::size_t i = 0; i < settings.trust_settings.anchors.size(); ++i) {
        out.push_back({"trust.anchors." + std::to_string(i), settings.trust_settings.anchors[i]});
    }
    if (!settings.api.tls_certificate.empty()) {
        out.push_back({"api.tls.certificate", settings.api.tls_certificate});
    }
    return out;
}

}  // namespace

protocol::result<config::certificate_dates> read_certificate_dates(const std::string& path) {
    const auto text = config::file_system().read(path);
    if (!text) {
        return text.error();
    }
    const seal::bio_ptr memory(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
    const seal::certificate_ptr certificate(
        PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
    if (!certificate) {
        return protocol::errc::bad_encoding;
    }
    const auto from = to_time(X509_get0_notBefore(certificate.get()));
    const auto to = to_time(X509_get0_notAfter(certificate.get()));
    if (!from || !to) {
        return protocol::errc::bad_encoding;
    }
    return config::certificate_dates{{}, path, *from, *to};
}

std::vector<config::certificate_dates> read_certificates(const config::gateway& settings,
                                                         const config::source_map& where,
                                                         std::vector<config::finding>& problems) {
    for (const auto& one : secrets_of(settings)) {
        if (one.value.starts_with(file_scheme)) {
            if (const auto path = one.value.substr(file_scheme.size()); is_missing(path)) {
                add_problem(problems, where, one.key, one.key + ": there is no file " + path,
                            "Make keys with `dhow keys create`, or correct the path.");
            }
        }
    }
    std::vector<config::certificate_dates> out;
    for (const auto& one : certificates_of(settings)) {
        auto dates = read_certificate_dates(one.value);
        if (!dates) {
            const bool is_text = dates.error() == protocol::errc::bad_encoding;
            add_problem(problems, where, one.key,
                        one.key + ": " +
                            (is_text ? one.value + " holds no certificate"
                                     : "cannot read " + one.value + ": " + dates.error().message()),
                        "Expected a certificate in PEM format that this user may read.");
            continue;
        }
        dates->key = one.key;
        out.push_back(std::move(*dates));
    }
    return out;
}

std::optional<protocol::directory> read_directory(const config::gateway& settings,
                                                  const config::source_map& where,
                                                  std::vector<config::finding>& problems) {
    const auto& trust = settings.trust_settings;
    const auto anchors = seal::load_anchors(trust, {});
    if (!anchors) {
        add_problem(problems, where, "trust.anchors", "trust.anchors: " + anchors.error().text,
                    "Name the certificates of those who sign the directory.");
        return std::nullopt;
    }
    auto directory = seal::load_directory(trust.directory, *anchors, std::nullopt);
    if (!directory) {
        add_problem(problems, where, "trust.directory",
                    "trust.directory: " + directory.error().text, "See `dhow directory verify`.");
        return std::nullopt;
    }
    return std::move(*directory);
}

std::vector<config::congestion_trouble> read_congestion_troubles(const config::gateway& settings) {
    std::set<config::link_congestion> named;
    for (const auto& one : settings.links) {
        named.insert(one.congestion);
    }
    named.erase(config::link_congestion::kernel);
    std::vector<config::congestion_trouble> out;
    for (const auto which : named) {
        if (auto refusal = link::look_for_congestion(config::to_text(which))) {
            out.push_back({which, std::move(refusal->text), std::move(refusal->hint)});
        }
    }
    return out;
}

std::vector<config::finding> check_configuration(const config::loaded& read,
                                                 protocol::utc_time now) {
    auto findings = read.findings;
    if (!read.ok()) {
        return findings;  // The rest would be consequences.
    }
    config::check_facts facts;
    facts.now = now;
    facts.certificates = read_certificates(read.settings, read.where, findings);
    facts.congestion_troubles = read_congestion_troubles(read.settings);
    std::optional<protocol::directory> directory;
    if (!has_errors(findings)) {  // Else the anchors may be what is missing.
        directory = read_directory(read.settings, read.where, findings);
    }
    facts.directory = directory ? &*directory : nullptr;
    const auto more = config::check(read.settings, read.where, facts);
    findings.insert(findings.end(), more.begin(), more.end());
    return findings;
}

}  // namespace dhow::app
