// Examples of each kind: a document, and what changes make of it, with the verdict that is wanted.
// Way of the message: none; support of the tests of kinds.
// Not pure: reads files of the source tree.
// Spec: docs/kinds.md. Tests: examples_test.cpp, tools/kinds_oracle_test.py reads the same files.
// Limits: none; a file that is missing or not in form throws.
#pragma once

#include "protocol/kinds/validate.hpp"

#include <set>
#include <string>
#include <vector>

namespace dhow::tests {

struct example {
    std::string file;  ///< Kind, or `unknown`.
    std::string name;
    bool accepted = false;
    kinds::context facts;
    std::string text;
    std::multiset<std::string> problems;  ///< `RULE POINTER` of each refusal.
    std::multiset<std::string> warnings;
    std::set<std::string> rules;  ///< That it is an example of.
};

/// All examples of tests/unit/kinds/examples, in the order of the files.
const std::vector<example>& all_examples();

/// `RULE POINTER` of what a verdict has of one severity.
std::multiset<std::string> listed(const kinds::verdict& verdict, kinds::severity how);

/// Checks one example with Boost.Test. DHOW_WITHOUT_RULE in the environment takes a rule away.
void check_example(const example& one);

}  // namespace dhow::tests
