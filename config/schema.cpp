// The table of sections and keys.
// Way of the message: see schema.hpp.
// Pure: constants.
// Spec: docs/configuration.md. Tests: unit/config/documentation_test.cpp.
// Limits: none.
#include "config/schema.hpp"

#include "protocol/ensure.hpp"

#include <algorithm>
#include <array>

namespace dhow::config {

namespace {

using words = std::string_view;

constexpr std::array<words, 20> top_keys{
    "version", "include", "bureau",    "storage", "keys",        "trust",       "listen",
    "links",   "bureaus", "groups",    "routes",  "agencies",    "assignments", "duty_desk",
    "classes", "api",     "operators", "log",     "sub_bureaus", "answers"};
constexpr std::array<words, 7> included_keys{"sub_bureaus", "links",    "bureaus",    "groups",
                                             "routes",      "agencies", "assignments"};
constexpr std::array<words, 2> bureau_keys{"id", "name"};
constexpr std::array<words, 5> storage_keys{"directory", "max", "free", "backup_window",
                                            "retention"};
constexpr std::array<words, 3> free_keys{"soft", "hard", "floor"};
constexpr std::array<words, 7> key_keys{"link",    "sign",       "encrypt",         "older_encrypt",
                                        "at_rest", "passphrase", "link_certificate"};
constexpr std::array<words, 4> trust_keys{"directory", "anchors", "threshold", "federation"};
constexpr std::array<words, 16> link_keys{
    "peer",      "mode",       "addresses",    "metered",        "local",      "rate",
    "cost",      "classes",    "windows",      "quota",          "idle_close", "call_every",
    "hold_down", "congestion", "flash_beside", "confidentiality"};
constexpr std::array<words, 5> window_keys{"days", "from", "until", "classes", "max_size"};
constexpr std::array<words, 3> quota_keys{"month", "beyond", "warn"};
constexpr std::array<words, 2> route_keys{"to", "via"};
constexpr std::array<words, 2> sub_bureau_keys{"id", "parent"};
constexpr std::array<words, 5> agency_keys{"users", "keys", "send", "messages_per_day",
                                           "confidentiality"};
constexpr std::array<words, 3> send_keys{"kinds", "to", "classes"};
constexpr std::array<words, 7> assignment_keys{
    "kinds", "from", "from_agencies", "classes", "has_attachments", "has_references", "agencies"};
constexpr std::array<words, 4> classes_keys{"flash", "urgent", "routine", "bulk"};
constexpr std::array<words, 3> class_keys{"send_again_after", "expires_after", "dearer_after"};
constexpr std::array<words, 2> api_keys{"unix_socket", "tls"};
constexpr std::array<words, 3> tls_keys{"address", "certificate", "key"};
constexpr std::array<words, 1> log_keys{"level"};
constexpr std::array<words, 3> answer_keys{"desk", "clocks", "papers"};
constexpr std::array<words, 5> clock_keys{"with", "links", "undelivered", "unanswered", "requests"};
constexpr std::array<words, 2> answer_time_keys{"urgent", "routine"};
constexpr std::array<words, 4> papers_keys{"with", "treaty", "days", "warn"};

constexpr std::array table{
    schema_section{"", top_keys},
    schema_section{"include.*", included_keys},
    schema_section{"bureau", bureau_keys},
    schema_section{"storage", storage_keys},
    schema_section{"storage.free", free_keys},
    schema_section{"keys", key_keys},
    schema_section{"trust", trust_keys},
    schema_section{"links.*", link_keys},
    schema_section{"links.*.windows.*", window_keys},
    schema_section{"links.*.quota", quota_keys},
    schema_section{"routes.*", route_keys},
    schema_section{"sub_bureaus.*", sub_bureau_keys},
    schema_section{"agencies.*", agency_keys},
    schema_section{"agencies.*.send", send_keys},
    schema_section{"assignments.*", assignment_keys},
    schema_section{"classes", classes_keys},
    schema_section{"classes.*", class_keys},
    schema_section{"api", api_keys},
    schema_section{"api.tls", tls_keys},
    schema_section{"log", log_keys},
    schema_section{"answers", answer_keys},
    schema_section{"answers.clocks.*", clock_keys},
    schema_section{"answers.clocks.*.undelivered", answer_time_keys},
    schema_section{"answers.clocks.*.unanswered", answer_time_keys},
    schema_section{"answers.papers.*", papers_keys},
};

}  // namespace

std::span<const schema_section> schema() { return table; }

std::span<const std::string_view> keys_of(std::string_view path) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const schema_section& one) { return one.path == path; });
    DHOW_ENSURE(found != table.end());
    return found->keys;
}

}  // namespace dhow::config
