#include "base/process.h"

#include <gtest/gtest.h>

namespace panduan {
namespace {

TEST(RunCommand, SurvivesAProgramThatEndsWithoutReadingItsInput) {
  Command command;
  command.arguments = {"true"};
  command.input.assign(4U << 20U, 'x');  // more than a pipe holds
  EXPECT_EQ(run_command(command).exit_code, 0);
}

}  // namespace
}  // namespace panduan
