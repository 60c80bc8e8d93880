// Log lines to the journal or a terminal.
// Way of the message: see log.hpp.
// Not pure: writes to a stream.
// Spec: docs/operations.md#log. Tests: system.
// Limits: none.
#include "daemon/app/log.hpp"

#include "daemon/app/wall_clock.hpp"

#include <array>
#include <cstdlib>
#include <sstream>

namespace dhow::app {

namespace {
struct level_name {
    std::string_view text;
    int syslog;
};
// debug, info, notice, warning, alarm
constexpr std::array<level_name, 5> names{
    {{"debug", 7}, {"info", 6}, {"notice", 5}, {"warning", 4}, {"alarm", 1}}};
}  // namespace

bool is_under_journal() { return std::getenv("JOURNAL_STREAM") != nullptr; }

void log::set_level(std::string_view name) {
    if (name == "error") {
        x_least = route::log_level::alarm;  // The configuration's word for what needs somebody.
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].text == name) {
            x_least = static_cast<route::log_level>(i);
        }
    }
}

void log::write(route::log_level level, std::string_view id, std::string_view text) {
    if (level < x_least) {
        return;
    }
    const auto& name = names[static_cast<std::size_t>(level)];
    std::ostringstream line;
    if (x_for_journal) {
        line << '<' << name.syslog << '>' << id << ": ";
    } else {
        line << protocol::to_text(wall_now()) << ' ' << name.text << ' ' << id << ": ";
    }
    for (const char c : text) {  // One line, whatever a peer said.
        const auto value = static_cast<unsigned char>(c);
        line << (value < 0x20 || value == 0x7f ? ' ' : c);
    }
    line << '\n';
    x_to << line.str() << std::flush;
}

}  // namespace dhow::app
