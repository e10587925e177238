#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "net/http_client.h"

namespace panduan::net {
namespace {

std::vector<std::string> events_of(const std::vector<std::string>& pieces) {
  std::vector<std::string> events;
  EventStreamParser parser([&](const EventStreamParser::Event& event) {
    events.push_back(event.type + "|" + event.data);
    return true;
  });
  for (const auto& piece : pieces) parser.feed(piece);
  return events;
}

TEST(EventStreamParser, GivesOneEventForEachBlankLine) {
  EXPECT_EQ(events_of({"data: one\n\ndata:two\n\n"}), (std::vector<std::string>{"message|one", "message|two"}));
}

TEST(EventStreamParser, DoesNotCareWhereTheBytesAreCut) {
  const std::string stream = "\xEF\xBB\xBF: hello\r\nevent: answer\r\ndata: 一\r\ndata: two\r\n\r\ndata\r\rid: 7\n\ndata: last\n\nunfinished: x";
  std::vector<std::string> single_bytes;
  for (const char byte : stream) single_bytes.emplace_back(1, byte);
  const std::vector<std::string> expected{"answer|一\ntwo", "message|", "message|last"};
  EXPECT_EQ(events_of({stream}), expected);
  EXPECT_EQ(events_of(single_bytes), expected);
}

TEST(EventStreamParser, KeepsColonsAndSpacesOfTheValue) { EXPECT_EQ(events_of({"data:  a: b \n\n"}), (std::vector<std::string>{"message| a: b "})); }

TEST(EventStreamParser, EndsWhenTheSinkSaysSo) {
  int calls = 0;
  EventStreamParser parser([&](const EventStreamParser::Event&) { return ++calls < 2; });
  EXPECT_FALSE(parser.feed("data: 1\n\ndata: 2\n\ndata: 3\n\n"));
  EXPECT_FALSE(parser.feed("data: 4\n\n"));
  EXPECT_EQ(calls, 2);
}

TEST(EventStreamParser, RefusesAnEventWithoutEnd) {
  EventStreamParser parser([](const EventStreamParser::Event&) { return true; });
  const std::string piece(1U << 20U, 'x');
  EXPECT_THROW(
      {
        for (int i = 0; i < 20; ++i) parser.feed(piece);
      },
      Error);
}

}  // namespace
}  // namespace panduan::net
