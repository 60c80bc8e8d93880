// Attachments on their way in: sealed piece by piece as they come, spooled until a message takes
// them.
// Way of the message: intake (stream) -> [uploads] -> seal -> store; submission takes what is
// finished.
// Pure. Net thread.
// Spec: docs/overview.md#uploads. Tests: unit/route/uploads_test.cpp.
// Limits: uploads_open_max, attachment_bytes_max, piece_bytes; one piece of an upload under way.
#pragma once

#include "daemon/route/answering.hpp"
#include "daemon/route/core.hpp"

namespace dhow::route {

class uploads {
public:
    explicit uploads(core& shared) : x_core(shared) {}
    uploads(const uploads&) = delete;
    uploads& operator=(const uploads&) = delete;
    ~uploads();

    void begin(const caller& who, request::begin_upload what, answer_to answer);
    /// Answered when the piece is on disk, or refused; after a refusal of the store the upload is
    /// gone.
    void proceed(const caller& who, request::continue_upload what, answer_to answer);
    void abandon(const caller& who, request::abandon_upload what, const answer_to& answer);
    /// At start: those of an earlier run, whose keys are lost.
    void drop_spooled(const std::vector<store::object_row>& spooling);

    /// A finished upload as the message that takes it needs it.
    struct finished {
        store::row_id object = 0;
        std::uint64_t sealed_bytes = 0;
        protocol::attachment_entry entry;  ///< With the key: wiped by who takes it.
    };
    /// What stands against taking these uploads for one message of the agency; empty: nothing.
    [[nodiscard]] std::string why_not(const std::string& agency,
                                      const std::vector<upload_id>& ids) const;
    /// Plain bytes of those of the agency, together; nothing is told of others'.
    [[nodiscard]] std::uint64_t bytes_of(const std::string& agency,
                                         const std::vector<upload_id>& ids) const;
    /// After why_not() was empty: nobody else gets them until give_back() or forget().
    std::vector<finished> take(const std::vector<upload_id>& ids);
    void give_back(const std::vector<upload_id>& ids);
    /// A message has them on disk.
    void forget(const std::vector<upload_id>& ids);
    [[nodiscard]] std::size_t open() const { return x_open.size(); }

private:
    struct upload {
        std::string agency;
        protocol::attachment_entry entry;
        store::row_id object = 0;
        std::unique_ptr<protocol::running_hash> hash;
        std::uint64_t sealed_bytes = 0;  ///< Given to the store.
        bool is_busy = false;            ///< A piece is being sealed or written.
        bool is_finished = false;
        bool is_taken = false;
        utc_time touched_at{};
    };
    upload* find(const caller& who, upload_id id);
    [[nodiscard]] std::string why_not_begin(const caller& who,
                                            const request::begin_upload& what) const;
    /// An idle one makes room; false: none is idle long enough.
    bool make_room(const std::string& agency);
    void on_key(const caller& who, request::begin_upload what,
                const std::array<std::uint8_t, 32>& key, answer_to answer);
    void seal_piece(upload_id id, bytes plain, bool last, answer_to answer);
    void on_piece(upload_id id, std::size_t plain_bytes, bool last,
                  const seal::done::sealed_piece& piece, answer_to answer);
    void write(upload_id id, byte_view sealed, bool last, answer_to answer);
    void drop(upload_id id);

    core& x_core;
    std::map<upload_id, upload> x_open;
    std::size_t x_beginning = 0;
};

}  // namespace dhow::route
