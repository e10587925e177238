#include "cli/line_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <string_view>
#include <thread>

namespace panduan::cli {
namespace {

class LineReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    EXPECT_EQ(::pipe(ends_.data()), 0);
    reader_ = std::make_unique<LineReader>(ends_[0], 10);
  }
  void TearDown() override {
    ::close(ends_[0]);
    end();
  }
  void write(std::string_view text) { EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size())); }
  void end() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  std::optional<std::string> next(const std::stop_token& stop = {}) { return reader_->next(stop); }

  std::array<int, 2> ends_{};
  std::unique_ptr<LineReader> reader_;
};

TEST_F(LineReaderTest, GivesLinesAsTheyComeAndTheLastOneWithoutItsEnd) {
  write("one\r\n\ntw");
  EXPECT_EQ(next(), "one");
  EXPECT_EQ(next(), "");
  write("o\n三");
  EXPECT_EQ(next(), "two");
  end();
  EXPECT_EQ(next(), "三");
  EXPECT_EQ(next(), std::nullopt);
}

TEST_F(LineReaderTest, OfALongLineTheRestIsLeftOut) {
  write(std::string(30, 'a') + "\nb\n");
  EXPECT_EQ(next(), std::string(10, 'a'));
  EXPECT_EQ(next(), "b");
}

TEST_F(LineReaderTest, AStopEndsTheWaitAndForgetsWhatWasTyped) {
  write("half");
  std::stop_source stop;
  std::jthread presser([&stop] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request_stop();
  });
  EXPECT_EQ(next(stop.get_token()), std::nullopt);
  write("a line\n");
  EXPECT_EQ(next(), "a line");
}

}  // namespace
}  // namespace panduan::cli
