// Opens an inbound message for the agency that it is assigned to, and reads its attachments piece
// by piece.
// Way of the message: store -> seal (open) -> [inbox] -> handover.
// Pure. Net thread.
// Spec: docs/overview.md#handing-over. Tests: unit/route/inbox_test.cpp.
// Limits: opened_messages_max keys are kept; one piece of an attachment is in memory for each
// request.
#include "daemon/route/inbox.hpp"
#include "daemon/route/object_reader.hpp"
#include "daemon/route/record_look.hpp"
#include "daemon/route/wipe.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

/// Length of a sealed piece that is full: that of an empty one is not enough, as lengths are
/// encoded in
/// more or fewer bytes.
std::uint64_t full_piece_bytes() {
    static const std::uint64_t size = [] {
        const bytes plain(limits::piece_bytes);
        protocol::piece_view piece;
        piece.ciphertext = plain;
        return protocol::build_piece(piece).size();
    }();
    return size;
}

struct byte_range {
    std::uint64_t begin = 0, end = 0;
};

/// Where a piece stands in its sealed object; nothing when sizes and number do not fit each other.
std::optional<byte_range> range_of(std::uint32_t piece, std::size_t pieces, std::uint64_t total) {
    const auto full = full_piece_bytes();
    if (piece >= pieces || (pieces - 1) * full >= total || total > pieces * full) {
        return std::nullopt;
    }
    const bool is_last = piece + 1 == pieces;
    return byte_range{piece * full, is_last ? total : (piece + 1) * full};
}

using got_bytes = std::function<void(std::optional<bytes>)>;

/// Reads a range over several segments.
void read_range(core& shared, store::row_id object, byte_range range, bytes so_far,
                got_bytes then) {
    const auto index = static_cast<std::uint32_t>(range.begin / limits::segment_bytes);
    shared.out.ask(
        query::load_segment{object, index}, [&shared, object, range, so_far = std::move(so_far),
                                             then = std::move(then)](store::reply& reply) mutable {
            const auto& segment = expect<answer::segment>(reply);
            const auto skip = static_cast<std::size_t>(range.begin % limits::segment_bytes);
            if (!segment.data || segment.data->size() <= skip) {
                then(std::nullopt);
                return;
            }
            const auto count =
                std::min<std::uint64_t>(segment.data->size() - skip, range.end - range.begin);
            const auto first = segment.data->begin() + static_cast<std::ptrdiff_t>(skip);
            so_far.insert(so_far.end(), first, first + static_cast<std::ptrdiff_t>(count));
            range.begin += count;
            if (range.begin == range.end) {
                then(std::move(so_far));
                return;
            }
            if (skip + count != limits::segment_bytes) {
                then(std::nullopt);  // A short segment that is not the last.
                return;
            }
            read_range(shared, object, range, std::move(so_far), std::move(then));
        });
}

}  // namespace

void inbox::load(store::row_id message, answer_to answer,
                 std::function<void(answer::full_message&)> then) {
    x_core.out.ask(query::load_message{message}, [answer, then](store::reply& reply) {
        auto& rows = expect<answer::messages>(reply).rows;
        if (rows.empty()) {
            answer(refusal(errc::not_found, "the content was removed when its retention ended"));
            return;
        }
        then(rows.front());
    });
}

void inbox::open_content(const caller& who, const answer::inbox_item& item, answer_to answer,
                         opened_content then) {
    load(item.row.message, answer, [this, who, answer, then](answer::full_message& found) {
        auto message = std::make_shared<answer::full_message>(std::move(found));
        const auto text = std::ranges::find_if(message->objects, [&](const auto& one) {
            return one.row == message->message.text_object;
        });
        const std::uint64_t total = text == message->objects.end() ? 0 : text->bytes;
        const auto keep = [this, who, message, then](protocol::content& content) {
            remember({message->message.id, message->message.row, who.agency, content.attachments});
            then(content);
        };
        read_object(x_core, message->message.text_object, total,
                    [this, message, answer, keep](std::optional<bytes> body) {
                        if (!body) {
                            answer(refusal(errc::store_corrupt, "the stored message is damaged"));
                            return;
                        }
                        open_body(message, std::move(*body), answer, keep);
                    });
    });
}

void inbox::open_body(const std::shared_ptr<answer::full_message>& message, bytes body,
                      const answer_to& answer, opened_content then) {
    auto seal = protocol::decode_seal(message->message.seal);
    auto boxes = protocol::decode_lockboxes(message->message.lockboxes);
    if (!seal || !boxes) {
        answer(refusal(errc::store_corrupt, "the stored seal is damaged"));
        return;
    }
    seal::job::open_message job{
        {std::move(*seal), std::move(*boxes)}, std::move(body), message->message.received_at};
    x_core.out.run(
        std::move(job), message->message.cls == message_class::flash,
        [answer, then](protocol::result<seal::job_outcome>& made) {
            if (!made) {
                answer(refusal(protocol::errc_of(made.error()), "it could not be opened"));
                return;
            }
            then(std::get<seal::done::opened_message>(*made).content);
        });
}

void inbox::open(const caller& who, const request::open_inbox& what, answer_to answer) {
    find(
        who, what.id, answer,
        [this, who, answer](const answer::inbox_item& item, const store::assignment_row& assigned) {
            response::inbox_entry entry;
            entry.position = static_cast<std::uint64_t>(item.row.message);
            entry.id = item.row.id;
            entry.origin = item.row.origin;
            entry.cls = item.message.cls;
            entry.received_at = item.message.received_at;
            entry.complete = item.row.complete;
            entry.state = assigned.state;
            entry.summary_json = "{}";
            open_content(who, item, answer, [this, entry, answer](protocol::content& content) {
                wipe_keys(content.attachments);
                judge(std::make_shared<response::opened>(entry, std::move(content)), answer);
            });
        });
}

void inbox::judge(const std::shared_ptr<response::opened>& what, const answer_to& answer) {
    const auto& content = what->content;
    const bool is_asked = find_record(x_core,
                                      {.at = kinds::end::receiver,
                                       .kind = content.kind,
                                       .media_type = content.media_type,
                                       .text = content.text,
                                       .sender = what->entry.origin,
                                       .recipients = content.recipients},
                                      [what, answer](kinds::record_facts found) {
                                          what->record = std::move(found);
                                          answer(std::move(*what));
                                      });
    if (!is_asked) {
        answer(std::move(*what));
    }
}

void inbox::remember(opened_message message) {
    std::erase_if(x_opened, [&](auto& one) {
        const bool is_same = one.message == message.message && one.agency == message.agency;
        if (is_same) {
            wipe_keys(one.attachments);
        }
        return is_same;
    });
    x_opened.push_front(std::move(message));
    if (x_opened.size() > limits::opened_messages_max) {
        wipe_keys(x_opened.back().attachments);
        x_opened.pop_back();
    }
}

const inbox::opened_message* inbox::recall(const caller& who, const message_id& id) {
    const auto found = std::ranges::find_if(
        x_opened, [&](const auto& one) { return one.id == id && one.agency == who.agency; });
    if (found == x_opened.end()) {
        return nullptr;
    }
    std::rotate(x_opened.begin(), found, found + 1);
    return &x_opened.front();
}

void inbox::read(const caller& who, const request::read_attachment& what, answer_to answer) {
    if (const auto* known = recall(who, what.id)) {
        read_piece(*known, what, answer);
        return;
    }
    find(who, what.id, answer,
         [this, who, what, answer](const answer::inbox_item& item, const store::assignment_row&) {
             open_content(who, item, answer, [this, who, what, answer](protocol::content& content) {
                 wipe_keys(content.attachments);
                 if (const auto* known = recall(who, what.id)) {
                     read_piece(*known, what, answer);
                 }
             });
         });
}

void inbox::read_piece(const opened_message& from, const request::read_attachment& what,
                       const answer_to& answer) {
    if (what.position == 0 || what.position > from.attachments.size() ||
        what.piece >= from.attachments[what.position - 1U].pieces.size()) {
        answer(refusal(errc::not_found, "there is no such attachment or piece"));
        return;
    }
    const auto& entry = from.attachments[what.position - 1U];
    const auto pieces = static_cast<std::uint32_t>(entry.pieces.size());
    seal::job::open_piece job{entry.key, entry.pieces[what.piece], {}};
    load(from.message, answer,
         [this, what, pieces, job, answer](answer::full_message& found) mutable {
             const auto object = std::ranges::find_if(
                 found.objects, [&](const auto& one) { return one.position == what.position; });
             if (object == found.objects.end() || object->state != store::object_state::complete) {
                 answer(refusal(errc::busy, "the attachment has not arrived yet",
                                std::chrono::seconds{30}));
                 return;
             }
             const auto range = range_of(what.piece, pieces, object->bytes);
             if (!range) {
                 answer(refusal(errc::bad_digest, "the attachment is not what its message says"));
                 return;
             }
             read_range(
                 x_core, object->row, *range, {},
                 [this, job, pieces, answer](std::optional<bytes> sealed) mutable {
                     if (!sealed) {
                         answer(refusal(errc::store_corrupt, "the stored attachment is damaged"));
                         return;
                     }
                     job.sealed = std::move(*sealed);
                     x_core.out.run(std::move(job), false, [pieces, answer](auto& made) {
                         if (!made) {
                             answer(refusal(protocol::errc_of(made.error()),
                                            "the attachment could not be opened"));
                             return;
                         }
                         auto& opened = std::get<seal::done::opened_piece>(*made);
                         answer(response::attachment_piece{std::move(opened.plain), pieces});
                     });
                 });
         });
}

}  // namespace dhow::route
