// The check of one cause, and verbs of the scenes.
// Way of the message: see why_scene.hpp.
// Not pure: processes, files, sockets, a thread for a wrong server.
// Spec: docs/operations.md#causes. Tests: used by why_test.
// Limits: see harness.hpp.
#include "tests/system/why_scene.hpp"

#include "daemon/route/why.hpp"
#include "protocol/ids.hpp"

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

namespace dhow::tests {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;
using protocol::utc_time;

namespace {

utc_time scene_began;
seconds clock_ahead{0};

utc_time wall_now() {
    return std::chrono::time_point_cast<protocol::milliseconds>(std::chrono::system_clock::now());
}

std::optional<json::object> find_cause(const gateway& at, const std::string& id,
                                       std::string_view code, std::string& others) {
    const auto said = at.dhow({"why", id, "--json"});
    others = said.out;
    if (said.code != 0) {  // It has not come there yet.
        return std::nullopt;
    }
    std::istringstream lines(said.out);
    for (std::string line; std::getline(lines, line);) {
        const auto one = json::parse(line).as_object();
        if (one.at("code").as_string() == code) {
            return one;
        }
    }
    return std::nullopt;
}

std::optional<utc_time> time_in(const json::object& cause, std::string_view key) {
    const auto* value = cause.if_contains(key);
    if (value == nullptr || !value->is_string() || value->as_string().empty()) {
        return std::nullopt;
    }
    return protocol::parse_utc(std::string(value->as_string()));
}

void check_times(const json::object& cause, std::string_view code, next_try next, utc_time asked) {
    const auto since = time_in(cause, "since");
    BOOST_TEST(since.has_value(), code << " has no since");
    if (since) {
        BOOST_TEST((*since >= scene_began - seconds{1}), code << " began before it could");
        BOOST_TEST((*since <= wall_now() + clock_ahead + seconds{1}),
                   code << " begins in the future");
    }
    const auto then = time_in(cause, "next_try");
    if (next == next_try::none) {
        BOOST_TEST(!then.has_value(), code << " has a next try");
    } else if (next == next_try::to_come) {
        BOOST_TEST((then && *then > asked), code << " has no next try to come");
    }
}

}  // namespace

std::set<std::string>& seen_causes() {
    static std::set<std::string> codes;
    return codes;
}

void begin_scene(seconds ahead) {
    scene_began = wall_now();
    clock_ahead = ahead;
}

json::object expect_cause(const gateway& at, const std::string& id, std::string_view code,
                          next_try next) {
    std::optional<json::object> found;
    std::string others;
    utc_time asked;
    try {
        wait_until(at.bureau() + " to say " + std::string(code), [&] {
            asked = wall_now();
            found = find_cause(at, id, code, others);
            return found.has_value();
        });
    } catch (const std::runtime_error& late) {
        BOOST_ERROR(late.what() << "; it says " << others);
        return {};
    }
    BOOST_TEST_MESSAGE(at.bureau() << ": " << json::serialize(*found));
    check_times(*found, code, next, asked);
    const auto promised = std::ranges::find(route::all_causes(), code, &route::cause_kind::code);
    BOOST_REQUIRE(promised != route::all_causes().end());
    BOOST_TEST(std::string(found->at("remedy").as_string()) == promised->remedy);
    BOOST_TEST(std::string(found->at("text").as_string()).starts_with(promised->text));
    seen_causes().insert(std::string(code));
    return *found;
}

std::string submit_for(const gateway& from, const letter& what, seconds life) {
    const json::object body{{"kind", what.kind},
                            {"class", what.cls},
                            {"subject", what.subject},
                            {"text_base64", to_base64(what.text)},
                            {"to", json::array{what.to.front()}},
                            {"expires_in_s", life.count()}};
    return std::string(from.post("/v1/messages", body).at("id").as_string());
}

void edit(const gateway& at, const std::string& from, const std::string& to) {
    auto text = read_file(at.config());
    const auto place = text.find(from);
    BOOST_REQUIRE_MESSAGE(place != std::string::npos, "no " << from << " in " << text);
    text.replace(place, from.size(), to);
    std::ofstream(at.config()) << text;
}

void signal(const gateway& at, int number) { BOOST_REQUIRE(::kill(at.pid(), number) == 0); }

void reload(const gateway& at) {
    const std::string done = "the new configuration is in use";
    const auto count = [&] {
        const auto text = at.log_text();
        std::size_t found = 0;
        for (auto i = text.find(done); i != std::string::npos; i = text.find(done, i + 1)) {
            ++found;
        }
        return found;
    };
    const auto before = count();
    signal(at, SIGHUP);
    wait_until(at.bureau() + " to have reloaded", [&] { return count() > before; });
}

void call_link(const gateway& at, const std::string& link) {
    at.post("/admin/v1/links/" + link + "/call", {});
}

void run_dhow(const std::vector<std::string>& words) {
    auto all = words;
    all.insert(all.begin(), DHOW_PATH);
    const auto done = run(all);
    BOOST_REQUIRE_MESSAGE(done.code == 0, done.out);
}

void give_own_directory(federation& of, const std::string& bureau,
                        const std::function<void(const std::string& folder)>& change) {
    const auto copy = of.folder() / ("directory-of-" + bureau);
    fs::copy(of.folder() / "directory", copy, fs::copy_options::recursive);
    change(copy.string());
    run_dhow({"directory", "sign", copy.string(), "--key", (of.folder() / "root").string()});
    edit(of[bureau], "directory: ../directory", "directory: ../directory-of-" + bureau);
}

struct wrong_server::inner {
    asio::io_context io;
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    std::jthread thread;

    void accept() {
        acceptor.async_accept([this](const boost::system::error_code& error, tcp::socket peer) {
            if (!error) {
                boost::system::error_code ignored;
                asio::write(peer, asio::buffer(std::string_view("HTTP/1.1 400 Bad Request\r\n")),
                            ignored);
                accept();
            }
        });
    }
};

wrong_server::wrong_server(bool answers) : x_inner(std::make_unique<inner>()) {
    if (answers) {  // Else the kernel takes connections, and nobody reads them.
        x_inner->accept();
        x_inner->thread = std::jthread([io = &x_inner->io] { io->run(); });
    }
}

wrong_server::~wrong_server() { x_inner->io.stop(); }

std::string wrong_server::port() const {
    return std::to_string(x_inner->acceptor.local_endpoint().port());
}

std::string free_port() { return wrong_server(false).port(); }

}  // namespace dhow::tests
