// Files from which a third party sees, with openssl alone, what was sealed and what became of it.
// Way of the message: after it: `dhow evidence export`.
// Not pure: OpenSSL. Any thread.
// Spec: docs/evidence.md. Tests: unit/seal/evidence_test.cpp.
// Limits: those of the parts.
#pragma once

#include "daemon/seal/directory_file.hpp"
#include "daemon/seal/trust_directory.hpp"
#include "protocol/parcel.hpp"
#include "protocol/receipt.hpp"

namespace dhow::seal {

struct evidence_sources {
    protocol::seal seal;
    std::vector<protocol::receipt> receipts;
    std::optional<bytes> inner;        ///< The opened, signed content, if it is to be shown.
    directory_files directory;         ///< Signed heads and entries, as the gateway loaded them.
};
struct evidence_file {
    std::string name;
    bytes content;
};
/// seal.cms, receipt-N.cms, inner.cms, head-N.cms, the entries and certificates of the signers,
/// README.txt, verify.sh. Errors: `unknown_key` when a signer is not in the directory.
loaded<std::vector<evidence_file>> make_evidence(const evidence_sources& sources,
                                                 const trust_directory& trusted);
/// Into a new or empty folder.
loaded<void> write_evidence(const std::filesystem::path& folder,
                            const std::vector<evidence_file>& files);

}  // namespace dhow::seal
