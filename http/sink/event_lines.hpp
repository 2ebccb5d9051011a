#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// Where a sink writes events, one a line: standard output, or a file that it alone appends to.
/// **Thread**: one.
class event_lines {
 public:
  /// An empty path is standard output. Of a file each line that it holds is told to `found`, in
  /// order; a last line without its end, which a kill left, is cut off. Throws std::runtime_error
  /// when the file cannot be opened or read, or another process appends to it, and what `found`
  /// throws.
  event_lines(std::filesystem::path file, const std::function<void(std::string_view)>& found);
  ~event_lines();
  event_lines(const event_lines&) = delete;
  event_lines& operator=(const event_lines&) = delete;

  /// Returns when all of `lines` is written, and durable if it is a file; each has its end. Throws
  /// std::runtime_error; of a file nothing is appended then.
  void append(std::string_view lines);

 private:
  void read_back(const std::function<void(std::string_view)>& found);
  [[nodiscard]] bool is_file() const { return !file_.empty(); }
  [[noreturn]] void fail(const std::string& what) const;

  const std::filesystem::path file_;
  int to_;
  std::size_t size_{0};  // of the file
};

}  // namespace boxoffice::http
