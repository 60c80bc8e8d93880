// What agencies see of inbound messages: list, open, read attachments, acknowledge, wait for the
// next.
// Way of the message: opening -> store -> [inbox] -> handover; taken or rejected -> receipts ->
// origin.
// Pure. Net thread.
// Spec: docs/overview.md#handing-over (states, failure table). Tests: unit/route/inbox_test.cpp,
// sim.
// Limits: page_rows_max, opened_messages_max. Nobody but the assigned agency opens anything.
#pragma once

#include "daemon/route/answering.hpp"
#include "daemon/route/receipts.hpp"

namespace dhow::route {

class inbox {
public:
    inbox(core& shared, receipts& receipts_) : x_core(shared), x_receipts(receipts_) {}
    inbox(const inbox&) = delete;
    inbox& operator=(const inbox&) = delete;
    ~inbox();

    void list(const caller& who, request::list_inbox what, answer_to answer);
    void open(const caller& who, const request::open_inbox& what, answer_to answer);
    void read(const caller& who, const request::read_attachment& what, answer_to answer);
    void acknowledge(const caller& who, const request::acknowledge& what, answer_to answer);

    std::uint64_t watch(const std::string& agency, std::uint64_t after, std::function<void()> wake);
    void forget_watch(std::uint64_t watch) { x_watches.erase(watch); }
    /// Something for this agency was committed.
    void notify(const std::string& agency);
    /// At shutdown: wakes all who wait.
    void wake_all();

private:
    /// The attachments of a message that was opened lately; the text is not kept.
    struct opened_message {
        message_id id;
        store::row_id message = 0;
        std::string agency;
        std::vector<protocol::attachment_entry> attachments;
    };
    struct watcher {
        std::string agency;
        std::function<void()> wake;
    };
    using found_item = std::function<void(const answer::inbox_item&, const store::assignment_row&)>;
    /// Finds what is assigned to the caller; answers `not_found` otherwise.
    void find(const caller& who, const message_id& id, answer_to answer, found_item then);
    void load(store::row_id message, answer_to answer,
              std::function<void(answer::full_message&)> then);
    using opened_content = std::function<void(protocol::content&)>;
    void open_content(const caller& who, const answer::inbox_item& item, answer_to answer,
                      opened_content then);
    void open_body(const std::shared_ptr<answer::full_message>& message, bytes body,
                   const answer_to& answer, opened_content then);
    /// Answers with what is known of the record that it is about.
    void judge(const std::shared_ptr<response::opened>& what, const answer_to& answer);
    void remember(opened_message message);
    const opened_message* recall(const caller& who, const message_id& id);
    void read_piece(const opened_message& from, const request::read_attachment& what,
                    const answer_to& answer);
    void settle(const caller& who, const request::acknowledge& what, const answer::inbox_item& item,
                const store::assignment_row& assigned, const answer_to& answer);

    core& x_core;
    receipts& x_receipts;
    std::deque<opened_message> x_opened;  ///< Newest in front.
    std::map<std::uint64_t, watcher> x_watches;
    std::uint64_t x_last_watch = 0;
};

}  // namespace dhow::route
