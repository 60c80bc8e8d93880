// HELLO: when it is signed, sent and verified, and what may happen before.
// Way of the message: route -> [link_session] -> TLS -> peer's [link_session] -> route.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md#session. Tests: unit/protocol/link_session*, fuzz/session_pair*.
// Limits: handshake_time_max, implied_credit_bytes.
#include "protocol/link_session_impl.hpp"

namespace dhow::protocol {

namespace {

session_options with_defaults(session_options options) {
    const auto set = [](auto& value, auto standard) {
        if (value == decltype(+value)(0)) {
            value = static_cast<std::remove_reference_t<decltype(value)>>(standard);
        }
    };
    set(options.implied_credit_bytes, limits::implied_credit_bytes);
    set(options.window_bytes, limits::transfer_window_bytes);
    set(options.frame_payload_bytes, limits::frame_payload_bytes_max);
    set(options.streams_max, limits::streams_max);
    set(options.local.frame_bytes_max, limits::frame_payload_bytes_max);
    if (!options.is_dialler) {
        options.local.known.reset();  // Nothing is offered to a dialler before it is known.
    }
    if (options.ping_interval == milliseconds{0}) {
        options.ping_interval = limits::ping_interval;
    }
    return options;
}

}  // namespace

//= LP-20
link_session::impl::impl(session_options options, utc_time now)
    : x_options{with_defaults(std::move(options))},
      x_local_hello{encode_hello(x_options.local)},
      x_started{now},
      x_last_received{now},
      x_last_sent{now},
      x_expecting_since{now} {
    set_frame_payload(x_options.frame_payload_bytes);
    if (x_options.is_dialler) {
        tell(
            session_event::sign_hello{hello_to_be_signed(true, x_options.exporter, x_local_hello)});
    }
}

//= LP-22
//= LP-24
void link_session::impl::on_hello_signed(const key_id& signer, const signature& value,
                                         utc_time now) {
    if (is_ended() || x_hello_queued) {
        return;
    }
    bytes encoded;
    append_frame(encoded, hello_frame{x_local_hello, signer, value});
    x_control.push_front(std::move(encoded));
    x_hello_queued = true;
    if (is_established()) {
        handle_held(now);
    }
}

void link_session::impl::handle_hello(const hello_frame& what) {
    auto peer = decode_hello(what.encoded);
    if (!peer) {
        return fail(errc_of(peer.error()), "the peer's HELLO cannot be read");
    }
    x_phase = phase::verifying;
    x_peer = std::move(*peer);
    tell(session_event::verify_hello{
        x_peer, what.signer, what.value,
        hello_to_be_signed(!x_options.is_dialler, x_options.exporter, what.encoded)});
}

//= LP-21
void link_session::impl::on_hello_verified(boost::system::error_code verdict, utc_time now) {
    if (x_phase != phase::verifying) {
        return;
    }
    if (verdict) {
        return fail(errc_of(verdict), "the peer's HELLO was refused: " + verdict.message());
    }
    x_phase = phase::established;
    tell(session_event::established{x_peer});
    if (!x_options.is_dialler) {
        tell(session_event::sign_hello{
            hello_to_be_signed(false, x_options.exporter, x_local_hello)});
    }
    admit_waiting();
    if (!is_holding()) {
        handle_held(now);
    }
}

}  // namespace dhow::protocol
