#include "base/id.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "base/clock.h"

namespace panduan {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::int64_t milliseconds_of(std::string_view id) {
  std::int64_t milliseconds = 0;
  for (const char digit : id.substr(id.find('_') + 1, 10)) milliseconds = milliseconds * 32 + static_cast<std::int64_t>(kCrockford.find(digit));
  return milliseconds;
}

TEST(NewId, IsThePrefixAnUnderscoreAndAUlid) {
  const std::string id = new_id("doc");
  ASSERT_EQ(id.size(), 4U + 26U);
  EXPECT_TRUE(id.starts_with("doc_"));
  EXPECT_EQ(id.find_first_not_of(kCrockford, 4), std::string::npos) << id;
}

TEST(NewId, HoldsTheTimeItWasMade) {
  const std::int64_t before = system_clock().now_ms();
  const std::int64_t made = milliseconds_of(new_id("x"));
  EXPECT_GE(made, before);
  EXPECT_LE(made, system_clock().now_ms());
}

TEST(NewId, SortsByTheTimeItWasMade) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(new_id("doc"));
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_TRUE(std::ranges::is_sorted(ids));
}

TEST(NewId, IsNeverTheSameWithinAMillisecond) {
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i) ids.insert(new_id("doc"));
  EXPECT_EQ(ids.size(), 10'000U);
}

}  // namespace
}  // namespace panduan
