// Submits messages as fast as the daemon takes them, over N kept connections to its Unix socket.
// usage: bench_submit_load --socket PATH --to BUREAU [--connections N] [--seconds S | --messages K]
//                          [--bytes B] [--kind KIND] [--class CLASS] [--rate PER_S] [--ids FILE]
// --rate: messages begin at equal distances instead of as fast as the answers come.
// --ids:  a line per message: its id, and when its request began (UTC, ms with fraction).
// Texts are random letters and digits: they compress by a quarter, as base64 does, and no more.
// Prints one JSON object: requests, errors, seconds, per_s, and the latencies' p50 and p99 in ms.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/core/ignore_unused.hpp>
#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace po = boost::program_options;
using clock_type = std::chrono::steady_clock;
using local = asio::local::stream_protocol;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

struct load {
    std::string socket_path;
    std::string head;  ///< The request up to the text's serial number.
    std::string tail;  ///< And what follows it.
    std::uint64_t messages_left = 0;
    clock_type::time_point began, until;
    double rate = 0;  ///< Messages a second; 0: as fast as the answers come.
    std::ofstream ids;
    std::uint64_t requests = 0, errors = 0, serial = 0;
    std::vector<float> latencies_ms;

    bool take() {
        if (messages_left == 0 || clock_type::now() >= until) {
            return false;
        }
        --messages_left;
        ++serial;
        return true;
    }
    /// When the message that was just taken is to begin.
    [[nodiscard]] clock_type::time_point turn() const {
        const double after_s = rate > 0 ? static_cast<double>(serial - 1) / rate : 0;
        return began + std::chrono::duration_cast<clock_type::duration>(
                           std::chrono::duration<double>{after_s});
    }
    /// The id stands in the Location of the answer.
    void note_id(std::string_view answer, std::chrono::system_clock::time_point sent) {
        constexpr std::string_view field = "/v1/messages/";
        constexpr std::size_t id_size = 36;
        const std::size_t at = answer.find(field);
        if (!ids.is_open() || at == std::string_view::npos) {
            return;
        }
        const std::chrono::duration<double, std::milli> ms = sent.time_since_epoch();
        ids << answer.substr(at + field.size(), id_size) << ' ' << std::fixed
            << std::setprecision(3) << ms.count() << '\n';
    }
};

/// Digits at a fixed width keep the Content-Length the same, and each text another.
std::string serial_text(std::uint64_t serial) {
    std::string digits = std::to_string(serial);
    return std::string(16 - std::min<std::size_t>(16, digits.size()), '0') + digits;
}

/// The bytes of a whole reply at the front of `text`, or 0.
std::size_t reply_size(std::string_view text) {
    const std::size_t end = text.find("\r\n\r\n");
    const std::size_t field = text.find("Content-Length: ");
    if (end == std::string_view::npos || field > end) {
        return 0;
    }
    const std::size_t size = end + 4 + std::strtoul(text.data() + field + 16, nullptr, 10);
    return text.size() >= size ? size : 0;
}

asio::awaitable<void> submit(asio::io_context* io, load* work) {
    local::socket socket{*io};
    const std::tuple<boost::system::error_code> connected =
        co_await socket.async_connect(local::endpoint{work->socket_path}, as_result);
    if (std::get<0>(connected)) {
        ++work->errors;
        co_return;
    }
    std::array<char, 4096> block;
    std::string received;
    asio::steady_timer timer{*io};
    while (work->take()) {
        const std::string request = work->head + serial_text(work->serial) + work->tail;
        if (work->rate > 0) {
            timer.expires_at(work->turn());
            const std::tuple<boost::system::error_code> waited =
                co_await timer.async_wait(as_result);
            boost::ignore_unused(waited);
        }
        const auto began = clock_type::now();
        const auto began_utc = std::chrono::system_clock::now();
        const std::tuple<boost::system::error_code, std::size_t> written =
            co_await asio::async_write(socket, asio::buffer(request), as_result);
        std::size_t size = 0;
        bool broken = static_cast<bool>(std::get<0>(written));
        while (!broken && (size = reply_size(received)) == 0) {
            const std::tuple<boost::system::error_code, std::size_t> read =
                co_await socket.async_read_some(asio::buffer(block), as_result);
            broken = static_cast<bool>(std::get<0>(read));
            received.append(block.data(), std::get<1>(read));
        }
        if (broken) {
            ++work->errors;
            co_return;
        }
        const std::chrono::duration<float, std::milli> took = clock_type::now() - began;
        work->latencies_ms.push_back(took.count());
        ++(received.starts_with("HTTP/1.1 202") ? work->requests : work->errors);
        work->note_id(received, began_utc);
        received.erase(0, size);
    }
}

float percentile(std::vector<float>& values, double share) {
    if (values.empty()) {
        return 0;
    }
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at),
                     values.end());
    return values[at];
}

/// The request in two parts around 16 digits of serial number within the plain text.
void prepare(load& work, const po::variables_map& values) {
    const auto bytes = std::max<std::size_t>(64, values["bytes"].as<std::size_t>());
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";
    constexpr std::uint32_t letter_bits = 6;
    std::mt19937 random{static_cast<std::uint32_t>(bytes)};
    std::string text;
    while (text.size() + 17 < bytes) {
        text += letters[random() >> (32U - letter_bits)];
    }
    const std::string begin = "{\"kind\":\"" + values["kind"].as<std::string>() +
                              "\",\"class\":\"" + values["class"].as<std::string>() +
                              "\",\"to\":[\"" + values["to"].as<std::string>() + "\"],\"text\":\"";
    work.tail = " " + text + "\"}";
    work.head =
        "POST /v1/messages HTTP/1.1\r\nHost: dhow\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(begin.size() + 16 + work.tail.size()) + "\r\n\r\n" + begin;
}

po::variables_map parse(int argc, char** argv) {
    po::options_description options;
    // clang-format off
    options.add_options()
        ("socket", po::value<std::string>()->required())
        ("to", po::value<std::string>()->required())
        ("connections", po::value<std::size_t>()->default_value(64))
        ("seconds", po::value<double>()->default_value(10))
        ("messages", po::value<std::uint64_t>()->default_value(UINT64_MAX))
        ("rate", po::value<double>()->default_value(0))
        ("ids", po::value<std::string>()->default_value(""))
        ("bytes", po::value<std::size_t>()->default_value(1500))
        ("kind", po::value<std::string>()->default_value("hit.request"))
        ("class", po::value<std::string>()->default_value("routine"));
    // clang-format on
    po::variables_map values;
    po::store(po::parse_command_line(argc, argv, options), values);
    po::notify(values);
    return values;
}

}  // namespace

int main(int argc, char** argv) try {
    const po::variables_map values = parse(argc, argv);
    load work;
    work.socket_path = values["socket"].as<std::string>();
    work.messages_left = values["messages"].as<std::uint64_t>();
    work.rate = values["rate"].as<double>();
    if (const auto path = values["ids"].as<std::string>(); !path.empty()) {
        work.ids.open(path);
    }
    prepare(work, values);
    asio::io_context io{1};
    for (std::size_t i = 0; i < values["connections"].as<std::size_t>(); ++i) {
        asio::co_spawn(io, submit(&io, &work), [](std::exception_ptr failure) {
            if (failure) {
                std::rethrow_exception(failure);
            }
        });
    }
    const auto began = clock_type::now();
    work.began = began;
    work.until = began + std::chrono::duration_cast<clock_type::duration>(
                             std::chrono::duration<double>{values["seconds"].as<double>()});
    io.run();
    const std::chrono::duration<double> took = clock_type::now() - began;
    std::cout << "{\"requests\":" << work.requests << ",\"errors\":" << work.errors
              << ",\"seconds\":" << took.count()
              << ",\"per_s\":" << static_cast<double>(work.requests) / took.count()
              << ",\"p50_ms\":" << percentile(work.latencies_ms, 0.50)
              << ",\"p99_ms\":" << percentile(work.latencies_ms, 0.99) << "}\n";
    return work.errors == 0 && work.requests > 0 ? 0 : 1;
} catch (const std::exception& error) {
    std::cerr << "bench_submit_load: " << error.what() << '\n';
    return 2;
}
