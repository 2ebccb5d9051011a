#pragma once

#include "actors/commit/commit.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace boxoffice {

/// What a database refused, and who is to act.
class storage_error : public std::runtime_error {
 public:
  enum class kind : std::uint8_t {
    disk_full,    ///< the operator: nothing was done, it goes on when there is room
    disk_fault,   ///< the operator: the disk or the file system failed
    damaged,      ///< the operator: the file is not, or no longer, our database
    locked,       ///< another process or transaction holds it for too long
    conflict,     ///< nobody: the server ended the transaction for another one's sake
    unreachable,  ///< the operator: the server does not answer, is starting, or is full
    too_slow,     ///< the operator: the server is there, and has not answered in time
    refused,      ///< the operator: the server does not let us in (password, database, rights)
    read_only,    ///< the operator: the server is a standby
    replaced,     ///< another process has taken the database over: this one should end
    set_back,     ///< the database lost commits while we had it open: what we remember is not so
    gone,         ///< the operator: the files are no longer there
    misplaced,    ///< the operator: not the database of this installation, or an empty one
    constraint,   ///< a bug: the schema refused what the actors let through
    other,
  };

  storage_error(kind why, const std::string& message) : std::runtime_error{message}, why_{why} {}
  [[nodiscard]] kind why() const { return why_; }

 private:
  kind why_;
};

/// The database was written by a newer program: this one leaves it alone.
class schema_too_new : public storage_error {
 public:
  explicit schema_too_new(const std::string& message) : storage_error{kind::other, message} {}
};

const char* to_text(storage_error::kind why);

/// Whether to try again is worth it: the server may come back, and nobody has to do anything here.
bool may_end_by_itself(const storage_error& e);

/// `outcome` for a batch that ended with `error`, with what it says of the store.
commit_result ended_by(const storage_error& error, commit_outcome outcome);

}  // namespace boxoffice
