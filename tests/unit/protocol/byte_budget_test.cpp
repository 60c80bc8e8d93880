// Computes the byte budget of a hit confirmation and its receipt, and compares docs/byte-budget.md.
// Way of the message: none; a test.
// Not pure: reads files of the source tree.
// Spec: docs/byte-budget.md. Tests: it is one; on a difference it prints the table that is right.
// Limits: sizes before compression, which is measured in tests/bench.
#include "protocol/bytes.hpp"
#include "protocol/content.hpp"
#include "protocol/parcel.hpp"
#include "protocol/receipt.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using namespace dhow::tests;

namespace {

constexpr std::size_t text_bytes = 1500;

using table = std::vector<std::pair<std::string, std::pair<std::size_t, std::size_t>>>;

std::string to_markdown(const table& rows) {
    std::string out;
    for (const auto& [name, sizes] : rows) {
        out += "| " + name + " | " + std::to_string(sizes.first) + " | " +
               std::to_string(sizes.second) + " |\n";
    }
    return out;
}

preamble sample() { return decode_preamble(load_vectors("parcel", "preamble").at(0).data).value(); }

std::size_t signed_size(signed_content type, byte_view content, const seal& from) {
    const auto binding = type == signed_content::message ? std::optional{digest{}} : std::nullopt;
    const auto attributes = signed_attributes(type, digest{}, from.signed_at, digest{}, binding);
    return build_signed_data(type, content, attributes, from.signer, from.value).size();
}

table message_table() {
    const auto given = sample();
    const auto head = decode_header(given.seal.header).value();
    content text{.kind = "hit.confirmation",
                 .agency = "ZRP-CID",
                 .subject = "Synthetic hit",
                 .media_type = "text/plain",
                 .text = bytes(text_bytes, 'x'),
                 .recipients = {bureau_id::parse("MU").value()},
                 .attachments = {},
                 .ignored = {}};
    const auto encoded = encode_content(text);
    const auto inner = signed_size(signed_content::message, encoded, given.seal);
    lockbox_set branch = given.lockboxes;
    branch.leaf_count = 2;
    branch.entries.resize(1);
    branch.siblings.resize(1);
    const std::vector<lockbox> boxes{branch.entries[0].box};
    const bytes ciphertext(inner, 0);
    sealed_body body;
    body.ciphertext = ciphertext;
    const auto content_of_seal = seal_content(given.seal);
    return {
        {"header", {encode_header(head).size(), encode_header(head).size()}},
        {"seal without header",
         {encode_seal(given.seal).size() - encode_header(head).size(),
          signed_size(signed_content::seal, content_of_seal, given.seal) -
              encode_header(head).size()}},
        {"lockbox and proof, one recipient of two",
         {encode_lockboxes(branch).size(),
          build_enveloped(body, boxes).size() - build_enveloped(body, {}).size()}},
        {"envelope around the ciphertext",
         {encode_body(body).size() - inner, build_enveloped(body, {}).size() - inner}},
        {"inner SignedData without content", {inner - encoded.size(), inner - encoded.size()}},
        {"content fields without text", {encoded.size() - text_bytes, encoded.size() - text_bytes}},
        {"text", {text_bytes, text_bytes}},
    };
}

table receipt_table() {
    const auto each = load_vectors("receipt", "receipt").at(0);
    const auto value = decode_receipt(each.data).value();
    const auto size = value.content.size();
    const auto from = sample().seal;
    return {{"receipt content, one outcome", {size, size}},
            {"signer, certificate, time, signature",
             {each.data.size() - size,
              signed_size(signed_content::receipt, value.content, from) - size}}};
}

void add_total(table& rows, const std::string& name) {
    std::pair<std::size_t, std::size_t> total{};
    for (const auto& row : rows) {
        total.first += row.second.first;
        total.second += row.second.second;
    }
    rows.emplace_back(name, total);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(byte_budget_test)

BOOST_AUTO_TEST_CASE(documentation_holds_the_computed_numbers) {
    auto message = message_table();
    add_total(message, "**message, before compression**");
    auto receipt = receipt_table();
    add_total(receipt, "**receipt**");
    const auto computed = to_markdown(message) + to_markdown(receipt);
    std::ifstream in{std::string{DHOW_SOURCE_DIR} + "/docs/byte-budget.md"};
    const std::string documentation{std::istreambuf_iterator<char>{in}, {}};
    BOOST_TEST_CONTEXT("the right table is:\n" << computed) {
        BOOST_TEST(documentation.find(computed) != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
