#include "samples/counter.hpp"

#include <fcntl.h>
#include <fstream>
#include <unistd.h>

namespace boxoffice::samples {

commit_result counter_file::commit(std::span<const counter_write> batch) const {
  std::string lines;
  for (const auto& each : batch)
    lines += each.name + ' ' + std::to_string(each.value) + '\n';
  const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return {commit_outcome::failed, "the file cannot be opened"};
  const auto written = write(file, lines.data(), lines.size());
  const bool durable = written == static_cast<ssize_t>(lines.size()) && fdatasync(file) == 0;
  close(file);
  if (durable) return commit_outcome::committed;
  return {commit_outcome::failed, "the file cannot be written"};
}

counter_values counter_file::load() const {
  counter_values all;
  std::ifstream file{path_};
  std::string name;
  for (std::int64_t value = 0; file >> name >> value;)
    all[name] = value;
  return all;
}

}  // namespace boxoffice::samples
