// A line between two daemons that a test cuts and mends.
// Way of the message: see line_relay.hpp.
// Not pure: sockets, a thread of its own.
// Spec: none. Tests: used by tests/system.
// Limits: see line_relay.hpp.
#include "tests/system/line_relay.hpp"

#include <fcntl.h>

#include <future>

namespace dhow::tests {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
/// Daemons that the test starts do not keep it open.
template <class Socket>
void keep_from_children(Socket& what) {
    fcntl(what.native_handle(), F_SETFD, FD_CLOEXEC);
}
}  // namespace

line_relay::line_relay(const std::string& address, std::uint16_t to, std::uint64_t bytes_per_s)
    : x_address(asio::ip::make_address(address)), x_to(to), x_bytes_per_s(bytes_per_s) {
    open();
    x_thread = std::jthread{[this] {
        const auto stays = asio::make_work_guard(x_io);
        x_io.run();
    }};
}

line_relay::~line_relay() { x_io.stop(); }

void line_relay::open() {
    x_acceptor.open(tcp::v4());
    keep_from_children(x_acceptor);
    x_acceptor.set_option(tcp::acceptor::reuse_address(true));
    x_acceptor.bind({x_address, x_port});
    x_acceptor.listen();
    x_port = x_acceptor.local_endpoint().port();
    accept();
}

void line_relay::accept() {
    x_acceptor.async_accept([this](const error_code& error, tcp::socket in) {
        if (error) {
            return;
        }
        error_code failed;
        tcp::socket out(x_io, tcp::v4());
        keep_from_children(in);
        keep_from_children(out);
        out.bind({x_address, 0}, failed);
        out.connect({x_address, x_to}, failed);
        if (!failed) {
            const auto both = std::make_shared<way>(std::move(in), std::move(out), x_io);
            x_ways.insert(both);
            pass(both, 0);
            pass(both, 1);
        }
        accept();
    });
}

void line_relay::pass(const std::shared_ptr<way>& both, std::size_t from) {
    auto& mine = both->halves.at(from);
    both->ends.at(from).async_read_some(
        asio::buffer(mine.data), [this, both, from](const error_code& error, std::size_t count) {
            error_code failed = error;
            auto& own = both->halves.at(from);
            if (!failed) {
                asio::write(both->ends.at(1 - from), asio::buffer(own.data.data(), count), failed);
            }
            if (failed) {
                end(both);
                return;
            }
            x_bytes += count;
            own.rest.expires_after(std::chrono::microseconds{1'000'000 * count / x_bytes_per_s});
            own.rest.async_wait([this, both, from](const error_code& stopped) {
                if (!stopped) {
                    pass(both, from);
                }
            });
        });
}

void line_relay::end(const std::shared_ptr<way>& both) {
    error_code ignored;
    for (auto& one : both->halves) {
        one.rest.cancel();
    }
    for (auto& one : both->ends) {
        one.close(ignored);
    }
    x_ways.erase(both);
}

void line_relay::run_there(const std::function<void()>& what) {
    std::promise<void> done;
    asio::post(x_io, [&] {
        what();
        done.set_value();
    });
    done.get_future().wait();
}

void line_relay::cut() {
    run_there([this] {
        error_code ignored;
        x_acceptor.close(ignored);
        while (!x_ways.empty()) {
            const auto first = *x_ways.begin();
            end(first);
        }
    });
}

void line_relay::mend() {
    run_there([this] { open(); });
}

}  // namespace dhow::tests
