// Time that passes when the test says so, the same for all daemons that share it.
// Way of the message: see tests/preload/shifted_clock.cpp.
// Not pure: a file in memory that daemons map. One thread.
// Spec: none. Tests: used by stopped_daemon_test, reads_nothing_test.
// Limits: a daemon notices within the 2 s after which it looks at its clocks.
#pragma once

#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <fstream>

namespace dhow::tests {

class shared_clock {
public:
    explicit shared_clock(const std::filesystem::path& folder) : x_path(folder / "clock") {
        write();
    }
    [[nodiscard]] std::map<std::string, std::string> environment() const {
        return {{"LD_PRELOAD", DHOW_SHIFTED_CLOCK}, {"DHOW_CLOCK_FILE", x_path.string()}};
    }
    void advance(seconds by) {
        x_ahead += by;
        write();
    }

private:
    void write() const {
        const std::int64_t ahead = x_ahead.count();
        std::fstream to(x_path, std::ios::binary | std::ios::in | std::ios::out);
        if (!to) {
            to.open(x_path, std::ios::binary | std::ios::out);
        }
        to.write(reinterpret_cast<const char*>(&ahead), sizeof(ahead));
    }

    std::filesystem::path x_path;
    std::chrono::nanoseconds x_ahead{0};
};

inline boost::test_tools::assertion_result can_shift_clock(boost::unit_test::test_unit_id) {
    const auto tried = run({DHOWD_PATH, "--version"}, {{"LD_PRELOAD", DHOW_SHIFTED_CLOCK}});
    boost::test_tools::assertion_result out(tried.code == 0 &&
                                            tried.out.find("ERROR") == std::string::npos);
    out.message() << "not tested: no library can be loaded in front of this dhowd: " << tried.out;
    return out;
}

}  // namespace dhow::tests
