#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/error.h"

namespace panduan::testing {

struct Failure {
  ErrorKind kind;
  std::string message;
};

/// The Error that the action throws; the test fails when it throws none.
inline Failure failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  }
  ADD_FAILURE() << "nothing was thrown";
  return {ErrorKind::Internal, ""};
}

}  // namespace panduan::testing
