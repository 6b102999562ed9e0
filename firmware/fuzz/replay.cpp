// Runs a fuzz target without libFuzzer, in seconds and the same every time: its whole corpus, each
// input cut everywhere, and a fixed number of seeded mutations. The search for new inputs is
// firmware/fuzz/run's.
//   replay_TARGET CORPUS_DIRECTORY
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kMutations = 4000;
constexpr int kMostEdits = 8;
constexpr size_t kMostBytes = 2048;
constexpr uint32_t kSeed = 20261121;

using Input = std::vector<uint8_t>;

std::vector<Input> read_corpus(const char* folder) {
  std::vector<Input> corpus;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    corpus.emplace_back((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  }
  return corpus;
}

void run(const Input& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

Input mutate(const std::vector<Input>& corpus, std::mt19937& random) {
  Input input = corpus[random() % corpus.size()];
  for (int edits = 1 + static_cast<int>(random() % kMostEdits); edits > 0; --edits) {
    const size_t at = input.empty() ? 0 : random() % input.size();
    const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
    const Input& other = corpus[random() % corpus.size()];
    switch (random() % 4) {
      case 0:
        if (!input.empty()) *place = static_cast<uint8_t>(*place ^ 1U << random() % 8);
        break;
      case 1:
        if (!input.empty()) input.erase(place);
        break;
      case 2:
        input.insert(place, static_cast<uint8_t>(random()));
        break;
      default:
        if (input.size() + other.size() > kMostBytes) break;
        input.insert(place,
                     other.begin() + static_cast<std::ptrdiff_t>(random() % (other.size() + 1)),
                     other.end());
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Input> corpus = argc == 2 ? read_corpus(argv[1]) : std::vector<Input>{};
  if (corpus.empty()) {
    std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY (with at least one input)\n", argv[0]);
    return 2;
  }
  for (const Input& input : corpus) {
    for (size_t size = 0; size <= input.size(); ++size) {
      run(Input(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)));
    }
  }
  std::mt19937 random(kSeed);
  for (int i = 0; i < kMutations; ++i) run(mutate(corpus, random));
  return 0;
}
