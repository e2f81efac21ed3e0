#include "common/output/trace.hpp"

#include <array>
#include <atomic>

#include "common/output/format.hpp"
#include "common/output/message_fields.hpp"
#include "tls12/state.hpp"

namespace tls12::tool {
namespace {

constexpr std::size_t kNameWidth = 24, kValueWidth = 45, kTitleWidth = 76;

/// What went one way, for the last line.
struct Traffic {
  std::uint64_t records = 0, wire = 0, application = 0;
};

class Trace final : public Observer {
 public:
  Trace(TraceSink to, TerminalStyle style, Role role, unsigned number)
      : to_(std::move(to)), style_(style), role_(role), number_(number) {}

  ~Trace() override {
    if (traffic_[0].records + traffic_[1].records == 0) return;
    const auto one_way = [&](Direction direction) {
      const Traffic& t = traffic_[static_cast<std::size_t>(direction)];
      return count(t.records, "record", "records") + ", " + count(t.wire, "byte", "bytes") + ", " +
             std::to_string(t.application) + " of them application data";
    };
    print(heading("the end", {}) + line("sent", one_way(Direction::sent)) +
          line("received", one_way(Direction::received)) +
          (ending_.empty() ? Text() : line("ended by", ending_)));
  }

  void on_record(const Record& record) override {
    Traffic& traffic = traffic_[static_cast<std::size_t>(record.direction)];
    ++traffic.records;
    traffic.wire += record.wire_size;
    if (record.type == ContentType::application_data) traffic.application += record.fragment.size();
    std::string text = std::string("record: ") + name(record.type) + ", " + name(record.version) +
                       ", " + count(record.fragment.size(), "byte", "bytes");
    text += record.is_protected
                ? " encrypted into " + std::to_string(record.wire_size) + ", sequence number " +
                      std::to_string(record.sequence)
                : " in the clear, " + std::to_string(record.wire_size) + " with the header";
    print(tag() + arrow(record.direction) + "  " + style_.dim(text) + "\n");
  }

  void on_message(const Message& message) override {
    const MessagePurpose about = purpose_of(message.message);
    Text text = "\n" + tag() +
                title(message.direction, name(message.type),
                      count(message.bytes.size(), "byte", "bytes"), about.source);
    text += "      " + style_.yellow(about.text) + "\n";
    for (const MessageField& field : message_fields(message.message))
      text += line(field.name, field.value, field.note);
    if (const auto* hello = std::get_if<ServerHello>(&message.message))
      extended_master_secret_ = hello->extended_master_secret;
    if (message.type == HandshakeType::client_key_exchange) text += key_derivation();
    print(text);
  }

  void on_change_cipher_spec(Direction direction) override {
    print("\n" + tag() + title(direction, "ChangeCipherSpec", "", "RFC 5246 §7.1") + "      " +
          style_.yellow(std::string("everything behind this from the ") +
                        (from_client(direction) ? "client" : "server") + " is encrypted") +
          "\n");
  }

  void on_alert(Direction direction, const AlertMessage& alert) override {
    const MessagePurpose about = purpose_of(alert);
    ending_ = std::string(direction == Direction::sent ? "our " : "the peer's ") +
              name(alert.level) + " alert " + name(alert.description);
    print("\n" + tag() +
          title(direction, "Alert", name(alert.level) + ", " + name(alert.description),
                about.source) +
          (about.text.empty() ? Text() : "      " + style_.yellow(about.text) + "\n"));
  }

  void on_complete(const ConnectionState& state) override {
    Text text = heading("the handshake is complete", "RFC 5246 §7.3");
    text += line("version", name(state.version));
    text += line("cipher suite", name(state.cipher_suite));
    if (state.group)
      text += line("key exchange", "ephemeral, on " + name(*state.group),
                   "the keys are gone with the connection: forward secrecy");
    if (state.signature_scheme)
      text += line("the server signed with", name(*state.signature_scheme));
    if (!state.server_name.empty()) text += line("server name", escaped(state.server_name));
    if (!state.application_protocol.empty())
      text += line("application protocol", escaped(state.application_protocol));
    text += line("extended master secret", state.extended_master_secret ? "yes" : "no");
    text += line("secure renegotiation", state.secure_renegotiation ? "yes" : "no");
    if (role_ == Role::client) text += line("the server is", verdict(state));
    print(text);
  }

  void on_error(const Error& error) override {
    print(tag() + style_.red("      failed: " + error.message()) + "\n");
  }

 private:
  bool from_client(Direction direction) const {
    return (role_ == Role::client) == (direction == Direction::sent);
  }

  Text arrow(Direction direction) const {
    return from_client(direction) ? style_.blue("client ──▶ server")
                                  : style_.magenta("client ◀── server");
  }

  Text title(Direction direction, const std::string& what, const std::string& more,
             const std::string& source) const {
    const std::string rest = more.empty() ? what : what + ", " + more;
    return arrow(direction) + "  " + style_.bold(what) +
           padded(rest.substr(what.size()), kTitleWidth - 19 - what.size()) + style_.dim(source) +
           "\n";
  }

  Text heading(const std::string& what, const std::string& source) const {
    return "\n" + tag() + style_.green(padded(Text("═══ ") + what + " ", kTitleWidth)) +
           style_.dim(source) + "\n";
  }

  Text line(const std::string& field, const Text& value, const std::string& note = {}) const {
    Text text = "      " + style_.cyan(padded(field, kNameWidth));
    if (field.size() >= kNameWidth) text += "  ";
    if (note.empty()) return text + value + "\n";
    if (value.view().size() > kValueWidth || field.size() > kNameWidth) {
      return text + value + "\n      " + std::string(kNameWidth, ' ') +
             std::string(kValueWidth, ' ') + "  " + style_.dim(note) + "\n";
    }
    return text + padded(value, kValueWidth) + "  " + style_.dim(note) + "\n";
  }

  // What nobody sends: RFC 5246 §8.1 or RFC 7627 §4, then RFC 5246 §6.3.
  Text key_derivation() const {
    const bool extended = extended_master_secret_;
    return "      " + style_.yellow("now both ends compute the same, and send none of it") + "\n" +
           line("master_secret", extended ? "PRF(pre_master_secret, \"extended master secret\","
                                          : "PRF(pre_master_secret, \"master secret\",") +
           line(
               "",
               extended ? "    hash of all messages so far)" : "    client random + server random)",
               extended ? "RFC 7627 §4" : "RFC 5246 §8.1") +
           line("key_block", "PRF(master_secret, \"key expansion\",") +
           line("", "    server random + client random)", "RFC 5246 §6.3; cut into:") +
           line("  client_write_key, _IV", "", "what the client encrypts with") +
           line("  server_write_key, _IV", "", "what the server encrypts with");
  }

  Text verdict(const ConnectionState& state) const {
    if (!state.peer_raw_public_key.empty())
      return "whoever has the key " + hex_preview(state.peer_raw_public_key);
    if (state.verified_chain.empty())
      return style_.red("anybody: its certificate was not verified");
    return state.verified_chain.front().subject() + ", vouched for by " +
           state.verified_chain.back().subject();
  }

  Text tag() const {
    return number_ > 1 ? style_.dim("[" + std::to_string(number_) + "] ") : Text();
  }

  void print(const Text& text) const { to_(text); }

  TraceSink to_;
  TerminalStyle style_;
  Role role_;
  unsigned number_;
  std::array<Traffic, 2> traffic_ = {};
  std::string ending_;
  bool extended_master_secret_ = false;
};

}  // namespace

ObserverFactory trace_to(TraceSink to, TerminalStyle style) {
  auto numbers = std::make_shared<std::atomic<unsigned>>(0);
  return [=](Role role) -> std::unique_ptr<Observer> {
    return std::make_unique<Trace>(to, style, role, ++*numbers);
  };
}

ObserverFactory trace_to(std::FILE* to, TerminalStyle style) {
  return trace_to([to](const Text& text) { print(to, text); }, style);
}

}  // namespace tls12::tool
