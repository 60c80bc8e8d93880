// The link: see line.hpp.
#include "tests/linkemu/line.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace dhow::linkemu {

line::line(const settings& options, duration now)
    : x_chance(options.seed),
      x_pipes{pipe(options.pipes[up], x_chance), pipe(options.pipes[down], x_chance)},
      x_plan(options.cuts),
      x_commands(options.commands),
      x_counted_at(now) {
    std::stable_sort(x_commands.begin(), x_commands.end(),
                     [](const auto& a, const auto& b) { return a.at > b.at; });
    plan_next_cut(now);
}

double line::between(double least, double most) {
    return least + (most - least) * std::uniform_real_distribution<double>(0, 1)(x_chance);
}

void line::plan_next_cut(duration now) {
    x_next_cut = never;
    if (x_plan) {
        const auto up_s =
            x_plan->is_exponential
                ? std::exponential_distribution<double>(1 / x_plan->up_s_min)(x_chance)
                : between(x_plan->up_s_min, x_plan->up_s_max);
        x_next_cut = now + from_seconds(up_s);
    }
}

void line::count_up_time(duration now) {
    if (is_up(up) && is_up(down)) {
        x_up_time += now - x_counted_at;
    }
    x_counted_at = now;
}

/// A cut whose end is now lasts no time: connections and packets under way are lost all the same.
void line::cut(cut_kind kind, duration until, duration now) {
    count_up_time(now);
    ++x_cuts;
    for (const auto direction : both_ways) {
        if (kind == cut_kind::one_way && direction == down) {
            continue;
        }
        x_pipes.at(direction).drop_all();
        x_cut_until.at(direction) = until > now ? until : duration{};
    }
    if (kind == cut_kind::clean) {
        for (auto& one : x_flows.reset_all()) {
            x_resets.push_back({one.to, std::move(one.what)});
        }
    } else if (kind == cut_kind::address) {
        x_flows.forget_all();
    }
}

void line::end_cuts(duration now) {
    count_up_time(now);
    for (auto& until : x_cut_until) {
        if (until <= now) {
            until = duration{};
        }
    }
}

void line::on_time(duration now) {
    end_cuts(now);
    while (!x_commands.empty() && x_commands.back().at <= now) {
        const auto words = x_commands.back().words;
        x_commands.pop_back();
        command(words, now);
    }
    if (x_next_cut <= now && x_plan) {
        const auto down_s = between(x_plan->down_s_min, x_plan->down_s_max);
        const auto until = now + from_seconds(down_s);
        cut(x_plan->kind, until, now);
        plan_next_cut(until);
    }
}

void line::on_packet(way from, packet one, duration now) {
    auto& way_of_it = x_pipes.at(from);
    std::optional<packet> answer;
    if (x_flows.on_packet(from, one, answer) == flows::verdict::is_dead) {
        way_of_it.count_cut(one.size());
        if (answer) {
            x_resets.push_back({from == up ? down : up, std::move(*answer)});
        }
        return;
    }
    if (!is_up(from)) {
        way_of_it.count_cut(one.size());
        return;
    }
    way_of_it.put(std::move(one), now);
}

std::optional<line::arrival> line::next_arrival(duration now) {
    if (!x_resets.empty()) {
        auto out = std::move(x_resets.back());
        x_resets.pop_back();
        ++x_resets_sent;
        return out;
    }
    for (const auto direction : both_ways) {
        if (auto one = x_pipes.at(direction).next(now)) {
            return arrival{direction, std::move(*one)};
        }
    }
    return std::nullopt;
}

duration line::deadline() const {
    if (!x_resets.empty()) {
        return duration{};
    }
    auto out = std::min({x_pipes[up].deadline(), x_pipes[down].deadline(), x_next_cut});
    for (const auto until : x_cut_until) {
        if (until != duration{}) {
            out = std::min(out, until);
        }
    }
    return x_commands.empty() ? out : std::min(out, x_commands.back().at);
}

bool line::change_pipes(const std::string& verb, const std::string& value, duration now) {
    std::array options{x_pipes[up].options(), x_pipes[down].options()};
    const auto numbers = value.empty() ? std::array<double, 2>{} : parse_ways(value, "number");
    for (const auto direction : both_ways) {
        auto& to = options.at(direction);
        const auto number = numbers.at(direction);
        if (verb == "rate") {
            to.bits_per_s = number * 1000;
        } else if (verb == "rtt") {
            to.delay = from_seconds(number / 2000);
        } else if (verb == "jitter") {
            to.jitter = from_seconds(number / 1000);
        } else if (verb == "loss") {
            to.loss = number / 100;
        } else if (verb == "reorder") {
            to.reorder = number / 100;
        } else if (verb == "buffer") {
            to.buffer_bytes = static_cast<std::size_t>(number * 1024);
        } else {
            return false;
        }
    }
    if (value.empty()) {
        throw wrong_word("'" + verb + "' needs a number");
    }
    for (const auto direction : both_ways) {
        x_pipes.at(direction).set(options.at(direction), now);
    }
    return true;
}

std::string line::command(const std::string& words, duration now) {
    std::istringstream in(words);
    std::string verb;
    std::string value;
    in >> verb >> value;
    if (verb == "counters") {
        return counters_json(now);
    }
    if (verb == "quit") {
        x_is_quit = true;
    } else if (verb == "down") {
        cut(cut_kind::silent, never, now);
    } else if (verb == "up") {
        count_up_time(now);
        x_cut_until = {};
    } else if (verb == "carrier" && (value == "on" || value == "off")) {
        x_has_carrier = value == "on";
    } else if (!change_pipes(verb, value, now)) {
        const auto kind = parse_kind(verb == "cut" ? "clean" : verb);
        cut(kind, now + from_seconds(parse_number(value.empty() ? "0" : value, "time")), now);
    }
    return "ok";
}

std::string line::counters_json(duration now) const {
    const bool is_whole = is_up(up) && is_up(down);
    const auto up_time = x_up_time + (is_whole ? now - x_counted_at : duration{});
    std::ostringstream out;
    out << "{\"elapsed_s\": " << in_seconds(now) << ", \"up_s\": " << in_seconds(up_time)
        << ", \"cuts\": " << x_cuts << ", \"resets\": " << x_resets_sent;
    for (const auto direction : both_ways) {
        const auto& of = x_pipes.at(direction).counters();
        out << (direction == up ? ", \"up\": {" : ", \"down\": {")
            << "\"packets_in\": " << of.packets_in << ", \"bytes_in\": " << of.bytes_in
            << ", \"payload_bytes_in\": " << x_flows.payload_bytes(direction)
            << ", \"repeated_bytes_in\": " << x_flows.repeated_bytes(direction)
            << ", \"packets_out\": " << of.packets_out << ", \"bytes_out\": " << of.bytes_out
            << ", \"bytes_sent\": " << of.bytes_sent << ", \"packets_lost\": " << of.packets_lost
            << ", \"packets_refused\": " << of.packets_refused
            << ", \"packets_cut\": " << of.packets_cut << ", \"bytes_cut\": " << of.bytes_cut
            << ", \"packets_reordered\": " << of.packets_reordered
            << ", \"buffer_bytes\": " << x_pipes.at(direction).buffered_bytes()
            << ", \"buffer_bytes_max\": " << of.buffer_bytes_max << "}";
    }
    out << "}";
    return out.str();
}

}  // namespace dhow::linkemu
