#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace boxoffice::rush {

/// A directory that is removed with everything in it at the end, unless it is kept.
class scratch_directory {
 public:
  /// Below the system's directory for temporary files.
  explicit scratch_directory(const std::string& name);
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  void keep() { kept_ = true; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  bool kept_{false};
};

/// A program that was started, with its standard output readable here and its standard error in a
/// file. One that still runs is killed at the end, and one whose starter dies is killed by the
/// kernel.
class child_process {
 public:
  child_process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                const std::filesystem::path& error_file);
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  void send_signal(int number) const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// The exit code, 128 + the number of the signal that ended it, or none when it still runs after
  /// `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience);
  /// The next line of its standard output, or none when it ended or was silent for `patience`.
  std::optional<std::string> read_line(std::chrono::milliseconds patience);
  /// Everything it writes to its standard output until it ends, for at most `patience`.
  std::string read_rest(std::chrono::milliseconds patience);
  /// What it has written to its standard error so far.
  [[nodiscard]] std::string error_text() const;

 private:
  bool read_more(std::chrono::steady_clock::time_point until);

  std::filesystem::path error_file_;
  pid_t pid_{-1};
  int output_{-1};
  int ended_{-1};  // pidfd: readable when the process has ended
  std::optional<int> exit_;
  std::string unread_;
};

/// How the server under test is started.
struct server_setup {
  std::filesystem::path program;
  std::vector<std::string> entering{};  ///< what the command begins with, before the program
  std::filesystem::path data_dir;
  std::string listen{"127.0.0.1:0"};
  std::vector<std::string> settings{};  ///< each KEY=VALUE, after those every such server has
  bool may_stand_by{false};             ///< that counts as being ready
};

/// `boxoffice serve` on a data directory, ready when the constructor returns; its log is
/// `server.log` beside the data directory. Throws std::runtime_error with the end of that log when
/// the server does not become ready.
class server_process {
 public:
  explicit server_process(const server_setup& setup);

  [[nodiscard]] const std::string& url() const { return url_; }
  /// Waits until it is ready once more, without having ended in between: `url` may be another then.
  /// Throws as the constructor does.
  void await_ready();
  [[nodiscard]] child_process& process() { return child_; }
  [[nodiscard]] pid_t pid() const { return child_.pid(); }
  /// SIGTERM and its exit code; none when it has not ended after `patience`.
  std::optional<int> stop(std::chrono::milliseconds patience = std::chrono::seconds{15});
  /// kill -9; returns when it is gone.
  void kill_hard();

 private:
  child_process child_;
  bool may_stand_by_;
  std::string url_;
};

}  // namespace boxoffice::rush
