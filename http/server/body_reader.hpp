#pragma once

#include "http/server/request_parser.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// Takes the body of one request out of the bytes that follow its header: a number of bytes, or
/// chunks. Chunk extensions are walked over. Fields of a trailer are walked over too, whatever
/// their names: none of them is a header of the request.
///
/// **Why** not Beast's parser: it reads a trailer from its beginning each time more of it arrives,
/// so what it says of a long one depends on how the bytes were cut into packets. This one takes
/// every byte once. **Source**: RFC 9112, 6 and 7.1.
class body_reader {
 public:
  /// `length` counts only when the body is not chunked.
  enum class framing : std::uint8_t { length, chunked };
  /// Whether to keep the bytes of the body or only to walk over them.
  enum class body_use : std::uint8_t { keep, discard };

  /// `into` gets the body, and outlives the reader.
  explicit body_reader(std::string& into) : into_{into} {}

  /// Begins with a body. payload_too_large when it declares to be larger than `bytes_max`.
  form_fault begin(framing how, std::uint64_t length, std::size_t bytes_max, body_use use);

  /// Reads on, up to the end of the body at most; `used` says how many bytes of `bytes` that were.
  /// It uses all of them unless the body ends among them. **Rejects** in the order of the bytes:
  /// malformed; payload_too_large at the end of the line that says how large a chunk is;
  /// headers_too_large where extensions and trailer together pass the bound of a header.
  form_fault read(std::string_view bytes, std::size_t& used);

  [[nodiscard]] bool is_done() const { return at_ == place::end; }

 private:
  enum class place : std::uint8_t {
    data,  // of a body with a length
    size,  // digits of a chunk's size
    before_semicolon,
    extension,
    size_lf,
    chunk_data,
    data_cr,
    data_lf,
    trailer_begin,  // of a line
    trailer_name,
    trailer_value,
    trailer_lf,
    end_lf,
    end,
  };
  form_fault take(char c);
  form_fault take_size(char c);
  form_fault end_size_line();
  std::size_t take_data(std::string_view bytes);

  std::string& into_;
  place at_{place::end};
  body_use use_{body_use::keep};
  std::uint64_t data_left_{0};  // of the body, or of a chunk
  std::uint64_t size_{0};       // of the chunk whose line is read
  std::uint8_t size_digits_{0};
  std::size_t body_left_{0};    // until the body is too large
  std::size_t extra_bytes_{0};  // of extensions and trailer
};

}  // namespace boxoffice::http
