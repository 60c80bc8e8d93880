// What the scenes of why_test share: the check of one cause, and verbs of their own.
// Way of the message: see harness.hpp.
// Not pure: processes, files, sockets. One thread.
// Spec: docs/operations.md#causes. Tests: used by why_test.
// Limits: see harness.hpp.
#pragma once

#include "tests/system/harness.hpp"

#include <set>
#include <string_view>

namespace dhow::tests {

/// Whether a cause says when it is tried again.
enum class next_try : std::uint8_t { none, to_come, any };

/// Codes that expect_cause() has seen in this run of the program.
std::set<std::string>& seen_causes();

/// Waits until `dhow why ID --json` at this gateway has the cause; then checks its since (between
/// the scene's begin and now), its next try (later than the question) and its remedy (the list's).
json::object expect_cause(const gateway& at, const std::string& id, std::string_view code,
                          next_try next = next_try::none);

/// The scene's begin: no `since` of a cause of it may be earlier, none later than the present by a
/// gateway's clock, which may be ahead.
void begin_scene(seconds clock_ahead = seconds{0});

/// Submits with a time to live.
std::string submit_for(const gateway& from, const letter& what, seconds life);

/// Replaces a text in the configuration, which must stand in it.
void edit(const gateway& at, const std::string& from, const std::string& to);
/// SIGHUP; waits until the new configuration is in use.
void reload(const gateway& at);
void call_link(const gateway& at, const std::string& link);
void signal(const gateway& at, int number);

/// `dhow` without a daemon; must succeed.
void run_dhow(const std::vector<std::string>& words);

/// A directory of its own for one gateway: a copy that `change` may edit before it is signed.
void give_own_directory(federation& of, const std::string& bureau,
                        const std::function<void(const std::string& folder)>& change);

/// TCP on a loopback port. Takes connections and says nothing, or garbage, and hangs up.
class wrong_server {
public:
    explicit wrong_server(bool answers);
    ~wrong_server();
    wrong_server(const wrong_server&) = delete;
    wrong_server& operator=(const wrong_server&) = delete;
    [[nodiscard]] std::string port() const;

private:
    struct inner;
    std::unique_ptr<inner> x_inner;
};
std::string free_port();

// The scenes; each has a federation of its own.
void scene_of_an_origin_alone();    ///< why_origin.cpp
void scene_of_wrong_peers();        ///< why_origin.cpp
void scene_of_a_relayed_message();  ///< why_relay.cpp
void scene_of_a_stuck_hub();        ///< why_hub.cpp
void scene_of_a_restored_hub();     ///< why_hub.cpp
void scene_of_a_wrong_greeting();   ///< why_hub.cpp
void scene_of_a_full_disk();        ///< why_relay.cpp
void scene_of_refusals();           ///< why_relay.cpp
void scene_of_damage();             ///< why_hub.cpp
void scene_of_a_doubtful_clock();   ///< why_origin.cpp
void scene_of_a_stale_directory();  ///< why_origin.cpp
void scene_of_bearers();            ///< why_bearers.cpp
void scene_of_confidentiality();    ///< why_bearers.cpp

}  // namespace dhow::tests
