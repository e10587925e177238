#include <gtest/gtest.h>

#include "documents/testing/hostile_loader.h"
#include "documents/worker.h"

/// main() of the tests that read documents: the worker that parses one is this same program.
int main(int argc, char** argv) {
  const panduan::documents::testing::HostileLoader hostile;
  if (const auto code = panduan::documents::run_as_worker(argc, argv, &hostile)) return *code;
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
