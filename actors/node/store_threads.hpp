#pragma once

#include "actors/commit/committer.hpp"
#include "actors/commit/store_board.hpp"
#include "actors/node/worker_thread.hpp"
#include "config/limits.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace boxoffice {

/// The two threads of one store, and the committer on the first: writes go one way, reads another,
/// so that a slow list never delays a commit. The board hears how each commit ended.
template <class Write>
struct store_threads {
  store_threads(const std::string& store, const std::string& note, store_board& board,
                typename committer<Write>::apply_fn apply, metrics& m)
      : number{board.add(store, note)},
        writer{store + "-write", limits::reader_queue_reads_max, m},
        reader{store + "-read", limits::reader_queue_reads_max, m},
        commits{store,
                {limits::committer_queue_writes_max, limits::committer_batch_writes_max},
                writer,
                [&board, number = number, apply = std::move(apply)](std::span<const Write> batch) {
                  const auto began = board.now();
                  return board.noted(number, apply(batch), began);
                },
                m} {}

  /// Finishes what is queued and ends both threads.
  void stop() {
    reader.stop();
    writer.stop();
    commits.close();
  }

  const std::size_t number;  ///< of the store, on the board
  worker_thread writer;
  worker_thread reader;
  committer<Write> commits;
};

}  // namespace boxoffice
