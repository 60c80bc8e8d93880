// What an administrator writes, as checked plain structs.
// Way of the message: read once at start and at each reload; the core sees only these values.
// Pure values.
// Spec: docs/configuration.md. Tests: unit/config.
// Limits: units are in the types; bounds in limits.hpp may be lowered here, not raised.
#pragma once

#include "protocol/confidentiality.hpp"
#include "protocol/ids.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::config {

using protocol::bureau_id;
using protocol::confidentiality;
using protocol::message_class;
using std::chrono::seconds;

/// `file:PATH` or `credential:NAME` or an OSSL_STORE URI; never the secret itself.
using secret_reference = std::string;

struct key_files {
    secret_reference link, sign, encrypt;
    std::vector<secret_reference> older_encrypt;  ///< Still open what was sealed to them.
    secret_reference at_rest;                     ///< 32 bytes.
    secret_reference passphrase;                  ///< Of the PEM files; may be empty.
    std::string link_certificate;                 ///< PEM, shown in the TLS handshake.
};

struct trust {
    std::string directory;             ///< Path of the directory bundle.
    std::vector<std::string> anchors;  ///< Certificates of the directory signers (PEM paths).
    std::uint32_t threshold = 2;
    std::string federation;
};

/// `courier`: nothing goes by the network; it says that the peer is reached by hand.
enum class link_mode : std::uint8_t { dial, listen, both, courier };

/// Of TCP on the sockets of a link. `kernel`: as the system has set it.
enum class link_congestion : std::uint8_t { kernel, bbr, cubic, reno };
inline constexpr std::array<std::string_view, 4> link_congestion_names{"kernel", "bbr", "cubic",
                                                                       "reno"};
/// As the kernel names it, `kernel` apart.
inline std::string_view to_text(link_congestion value) {
    return link_congestion_names[static_cast<std::size_t>(value)];
}

/// When flash also goes by this link while another one of its peer has the session.
enum class link_beside : std::uint8_t { never, needed, always };
inline constexpr std::array<std::string_view, 3> link_beside_names{"never", "needed", "always"};

/// When objects of some classes may pass. All times are UTC.
struct link_window {
    std::uint8_t days = 0x7f;                 ///< On which it opens: bit 0 Monday … bit 6 Sunday.
    seconds opens{0};                         ///< Since midnight, less than a day.
    seconds closes{24 * 3600};                ///< Since midnight. Not after opens: on the next day.
    std::vector<message_class> classes = {};  ///< Empty: all.
    std::uint64_t size_max_bytes = 0;         ///< Of one sealed object. 0: any.
};

/// IP bytes of both directions in a calendar month, UTC.
struct link_quota {
    std::uint64_t month_bytes = 0;  ///< 0: none.
    std::vector<message_class> beyond = {message_class::flash, message_class::urgent};
    double warn_at = 0.8;  ///< Share of month_bytes.
};

struct link {
    std::string name;
    bureau_id peer;
    link_mode mode = link_mode::both;
    std::vector<std::string> addresses;  ///< `tls://host:port`; for dial and both.
    bool metered = false;
    std::string local = {};                   ///< Address of this machine; empty: any.
    std::uint64_t bytes_per_s = 0;            ///< As the provider says; 0: not known.
    std::uint64_t cost = 0;                   ///< Compared among links of one peer.
    std::vector<message_class> classes = {};  ///< That it ever carries. Empty: all.
    std::vector<link_window> windows = {};    ///< For the classes that they name.
    link_quota quota = {};
    seconds idle_close{0};     ///< 0: it is kept up.
    seconds call_every{3600};  ///< With idle_close: dialled so often without need.
    seconds hold_down{600};    ///< A dearer link is kept at least so long.
    link_congestion congestion = link_congestion::kernel;
    link_beside flash_beside = link_beside::never;
    /// The highest that it may carry, as far as we know it.
    confidentiality level_max = protocol::highest_confidentiality;
};

/// First match wins; `via` is tried left to right. `to`: a bureau, `group:NAME`, or `*`.
struct route {
    std::string to;
    std::vector<std::string> via;  ///< Link names.
    std::size_t line = 0;          ///< In the file, for messages.
};

struct agency {
    std::string name;
    std::vector<std::string> users;  ///< Unix users whose socket connections are this agency.
    std::vector<std::string>
        keys;  ///< SHA-256 (hex) of the public key (SPKI) of its TLS certificate.
    std::vector<std::string>
        send_kinds;                    ///< `hit.*`, `notice.publication`, `*`. Empty: may not send.
    std::vector<std::string> send_to;  ///< Bureaus, groups, `*`.
    std::vector<message_class> send_classes;
    std::uint64_t messages_per_day = 0;  ///< 0: no quota.
    /// The highest that it may have.
    confidentiality level_max = protocol::highest_confidentiality;
};

/// Which agencies get an inbound message. What matches nothing goes to the duty desk.
struct assignment_rule {
    std::vector<std::string> kinds;      ///< Patterns; empty: any.
    std::vector<std::string> from;       ///< Bureaus, groups; empty: any.
    std::vector<message_class> classes;  ///< Empty: any.
    std::vector<std::string> agencies;
    std::vector<std::string> from_agencies;  ///< As their bureaus name them; empty: any.
    std::optional<bool> has_attachments;     ///< Nothing: does not matter.
    std::optional<bool> has_references;      ///< Supersedes or cancels; nothing: does not matter.
};

struct class_times {
    seconds send_again_after{0};  ///< No end receipt by then: sent again. 0: never.
    seconds expires_after{0};     ///< Default time to live.
    /// Waited for so long, it may go by a dearer link. Nothing: never.
    std::optional<seconds> dearer_after = std::nullopt;
};

struct api_listen {
    std::string unix_socket;  ///< Path. Empty: none.
    std::string tls_address;  ///< `host:port`. Empty: none.
    std::string tls_certificate;
    secret_reference tls_key;
};

struct disk {
    std::uint64_t max_bytes = 0;  ///< Of the database. 0: the file system's size.
    double soft_free = 0.20, hard_free = 0.10, floor_free = 0.03;
    seconds backup_window{7 * 86400};  ///< Sealed objects stay after COMMIT.
    seconds retention{30 * 86400};     ///< Origin's payload after the end.
};

/// By urgency. Nothing: what the kind says.
struct answer_times {
    std::optional<seconds> urgent = std::nullopt, routine = std::nullopt;
    bool operator==(const answer_times&) const = default;
};

/// Until when requests to some bureaus are to arrive, and to be answered. First match wins.
struct answer_clock {
    std::vector<std::string> with = {};   ///< Bureaus, groups; empty: any.
    std::vector<std::string> links = {};  ///< Of the next hop's, all are among these; empty: any.
    answer_times undelivered = {}, unanswered = {};
    std::uint8_t requests = 1;  ///< So many are sent by itself, the agency's own among them.
    bool operator==(const answer_clock&) const = default;
};

/// Until when papers have to follow an arrest. First match wins.
struct papers_deadline {
    std::vector<std::string> with = {};
    std::string treaty = {};                                 ///< Its name, for people.
    std::optional<std::chrono::days> within = std::nullopt;  ///< From the arrest on.
    /// So long before the end, the longest first.
    std::vector<seconds> warn = {std::chrono::days{5}, std::chrono::days{1}};
    bool operator==(const papers_deadline&) const = default;
};

struct answers {
    std::string desk = {};  ///< Agency that is told; empty: the duty desk.
    std::vector<answer_clock> clocks = {};
    std::vector<papers_deadline> papers = {};
};

struct gateway {
    std::uint32_t version = 1;
    bureau_id bureau;
    std::string bureau_name;
    std::string state_directory;  ///< Database and ballast.
    key_files keys;
    trust trust_settings;
    std::vector<std::string> listen;  ///< `host:port` for peers.
    std::vector<link> links;
    std::vector<route> routes;
    std::map<std::string, std::vector<bureau_id>> groups;
    std::map<bureau_id, bureau_id> sub_bureaus;  ///< Territory to the bureau it answers through.
    std::vector<bureau_id> bureaus;  ///< That must be reachable; only checked, not needed.
    std::map<std::string, agency> agencies;
    std::vector<assignment_rule> assignments;
    std::string duty_desk;  ///< Name of an agency.
    std::array<class_times, protocol::message_class_count> times{};
    api_listen api;
    std::vector<std::string> operator_users;  ///< Unix users with the operator's rights.
    disk disk_settings;
    std::string log_level = "info";
    config::answers answers = {};
};

}  // namespace dhow::config
