// Real daemons for tests: a federation in a temporary folder, each gateway started, killed, asked.
// Way of the message: takes the place of agencies, operators and the service manager.
// Not pure: processes, files, sockets. One thread uses one client; daemons are used by one thread.
// Spec: docs/agency-api.md. Tests: used by tests/system.
// Limits: waits end after patience (60 s unless told otherwise) with what was being waited for.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace dhow::tests {

namespace json = boost::json;
using std::chrono::seconds;

/// Thrown for an answer that is not success.
class refused : public std::runtime_error {
public:
    refused(unsigned status, const std::string& text)
        : std::runtime_error(text), x_status(status) {}
    [[nodiscard]] unsigned status() const { return x_status; }

private:
    unsigned x_status;
};

/// A HTTP answer.
struct reply {
    unsigned status = 0;
    std::string body;
    [[nodiscard]] json::value as_json() const;
};

/// One request over the Unix socket, on a connection of its own. Throws boost::system::system_error
/// when the daemon is not there or goes away.
reply ask(const std::filesystem::path& socket, const std::string& method, const std::string& target,
          const std::string& body = {}, const std::map<std::string, std::string>& fields = {});

/// Asks `is_so` again and again until it says yes; throws std::runtime_error naming `what` when it
/// has not within `patience`. A daemon that is away or asks for patience (503) counts as no.
void wait_until(const std::string& what, const std::function<bool()>& is_so,
                seconds patience = seconds{60});

/// A folder that is removed with everything in it, unless DHOW_KEEP is set.
class temporary_folder {
public:
    temporary_folder();
    ~temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return x_path; }

private:
    std::filesystem::path x_path;
};

/// What a program said and how it ended.
struct finished {
    int code = -1;  ///< Exit code, or 128 + signal.
    std::string out;
};
/// Runs to the end; standard error goes with the output.
finished run(const std::vector<std::string>& words,
             const std::map<std::string, std::string>& environment = {});

/// A child process that is killed when its owner goes.
class child {
public:
    child() = default;
    child(const std::vector<std::string>& words, const std::filesystem::path& log,
          const std::map<std::string, std::string>& environment = {});
    ~child();
    child(child&& other) noexcept;
    child& operator=(child&& other) noexcept;
    [[nodiscard]] bool is_running();
    [[nodiscard]] pid_t pid() const { return x_pid; }
    /// Sends the signal and waits for the end. Returns as finished::code.
    int end(int signal);
    /// Waits for the end; 128 + SIGKILL after `patience`.
    int wait(seconds patience = seconds{60});

private:
    pid_t x_pid = -1;
    int x_code = -1;
};

/// One gateway: its folder and, when started, its process.
class gateway {
public:
    gateway(std::string bureau, std::filesystem::path folder);

    /// Starts and waits until it is ready. `before`: a program that runs it (strace …).
    void start(const std::vector<std::string>& before = {},
               const std::map<std::string, std::string>& environment = {});
    void start_only(const std::vector<std::string>& before = {},
                    const std::map<std::string, std::string>& environment = {});
    void await_ready();
    void kill();      ///< SIGKILL
    int terminate();  ///< SIGTERM; the exit code.
    [[nodiscard]] bool is_running() { return x_process.is_running(); }
    [[nodiscard]] pid_t pid() const { return x_process.pid(); }
    /// Largest resident size so far, in bytes (VmHWM).
    [[nodiscard]] std::uint64_t peak_resident_bytes() const;
    [[nodiscard]] std::uint64_t resident_bytes() const;

    [[nodiscard]] const std::string& bureau() const { return x_bureau; }
    [[nodiscard]] const std::filesystem::path& folder() const { return x_folder; }
    [[nodiscard]] std::filesystem::path config() const { return x_folder / "dhow.yaml"; }
    [[nodiscard]] std::filesystem::path socket() const { return x_folder / "api.sock"; }
    [[nodiscard]] std::filesystem::path log() const { return x_folder / "dhowd.log"; }
    [[nodiscard]] std::filesystem::path database() const;
    [[nodiscard]] std::string log_text() const;

    // As agency and operator; anything but success throws `refused`.
    json::object get(const std::string& target) const;
    json::object post(const std::string& target, const json::object& body,
                      const std::map<std::string, std::string>& fields = {}) const;
    [[nodiscard]] finished dhow(std::vector<std::string> words) const;
    /// The value of a metric, labels as written (`name{peer="MU"}`); 0 when there is none.
    [[nodiscard]] double metric(const std::string& name) const;

private:
    std::string x_bureau;
    std::filesystem::path x_folder;
    child x_process;
};

struct federation_wish {
    std::vector<std::string> members = {"ZW", "MU"};
    std::vector<std::string> also;  ///< In the directory only.
    std::string extra;              ///< YAML for every configuration.
    std::string log = "debug";
    /// The port that a member dials instead of the hub's: a relay's.
    std::map<std::string, std::uint16_t> lines = {};
};

/// A hub, IPSG, and members that dial it; made by scripts/lib/make_federation.py. None is started.
class federation {
public:
    explicit federation(const federation_wish& wish = {});
    gateway& operator[](const std::string& bureau) { return *x_gateways.at(bureau); }
    void start_all();
    [[nodiscard]] const std::filesystem::path& folder() const { return x_folder.path(); }
    [[nodiscard]] std::uint16_t hub_port() const { return x_hub_port; }

private:
    temporary_folder x_folder;
    std::uint16_t x_hub_port = 0;
    std::map<std::string, std::unique_ptr<gateway>> x_gateways;
};

// What agencies do ------------------------------------------------------------------------------

struct letter {
    std::vector<std::string> to = {"MU"};
    std::string kind = "hit.request";
    std::string cls = "urgent";
    std::string subject = "synthetic";
    std::string text = "synthetic text";
    struct file {
        std::string name;
        std::string data;
    };
    std::vector<file> files;
};

/// Uploads the files and submits; the id.
std::string submit(const gateway& from, const letter& what);
struct accepted {
    std::string id;
    bool was_repeated = false;  ///< The daemon had it already: an earlier answer was lost.
};
/// Repeats until the daemon has answered, also over restarts, as an agency does.
accepted submit_surely(const gateway& from, const letter& what, const std::string& key);
/// State of one recipient's copy at the origin; empty when unknown.
std::string state_of(const gateway& origin, const std::string& id, const std::string& recipient);
bool is_complete(const gateway& origin, const std::string& id, const std::string& recipient);

/// What the inbox holds, opened and attachments fetched.
struct taken {
    std::string id;
    std::string text;
    std::vector<letter::file> files;
};
std::vector<std::string> inbox_ids(const gateway& at, bool all = true);
taken open_inbox(const gateway& at, const std::string& id);
void acknowledge(const gateway& at, const std::string& id);

std::string random_bytes(std::size_t count, std::uint64_t seed);
std::string to_base64(const std::string& raw);
std::string to_hex(const std::string& raw);
std::string from_base64(const std::string& text);
std::string read_file(const std::filesystem::path& path);
bool is_installed(const std::string& program);

}  // namespace dhow::tests
