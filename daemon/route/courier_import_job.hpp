// The import of one volume: cells to records, records to inbound, answers to notes.
// Way of the message: see courier_import.hpp.
// Pure. Net thread.
// Spec: docs/courier.md#import. Tests: unit/route/courier_import_test.cpp.
// Limits: as many open records as one part of cells can begin.
#pragma once

#include "daemon/route/courier_import.hpp"

namespace dhow::route {

struct courier_import::job final : receiving_end,
                                   std::enable_shared_from_this<courier_import::job> {
    job(core& shared, inbound& in_) : x_core(shared), x_in(in_) {}

    // Of the letter
    std::uint64_t number = 0;
    bool only_verify = false;
    bureau_id peer;
    utc_time exported_at{};
    protocol::courier_letter letter;
    store::bundle_row row;
    utc_time touched_at{};
    response::courier_report report;
    bool is_busy = false;

    /// Cells in order; `then` when all that they began and could end is answered.
    void take(std::uint64_t from, const bytes& cells, std::function<void(errc)> then);
    /// No more cells: what is open is lost.
    void finish();
    [[nodiscard]] session_number line() const { return first_import + number; }

    // receiving_end
    void accept(protocol::stream_id stream, std::uint64_t offset) override;
    void on_durable(protocol::stream_id stream, std::uint64_t durable_bytes) override;
    void commit(protocol::stream_id stream,
                std::vector<protocol::recipient_answer> exceptions) override;
    void refuse(protocol::stream_id stream, errc code,
                std::vector<protocol::recipient_answer> exceptions) override;
    void give_up(errc code) override;

private:
    struct record {
        protocol::record_head head;
        std::vector<bureau_id> recipients;      ///< Of a text.
        std::optional<std::uint64_t> accepted;  ///< Attachment: where inbound wants it to go on.
        std::uint64_t at = 0;                   ///< Next byte of the object that comes in cells.
        std::uint64_t given = 0;                ///< To inbound, up to here.
        bytes held;                             ///< Came before inbound has answered.
        bool is_whole = false;                  ///< All cells have come.
        bool is_cancelled = false;
    };
    static bool waits_for_cells(const record& one);

    void on_cells(std::uint64_t from, std::vector<std::optional<bytes>>& plain);
    void on_cell(const std::optional<bytes>& plain, std::uint64_t place);
    void go_on();
    bool may_begin(const protocol::record_reader::step& step) const;
    void on_step(protocol::record_reader::step& step);
    void begin_record(std::uint32_t number_of, protocol::record_head head);
    void add_data(std::uint32_t number_of, const bytes& data, bool is_complete);
    void feed_attachment(std::uint32_t number_of);
    void lose(std::uint32_t number_of);
    void cancel(std::uint32_t number_of);
    void ended(std::uint32_t number_of, store::record_state state, errc code,
               const std::map<bureau_id, errc>& refused, bool was_known);
    void remark(const std::string& text);

    core& x_core;
    inbound& x_in;
    protocol::record_reader x_reader;
    std::deque<protocol::record_reader::step> x_steps;
    std::map<std::uint32_t, record> x_open;
    std::size_t x_noting = 0;
    std::uint64_t x_next_place = 0;
    bool x_is_going_on = false;
    std::function<void(errc)> x_then;
    errc failed{};
};

}  // namespace dhow::route
