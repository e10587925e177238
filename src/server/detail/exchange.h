#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "server/http.h"

namespace panduan::server {

/// One request on its way: the worker thread writes the answer here, the socket thread takes it out. The worker waits when the
/// client is behind by more than kMaxQueuedBytes, but not longer than `patience` over the whole answer.
class Exchange : public Reply {
 public:
  static constexpr std::size_t kMaxQueuedBytes = 256U << 10U;

  /// `wake` is called from the worker's thread whenever there is something to take.
  Exchange(std::chrono::milliseconds patience, std::function<void()> wake) : patience_(patience), wake_(std::move(wake)) {}

  // The worker's side
  void send(Response response) override;
  void begin_stream() override;
  void write(std::string bytes) override;
  /// Nothing more comes. An error is told to the client as far as that is still possible.
  void finish(const std::optional<Error>& outcome = std::nullopt);
  std::stop_token stop_token() const { return stop_.get_token(); }

  // The socket's side
  struct Output {
    std::optional<Response> response;
    bool streaming = false;
    std::string bytes;  ///< of the stream
    bool finished = false;
  };
  Output take();
  /// The client has gone.
  void abandon();
  /// The server is going down: the work should end, and the client is told so.
  void shut_down();

 private:
  std::mutex mutex_;
  std::condition_variable taken_;
  Output output_;
  bool answered_ = false;
  bool abandoned_ = false;
  bool shutting_down_ = false;
  std::chrono::milliseconds patience_;
  std::function<void()> wake_;
  std::stop_source stop_;
};

/// One server-sent event. `data` must be one line.
std::string event_text(std::string_view name, std::string_view data);

}  // namespace panduan::server
