#include "common/server/html_page.hpp"

#include "common/output/print.hpp"

namespace tls12::tool {
namespace {

constexpr std::string_view kStyle =
    "<style>:root{color-scheme:light "
    "dark;--ground:#f6f7f9;--card:#fff;--text:#1b2430;--soft:#667383;--line:#e3e7ec;--mark:#0a8a62;"
    "--pale:#e2f5ee}"
    "@media(prefers-color-scheme:dark){:root{--ground:#12161b;--card:#1a2027;--text:#e4e9ef;--soft:"
    "#93a0ae;--line:#2a323c;--mark:#3fd0a0;--pale:#173229}}"
    "*{box-sizing:border-box}body{font:16px/1.55 "
    "system-ui,sans-serif;background:var(--ground);color:var(--text);max-width:50rem;margin:0 "
    "auto;padding:3rem "
    "1.2rem}"
    "h1{font-size:1.75rem;line-height:1.25;margin:0 0 .3rem;overflow-wrap:anywhere}h1 "
    "b{color:var(--mark)}p{color:var(--soft);margin:0 0 1.5rem}"
    "a{color:var(--mark);text-decoration:none}a:hover{text-decoration:underline}nav{margin-top:1."
    "5rem;display:flex;gap:1.4rem;flex-wrap:wrap}"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.4rem "
    "1.2rem;overflow-x:auto;box-shadow:0 1px 3px #0001}"
    "table{border-collapse:collapse;width:100%}tr+tr>*{border-top:1px solid "
    "var(--line)}td,th{padding:.6rem .6rem .6rem 0;text-align:left;vertical-align:top}"
    "th{font-weight:500;color:var(--soft);width:13rem}td{font-family:ui-monospace,monospace;font-"
    "size:.93rem;overflow-wrap:anywhere}"
    "td.n{text-align:right;white-space:nowrap;color:var(--soft);padding-right:0}small{display:"
    "block;color:var(--soft);font:.84rem/1.5 system-ui,sans-serif}"
    ".parts{display:flex;flex-wrap:wrap;gap:.6rem;margin:0 0 1.2rem}.parts "
    "span{background:var(--pale);border-radius:9px;padding:.5rem .9rem;font-weight:600}"
    "pre{font:.93rem/1.6 ui-monospace,monospace;margin:.8rem "
    "0;white-space:pre-wrap;overflow-wrap:anywhere}</style>";

}  // namespace

Response html_page(std::string_view title, const std::string& body) {
  std::string text =
      "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
      "content='width=device-width'><link rel=icon href='data:,'><title>";
  text.append(html(title)).append("</title>").append(kStyle).append(body).append("</html>\n");
  return {.body = std::move(text),
          .headers = {{"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}}};
}

Response error_page(unsigned status, const std::string& reason) {
  const std::string title = std::to_string(status) + " " + reason_phrase(status);
  Response response = html_page(title, "<h1>" + title + "</h1><p>" + html(reason) + "</p>");
  response.status = status;
  return response;
}

}  // namespace tls12::tool
