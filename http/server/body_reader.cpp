#include "http/server/body_reader.hpp"

#include "config/limits.hpp"
#include "http/server/octets.hpp"

#include <algorithm>

namespace boxoffice::http {
namespace {

// A size of more digits says more than 2^64, or is padded for no good reason.
constexpr std::uint8_t size_digits_max = 16;

}  // namespace

form_fault body_reader::begin(framing how, std::uint64_t length, std::size_t bytes_max,
                              body_use use) {
  use_ = use;
  body_left_ = bytes_max;
  if (how == framing::chunked) {
    at_ = place::size;
    return form_fault::none;
  }
  if (length > bytes_max) return form_fault::payload_too_large;
  if (use == body_use::keep) into_.reserve(static_cast<std::size_t>(length));
  data_left_ = length;
  at_ = length == 0 ? place::end : place::data;
  return form_fault::none;
}

form_fault body_reader::read(std::string_view bytes, std::size_t& used) {
  used = 0;
  while (used < bytes.size() && at_ != place::end) {
    if (at_ == place::data || at_ == place::chunk_data) {
      used += take_data(bytes.substr(used));
    } else if (const auto fault = take(bytes[used++]); fault != form_fault::none) {
      return fault;
    }
  }
  return form_fault::none;
}

std::size_t body_reader::take_data(std::string_view bytes) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(data_left_, bytes.size()));
  if (use_ == body_use::keep) into_.append(bytes.substr(0, size));
  data_left_ -= size;
  if (data_left_ == 0) at_ = at_ == place::data ? place::end : place::data_cr;
  return size;
}

// One byte of what stands around the data. Each place allows little, and all else is malformed.
form_fault body_reader::take(char c) {
  const auto go = [this](place to) {
    at_ = to;
    return form_fault::none;
  };
  const auto counted = [this](bool good) {
    if (!good) return form_fault::malformed;
    return ++extra_bytes_ > limits::http_header_bytes_max ? form_fault::headers_too_large
                                                          : form_fault::none;
  };
  switch (at_) {
    case place::size:
      return take_size(c);
    case place::before_semicolon:
      if (c == ';') at_ = place::extension;
      return counted(c == ';' || is_blank(c));
    case place::extension:
      if (c == '\r') return go(place::size_lf);
      return counted(is_field_char(c));
    case place::size_lf:
      return c == '\n' ? end_size_line() : form_fault::malformed;
    case place::data_cr:
      return c == '\r' ? go(place::data_lf) : form_fault::malformed;
    case place::data_lf:
      return c == '\n' ? go(place::size) : form_fault::malformed;
    case place::trailer_begin:
      if (c == '\r') return go(place::end_lf);
      at_ = place::trailer_name;
      return counted(is_token_char(c));
    case place::trailer_name:
      if (c == ':') at_ = place::trailer_value;
      return counted(c == ':' || is_token_char(c));
    case place::trailer_value:
      if (c == '\r') return go(place::trailer_lf);
      return counted(is_field_char(c));
    case place::trailer_lf:
      return c == '\n' ? go(place::trailer_begin) : form_fault::malformed;
    case place::end_lf:
      return c == '\n' ? go(place::end) : form_fault::malformed;
    case place::data:
    case place::chunk_data:
    case place::end:
      break;
  }
  return form_fault::malformed;  // never reached: `read` takes these places itself
}

form_fault body_reader::take_size(char c) {
  if (const auto digit = hex_digit(c); digit >= 0) {
    if (++size_digits_ > size_digits_max) return form_fault::malformed;
    size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
    return form_fault::none;
  }
  if (size_digits_ == 0) return form_fault::malformed;
  if (c == '\r') {
    at_ = place::size_lf;
  } else if (c == ';') {
    at_ = place::extension;
  } else if (is_blank(c)) {
    at_ = place::before_semicolon;
  } else {
    return form_fault::malformed;
  }
  return form_fault::none;
}

form_fault body_reader::end_size_line() {
  if (size_ > body_left_) return form_fault::payload_too_large;
  at_ = size_ == 0 ? place::trailer_begin : place::chunk_data;
  body_left_ -= static_cast<std::size_t>(size_);
  data_left_ = size_;
  size_ = 0;
  size_digits_ = 0;
  return form_fault::none;
}

}  // namespace boxoffice::http
