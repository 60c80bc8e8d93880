// dhow-linkemu: passes IP packets between two network namespaces as a poor link would; see --help.
#include "tests/linkemu/devices.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>

namespace {

using namespace dhow::linkemu;  // NOLINT: the program is all of it

class emulator {
public:
    explicit emulator(const settings& options)
        : x_options(options),
          x_begun(std::chrono::steady_clock::now()),
          x_line(options, now()),
          x_ends{tun_device(options.name_spaces[0], options.device + "-a", options.subnet + ".1",
                            options.mtu),
                 tun_device(options.name_spaces[1], options.device + "-b", options.subnet + ".2",
                            options.mtu)},
          x_control(options.control),
          x_signals(catch_signals()) {}

    void run() {
        while (!x_line.is_quit()) {
            wait();
            x_line.on_time(now());
            deliver();
            show_carrier();
        }
        write_counters();
    }

private:
    duration now() const { return std::chrono::steady_clock::now() - x_begun; }

    static descriptor catch_signals() {
        sigset_t set;
        sigemptyset(&set);
        for (const int one : {SIGTERM, SIGINT, SIGUSR1}) {
            sigaddset(&set, one);
        }
        sigprocmask(SIG_BLOCK, &set, nullptr);
        return descriptor(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    }

    void wait() {
        std::vector<pollfd> polled{{x_ends[0].number(), POLLIN, 0},
                                   {x_ends[1].number(), POLLIN, 0},
                                   {x_signals.number(), POLLIN, 0}};
        for (const int number : x_control.numbers()) {
            polled.push_back({number, POLLIN, 0});
        }
        const auto left =
            std::clamp<duration>(x_line.deadline() - now(), duration{}, std::chrono::seconds{60});
        const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
        const timespec timeout{whole.count(), (left - whole).count()};
        ppoll(polled.data(), polled.size(), &timeout, nullptr);
        for (const auto from : both_ways) {
            if (polled[from].revents != 0) {
                read_packets(from);
            }
        }
        if (polled[2].revents != 0) {
            on_signal();
        }
        for (std::size_t i = 3; i < polled.size(); ++i) {
            if (polled[i].revents != 0) {
                x_control.serve(polled[i].fd, [this](const auto& words) { return answer(words); });
            }
        }
    }

    void read_packets(way from) {
        while (auto one = x_ends.at(from).read()) {
            x_line.on_packet(from, std::move(*one), now());
        }
    }

    void deliver() {
        while (auto one = x_line.next_arrival(now())) {
            x_ends.at(one->to == up ? 1 : 0).write(one->what);
        }
    }

    void show_carrier() {
        if (std::exchange(x_carrier, x_line.has_carrier()) != x_line.has_carrier()) {
            for (auto& one : x_ends) {
                one.set_carrier(x_carrier);
            }
        }
    }

    std::string answer(const std::string& words) {
        try {
            return x_line.command(words, now());
        } catch (const wrong_word& error) {
            return std::string("error: ") + error.what();
        }
    }

    void on_signal() {
        signalfd_siginfo about{};
        while (read(x_signals.number(), &about, sizeof(about)) == sizeof(about)) {
            if (about.ssi_signo == SIGUSR1) {
                write_counters();
            } else {
                x_line.command("quit", now());
            }
        }
    }

    /// A reader finds the old counters or the new ones, nothing between.
    void write_counters() const {
        if (x_options.counters.empty()) {
            return;
        }
        const auto beside = x_options.counters + ".new";
        if (auto* out = std::fopen(beside.c_str(), "w")) {
            std::fprintf(out, "%s\n", x_line.counters_json(now()).c_str());
            std::fclose(out);
            std::rename(beside.c_str(), x_options.counters.c_str());
        }
    }

    settings x_options;
    std::chrono::steady_clock::time_point x_begun;
    line x_line;
    std::array<tun_device, 2> x_ends;  ///< A, B
    control_socket x_control;
    descriptor x_signals;
    bool x_carrier = true;
};

}  // namespace

int main(int count, char** words) {
    try {
        prctl(PR_SET_TIMERSLACK, 1UL);
        emulator one(parse_arguments(count, words));
        std::puts("ready");
        std::fflush(stdout);
        one.run();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dhow-linkemu: %s\n", error.what());
        return 1;
    }
}
