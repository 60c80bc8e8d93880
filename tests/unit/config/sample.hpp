// A small configuration that is right, and a file system in memory; tests change one thing of it.
// Way of the message: none; support of unit/config.
// Pure.
// Spec: docs/configuration.md. Tests: it is for them.
// Limits: none.
#pragma once

#include "config/load.hpp"

#include <map>
#include <string>

namespace dhow::tests {

using files = std::map<std::string, std::string>;

/// The smallest sensible bureau, with one link, one route and one agency. Line numbers matter.
inline const std::string sample = R"(version: 1
bureau: {id: ZW, name: NCB Harare}
keys:
  link: file:link.key
  sign: file:sign.key
  encrypt: file:encrypt.key
  at_rest: credential:at-rest
  link_certificate: link.crt
trust:
  directory: directory
  anchors: [a.crt, b.crt]
  federation: example
links:
  ipsg: {peer: IPSG, addresses: ["tls://gw.example:7443"]}
routes:
  - {to: "*", via: [ipsg]}
agencies:
  desk: {users: [desk], send: {kinds: ["*"], to: ["*"], classes: [routine]}}
duty_desk: desk
)";

/// Files by absolute path. `list` finds those whose path starts with what stands before the first
/// asterisk of the pattern.
inline config::file_source in_memory(const files& all) {
    return {[all](const std::string& path) -> protocol::result<std::string> {
                const auto found = all.find(path);
                if (found == all.end()) {
                    return protocol::errc::not_found;
                }
                return found->second;
            },
            [all](const std::string& pattern) {
                std::vector<std::string> out;
                const auto star = pattern.find('*');
                for (const auto& [path, text] : all) {
                    if (star == std::string::npos ? path == pattern
                                                  : path.starts_with(pattern.substr(0, star))) {
                        out.push_back(path);
                    }
                }
                return out;
            }};
}

inline config::loaded load(const std::string& text, files others = {}) {
    others["/etc/dhow/dhow.yaml"] = text;
    return config::load_file("/etc/dhow/dhow.yaml", in_memory(others));
}

/// The sample with `from` replaced by `to`, once; throws when it is not there.
inline std::string changed(const std::string& from, const std::string& to,
                           std::string text = sample) {
    return text.replace(text.find(from), from.size(), to);
}

/// All findings as text, one a line, for messages of failed tests and for searching.
inline std::string text_of(const std::vector<config::finding>& findings) {
    std::string out;
    for (const auto& one : findings) {
        out += to_text(one) + '\n';
    }
    return out;
}

}  // namespace dhow::tests
