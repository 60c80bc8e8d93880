// Runs a fuzz target over the files of its corpus, so that findings stay fixed without clang.
// Way of the message: none; a test program's main().
// Not pure: reads files. One thread.
// Spec: libFuzzer's LLVMFuzzerTestOneInput. Tests: each fuzz_replay_<x> of ctest.
// Limits: none; a corpus that is absent or empty fails, because it would test nothing.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void replay(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    const std::string input{std::istreambuf_iterator<char>{file}, {}};
    std::cout << path.filename().string() << std::endl;  // flushed: it may be the last word
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t inputs = 0;
    for (int i = 1; i < argc; ++i) {
        if (!std::filesystem::is_directory(argv[i])) {
            continue;
        }
        for (const auto& entry : std::filesystem::directory_iterator{argv[i]}) {
            replay(entry.path());
            ++inputs;
        }
    }
    std::cout << inputs << " inputs replayed\n";
    return inputs == 0 ? 1 : 0;
}
