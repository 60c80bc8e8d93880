// The kinds of values that sections read: bureaus, names, targets, addresses, classes, and so on.
// Way of the message: none; used by the section readers.
// Pure: constants and parsers.
// Spec: docs/configuration.md#values. Tests: unit/config/load_test.cpp.
// Limits: short_text_bytes_max.
#pragma once

#include "config/model.hpp"
#include "config/section.hpp"

namespace dhow::config {

extern const value_kind<std::string> text_kind;           ///< One line.
extern const value_kind<std::string> name_kind;           ///< Of a link, group or agency.
extern const value_kind<std::string> sender_agency_kind;  ///< As another bureau names it.
extern const value_kind<bureau_id> bureau_kind;
extern const value_kind<std::string> target_kind;        ///< A bureau, `group:NAME`, `*`.
extern const value_kind<std::string> kind_pattern_kind;  ///< `hit.request`, `hit.*`, `*`.
extern const value_kind<message_class> class_kind;
extern const value_kind<link_mode> link_mode_kind;
extern const value_kind<link_congestion> link_congestion_kind;
extern const value_kind<link_beside> link_beside_kind;
extern const value_kind<confidentiality> confidentiality_kind;
extern const value_kind<std::string> address_kind;       ///< `host:port`
extern const value_kind<std::string> peer_address_kind;  ///< `tls://host:port`
extern const value_kind<std::string> user_kind;          ///< A Unix user.
extern const value_kind<std::string> fingerprint_kind;   ///< SHA-256 in lower-case hexadecimal.
extern const value_kind<std::string> log_level_kind;
extern const value_kind<std::uint64_t> size_kind;
extern const value_kind<double> percent_kind;
extern const value_kind<bool> boolean_kind;
extern const value_kind<std::string> ip_address_kind;  ///< Without a port.
extern const value_kind<std::uint64_t> rate_kind;      ///< `64kbit/s`; in bytes a second.
extern const value_kind<std::chrono::seconds> time_span_kind;
extern const value_kind<std::uint8_t> weekday_kind;              ///< `mon` is 0, `sun` 6.
extern const value_kind<std::chrono::seconds> time_of_day_kind;  ///< Since midnight, to 24:00.

}  // namespace dhow::config
