// tls12 demo: TLS 1.2 at work, with other people's programs at the other end, told step by step.
#include "demo/demo.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "common/files/file.hpp"
#include "common/options/colour_option.hpp"
#include "common/output/trace.hpp"
#include "common/server/server.hpp"
#include "demo/process.hpp"
#include "tls12/conn.hpp"

namespace tls12::tool {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPage =
    "<!doctype html><title>tls12</title><h1>Hello</h1>\n<p>This page came over TLS 1.2: whoever "
    "carried it could neither read nor change it.</p>\n";

/// A folder that is removed on destruction.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path =
        std::filesystem::temp_directory_path() / ("tls12-demo-" + std::string(6, 'X'));
    if (::mkdtemp(path.data()) != nullptr) path_ = path;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const char* name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// `serve` on a thread of its own.
class ServerThread {
 public:
  ServerThread(Listener listener, const ServerContext& context, ServerOptions options)
      : port_(listener.port()),
        server_(std::move(listener), context, std::move(options), [](const std::string&) {}),
        thread_([this] { (void)server_.run(); }) {}
  ServerThread(const ServerThread&) = delete;
  ServerThread& operator=(const ServerThread&) = delete;
  ~ServerThread() {
    server_.stop();
    thread_.join();
  }
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
  Server server_;
  std::thread thread_;
};

class Demo {
 public:
  explicit Demo(TerminalStyle style) : style_(style) {}

  int run() {
    if (scratch_.path().empty()) return failed("cannot make a temporary folder");
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const bool well = make_identity() && start_server() && fetch_with_ours() && fetch_with_curl() &&
                      talk_to_openssl() && meet_a_stalled_peer();
    if (!well) return kFailed;
    chapter("What to try next");
    tell(
        "Every step was the real thing: real sockets, real peers, real certificates.\n"
        "  build/tools/tls12 serve --listen 127.0.0.1:8443 --trace     and open "
        "https://127.0.0.1:8443/ in a browser\n"
        "  build/tools/tls12 connect HOST:443 --trace                  the same account of any "
        "server that speaks TLS 1.2\n"
        "  build/tools/tls12 backends                                  which library does what "
        "here, and how fast");
    if (skipped_ > 0)
      tell("Skipped, for want of the other program: " + std::to_string(skipped_) +
           (skipped_ == 1 ? " step." : " steps."));
    return kDone;
  }

 private:
  // ------------------------------------------------ telling

  void chapter(const std::string& title) {
    print(stdout,
          "\n" + style_.bold(Text("━━━ ") + std::to_string(++chapter_) + ". " + title + " ━━━") +
              "\n\n");
  }
  void tell(const Text& text) const { print(stdout, text + "\n"); }
  void command(const std::string& line) const {
    print(stdout, "\n" + style_.cyan("$ " + line) + "\n");
  }
  void good(const std::string& text) const { print(stdout, style_.green("✓") + " " + text + "\n"); }
  void skip(const std::string& program) {
    ++skipped_;
    tell("skipped: " + program + " is not installed");
  }
  bool bad(const std::string& what, const std::string& reason) const {
    print(stdout, style_.red("✗") + " " + what + "\n");
    failed(what + ": " + reason);
    return false;
  }
  bool bad(const std::string& what, const Error& error) const { return bad(what, error.message()); }
  /// Somebody else's words, indented, at most `most` lines.
  void quote(const std::string& text, std::size_t most) const {
    std::size_t begin = 0;
    for (std::size_t n = 0; begin < text.size() && n < most; ++n) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      std::string line = text.substr(begin, end - begin);
      if (line.ends_with('\r')) line.pop_back();
      print(stdout, "  " + style_.dim("│") + " " + line + "\n");
      begin = end + 1;
    }
    if (begin < text.size()) print(stdout, "  " + style_.dim("│ …") + "\n");
  }

  // ------------------------------------------------ the steps

  bool make_identity() {
    chapter("Somebody to trust");
    tell(
        "A server proves who it is with a certificate, signed by somebody whom its clients trust "
        "already. For development we are\n"
        "that somebody ourselves: a certification authority (CA), and a certificate for "
        "`localhost` that it signed.");
    auto made = make_development_identity({"localhost", "127.0.0.1", "::1"});
    if (!made) return bad("making certificates", local(made.error()));
    development_.emplace(std::move(*made));
    const auto key = development_->leaf.key().to_pem();
    const std::string leaf = development_->leaf.chain()[0].to_pem(),
                      ca = development_->ca.chain()[0].to_pem();
    if (!key) return bad("making certificates", local(key.error()));
    for (const auto& [name, content, secrecy] :
         {std::tuple("ca.pem", std::string_view(ca), Secrecy::open),
          std::tuple("leaf.pem", std::string_view(leaf), Secrecy::open),
          std::tuple("leaf-key.pem", std::string_view(*key), Secrecy::secret)}) {
      if (std::string reason = write_file(scratch_ / name, content, secrecy); !reason.empty())
        return bad("writing certificates", reason);
    }
    good(development_->leaf.chain()[0].subject() + ", vouched for by " +
         development_->ca.chain()[0].subject());
    return true;
  }

  bool start_server() {
    const std::string www = scratch_ / "www";
    if (::mkdir(www.c_str(), 0755) != 0) return bad("making a folder", www);
    if (std::string reason = write_file(www + "/index.html", kPage, Secrecy::open); !reason.empty())
      return bad("writing a page", reason);
    ServerConfig config{.identities = {development_->leaf}};
    config.common.application_protocols = {"http/1.1"};
    auto context = config.build();
    if (!context) return bad("configuring the server", local(context.error()));
    auto listener = Listener::on("127.0.0.1", 0, *context);
    if (!listener) return bad("listening", listener.error());
    server_.emplace(std::move(*listener), *context, ServerOptions{.www = www});
    good("our server listens on 127.0.0.1:" + std::to_string(server_->port()));
    return true;
  }

  Result<ClientContext> client_context(ObserverFactory observe) const {
    ClientConfig config{.trust = TrustStore::of({development_->ca.chain()[0]})};
    config.common.observe = std::move(observe);
    return config.build();
  }

  bool fetch_with_ours() {
    chapter("A page, fetched by our client from our server: every message of it");
    tell(
        "The client and the server have never met, and everybody on the way can read along. Two "
        "flights of messages later they share\n"
        "a secret that nobody else has. Below is each message as it went by: its fields, their "
        "values, and what they are for.\n");
    auto context = client_context(trace_to(stdout, style_));
    if (!context) return bad("configuring the client", local(context.error()));
    auto conn = dial("127.0.0.1", server_->port(), *context, within(10s), "localhost");
    if (!conn) return bad("the handshake", conn.error());
    tell(
        "\nFrom here on all is encrypted. The request, the answer, and the two alerts that make "
        "the end a real one:\n");
    auto page = ask(*conn, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    if (!page) return bad("fetching the page", page.error());
    if (const CloseReport report = conn->close(); !report) return bad("closing", *report.error);
    conn = fail(Errc::closed);  // its trace ends with it
    tell("\nWhat it carried:");
    quote(page->substr(page->find("\r\n\r\n") + 4), 6);
    good("the page came whole: the server's close_notify says so, and ours went back");
    return true;
  }

  /// Sends `request`; everything that comes until the peer's close_notify.
  static Result<std::string> ask(Conn& conn, std::string_view request) {
    conn.set_deadline(within(10s));
    if (auto sent = conn.write(request); !sent) return fail(sent.error());
    std::string answer;
    std::vector<std::uint8_t> buffer(16 * 1024);
    for (;;) {
      auto n = conn.read(buffer);
      if (!n) return fail(n.error());
      if (*n == 0) return answer;
      answer.append(text_of(Bytes(buffer).first(*n)));
    }
  }

  bool fetch_with_curl() {
    chapter("The same page, fetched by curl");
    tell(
        "curl brings OpenSSL with it: a TLS that others wrote. It is told to trust our CA, and "
        "nobody else.");
    const std::vector<std::string> line = {
        "curl",
        "--silent",
        "--show-error",
        "--max-time",
        "10",
        "--tls-max",
        "1.2",
        "--cacert",
        scratch_ / "ca.pem",
        "--write-out",
        "(HTTP %{http_code}, certificate verified)\n",
        "https://localhost:" + std::to_string(server_->port()) + "/"};
    command("curl --tls-max 1.2 --cacert ca.pem " + line.back());
    auto curl = Process::start(line);
    if (!curl) return skip("curl"), true;
    const auto code = curl->finish(15s);
    quote(curl->said(), 8);
    if (code != 0)
      return bad("curl", code ? "exit code " + std::to_string(*code) : "it did not end");
    if (curl->said().find("could neither read nor change") == std::string::npos)
      return bad("curl", "it got another page");
    good("curl verified our server and read the page");
    return true;
  }

  bool talk_to_openssl() {
    chapter("The other way round: our client and OpenSSL's server");
    tell(
        "Now OpenSSL is the server, with the same certificate. It tells every message that it sees "
        "(-msg): `<<<` came from us,\n"
        "`>>>` went to us. (It names the first one by its own highest version.) The last line is "
        "our close_notify, as it arrived there.");
    auto peer =
        Process::start({"openssl", "s_server", "-accept", "127.0.0.1:0", "-tls1_2", "-www", "-msg",
                        "-cert", scratch_ / "leaf.pem", "-key", scratch_ / "leaf-key.pem"});
    command(
        "openssl s_server -accept 127.0.0.1:0 -tls1_2 -www -msg -cert leaf.pem -key leaf-key.pem");
    if (!peer) return skip("openssl"), true;
    if (!peer->wait_for("ACCEPT 127.0.0.1:", 10s) || !peer->wait_for("\n", 1s))
      return bad("openssl s_server", "it does not listen: " + peer->said());
    const auto port = static_cast<std::uint16_t>(
        std::atoi(peer->said().c_str() + peer->said().find("ACCEPT 127.0.0.1:") + 17));
    auto context = client_context({});
    if (!context) return bad("configuring the client", local(context.error()));
    auto conn = dial("127.0.0.1", port, *context, within(10s), "localhost");
    if (!conn) return bad("the handshake with openssl", conn.error());
    good("the handshake is complete: " + name(conn->state().cipher_suite) +
         (conn->state().group ? ", " + name(*conn->state().group) : ""));
    auto page = ask(*conn, "GET / HTTP/1.0\r\n\r\n");
    if (!page) return bad("fetching a page from openssl", page.error());
    good("its status page came, " + std::to_string(page->size()) +
         " bytes, and then its close_notify: " + page->substr(0, page->find("\r\n")));
    const CloseReport report = conn->close();
    if (!report || !report.alert_sent || !report.peer_closed)
      return bad("closing", report.error ? report.error->message() : "an end is missing");
    if (!peer->wait_for("<<< TLS 1.2, Alert [length 0002], warning close_notify", 10s))
      return bad("closing", "openssl saw no close_notify of ours");
    quote(messages_in(peer->said()), 40);
    good("our close_notify arrived at the peer");
    return true;
  }

  /// Of what -msg says: the lines that name a message.
  static std::string messages_in(const std::string& said) {
    std::string lines;
    for (std::size_t begin = 0; begin < said.size();) {
      const std::size_t end = std::min(said.find('\n', begin), said.size());
      const std::string line = said.substr(begin, end - begin);
      if ((line.starts_with("<<<") || line.starts_with(">>>")) &&
          line.find("RecordHeader") == std::string::npos)
        lines += line + "\n";
      begin = end + 1;
    }
    return lines;
  }

  bool meet_a_stalled_peer() {
    chapter("A peer that says nothing");
    tell(
        "This peer accepts the connection and then is silent, for ever. Every call here has a "
        "deadline, and comes back by it.");
    // A listening socket whose connections nobody takes: the kernel completes TCP's handshake, and
    // no byte follows.
    auto context = client_context({});
    ServerConfig silent{.identities = {development_->leaf}};
    auto silent_context = silent.build();
    if (!context || !silent_context) return bad("configuring", "unexpected");
    auto listener = Listener::on("127.0.0.1", 0, *silent_context);
    if (!listener) return bad("listening", listener.error());
    tell("\n  auto conn = tls12::dial(\"127.0.0.1\", port, context, tls12::within(1s));\n");
    const auto start = std::chrono::steady_clock::now();
    auto conn = dial("127.0.0.1", listener->port(), *context, within(1s), "localhost");
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    if (conn || conn.error().code != Errc::timed_out)
      return bad("the stalled peer", conn ? "a handshake without a peer" : conn.error().message());
    quote(conn.error().message(), 1);
    if (took > 1500ms)
      return bad("the stalled peer", "it took " + std::to_string(took.count()) + " ms");
    good("it came back after " + std::to_string(took.count()) + " ms, with the error timed_out");
    return true;
  }

  TerminalStyle style_;
  TemporaryFolder scratch_;
  unsigned chapter_ = 0, skipped_ = 0;
  std::optional<DevelopmentIdentity> development_;
  std::optional<ServerThread> server_;
};

}  // namespace

void add_demo(CLI::App& app, Action& action) {
  auto colour = std::make_shared<Colour>(Colour::automatic);
  CLI::App& command = *app.add_subcommand(
      "demo", "See TLS 1.2 at work, step by step, with curl and OpenSSL at the other end.");
  add_colour_option(command, *colour);
  command.callback([colour, &action] {
    action = [colour] { return Demo(TerminalStyle(*colour, stdout)).run(); };
  });
}

}  // namespace tls12::tool
