#include "base/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "base/error.h"

namespace panduan {
namespace {

TEST(RunCommand, SurvivesAProgramThatEndsWithoutReadingItsInput) {
  Command command;
  command.arguments = {"true"};
  const std::string input(4U << 20U, 'x');  // more than a pipe holds
  command.input = input;
  EXPECT_EQ(run_command(command).exit_code, 0);
}

TEST(RunCommand, AProgramThatClosesItsOutputAndGoesOnIsStopped) {
  Command command;
  command.arguments = {"/bin/sh", "-c", "exec >&- 2>&-; sleep 60"};
  command.time_limit = std::chrono::milliseconds(200);
  EXPECT_THROW(run_command(command), Error);
}
TEST(RunCommand, OurEnvironmentStaysWithUs) {
  Command command;
  command.arguments = {"env"};
  command.environment = {{"SAID", "this"}};
  command.inherits_environment = false;
  EXPECT_EQ(run_command(command).output, "SAID=this\n");
}
TEST(RunCommand, OurFilesStayWithUs) {
  const int ours = ::open("/dev/null", O_RDONLY);  // as a library opens them
  Command command;
  command.arguments = {"/bin/sh", "-c", "[ ! -e /proc/self/fd/" + std::to_string(ours) + " ]"};
  EXPECT_EQ(run_command(command).exit_code, 0);
  ::close(ours);
}

}  // namespace
}  // namespace panduan
