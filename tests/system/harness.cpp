// Gateways of a test federation: how they are made, started, killed and asked.
// Way of the message: see harness.hpp.
// Not pure: processes, files, sockets. One thread.
// Spec: docs/agency-api.md. Tests: used by tests/system.
// Limits: see harness.hpp.
#include "tests/system/harness.hpp"

#include <boost/json.hpp>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {

std::uint64_t status_bytes(pid_t pid, const std::string& field) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; in >> word;) {
        if (word == field + ":") {
            std::uint64_t kibibytes = 0;
            in >> kibibytes;
            return kibibytes * 1024;
        }
    }
    throw std::runtime_error("no " + field + " of process " + std::to_string(pid));
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) {
        out += (out.empty() ? "" : ",") + word;
    }
    return out;
}

json::object expect_success(const reply& answer, const std::string& what) {
    if (answer.status < 200 || answer.status > 299) {
        throw refused(answer.status,
                      what + ": " + std::to_string(answer.status) + " " + answer.body);
    }
    return answer.as_json().as_object();
}

}  // namespace

json::value reply::as_json() const { return json::parse(body); }

gateway::gateway(std::string bureau, fs::path folder)
    : x_bureau(std::move(bureau)), x_folder(std::move(folder)) {}

void gateway::start_only(const std::vector<std::string>& before,
                         const std::map<std::string, std::string>& environment) {
    std::vector<std::string> words = before;
    words.insert(words.end(), {DHOWD_PATH, "--config", config().string()});
    x_process = child(words, log(), environment);
}

void gateway::start(const std::vector<std::string>& before,
                    const std::map<std::string, std::string>& environment) {
    start_only(before, environment);
    await_ready();
}

void gateway::await_ready() {
    wait_until(x_bureau + " is ready; its log is " + log().string(), [this] {
        if (!x_process.is_running()) {
            throw std::runtime_error(x_bureau + " ended at its start:\n" + log_text());
        }
        return ask(socket(), "GET", "/readyz").status == 200;
    });
}

void gateway::kill() { x_process.end(SIGKILL); }

int gateway::terminate() { return x_process.end(SIGTERM); }

std::uint64_t gateway::peak_resident_bytes() const { return status_bytes(pid(), "VmHWM"); }

std::uint64_t gateway::resident_bytes() const { return status_bytes(pid(), "VmRSS"); }

fs::path gateway::database() const {
    for (const auto& entry : fs::directory_iterator(x_folder / "state")) {
        if (entry.path().extension() == ".db") {
            return entry.path();
        }
    }
    throw std::runtime_error(x_bureau + " has no database");
}

std::string gateway::log_text() const { return read_file(log()); }

json::object gateway::get(const std::string& target) const {
    return expect_success(ask(socket(), "GET", target), x_bureau + " GET " + target);
}

json::object gateway::post(const std::string& target, const json::object& body,
                           const std::map<std::string, std::string>& fields) const {
    return expect_success(ask(socket(), "POST", target, json::serialize(body), fields),
                          x_bureau + " POST " + target);
}

finished gateway::dhow(std::vector<std::string> words) const {
    words.insert(words.begin(), DHOW_PATH);
    return run(words, {{"DHOW_CONFIG", config().string()}});
}

double gateway::metric(const std::string& name) const {
    std::istringstream lines(ask(socket(), "GET", "/metrics").body);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + " ")) {
            return std::stod(line.substr(name.size() + 1));
        }
    }
    return 0;
}

federation::federation(const federation_wish& wish) {
    const auto extra = folder() / "extra.yaml";
    std::ofstream(extra) << wish.extra;
    std::vector<std::string> words{"python3",   DHOW_SOURCE_DIR "/scripts/lib/make_federation.py",
                                   "--dhow",    DHOW_PATH,
                                   "--dir",     folder().string(),
                                   "--hub",     "IPSG",
                                   "--members", joined(wish.members),
                                   "--also",    joined(wish.also),
                                   "--log",     wish.log,
                                   "--extra",   extra.string()};
    for (const auto& [member, port] : wish.lines) {
        words.insert(words.end(), {"--line", member + "=" + std::to_string(port)});
    }
    const auto made = run(words);
    if (made.code != 0) {
        throw std::runtime_error("no federation: " + made.out);
    }
    const auto facts = json::parse(read_file(folder() / "federation.json")).as_object();
    x_hub_port = facts.at("port").to_number<std::uint16_t>();
    for (const auto& bureau : facts.at("bureaus").as_array()) {
        const std::string name(bureau.as_string());
        x_gateways.emplace(name, std::make_unique<gateway>(name, folder() / name));
    }
}

void federation::start_all() {
    for (auto& [name, one] : x_gateways) {
        one->start_only();
    }
    for (auto& [name, one] : x_gateways) {
        one->await_ready();
    }
}

}  // namespace dhow::tests
