#include "server/detail/exchange.h"

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "server/json.h"

namespace panduan::server {

void Exchange::send(Response response) {
  {
    const std::lock_guard lock(mutex_);
    answered_ = true;
    output_.response = std::move(response);
  }
  wake_();
}

void Exchange::begin_stream() {
  {
    const std::lock_guard lock(mutex_);
    answered_ = true;
    output_.streaming = true;
  }
  wake_();
}

void Exchange::write(std::string bytes) {
  bool too_slow = false;
  {
    std::unique_lock lock(mutex_);
    const Stopwatch waited;
    const bool room = taken_.wait_for(lock, patience_, [&] { return abandoned_ || output_.bytes.size() < kMaxQueuedBytes; });
    patience_ -= std::chrono::milliseconds(static_cast<std::int64_t>(waited.elapsed_ms()));
    if (abandoned_) throw Error(ErrorKind::Cancelled, "the client has closed the connection");
    if (room) output_.bytes += bytes;
    too_slow = !room;
  }
  if (too_slow) {
    stop_.request_stop();
    throw Error(ErrorKind::Cancelled, "the client reads too slowly");
  }
  wake_();
}

void Exchange::finish(const std::optional<Error>& outcome) {
  {
    const std::lock_guard lock(mutex_);
    std::optional<Error> error = outcome;
    if (error && error->kind() == ErrorKind::Cancelled && shutting_down_) {
      error.emplace(ErrorKind::Unavailable, "the server is shutting down: ask again once it is back");
    }
    if (error && !answered_) {
      output_.response = problem(*error);
    } else if (error && output_.streaming) {
      Json data = problem_json(*error);
      data["event"] = "error";
      output_.bytes += event_text("error", to_text(data));
    }
    output_.finished = true;
  }
  wake_();
}

Exchange::Output Exchange::take() {
  Output taken;
  {
    const std::lock_guard lock(mutex_);
    taken = std::move(output_);
    output_ = {.response = std::nullopt, .streaming = taken.streaming, .bytes = {}, .finished = taken.finished};
  }
  taken_.notify_all();
  return taken;
}

void Exchange::abandon() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  taken_.notify_all();
  stop_.request_stop();
}

void Exchange::shut_down() {
  {
    const std::lock_guard lock(mutex_);
    shutting_down_ = true;
  }
  stop_.request_stop();
}

std::string event_text(std::string_view name, std::string_view data) {
  std::string text = "event: ";
  text.append(name).append("\ndata: ").append(data).append("\n\n");
  return text;
}

}  // namespace panduan::server
