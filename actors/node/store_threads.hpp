#pragma once

#include "actors/commit/committer.hpp"
#include "actors/node/worker_thread.hpp"
#include "config/limits.hpp"

#include <string>
#include <utility>

namespace boxoffice {

/// The two threads of one store, and the committer on the first: writes go one way, reads another,
/// so that a slow list never delays a commit.
template <class Write>
struct store_threads {
  store_threads(const std::string& store, typename committer<Write>::apply_fn apply, meters& m)
      : writer{store + "-write", limits::reader_queue_reads_max, m},
        reader{store + "-read", limits::reader_queue_reads_max, m},
        commits{store,
                {limits::committer_queue_writes_max, limits::committer_batch_writes_max},
                writer,
                std::move(apply),
                m} {}

  /// Finishes what is queued and ends both threads.
  void stop() {
    reader.stop();
    writer.stop();
    commits.close();
  }

  worker_thread writer;
  worker_thread reader;
  committer<Write> commits;
};

}  // namespace boxoffice
