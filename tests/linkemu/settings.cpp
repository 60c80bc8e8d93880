// Reads the words of the command line.
#include "tests/linkemu/settings.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>

namespace dhow::linkemu {
namespace {

constexpr const char* help =
    R"(Passes IP packets between two network namespaces as a poor link would.
usage: dhow-linkemu [options]
  --ns-a NS, --ns-b NS     namespaces of the two ends: a name of `ip netns`, or a path such as
                           /proc/PID/ns/net; without one, the caller's own
  --subnet N.N.N           A gets address N.N.N.1, B N.N.N.2 (10.99.0)
  --device NAME            the TUN devices are NAME-a and NAME-b (emu)
  --mtu BYTES              (1500)
  --profile NAME           rate, delay, loss and cuts by name; --profiles lists them
  --no-cuts                leave out the cuts of the profile
  --rate-kbit N[/UP]       kbit/s of IP packets; DOWN/UP: towards A, then from A
  --rtt-ms N               delay, half of it each way
  --jitter-ms N            up to so much is added each way
  --loss N[/UP]            per cent of the packets
  --reorder N              per cent of the packets that later ones overtake by 20 ms
  --buffer-kib N[/UP]      drop-tail buffer (64)
  --cut-every A[-B]        seconds that the link is up between cuts, by chance within the range
  --cut-time A[-B]         seconds that a cut lasts (0)
  --cut-kind KIND          clean: TCP connections are reset at both ends; silent: packets vanish;
                           one-way: those of A vanish; address: connections of before are dead
  --at SECONDS:COMMAND     a command at a time; may be repeated
  --plan FILE              lines of SECONDS COMMAND
  --seed N                 (1)
  --control PATH           Unix socket that takes commands, one line each, and answers each
  --counters PATH          file for the counters: at the end, and at SIGUSR1
Prints "ready" when packets pass. Ends at SIGTERM, SIGINT or `quit`.
commands: cut S | silent S | one-way S | address S | down | up | carrier on|off | rate KBIT |
  rtt MS | jitter MS | loss PERCENT | reorder PERCENT | buffer KIB | counters | quit
)";

using option = std::function<void(settings&, const std::string&)>;

cut_plan& plan_of(settings& to) {
    if (!to.cuts) {
        to.cuts.emplace();
    }
    to.cuts->is_exponential = false;
    return *to.cuts;
}

void add_command(settings& to, const std::string& text, char mark) {
    const auto end = text.find(mark);
    if (end == std::string::npos) {
        throw wrong_word("'" + text + "' is not a time and a command");
    }
    to.commands.push_back(
        {from_seconds(parse_number(text.substr(0, end), "time")), text.substr(end + 1)});
}

void read_plan(settings& to, const std::string& path) {
    std::ifstream in(path);
    if (!in) {
        throw wrong_word("cannot read " + path);
    }
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && line.front() != '#') {
            add_command(to, line, ' ');
        }
    }
}

template <class Set>
option per_way(const char* what, Set set) {
    return [what, set](settings& to, const std::string& text) {
        const auto numbers = parse_ways(text, what);
        for (const auto direction : both_ways) {
            set(to.pipes.at(direction), numbers.at(direction));
        }
    };
}

std::map<std::string, option> pipe_options() {
    return {
        {"--rate-kbit",
         per_way("rate", [](pipe_settings& to, double n) { to.bits_per_s = n * 1000; })},
        {"--rtt-ms",
         per_way("delay", [](pipe_settings& to, double n) { to.delay = from_seconds(n / 2000); })},
        {"--jitter-ms", per_way("jitter", [](pipe_settings& to,
                                             double n) { to.jitter = from_seconds(n / 1000); })},
        {"--loss", per_way("loss", [](pipe_settings& to, double n) { to.loss = n / 100; })},
        {"--reorder", per_way("share", [](pipe_settings& to, double n) { to.reorder = n / 100; })},
        {"--buffer-kib",
         per_way("buffer", [](pipe_settings& to,
                              double n) { to.buffer_bytes = static_cast<std::size_t>(n * 1024); })},
    };
}

std::map<std::string, option> other_options() {
    return {
        {"--ns-a", [](settings& to, const std::string& text) { to.name_spaces[0] = text; }},
        {"--ns-b", [](settings& to, const std::string& text) { to.name_spaces[1] = text; }},
        {"--subnet", [](settings& to, const std::string& text) { to.subnet = text; }},
        {"--device", [](settings& to, const std::string& text) { to.device = text; }},
        {"--mtu",
         [](settings& to, const std::string& text) {
             to.mtu = static_cast<int>(parse_number(text, "size"));
         }},
        {"--profile", [](settings& to, const std::string& text) { apply_profile(to, text); }},
        {"--cut-every",
         [](settings& to, const std::string& text) {
             const auto range = parse_range(text, "time");
             plan_of(to).up_s_min = range[0];
             plan_of(to).up_s_max = range[1];
         }},
        {"--cut-time",
         [](settings& to, const std::string& text) {
             const auto range = parse_range(text, "time");
             plan_of(to).down_s_min = range[0];
             plan_of(to).down_s_max = range[1];
         }},
        {"--cut-kind",
         [](settings& to, const std::string& text) { plan_of(to).kind = parse_kind(text); }},
        {"--at", [](settings& to, const std::string& text) { add_command(to, text, ':'); }},
        {"--plan", read_plan},
        {"--seed",
         [](settings& to, const std::string& text) {
             to.seed = static_cast<std::uint64_t>(parse_number(text, "seed"));
         }},
        {"--control", [](settings& to, const std::string& text) { to.control = text; }},
        {"--counters", [](settings& to, const std::string& text) { to.counters = text; }},
    };
}

}  // namespace

double parse_number(const std::string& text, const char* what) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || *end != '\0' || !(number >= 0)) {
        throw wrong_word("'" + text + "' is no " + what);
    }
    return number;
}

std::array<double, 2> parse_range(const std::string& text, const char* what) {
    const auto middle = text.find('-');
    const auto least = parse_number(text.substr(0, middle), what);
    const auto most =
        middle == std::string::npos ? least : parse_number(text.substr(middle + 1), what);
    if (most < least) {
        throw wrong_word("'" + text + "': the most is less than the least");
    }
    return {least, most};
}

std::array<double, 2> parse_ways(const std::string& text, const char* what) {
    const auto middle = text.find('/');
    const auto first = parse_number(text.substr(0, middle), what);
    const auto second =
        middle == std::string::npos ? first : parse_number(text.substr(middle + 1), what);
    return {second, first};  // up is index 0
}

cut_kind parse_kind(std::string_view name) {
    constexpr std::array names{
        std::pair{"clean", cut_kind::clean}, std::pair{"silent", cut_kind::silent},
        std::pair{"one-way", cut_kind::one_way}, std::pair{"address", cut_kind::address}};
    for (const auto& [known, kind] : names) {
        if (name == known) {
            return kind;
        }
    }
    throw wrong_word("no kind of cut named '" + std::string(name) + "'");
}

settings parse_arguments(int count, const char* const* words) {
    auto known = other_options();
    known.merge(pipe_options());
    settings out;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--help" || word == "--profiles") {
            std::fputs(word == "--help" ? help : profile_table().c_str(), stdout);
            std::exit(0);
        }
        if (word == "--no-cuts") {
            out.cuts.reset();
            continue;
        }
        const auto found = known.find(word);
        if (found == known.end() || i + 1 >= count) {
            throw wrong_word("'" + word + "' is no option, or lacks its value; see --help");
        }
        found->second(out, words[++i]);
    }
    if (out.cuts && out.cuts->up_s_max <= 0) {
        throw wrong_word("cuts need --cut-every");
    }
    return out;
}

}  // namespace dhow::linkemu
