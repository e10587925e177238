#include "store/detail/phrase_finder.h"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <utility>

namespace panduan::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::pair<std::size_t, std::size_t>> found(const PhraseFinder& finder, std::string_view bytes) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  finder.search(bytes, [&](std::size_t number, std::size_t offset) { places.emplace_back(number, offset); });
  return places;
}

TEST(PhraseFinder, FindsPhrasesWhereverTheyStand) {
  PhraseFinder finder(42);
  finder.add(5, finder.fingerprint("alpha"), 0);
  finder.add(5, finder.fingerprint("omega"), 1);
  EXPECT_THAT(found(finder, "alpha omega alpha"), ElementsAre(Pair(0, 0), Pair(1, 6), Pair(0, 12)));
  EXPECT_THAT(found(finder, "alpho omeg"), IsEmpty());
  EXPECT_THAT(found(finder, "alph"), IsEmpty());
  EXPECT_EQ(finder.overlap(), 4U);
}

TEST(PhraseFinder, TellsPhrasesOfSeveralLengthsAndOwnersApart) {
  PhraseFinder finder(7);
  finder.add(3, finder.fingerprint("abc"), 0);
  finder.add(4, finder.fingerprint("bcde"), 1);
  finder.add(3, finder.fingerprint("abc"), 2);
  EXPECT_THAT(found(finder, "abcde"), ElementsAre(Pair(0, 0), Pair(2, 0), Pair(1, 1)));
}

TEST(PhraseFinder, KnowsZeroBytesByTheirNumber) {
  const PhraseFinder finder(1);
  EXPECT_NE(finder.fingerprint(std::string(3, '\0')), finder.fingerprint(std::string(4, '\0')));
}

TEST(PhraseFinder, FindsWhatAPlainSearchFindsInRandomBytes) {
  std::mt19937 random(1);
  std::string bytes(20'000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() % 3);  // so that phrases come again
  for (const std::uint64_t key : {0ULL, 1ULL, ~0ULL, 0x123456789ABCDEFULL}) {
    PhraseFinder finder(key);
    const std::string phrase = bytes.substr(777, 7);
    finder.add(phrase.size(), finder.fingerprint(phrase), 0);
    std::vector<std::pair<std::size_t, std::size_t>> expected;
    for (auto at = bytes.find(phrase); at != std::string::npos; at = bytes.find(phrase, at + 1)) expected.emplace_back(0, at);
    EXPECT_GT(expected.size(), 1U);
    EXPECT_EQ(found(finder, bytes), expected);
  }
}

}  // namespace
}  // namespace panduan::store
