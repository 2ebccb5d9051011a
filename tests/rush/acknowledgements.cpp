#include "tests/rush/acknowledgements.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace boxoffice::rush {

std::string_view to_text(acknowledged what) {
  switch (what) {
    case acknowledged::place:
      return "place";
    case acknowledged::left:
      return "left";
    case acknowledged::charge:
      return "charge";
    case acknowledged::hold:
      return "hold";
    case acknowledged::release:
      return "release";
    case acknowledged::payment:
      return "payment";
    case acknowledged::refund:
      return "refund";
  }
  return "";
}

void acknowledgement_log::write_to(const std::filesystem::path& file) {
  file_.open(file, std::ios::app);
  if (!file_) throw std::runtime_error{"cannot write " + file.string()};
}

void acknowledgement_log::record(acknowledgement one) {
  if (file_.is_open()) {
    const json line{
        {"what", to_text(one.what)}, {"user", one.user}, {"id", one.id}, {"body", one.body}};
    file_ << line.dump() << '\n' << std::flush;
  }
  all_.push_back(std::move(one));
  if (on_record) on_record(all_.size());
}

std::size_t acknowledgement_log::count(acknowledged what) const {
  return static_cast<std::size_t>(std::ranges::count(all_, what, &acknowledgement::what));
}

}  // namespace boxoffice::rush
