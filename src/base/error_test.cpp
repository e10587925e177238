#include "base/error.h"

#include <gtest/gtest.h>

#include <set>

namespace panduan {
namespace {

// Adding a kind without adding it here is a compiler warning, and those are errors.
constexpr int number_of_kinds() {
  int count = 0;
  switch (ErrorKind::InvalidInput) {
    case ErrorKind::InvalidInput: ++count; [[fallthrough]];
    case ErrorKind::NotFound: ++count; [[fallthrough]];
    case ErrorKind::Conflict: ++count; [[fallthrough]];
    case ErrorKind::Busy: ++count; [[fallthrough]];
    case ErrorKind::Forbidden: ++count; [[fallthrough]];
    case ErrorKind::TooLarge: ++count; [[fallthrough]];
    case ErrorKind::Unsupported: ++count; [[fallthrough]];
    case ErrorKind::Corrupt: ++count; [[fallthrough]];
    case ErrorKind::Unavailable: ++count; [[fallthrough]];
    case ErrorKind::Cancelled: ++count; [[fallthrough]];
    case ErrorKind::NoSpace: ++count; [[fallthrough]];
    case ErrorKind::Internal: ++count;
  }
  return count;
}

ErrorKind kind_number(int number) { return static_cast<ErrorKind>(number); }

TEST(ErrorMapping, HasEachKindOnceUnderASlugOfItsOwn) {
  std::set<std::string_view> slugs;
  for (int i = 0; i < number_of_kinds(); ++i) {
    const ErrorMapping& mapping = error_mapping(kind_number(i));
    EXPECT_EQ(mapping.kind, kind_number(i));
    EXPECT_TRUE(slugs.insert(mapping.slug).second) << mapping.slug;
    EXPECT_GE(mapping.exit_code, 1) << mapping.slug;
    EXPECT_LE(mapping.exit_code, 255) << mapping.slug;
    EXPECT_GE(mapping.http_status, 400) << mapping.slug;
    EXPECT_LE(mapping.http_status, 599) << mapping.slug;
  }
}

TEST(ErrorMapping, TheSlugGivesTheKindBack) {
  for (int i = 0; i < number_of_kinds(); ++i) EXPECT_EQ(error_kind_from_slug(error_mapping(kind_number(i)).slug), kind_number(i));
}

TEST(ErrorMapping, AnUnknownSlugIsADefect) {
  for (const std::string_view slug : {"", "Not-Found", "not-found ", "teapot"}) EXPECT_EQ(error_kind_from_slug(slug), ErrorKind::Internal) << slug;
}

TEST(ErrorMapping, ExitCodesThatScriptsBranchOnAreTheDocumentedOnes) {
  EXPECT_EQ(error_mapping(ErrorKind::InvalidInput).exit_code, 2);
  EXPECT_EQ(error_mapping(ErrorKind::NotFound).exit_code, 3);
  EXPECT_EQ(error_mapping(ErrorKind::Unavailable).exit_code, 4);
  EXPECT_EQ(error_mapping(ErrorKind::Busy).exit_code, 5);
  EXPECT_EQ(error_mapping(ErrorKind::Cancelled).exit_code, 130);
  EXPECT_EQ(error_mapping(ErrorKind::Internal).exit_code, 70);
}

TEST(Error, CarriesItsKindAndMessageThroughACatchOfTheStandardType) {
  try {
    throw Error(ErrorKind::Busy, "someone else holds it");
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "someone else holds it");
    const auto* ours = dynamic_cast<const Error*>(&error);
    ASSERT_NE(ours, nullptr);
    EXPECT_EQ(ours->kind(), ErrorKind::Busy);
  }
}

}  // namespace
}  // namespace panduan
