// Evidence of one message as standard CMS files, which a third party verifies with openssl alone.
// Way of the message: store (seal, parcel, receipts) -> [queries] -> `dhow evidence export`.
// Pure. Net thread.
// Spec: docs/evidence.md#export. Tests: unit/route/queries_test.cpp, system.
// Limits: a parcel of sealed_text_bytes_max; attachments are not part of it, their digests are
// signed.
#include "daemon/route/object_reader.hpp"
#include "daemon/route/queries.hpp"
#include "daemon/route/wipe.hpp"

#include <algorithm>

namespace dhow::route {

struct queries::export_files {
    answer::full_message message;
    evidence_facts facts;
    protocol::lockbox_set boxes;
    bytes body;
    bool with_content = false;  ///< Not for operators: they see states, never content.
    response::evidence out;
    answer_to answer;
};

namespace {

bytes seal_as_cms(const core& shared, const protocol::seal& seal) {
    const auto content = protocol::seal_content(seal);
    const auto attributes =
        protocol::signed_attributes(protocol::signed_content::seal, shared.hash().sha256({content}),
                                    seal.signed_at, seal.signer_certificate, std::nullopt);
    return protocol::build_signed_data(protocol::signed_content::seal, content, attributes,
                                       seal.signer, seal.value);
}

}  // namespace

bytes receipt_as_cms(const core& shared, const protocol::receipt& receipt) {
    const auto attributes = protocol::signed_attributes(
        protocol::signed_content::receipt, shared.hash().sha256({receipt.content}),
        receipt.signed_at, receipt.signer_certificate, std::nullopt);
    return protocol::build_signed_data(protocol::signed_content::receipt, receipt.content,
                                       attributes, receipt.signer, receipt.value);
}

void queries::ask(const caller& who, const request::evidence& what, answer_to answer) {
    find(who, what.id, answer, [this, who, answer](messages& rows) {
        auto files = std::make_shared<export_files>();
        files->message = std::move(rows.front());
        files->with_content = !who.agency.empty();
        files->answer = answer;
        auto seal = protocol::decode_seal(files->message.message.seal);
        auto boxes = protocol::decode_lockboxes(files->message.message.lockboxes);
        if (!seal || !boxes) {
            answer(refusal(errc::store_corrupt, "the stored seal is damaged"));
            return;
        }
        files->facts.seal = std::move(*seal);
        files->boxes = std::move(*boxes);
        files->out.files.push_back({"seal.cms", seal_as_cms(x_core, files->facts.seal)});
        read_object(x_core, files->message.message.text_object, files->facts.seal.body_bytes,
                    [this, files](std::optional<bytes> body) {
                        if (body) {
                            files->body = std::move(*body);
                            add_parcel(files);
                        }
                        // Else retention has ended: seal and receipts are evidence without the
                        // parcel.
                        add_content(files);
                    });
    });
}

void queries::add_parcel(const std::shared_ptr<export_files>& files) {
    const auto body = protocol::decode_body(files->body);
    if (!body) {
        return;
    }
    std::vector<protocol::lockbox> own;
    for (const auto& entry : files->boxes.entries) {
        if (entry.box.recipient == x_core.self()) {
            own.push_back(entry.box);
        }
    }
    if (!own.empty()) {
        files->out.files.push_back({"parcel.cms", protocol::build_enveloped(*body, own)});
    }
}

void queries::add_content(const std::shared_ptr<export_files>& files) {
    if (!files->with_content || files->body.empty()) {
        add_receipts(files);
        return;
    }
    seal::job::open_message job{
        {files->facts.seal, files->boxes}, files->body, files->message.message.received_at};
    x_core.out.run(std::move(job), false, [this, files](protocol::result<seal::job_outcome>& made) {
        if (made) {
            auto& opened = std::get<seal::done::opened_message>(*made);
            wipe_keys(opened.content.attachments);
            files->out.files.push_back({"inner.cms", opened.inner});
            files->facts.inner = std::move(opened.inner);
        }
        // Else the archive key is kept elsewhere, and the parcel is opened there.
        add_receipts(files);
    });
}

void queries::add_receipts(const std::shared_ptr<export_files>& files) {
    const auto& message = files->message.message;
    x_core.out.ask(query::load_receipts{message.origin, message.id}, [this,
                                                                      files](store::reply& reply) {
        std::size_t number = 0;
        for (const auto& row : expect<answer::receipts>(reply).rows) {
            if (auto receipt = protocol::decode_receipt(row.encoded)) {
                files->out.files.push_back({"receipt-" + std::to_string(++number) + ".cms",
                                            receipt_as_cms(x_core, *receipt)});
                files->facts.receipts.push_back(std::move(*receipt));
            }
        }
        if (x_evidence_files) {
            std::ranges::move(x_evidence_files(files->facts), std::back_inserter(files->out.files));
        }
        files->answer(std::move(files->out));
    });
}

}  // namespace dhow::route
