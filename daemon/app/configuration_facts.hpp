// What the checks need to know of this host: dates of certificates, files, the directory, the
// kernel.
// Way of the message: none; `dhow config check`, and the daemon at start and reload.
// Not pure: reads the files that a configuration names. Any thread.
// Spec: docs/configuration.md#checks. Tests: unit/cli/config_command_test.cpp.
// Limits: certificate files up to config_bytes_max.
#pragma once

#include "config/check.hpp"
#include "config/load.hpp"
#include "protocol/errors.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dhow::app {

/// Dates of the first certificate of a PEM file; `key` is left empty. Not found, not readable or
/// no certificate: an error.
protocol::result<config::certificate_dates> read_certificate_dates(const std::string& path);

/// Dates of all certificates that the configuration names. What cannot be read is added to
/// `problems`, and so is each `file:` reference without a file.
std::vector<config::certificate_dates> read_certificates(const config::gateway& settings,
                                                         const config::source_map& where,
                                                         std::vector<config::finding>& problems);

/// The directory that the configuration names, verified against its anchors. Nothing when it cannot
/// be: then `problems` says why.
std::optional<protocol::directory> read_directory(const config::gateway& settings,
                                                  const config::source_map& where,
                                                  std::vector<config::finding>& problems);

/// Of the congestion controls that links name, those that this host's kernel does not let us use.
std::vector<config::congestion_trouble> read_congestion_troubles(const config::gateway& settings);

/// What `read` brought, and, when it has no errors, what does not fit together on this host at
/// `now`.
std::vector<config::finding> check_configuration(const config::loaded& read,
                                                 protocol::utc_time now);

}  // namespace dhow::app
