// The public face of a session: hands each call to the state behind it.
// Way of the message: route -> [link_session] -> TLS -> peer's [link_session] -> route.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md. Tests: unit/protocol/link_session_test.cpp, fuzz/session_pair*, sim.
// Limits: none of its own.
#include "protocol/link_session.hpp"

#include "protocol/link_session_impl.hpp"

namespace dhow::protocol {

link_session::link_session(session_options options, utc_time now)
    : x_impl{std::make_unique<impl>(std::move(options), now)} {}
link_session::~link_session() = default;
link_session::link_session(link_session&&) noexcept = default;
link_session& link_session::operator=(link_session&&) noexcept = default;

void link_session::on_bytes(byte_view received, utc_time now) { x_impl->on_bytes(received, now); }

byte_view link_session::to_send(utc_time now) { return x_impl->to_send(now); }

void link_session::mark_sent(std::size_t count, utc_time now) { x_impl->mark_sent(count, now); }

void link_session::on_transport_closed(boost::system::error_code why, utc_time) {
    x_impl->on_transport_closed(why);
}

std::optional<utc_time> link_session::next_deadline() const { return x_impl->next_deadline(); }

void link_session::on_deadline(utc_time now) { x_impl->on_deadline(now); }

void link_session::ask(utc_time now) { x_impl->ask(now); }
bool link_session::is_asking() const { return x_impl->is_asking(); }
utc_time link_session::heard_at() const { return x_impl->heard_at(); }

void link_session::set_frame_payload(std::size_t payload_bytes) {
    x_impl->set_frame_payload(payload_bytes);
}

void link_session::on_hello_signed(const key_id& signer, const signature& value, utc_time now) {
    x_impl->on_hello_signed(signer, value, now);
}

void link_session::on_hello_verified(boost::system::error_code verdict, utc_time now) {
    x_impl->on_hello_verified(verdict, now);
}

bool link_session::can_offer(message_class cls, std::uint64_t body_bytes) const {
    return x_impl->can_offer(cls, body_bytes);
}

stream_id link_session::offer(offer_frame what, bytes body, std::uint64_t fairness_key,
                              utc_time now) {
    return x_impl->offer(std::move(what), std::move(body), fairness_key, now);
}

void link_session::supply(stream_id stream, std::uint64_t offset, bytes data, utc_time) {
    x_impl->supply(stream, offset, std::move(data));
}

bool link_session::cancel(stream_id stream, errc code, utc_time) {
    return x_impl->cancel(stream, code);
}

void link_session::set_allowance(const write_allowance& what) { x_impl->set_allowance(what); }

void link_session::accept(stream_id stream, std::uint64_t offset, utc_time now) {
    x_impl->accept(stream, offset, now);
}

void link_session::on_durable(stream_id stream, std::uint64_t durable_bytes, utc_time) {
    x_impl->on_durable(stream, durable_bytes);
}

void link_session::commit(stream_id stream, std::vector<recipient_answer> exceptions,
                          utc_time now) {
    x_impl->commit(stream, std::move(exceptions), now);
}

void link_session::refuse(stream_id stream, errc code, std::chrono::seconds retry_after,
                          std::vector<recipient_answer> exceptions, utc_time) {
    x_impl->refuse(stream, code, retry_after, std::move(exceptions));
}

void link_session::tell_time(bool is_known) { x_impl->tell_time(is_known); }

void link_session::goodbye(errc code, std::chrono::seconds reconnect_after, utc_time) {
    x_impl->goodbye(code, reconnect_after);
}

std::optional<session_events> link_session::next_event() { return x_impl->next_event(); }
bool link_session::is_established() const { return x_impl->is_established(); }
bool link_session::is_ended() const { return x_impl->is_ended(); }
bool link_session::is_beside() const { return x_impl->is_beside(); }
const hello& link_session::peer() const { return x_impl->peer(); }
std::size_t link_session::open_transfers() const { return x_impl->open_transfers(); }
std::uint64_t link_session::payload_written() const { return x_impl->payload_written(); }
std::uint64_t link_session::payload_read() const { return x_impl->payload_read(); }

}  // namespace dhow::protocol
