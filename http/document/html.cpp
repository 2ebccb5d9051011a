#include "http/document/html.hpp"

namespace boxoffice::http {

const std::string_view page_style = R"(:root {
  color-scheme: light dark;
  --ink: #1a1d21;
  --quiet: #5a626b;
  --paper: #ffffff;
  --panel: #f4f5f7;
  --edge: #d7dbe0;
  --accent: #0b5cad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e7e9ec;
    --quiet: #a3abb5;
    --paper: #15181c;
    --panel: #1f2329;
    --edge: #383f48;
    --accent: #7db8f5;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0;
  color: var(--ink);
  background: var(--paper);
  font: 1rem/1.55 system-ui, "Noto Sans", "Noto Sans KR", sans-serif;
}
a { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: 0.5rem; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
nav { border-bottom: 1px solid var(--edge); padding: 1rem; background: var(--panel); }
nav ul { margin: 0.25rem 0 0.75rem; padding: 0; list-style: none; }
nav li { margin: 0.15rem 0; }
nav li a { display: inline-block; min-height: 1.5rem; }
h1 { font-size: 1.75rem; line-height: 1.25; }
h2 { font-size: 1.35rem; margin-top: 3rem; border-bottom: 1px solid var(--edge); }
h3 { font-size: 1.05rem; margin-top: 2.25rem; overflow-wrap: anywhere; }
h4 { font-size: 0.95rem; margin: 1.25rem 0 0.25rem; color: var(--quiet); }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.875em; }
code { overflow-wrap: break-word; }
pre { background: var(--panel); border: 1px solid var(--edge); padding: 0.75rem; overflow-x: auto; }
.method { display: inline-block; min-width: 4rem; color: var(--accent); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.925rem; }
th, td { border-bottom: 1px solid var(--edge); padding: 0.35rem 0.75rem 0.35rem 0; }
th, td { text-align: left; vertical-align: top; }
th { color: var(--quiet); font-weight: 600; }
.quiet { color: var(--quiet); }
@media (min-width: 72rem) {
  body.reference { display: grid; grid-template-columns: 17rem 1fr; }
  body.reference nav {
    position: sticky; top: 0; height: 100vh; overflow-y: auto;
    border-bottom: 0; border-right: 1px solid var(--edge);
  }
  body.reference main { margin: 0; padding-left: 2.5rem; }
}
)";

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string to_html(std::string_view text) {
  std::string out;
  for (bool is_code = false;; is_code = !is_code) {
    const auto mark = text.find('`');
    if (is_code) out.append("<code>");
    out.append(escaped(text.substr(0, mark)));
    if (is_code) out.append("</code>");
    if (mark == std::string_view::npos) return out;
    text.remove_prefix(mark + 1);
  }
}

std::string html_page(language in, std::string_view title, std::string_view body) {
  std::string out = "<!doctype html>\n<html lang=\"";
  out.append(in == language::korean ? "ko" : "en");
  out.append(
      "\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
  out.append(escaped(title)).append("</title>\n<link rel=\"stylesheet\" href=\"");
  out.append(style_path).append("\">\n</head>\n").append(body).append("</html>\n");
  return out;
}

}  // namespace boxoffice::http
