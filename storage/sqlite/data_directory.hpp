#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/types.h>

namespace boxoffice {

/// The data directory cannot be used: not a directory, not to be created, not writable. The message
/// is for the operator.
class data_directory_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Another process has it.
class data_directory_in_use : public data_directory_error {
 public:
  data_directory_in_use(const std::filesystem::path& path, pid_t holder);
  /// 0 when the other process has not yet written it.
  [[nodiscard]] pid_t holder() const { return holder_; }

 private:
  pid_t holder_;
};

/// Holds a data directory for this process while it lives. The lock is the kernel's (flock): it
/// ends with the process however that ends, so a killed one blocks nobody.
class data_directory {
 public:
  /// Creates the directory (mode 0700) with its parents when it is not there, and locks it.
  /// **Faults** data_directory_in_use, data_directory_error.
  explicit data_directory(const std::filesystem::path& path);
  ~data_directory();
  data_directory(const data_directory&) = delete;
  data_directory& operator=(const data_directory&) = delete;

  /// Absolute.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_{-1};  // the open lock file
};

/// The process that holds the directory, as far as its lock file tells; empty when none does.
/// Takes no lock, so it disturbs nobody who starts.
std::optional<pid_t> holder_of(const std::filesystem::path& data_dir);

}  // namespace boxoffice
