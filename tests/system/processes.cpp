// Programs as children, folders, waiting: what is below the daemons of a test.
// Way of the message: see harness.hpp.
// Not pure: processes, files. One thread.
// Spec: none. Tests: used by tests/system.
// Limits: see harness.hpp.
#include "tests/system/harness.hpp"

#include <boost/system/system_error.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

namespace dhow::tests {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds poll_interval{10};

std::vector<char*> to_pointers(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (auto& word : words) {
        out.push_back(word.data());
    }
    out.push_back(nullptr);
    return out;
}

pid_t launch(std::vector<std::string> words, int output,
             const std::map<std::string, std::string>& environment) {
    const pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    for (const auto& [name, value] : environment) {
        setenv(name.c_str(), value.c_str(), 1);
    }
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    const auto pointers = to_pointers(words);
    execvp(pointers[0], pointers.data());
    _exit(127);
}

int to_code(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

void wait_until(const std::string& what, const std::function<bool()>& is_so, seconds patience) {
    const auto until = clock::now() + patience;
    std::string last;
    while (clock::now() < until) {
        try {
            if (is_so()) {
                return;
            }
        } catch (const boost::system::system_error& away) {
            last = away.what();
        } catch (const refused& answer) {
            if (answer.status() != 503) {
                throw;
            }
            last = answer.what();
        }
        std::this_thread::sleep_for(poll_interval);
    }
    throw std::runtime_error("waited " + std::to_string(patience.count()) + " s in vain: " + what +
                             (last.empty() ? "" : " (" + last + ")"));
}

temporary_folder::temporary_folder() {
    std::string name = (fs::temp_directory_path() / "dhow-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no temporary folder");
    }
    x_path = name;
}

temporary_folder::~temporary_folder() {
    if (std::getenv("DHOW_KEEP") == nullptr) {
        std::error_code ignored;
        fs::remove_all(x_path, ignored);
    }
}

finished run(const std::vector<std::string>& words,
             const std::map<std::string, std::string>& environment) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipe");
    }
    const pid_t pid = launch(words, ends[1], environment);
    close(ends[1]);
    finished out;
    char buffer[4096];
    for (ssize_t count = 0; (count = read(ends[0], buffer, sizeof(buffer))) > 0;) {
        out.out.append(buffer, static_cast<std::size_t>(count));
    }
    close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    out.code = to_code(status);
    return out;
}

child::child(const std::vector<std::string>& words, const fs::path& log,
             const std::map<std::string, std::string>& environment) {
    const int output =
        open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    x_pid = launch(words, output, environment);
    close(output);
}

child::~child() {
    if (x_pid > 0) {
        end(SIGKILL);
    }
}

child::child(child&& other) noexcept
    : x_pid(std::exchange(other.x_pid, -1)), x_code(other.x_code) {}

child& child::operator=(child&& other) noexcept {
    std::swap(x_pid, other.x_pid);
    std::swap(x_code, other.x_code);
    return *this;
}

bool child::is_running() {
    int status = 0;
    if (x_pid > 0 && waitpid(x_pid, &status, WNOHANG) == x_pid) {
        x_code = to_code(status);
        x_pid = -1;
    }
    return x_pid > 0;
}

int child::end(int signal) {
    if (is_running()) {
        ::kill(x_pid, signal);
        return wait();
    }
    return x_code;
}

int child::wait(seconds patience) {
    const auto until = clock::now() + patience;
    while (is_running()) {
        if (clock::now() > until) {
            ::kill(x_pid, SIGKILL);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return x_code;
}

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool is_installed(const std::string& program) {
    return run({"sh", "-c", "command -v " + program}).code == 0;
}

}  // namespace dhow::tests
