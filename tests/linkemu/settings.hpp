// What an emulated link is told to do: rates, delays, losses, cuts; and profiles with names.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::linkemu {

/// Since the program began.
using duration = std::chrono::nanoseconds;

constexpr duration never = duration::max();

inline double in_seconds(duration time) { return std::chrono::duration<double>(time).count(); }

inline duration from_seconds(double seconds) {
    return std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
}

/// A wrong option or command; the text says which.
struct wrong_word : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The ways of a packet. End A is the bureau, end B the far side: "up" is what A sends.
enum way : std::size_t { up = 0, down = 1 };
inline constexpr std::array both_ways{up, down};

struct pipe_settings {
    double bits_per_s = 1e6;  ///< 0: nothing passes, the buffer fills
    duration delay{};         ///< one way
    duration jitter{};        ///< up to this much is added to the delay; the order stays
    double loss = 0;          ///< share of the packets
    double reorder = 0;       ///< share of the packets that are overtaken
    duration reorder_delay = std::chrono::milliseconds{20};
    std::size_t buffer_bytes = 64 * 1024;  ///< drop tail; the packet being sent counts
};

enum class cut_kind {
    clean,    ///< every TCP connection is reset at both ends
    silent,   ///< packets vanish, nobody is told
    one_way,  ///< packets of A vanish, those of B pass
    address,  ///< the address behind NAT changes: old connections are dead, nobody is told
};

/// Cuts that come by themselves.
struct cut_plan {
    cut_kind kind = cut_kind::clean;
    double up_s_min = 0;  ///< with is_exponential the mean
    double up_s_max = 0;
    bool is_exponential = false;
    double down_s_min = 0;
    double down_s_max = 0;
};

struct timed_command {
    duration at;
    std::string words;
};

struct settings {
    std::array<pipe_settings, 2> pipes;
    std::optional<cut_plan> cuts;
    std::vector<timed_command> commands;
    std::uint64_t seed = 1;
    std::array<std::string, 2> name_spaces;  ///< name or path; empty: the caller's own
    std::string subnet = "10.99.0";          ///< A is .1, B is .2
    std::string device = "emu";              ///< emu-a and emu-b
    int mtu = 1500;
    std::string control;   ///< path of the socket for commands, or empty
    std::string counters;  ///< path of the file for counters, or empty
};

/// Rates, delays, losses and cuts of a named profile; throws `wrong_word`.
void apply_profile(settings& to, std::string_view name);
std::string profile_table();

settings parse_arguments(int count, const char* const* words);

double parse_number(const std::string& text, const char* what);
/// "5", or "5-20": the least and the most.
std::array<double, 2> parse_range(const std::string& text, const char* what);
/// "64", or "128/64" for down/up as links are sold; the result is indexed by `way`.
std::array<double, 2> parse_ways(const std::string& text, const char* what);
cut_kind parse_kind(std::string_view name);

}  // namespace dhow::linkemu
