#pragma once

#include "actors/caf/actor.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/core/fault.hpp"
#include "config/log.hpp"

#include <exception>
#include <utility>

namespace boxoffice {

/// Posts a job in which `fill(result)` reads a store, and sends the result to `to`; when the store
/// cannot be read, the result with `fault::unavailable`. `part` is who says so in the log.
/// `no`: not posted, nothing comes.
template <class Result, class Fill>
job_runner::posted post_read(job_runner& reads, const caf::actor& to, const char* part,
                             Result result, Fill fill) {
  return reads.post([to, part, result = std::move(result), fill = std::move(fill)]() mutable {
    try {
      fill(result);
    } catch (const std::exception& e) {
      log(log_level::error, part, "the store cannot be read", {{"error", e.what()}});
      result.fault = fault::unavailable;
    }
    caf::anon_send(to, std::move(result));
  });
}

}  // namespace boxoffice
