// Dials a peer.
// Way of the message: application -> [dialer] -> tls_link.
// Not pure: sockets. Net thread. The steps of a dial are in dialer_steps.cpp.
// Spec: docs/link-protocol.md#connecting. Tests: unit/link/tls_link_test.cpp.
// Limits: see dialer.hpp.
#include "daemon/link/dialer.hpp"

#include "daemon/link/dialer_attempt.hpp"
#include "daemon/link/socket_traffic.hpp"
#include "protocol/limits.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace dhow::link {

namespace asio = boost::asio;
using protocol::errc;
using step = route::trial_step;

void dialer::dial(route::command::dial order) {
    auto what = std::make_shared<attempt>(x_io, *x_context);
    what->keep = x_context;
    what->memory = std::make_shared<session_memory>();
    if (order.trial == 0) {  // A trial shows what a stranger meets.
        what->memory = x_sessions.try_emplace(order.address, what->memory).first->second;
    }
    what->order = std::move(order);
    auto begin = [this, what] { return run(what); };
    asio::co_spawn(x_io, std::move(begin), asio::detached);
}

void dialer::pass(const attempt& what, step which, const std::string& found) {
    if (what.order.trial != 0) {
        x_handler.on_trial_step(what.order.trial, which, errc{}, found);
    }
}

void dialer::fail(const attempt& what, step which, errc code, const std::string& text) {
    const auto why = what.timed_out ? errc::timed_out : code;
    if (what.order.trial != 0) {
        return x_handler.on_trial_step(what.order.trial, which, why, text);
    }
    const auto told = what.order.address + ": " + text;
    if (what.order.is_beside) {
        return x_handler.on_beside_failed(what.order.link, why, told);
    }
    x_handler.on_dial_failed(what.order.link, why, told);
}

void dialer::watch(const std::shared_ptr<attempt>& what, std::chrono::seconds time) {
    what->timer.expires_after(time);
    what->timer.async_wait([what](const boost::system::error_code& error) {
        if (!error && !what->is_over) {
            what->timed_out = true;
            what->resolver.cancel();
            what->cost = read_traffic(what->stream.lowest_layer().native_handle());
            boost::system::error_code ignored;
            what->stream.lowest_layer().close(ignored);
        }
    });
}

asio::awaitable<void> dialer::run(std::shared_ptr<attempt> what) {
    watch(what, protocol::limits::connect_time_max);
    const bool connected = co_await connect(what);
    bool trusted = false;
    if (connected) {
        watch(what, protocol::limits::tls_time_max);
        trusted = co_await shake_hands(what);
    }
    what->is_over = true;
    what->timer.cancel();
    if (!trusted) {
        if (what->stream.lowest_layer().is_open()) {
            what->cost = read_traffic(what->stream.lowest_layer().native_handle());
        }
        what->cost.in += what->beside.in;
        what->cost.out += what->beside.out;
        x_handler.on_dial_cost(what->order.link, what->cost);
        co_return;
    }
    if (what->beside.out > 0) {
        x_handler.on_dial_cost(what->order.link, what->beside);
    }
    auto options = x_handler.options_for(what->order.peer, what->order.link, {});
    options.is_dialler = true;
    options.local.is_trial = what->order.trial != 0;
    if (what->order.is_beside) {
        options.local.is_beside = true;
        options.local.partials.clear();  // It hears them in the other session.
    }
    options.exporter = exporter(what->stream);
    auto link = std::make_shared<tls_link>(std::move(what->stream), x_handler, std::move(options));
    link->set_on_end([memory = what->memory, keep = what->keep](tls_stream& stream) {
        memory->remember(stream);
    });
    const auto& order = what->order;
    const auto number = x_handler.on_up(link, order.peer, order.link, true, order.trial);
    link->start(number);
}

}  // namespace dhow::link
