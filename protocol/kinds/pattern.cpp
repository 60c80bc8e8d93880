// Compiles the dialect of patterns to states, and follows all of them at once.
// Way of the message: `pattern` of the schemas.
// Pure. Compiled while the program starts, then read-only: any thread.
// Spec: docs/decisions/0014-kinds.md. Tests: unit/kinds/schema_test.cpp.
// Limits: kinds_pattern_states_max.
#include "protocol/kinds/pattern.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::kinds {

// Recursive descent; each part is built for a given state to go on with, so repeats build their
// operand again from its text.
class pattern_compiler {
public:
    explicit pattern_compiler(std::string_view text) : x_text{text} {
        x_out.x_states.emplace_back();
    }

    std::optional<pattern> run() {
        if (x_text.size() < 2 || x_text.front() != '^' || x_text.back() != '$') {
            return std::nullopt;
        }
        x_end = x_text.size() - 1;
        x_at = 1;
        x_out.x_start = alternatives(0);
        if (x_failed || x_at != x_end) {
            return std::nullopt;
        }
        x_out.x_source = std::string{x_text};
        return std::move(x_out);
    }

private:
    using index = std::uint16_t;

    index fail() {
        x_failed = true;
        return 0;
    }
    index add(pattern::state one) {
        if (x_out.x_states.size() >= protocol::limits::kinds_pattern_states_max) {
            return fail();
        }
        x_out.x_states.push_back(one);
        return static_cast<index>(x_out.x_states.size() - 1);
    }
    [[nodiscard]] char peek() const { return x_at < x_end ? x_text[x_at] : '\0'; }

    index alternatives(index next) {
        index start = sequence(next);
        while (!x_failed && peek() == '|') {
            ++x_at;
            const index other = sequence(next);
            start = add({.next = start, .other = other});
        }
        return start;
    }

    // Parts are built from the last to the first: their places are found beforehand.
    index sequence(index next) {
        std::vector<std::size_t> places;
        while (!x_failed && x_at < x_end && peek() != '|' && peek() != ')') {
            places.push_back(x_at);
            skip_part();
        }
        const auto after = x_at;
        for (auto place = places.rbegin(); !x_failed && place != places.rend(); ++place) {
            x_at = *place;
            next = repeated(next);
        }
        x_at = after;
        return next;
    }

    index repeated(index next) {
        const auto begin = x_at;
        skip_atom();
        const auto [least, most] = counts();
        const auto after = x_at;
        const auto operand = [&](index then) {
            x_at = begin;
            return atom(then);
        };
        if (most == unlimited) {
            const index loop = add({.next = next, .other = next});
            const index body = operand(loop);
            if (!x_failed) {
                x_out.x_states[loop].next = body;
            }
            next = loop;
        }
        for (int i = least; !x_failed && most != unlimited && i < most; ++i) {
            const index body = operand(next);
            next = add({.next = body, .other = next});
        }
        for (int i = 0; !x_failed && i < least; ++i) {
            next = operand(next);
        }
        x_at = after;
        return next;
    }

    index atom(index next) {
        const char c = peek();
        if (c == '(') {
            ++x_at;
            const index start = alternatives(next);
            return x_failed || peek() != ')' ? fail() : (++x_at, start);
        }
        pattern::state one{.is_set = true, .next = next};
        if (c == '[') {
            read_set(one.set);
        } else {
            one.set.set(literal());
        }
        return add(one);
    }

    // One character that stands for itself.
    std::size_t literal() {
        char c = peek();
        if (c == '\\') {
            ++x_at;
            c = peek();
            const bool punctuation =
                std::string_view{"\\.+*?()[]{}|^$/-"}.find(c) != std::string_view::npos;
            if (!punctuation || c == '\0') {
                return fail();
            }
        } else if (std::string_view{".+*?()[]{}|^$"}.find(c) != std::string_view::npos ||
                   c < 0x20) {
            return fail();
        }
        ++x_at;
        return static_cast<std::size_t>(c);
    }

    void read_set(pattern::character_set& set) {
        ++x_at;
        if (peek() == ']' || peek() == '^') {
            fail();
        }
        while (!x_failed && peek() != ']') {
            const auto first = set_member();
            auto last = first;
            if (peek() == '-' && x_at + 1 < x_end && x_text[x_at + 1] != ']') {
                ++x_at;
                last = set_member();
            }
            for (auto c = first; c <= last && last < set.size(); ++c) {
                set.set(c);
            }
            x_failed = x_failed || last < first;
        }
        ++x_at;
    }

    std::size_t set_member() {
        const char c = peek();
        if (c < 0x20 || c == '[' || c == '\\') {
            return fail();
        }
        ++x_at;
        return static_cast<std::size_t>(c);
    }

    void skip_part() {
        skip_atom();
        counts();
    }

    void skip_atom() {
        if (peek() == '(') {
            skip_group();
        } else if (peek() == '[') {
            pattern::character_set ignored;
            read_set(ignored);
        } else {
            literal();
        }
    }

    void skip_group() {
        int depth = 0;
        do {
            const char c = peek();
            if (c == '\0') {
                fail();
                return;
            }
            if (c == '[') {
                pattern::character_set ignored;
                read_set(ignored);
                continue;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            x_at += c == '\\' ? 2 : 1;
        } while (!x_failed && depth > 0);
    }

    static constexpr int unlimited = -1;
    struct range {
        int least;
        int most;
    };

    range counts() {
        switch (peek()) {
            case '?':
                ++x_at;
                return {0, 1};
            case '*':
                ++x_at;
                return {0, unlimited};
            case '+':
                ++x_at;
                return {1, unlimited};
            case '{':
                return braces();
            default:
                return {1, 1};
        }
    }

    range braces() {
        ++x_at;
        const int least = number();
        int most = least;
        if (peek() == ',') {
            ++x_at;
            most = number();
        }
        if (peek() != '}' || most < least) {
            fail();
        }
        ++x_at;
        return {least, most};
    }

    int number() {
        int value = 0;
        const auto begin = x_at;
        while (peek() >= '0' && peek() <= '9' && value < 1000) {
            value = value * 10 + (x_text[x_at++] - '0');
        }
        if (x_at == begin) {
            fail();
        }
        return value;
    }

    std::string_view x_text;
    std::size_t x_at = 0;
    std::size_t x_end = 0;
    bool x_failed = false;
    pattern x_out;
};

std::optional<pattern> pattern::compile(std::string_view text) {
    return pattern_compiler{text}.run();
}

void pattern::reach(std::uint16_t from, std::vector<std::uint16_t>& out,
                    std::vector<std::uint32_t>& marks, std::uint32_t mark) const {
    std::vector<std::uint16_t> open{from};
    while (!open.empty()) {
        const auto at = open.back();
        open.pop_back();
        if (marks[at] == mark) {
            continue;
        }
        marks[at] = mark;
        if (at == 0 || x_states[at].is_set) {
            out.push_back(at);
        } else {
            open.push_back(x_states[at].next);
            open.push_back(x_states[at].other);
        }
    }
}

bool pattern::matches(std::string_view text) const {
    std::vector<std::uint32_t> marks(x_states.size(), 0);
    std::uint32_t mark = 1;
    std::vector<std::uint16_t> now;
    std::vector<std::uint16_t> then;
    reach(x_start, now, marks, mark);
    for (const char c : text) {
        const auto value = static_cast<unsigned char>(c);
        then.clear();
        ++mark;
        for (const auto at : now) {
            if (at != 0 && value < 128 && x_states[at].set[value]) {
                reach(x_states[at].next, then, marks, mark);
            }
        }
        std::swap(now, then);
        if (now.empty()) {
            return false;
        }
    }
    return std::ranges::find(now, std::uint16_t{0}) != now.end();
}

}  // namespace dhow::kinds
