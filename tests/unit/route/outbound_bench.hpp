// Outbound alone with one peer, IPSG, and whatever the store is made to say.
// Way of the message: see bench.hpp.
// Pure but for digests. One thread, virtual time.
// Spec: none. Tests: used by unit/route/outbound_*_test.cpp.
// Limits: those of bench.hpp.
#pragma once

#include "tests/unit/route/bench.hpp"

namespace dhow::tests {

struct outbound_bench : bench {
    outbound_bench() {
        out.set_diverter([this](std::vector<undelivered> what) {
            diverted.insert(diverted.end(), what.begin(), what.end());
        });
        out.set_marker([this](bureau_id, message_class, store::row_id,
                              const std::function<void(bool)>& then) { marks.push_back(then); });
        out.set_hurry([](bureau_id) {});
        connect("IPSG", 1, &hub.ours());
        out.on_session_up(1);
    }
    /// A text of ours for MU; its rows are `row` (shipment), `row + 1` (object), `row + 2`.
    ready_shipment text(store::row_id row, bytes content = text_bytes("some text")) {
        const auto sealed = seal_message("ZW", {"MU"}, std::move(content));
        ready_shipment item;
        item.message = message_of(sealed, row + 2);
        item.message->roles = static_cast<std::uint8_t>(store::message_role::origin);
        item.message->text_object = row + 1;
        item.object = {.row = row + 1,
                       .kind = protocol::object_kind::text,
                       .state = store::object_state::complete,
                       .message = row + 2,
                       .cls = message_class::routine,
                       .sealed_digest = sealed.seal.body_digest,
                       .bytes = sealed.body.size()};
        item.shipment = {.row = row,
                         .peer = bureau("IPSG"),
                         .object = row + 1,
                         .message = row + 2,
                         .origin = bureau("ZW"),
                         .created_at = core.now,
                         .changed_at = core.now};
        item.deliveries = {{.message = row + 2,
                            .recipient = bureau("MU"),
                            .state = store::delivery_state::queued,
                            .next_hop = bureau("IPSG")}};
        if (sealed.body.size() <= limits::inline_body_bytes_max) {
            item.inline_body = sealed.body;
        }
        bodies[row + 1] = sealed.body;
        return item;
    }
    /// A receipt for MU.
    ready_shipment receipt(store::row_id row) {
        auto item = text(row);
        item.message.reset();
        item.deliveries.clear();
        item.object.kind = protocol::object_kind::receipt;
        item.object.message = item.shipment.message = 0;
        item.shipment.origin = bureau("MU");
        return item;
    }
    /// The same message as the store has it.
    static answer::full_message whole(const ready_shipment& item) {
        answer::full_message out;
        out.message = *item.message;
        out.deliveries = item.deliveries;
        out.objects = {item.object};
        out.shipments = {item.shipment};
        return out;
    }
    /// Answers what is loaded for each class: all is routine.
    void load(const std::vector<ready_shipment>& rows) {
        for (std::size_t i = 0; i < protocol::message_class_count; ++i) {
            token number = 0;
            const auto what = take<query::load_ready>(number);
            const bool here = what.cls == message_class::routine;
            reply_to(number, answer::ready{here ? rows : std::vector<ready_shipment>{}, false});
        }
        answer_marks();
    }
    /// What may be offered is written down, or there is no room; never while it is asked for.
    void answer_marks() {
        while (!marks.empty()) {
            const auto then = std::move(marks.front());
            marks.pop_front();
            then(has_room_to_mark);
        }
    }
    /// What the bench has, looked at when the marks are answered.
    template <class Question>
    bool is_asked() {
        answer_marks();
        return bench::is_asked<Question>();
    }
    template <class Question>
    Question take(token& number) {
        answer_marks();
        return bench::take<Question>(number);
    }
    template <class Question>
    Question answer(store::reply with) {
        answer_marks();
        return bench::answer<Question>(std::move(with));
    }
    bool is_quiet() {
        answer_marks();
        return bench::is_quiet();
    }
    /// Bytes go both ways, and outbound is told what comes of it.
    void exchange() {
        do {
            answer_marks();
            hub.exchange();
            for (auto& one : std::exchange(hub.at_ours, {})) {
                std::visit([this](auto& what) { tell(what); }, one);
            }
            hub.exchange();
        } while (!hub.at_ours.empty() || !marks.empty());
    }
    /// Gives the segment that is asked for, of an object of text().
    void give_segment(store::row_id object) {
        token number = 0;
        const auto what = take<query::load_segment>(number);
        BOOST_TEST(what.object == object);
        const auto& body = bodies.at(object);
        const auto from = std::min<std::size_t>(what.index * limits::segment_bytes, body.size());
        const auto count = std::min(limits::segment_bytes, body.size() - from);
        const auto first = body.begin() + static_cast<std::ptrdiff_t>(from);
        reply_to(number,
                 answer::segment{bytes(first, first + static_cast<std::ptrdiff_t>(count)), false});
    }
    event::offer_received offered() {
        exchange();
        return hub.next_at_theirs<event::offer_received>();
    }
    bool has_offered() {
        exchange();
        return hub.has_at_theirs<event::offer_received>();
    }
    void refuse(protocol::stream_id stream, errc code) {
        hub.theirs().refuse(stream, code, std::chrono::seconds{0}, {}, core.now);
        exchange();
    }
    /// What a transaction does to a shipment; nothing: it does not touch it.
    static std::optional<operation::advance_shipment> move_of(const store::transaction& what,
                                                              store::row_id shipment) {
        for (const auto& change : what.changes) {
            const auto* moved = std::get_if<operation::advance_shipment>(&change);
            if (moved != nullptr && moved->shipment == shipment) {
                return *moved;
            }
        }
        return std::nullopt;
    }

    bool has_room_to_mark = true;
    std::deque<std::function<void(bool)>> marks;
    outbound out{core};
    wire hub{*this, "IPSG"};
    std::vector<undelivered> diverted;
    std::map<store::row_id, bytes> bodies;  ///< By object.

private:
    template <class What>
    void tell(What& what) {
        if constexpr (requires { out.on_event(1, std::move(what)); }) {
            out.on_event(1, std::move(what));
        } else if constexpr (std::is_same_v<What, event::can_offer_again>) {
            out.feed(bureau("IPSG"));
        }
    }
};

}  // namespace dhow::tests
