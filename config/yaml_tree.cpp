// Builds the tree from yaml-cpp's events, which carry marks, quotes, anchors and tags.
// Way of the message: see yaml_tree.hpp.
// Pure. Exceptions are yaml-cpp's way to report, and ours to leave its parser; none gets out.
// Spec: docs/configuration.md#yaml. Tests: unit/config/yaml_tree_test.cpp, fuzz/config*.
// Limits: config_bytes_max, config_depth_max, config_nodes_max.
#include "config/yaml_tree.hpp"

#include "protocol/limits.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>
#include <utility>

namespace dhow::config {

namespace {

namespace limits = protocol::limits;

/// Leaves yaml-cpp's parser from within an event.
struct refusal {
    finding what;
};

class builder : public YAML::EventHandler {
public:
    builder(const std::string& file, std::vector<finding>& problems)
        : x_file(file), x_problems(problems) {}

    yaml_node take_root() { return std::move(x_root); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (x_documents++ > 0) {
            refuse(mark, "several-documents", "found a second document after `---`",
                   "Write one document in a file, and name others under include:.");
        }
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        check(mark, anchor, "");
        add(make_node(yaml_node::kind::null, mark));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse(mark, "alias", "found an alias (`*name`), which is not used here",
               "Write the value out; quote a text that starts with an asterisk, as in \"*\".");
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check(mark, anchor, tag);
        yaml_node node = make_node(yaml_node::kind::scalar, mark);
        node.text = value;
        node.plain = tag == "?";
        add(std::move(node));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, yaml_node::kind::sequence);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, yaml_node::kind::map);
    }
    void OnMapEnd() override { close(); }

private:
    /// A list or map that is not closed yet; a map between key and value holds the key.
    struct level {
        yaml_node node;
        std::optional<yaml_member> pending;
        std::map<std::string, std::size_t> lines;  ///< Of the keys so far.
    };

    static std::size_t line_of(const YAML::Mark& mark) {
        return static_cast<std::size_t>(mark.line) + 1;
    }

    static yaml_node make_node(yaml_node::kind kind, const YAML::Mark& mark) {
        yaml_node out;
        out.type = kind;
        out.line = line_of(mark);
        return out;
    }

    [[noreturn]] void refuse(const YAML::Mark& mark, const char* code, std::string text,
                             std::string hint) const {
        throw refusal{
            {severity::error, {x_file, line_of(mark)}, code, std::move(text), std::move(hint)}};
    }

    void check(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
        if (anchor != YAML::NullAnchor) {
            refuse(mark, "anchor", "found an anchor (`&name`), which is not used here",
                   "Write the value out at each place.");
        }
        if (!tag.empty() && tag != "?" && tag != "!") {
            refuse(mark, "tag", "found the tag `" + tag.substr(0, 40) + "`, expected none",
                   "Remove it; the key decides what its value is.");
        }
        if (++x_nodes > limits::config_nodes_max) {
            refuse(mark, "too-many-values",
                   "more than " + std::to_string(limits::config_nodes_max) + " keys and values",
                   "");
        }
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
              yaml_node::kind kind) {
        check(mark, anchor, tag);
        if (x_levels.size() >= limits::config_depth_max) {
            refuse(mark, "too-deep",
                   "more than " + std::to_string(limits::config_depth_max) +
                       " lists and maps inside each other",
                   "");
        }
        x_levels.push_back({make_node(kind, mark), {}, {}});
    }

    void close() {
        yaml_node done = std::move(x_levels.back().node);
        x_levels.pop_back();
        add(std::move(done));
    }

    void add(yaml_node node) {
        if (x_levels.empty()) {
            x_root = std::move(node);
            return;
        }
        level& top = x_levels.back();
        if (top.node.type == yaml_node::kind::sequence) {
            top.node.items.push_back(std::move(node));
        } else if (!top.pending) {
            top.pending = as_key(std::move(node));
        } else {
            top.pending->value = std::move(node);
            add_member(top, std::move(*top.pending));
            top.pending.reset();
        }
    }

    yaml_member as_key(yaml_node node) const {
        if (node.type != yaml_node::kind::scalar) {
            throw refusal{{severity::error,
                           {x_file, node.line},
                           "key-is-no-text",
                           "found " + std::string(name_of(node.type)) + " as a key",
                           "A key is a word followed by a colon and a space."}};
        }
        return {.key = std::move(node.text), .plain = node.plain, .line = node.line, .value = {}};
    }

    void add_member(level& map, yaml_member member) {
        if (member.value.type != yaml_node::kind::scalar) {
            member.value.line = member.line;  // of `links:`, not of its first entry
        }
        const auto [first, is_new] = map.lines.emplace(member.key, member.line);
        if (is_new) {
            map.node.members.push_back(std::move(member));
            return;
        }
        x_problems.push_back({severity::error,
                              {x_file, member.line},
                              "duplicate-key",
                              "the key `" + member.key.substr(0, 64) +
                                  "` stands twice; first in line " + std::to_string(first->second),
                              "Remove one of them."});
    }

    const std::string& x_file;
    std::vector<finding>& x_problems;
    std::vector<level> x_levels;
    yaml_node x_root;
    std::size_t x_nodes = 0;
    std::size_t x_documents = 0;
};

/// Bytes of the UTF-8 character at the start of the text; 0 when there is none. Control characters
/// but tab, line feed and carriage return are none: terminals obey them.
std::size_t character_bytes(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = at(0);
    if (first < 0x80) {
        const bool allowed =
            first >= 0x20 ? first != 0x7f : first == '\t' || first == '\n' || first == '\r';
        return allowed ? 1 : 0;
    }
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) {
        return 0;
    }
    for (std::size_t i = 1; i < size; ++i) {
        if ((at(i) & 0xc0) != 0x80) {
            return 0;
        }
    }
    const unsigned char second = at(1);
    const bool shortest = (first != 0xe0 || second >= 0xa0) && (first != 0xf0 || second >= 0x90);
    const bool in_range = (first != 0xed || second < 0xa0) && (first != 0xf4 || second < 0x90);
    const bool control = first == 0xc2 && second < 0xa0;
    return shortest && in_range && !control ? size : 0;
}

/// The line of the first byte that is no text, or 0.
std::size_t line_of_bad_text(std::string_view text) {
    std::size_t line = 1;
    while (!text.empty()) {
        const std::size_t size = character_bytes(text);
        if (size == 0) {
            return line;
        }
        line += text.front() == '\n' ? 1U : 0U;
        text.remove_prefix(size);
    }
    return 0;
}

std::optional<finding> refuse_text(std::string_view text, const std::string& file) {
    if (text.size() > limits::config_bytes_max) {
        return finding{severity::error,
                       {file, 0},
                       "too-large",
                       "found " + std::to_string(text.size()) + " bytes, expected at most " +
                           std::to_string(limits::config_bytes_max),
                       "Split the file and name the parts under include:."};
    }
    if (const auto line = line_of_bad_text(text); line != 0) {
        return finding{severity::error,
                       {file, line},
                       "bad-text",
                       "found a byte that is not UTF-8 text, or a control character",
                       "Save the file as UTF-8."};
    }
    return std::nullopt;
}

finding from_yaml(const YAML::Exception& error, const std::string& file) {
    const auto line = error.mark.is_null() ? 0 : static_cast<std::size_t>(error.mark.line) + 1;
    std::string hint = "Check indentation, quotes, and the space after each colon.";
    if (error.msg.find("alias") != std::string::npos) {
        hint = "Quote a text that starts with an asterisk, as in \"*\".";
    } else if (error.msg.find("tab") != std::string::npos) {
        hint = "Indent with spaces.";
    }
    return {severity::error, {file, line}, "no-yaml", "not valid YAML: " + error.msg, hint};
}

}  // namespace

std::string_view name_of(yaml_node::kind kind) {
    switch (kind) {
        case yaml_node::kind::null:
            return "nothing";
        case yaml_node::kind::scalar:
            return "a value";
        case yaml_node::kind::sequence:
            return "a list";
        case yaml_node::kind::map:
            break;
    }
    return "a map";
}

std::optional<yaml_node> parse_yaml(std::string_view text, const std::string& file,
                                    std::vector<finding>& problems) {
    if (auto refused = refuse_text(text, file)) {
        problems.push_back(std::move(*refused));
        return std::nullopt;
    }
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        builder tree(file, problems);
        while (parser.HandleNextDocument(tree)) {
        }
        return tree.take_root();
    } catch (const refusal& error) {
        problems.push_back(error.what);
    } catch (const YAML::Exception& error) {
        problems.push_back(from_yaml(error, file));
    } catch (const std::exception& error) {
        problems.push_back({severity::error,
                            {file, 0},
                            "no-yaml",
                            std::string("not valid YAML: ") + error.what(),
                            ""});
    }
    return std::nullopt;
}

}  // namespace dhow::config
