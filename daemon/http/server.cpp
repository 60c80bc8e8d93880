// Listens for agencies and operators: a Unix socket, TLS over TCP, the same routes on both.
// Way of the message: a client -> [server] -> connection -> handlers.
// Not pure: sockets, timers. Net thread.
// Spec: docs/agency-api.md#transport. Tests: drivers/http_test.cpp.
// Limits: http_connections_max on each listener, so that one cannot starve the other.
#include "daemon/http/server.hpp"

#include "daemon/http/connection.hpp"
#include "daemon/http/http_date.hpp"
#include "daemon/http/listening.hpp"
#include "daemon/http/streams.hpp"

#include <boost/asio/co_spawn.hpp>

#include <list>

namespace dhow::http {

namespace limits = protocol::limits;
using boost::system::error_code;
using unix_acceptor = asio::local::stream_protocol::acceptor;
using tcp_acceptor = asio::ip::tcp::acceptor;

namespace {

constexpr std::chrono::seconds sweep_interval{1};
/// After accept() failed for want of descriptors or memory.
constexpr std::chrono::milliseconds accept_pause{100};

problem unknown_user(std::optional<std::uint32_t> user) {
    problem out = make_problem(errc::unauthorised);
    out.detail = user ? "user number " + std::to_string(*user) + " is no agency and no operator"
                      : "the other end's user is not known";
    out.hint = "Add the user to an agency's users or to operators in the configuration.";
    return out;
}

problem unknown_key(const std::optional<protocol::digest>& key) {
    problem out = make_problem(errc::unauthorised);
    out.detail = "no agency has the key of this certificate";
    out.hint = "Add this SHA-256 of the public key to the agency's keys in the configuration: " +
               (key ? protocol::to_hex(key->view()) : std::string{"none"});
    return out;
}

}  // namespace

struct server::state : std::enable_shared_from_this<server::state> {
    explicit state(asio::io_context& with) : io{with}, sweeper{with} {}

    using connections = std::list<connection_ptr>;

    asio::io_context& io;
    const caller_lookup* callers = nullptr;
    std::shared_ptr<service> shared = std::make_shared<service>();
    asio::steady_timer sweeper;
    std::optional<unix_acceptor> unix_listener;
    std::optional<tcp_acceptor> tls_listener;
    tls_context_ptr context;
    connections unix_clients, tls_clients;

    static asio::awaitable<void> sweep(std::shared_ptr<state> self);
    static asio::awaitable<void> accept_unix(std::shared_ptr<state> self);
    static asio::awaitable<void> accept_tls(std::shared_ptr<state> self);
    static asio::awaitable<void> serve_tls(std::shared_ptr<state> self, connection_ptr client,
                                           tls_stream* stream);

    bool make_room(connections& clients);
    void start(connections& clients, connection_ptr client, asio::awaitable<void> work);
    void start_unix(asio::local::stream_protocol::socket socket);
    void start_tls(asio::ip::tcp::socket socket);
    void spawn(asio::awaitable<void> work);
    void close_listeners();
    void check_deadlines(std::chrono::steady_clock::time_point now);
    template <class Action>
    void for_each_client(Action action);
};

/// A copy, because what is called may end connections.
template <class Action>
void server::state::for_each_client(Action action) {
    std::vector<connection_ptr> all{unix_clients.begin(), unix_clients.end()};
    all.insert(all.end(), tls_clients.begin(), tls_clients.end());
    for (const connection_ptr& client : all) {
        action(*client);
    }
}

void server::state::spawn(asio::awaitable<void> work) {
    asio::co_spawn(io, std::move(work), [log = shared->log](std::exception_ptr failure) {
        if (failure) {
            log("api-loop-failed");
            std::rethrow_exception(failure);
        }
    });
}

asio::awaitable<void> server::state::sweep(std::shared_ptr<state> self) {
    while (!self->shared->draining || !self->unix_clients.empty() || !self->tls_clients.empty()) {
        self->shared->date = http_date(std::chrono::system_clock::now());
        self->check_deadlines(std::chrono::steady_clock::now());
        self->sweeper.expires_after(sweep_interval);
        const auto outcome = co_await self->sweeper.async_wait(as_result);
        static_cast<void>(outcome);
    }
}

// A full house sends home who has been idle longest; when all are at work, the new one.
bool server::state::make_room(connections& clients) {
    if (clients.size() < limits::http_connections_max) {
        return true;
    }
    connection_ptr longest;
    auto longest_since = std::chrono::steady_clock::time_point::max();
    for (const connection_ptr& client : clients) {
        const auto since = client->idle_since();
        if (since && *since < longest_since) {
            longest = client;
            longest_since = *since;
        }
    }
    if (longest) {
        longest->close();
        clients.remove(longest);
    }
    return longest != nullptr;
}

void server::state::start(connections& clients, connection_ptr client, asio::awaitable<void> work) {
    ++shared->counters.connections;
    clients.push_back(client);
    auto self = shared_from_this();
    asio::co_spawn(io, std::move(work), [self, &clients, client](std::exception_ptr failure) {
        if (failure) {
            self->shared->log("api-connection-failed");
            client->close();
        }
        clients.remove(client);
    });
}

void server::state::start_unix(asio::local::stream_protocol::socket socket) {
    if (!make_room(unix_clients)) {
        ++shared->counters.refused;
        write_at_once(socket, make_problem(errc::overloaded, "too many connections"));
        return;
    }
    auto stream = std::make_unique<unix_stream>(std::move(socket));
    const auto user = stream->peer_user();
    const auto who = user ? callers->by_user(*user) : std::nullopt;
    auto client = std::make_shared<connection>(std::move(stream), shared, io.get_executor());
    if (!who) {
        ++shared->counters.refused;
        client->allow(limits::http_linger_time_max);
        start(unix_clients, client, connection::turn_away(client, unknown_user(user)));
        return;
    }
    start(unix_clients, client, connection::run(client, *who));
}

void server::state::start_tls(asio::ip::tcp::socket socket) {
    if (!make_room(tls_clients)) {
        ++shared->counters.refused;
        return;  // closes; a handshake for the sake of an error would cost what is scarce
    }
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    auto stream = std::make_unique<tls_stream>(std::move(socket), context);
    tls_stream* raw = stream.get();
    auto client = std::make_shared<connection>(std::move(stream), shared, io.get_executor());
    client->allow(limits::http_header_time_max);
    start(tls_clients, client, serve_tls(shared_from_this(), client, raw));
}

asio::awaitable<void> server::state::serve_tls(std::shared_ptr<state> self, connection_ptr client,
                                               tls_stream* stream) {
    const error_code failure = co_await stream->handshake();
    if (failure) {
        ++self->shared->counters.refused;
        self->shared->log("api-tls-handshake-failed " + failure.message());
        client->close();
        co_return;
    }
    const auto key = stream->peer_key();
    const auto who = key ? self->callers->by_key(*key) : std::nullopt;
    if (!who) {
        ++self->shared->counters.refused;
        self->shared->log("api-unknown-key " + (key ? protocol::to_hex(key->view()) : "none"));
        co_await connection::turn_away(client, unknown_key(key));
        co_return;
    }
    co_await connection::run(client, *who);
}

asio::awaitable<void> server::state::accept_unix(std::shared_ptr<state> self) {
    asio::steady_timer rest{self->io};
    while (!self->shared->draining) {
        asio::local::stream_protocol::socket socket{self->io};
        const std::tuple<error_code> outcome =
            co_await self->unix_listener->async_accept(socket, as_result);
        if (!std::get<0>(outcome)) {
            self->start_unix(std::move(socket));
        } else if (!self->shared->draining) {
            self->shared->log("api-accept-failed " + std::get<0>(outcome).message());
            rest.expires_after(accept_pause);
            const auto rested = co_await rest.async_wait(as_result);
            static_cast<void>(rested);
        }
    }
}

asio::awaitable<void> server::state::accept_tls(std::shared_ptr<state> self) {
    asio::steady_timer rest{self->io};
    while (!self->shared->draining) {
        asio::ip::tcp::socket socket{self->io};
        const std::tuple<error_code> outcome =
            co_await self->tls_listener->async_accept(socket, as_result);
        if (!std::get<0>(outcome)) {
            self->start_tls(std::move(socket));
        } else if (!self->shared->draining) {
            self->shared->log("api-accept-failed " + std::get<0>(outcome).message());
            rest.expires_after(accept_pause);
            const auto rested = co_await rest.async_wait(as_result);
            static_cast<void>(rested);
        }
    }
}

void server::state::close_listeners() {
    error_code ignored;
    if (unix_listener) {
        unix_listener->close(ignored);
    }
    if (tls_listener) {
        tls_listener->close(ignored);
    }
}

void server::state::check_deadlines(std::chrono::steady_clock::time_point now) {
    for_each_client([now](connection& client) { client.check_deadline(now); });
}

// server ----------------------------------------------------------------------------------------

server::server(boost::asio::io_context& io, route::api& core, const router& routes,
               const caller_lookup& callers, log_line log)
    : state_{std::make_shared<state>(io)} {
    state_->callers = &callers;
    state_->shared->core = &core;
    state_->shared->routes = &routes;
    state_->shared->log = std::move(log);
    state_->spawn(state::sweep(state_));
}

server::~server() {
    stop();
    close_all();
}

void server::listen_unix(const std::string& path) {
    state_->unix_listener.emplace(listen_on_path(state_->io, path));
    state_->spawn(state::accept_unix(state_));
}

void server::listen_tls(const std::string& address, tls_context_ptr context) {
    state_->context = std::move(context);
    state_->tls_listener.emplace(listen_on_address(state_->io, address));
    state_->spawn(state::accept_tls(state_));
}

void server::replace_context(tls_context_ptr context) { state_->context = std::move(context); }

std::uint16_t server::tls_port() const { return state_->tls_listener->local_endpoint().port(); }

void server::stop() {
    state_->shared->draining = true;
    state_->close_listeners();
    state_->for_each_client([](connection& client) { client.drain(); });
    state_->sweeper.cancel();
}

void server::close_all() {
    state_->for_each_client([](connection& client) { client.close(); });
}

void server::check_deadlines(std::chrono::steady_clock::time_point now) {
    state_->check_deadlines(now);
}

std::size_t server::open_connections() const {
    return state_->unix_clients.size() + state_->tls_clients.size();
}

const service_counters& server::counters() const { return state_->shared->counters; }

}  // namespace dhow::http
