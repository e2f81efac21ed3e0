// The stack under test, as BoringSSL's test runner drives it: started once a test, told by flags what to do.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "channel.hpp"
#include "expectations.hpp"
#include "flags.hpp"
#include "setup.hpp"

namespace tls12::bogo {
namespace {

constexpr int kUnimplemented = 89;
/// An address, so that no server_name is sent where the flags name none; and the name in the runner's certificates, for who verifies.
constexpr const char *kNoName = "127.0.0.1", *kCertificateName = "test";

/// Why the test failed, in the runner's channel for it: the name of the error first.
int failed(const Error& error) {
  std::fprintf(stderr, "%s: %s\n", std::string(rule(error.code).name).c_str(), error.message().c_str());
  return EXIT_FAILURE;
}
int failed(std::string_view what) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  return EXIT_FAILURE;
}

/// The flags' verdict on a certificate. The runner has two kinds of callback, which choose different alerts.
void refuse(const Flags& flags, Engine& engine) {
  if (flags.use_custom_verify_callback && engine.wants() == Wants::verdict) return (void)engine.refuse_peer("so the flags say");
  std::fputs("certificate_refused\n", stderr);
  engine.abort(flags.use_custom_verify_callback ? Alert::certificate_unknown : Alert::handshake_failure);
}

void judge(const Flags& flags, Shared& shared, Engine& engine) {
  shared.verdict = !flags.verify_fail;
  flags.verify_fail&& flags.verify_peer ? refuse(flags, engine) : (void)engine.accept_peer();
}

/// One connection, in the order that the runner expects.
class Connection {
 public:
  Connection(const Flags& flags, bool resuming, Shared& shared, Seen& seen, Channel& channel)
      : flags_(flags), resuming_(resuming), shared_(shared), seen_(seen), channel_(channel) {}

  int run() {
    const int outcome = talk();
    channel_.drain();
    if (outcome != EXIT_SUCCESS) return outcome;
    seen_.sessions_kept = shared_.sessions->kept;
    const std::string wrong = unmet_at_the_end(flags_, channel_.engine().state(), seen_);
    return wrong.empty() ? EXIT_SUCCESS : failed("not as expected: " + wrong);
  }

 private:
  int talk() {
    Engine& engine = channel_.engine();
    if (!channel_.handshake()) return failed(engine.error() ? *engine.error() : Error(Errc::truncated));
    if (resuming_ && flags_.reverify_on_resume && flags_.verify_fail) return refuse(flags_, engine), channel_.flush(), EXIT_FAILURE;
    if (const std::string wrong = unmet(flags_, resuming_, engine.state(), seen_, shared_); !wrong.empty()) return failed("not as expected: " + wrong);
    if (flags_.export_keying_material != 0)
      if (const auto exported = send_exported(); !exported) return failed(exported.error());
    if (flags_.tls_unique)
      if (const auto sent = send_tls_unique(); !sent) return failed(sent.error());
    if (flags_.send_alert) return engine.abort(Alert::decompression_failure), channel_.flush(), EXIT_FAILURE;
    if (flags_.shim_writes_first) channel_.write(bytes_of("hello"));
    if (!flags_.shim_shuts_down)
      if (const int echoed = echo(); echoed != EXIT_SUCCESS) return echoed;
    return flags_.check_close_notify ? close() : EXIT_SUCCESS;
  }

  Result<void> send_exported() {
    std::vector<std::uint8_t> material(flags_.export_keying_material);
    const std::optional<Bytes> context = flags_.use_export_context ? std::optional(bytes_of(flags_.export_context)) : std::nullopt;
    const auto exported = channel_.engine().export_keying_material(flags_.export_label, context, material);
    if (exported) channel_.write(material);
    return exported;
  }

  Result<void> send_tls_unique() {
    const auto unique = channel_.engine().channel_binding(ChannelBinding::tls_unique);
    if (!unique) return fail(unique.error());
    channel_.write(*unique);
    return {};
  }

  // Every byte comes back inverted, until the peer closes.
  int echo() {
    Engine& engine = channel_.engine();
    for (Bytes data = channel_.read(flags_.read_size); !data.empty(); data = channel_.read(flags_.read_size)) {
      std::vector<std::uint8_t> answer(data.begin(), data.end());
      for (auto& byte : answer) byte ^= 0xff;
      engine.consume(answer.size()).value();
      channel_.write(answer);
    }
    const auto& error = engine.error();
    const bool just_ended = error && error->code == Errc::truncated && !flags_.check_close_notify;
    return !error || just_ended ? EXIT_SUCCESS : failed(*error);
  }

  // RFC 5246 §7.2.1: ours, and the peer's; what it still sent before is not wanted.
  int close() {
    Engine& engine = channel_.engine();
    if (const auto closed = engine.close_write(); !closed) return failed(closed.error());
    channel_.flush();
    if (!channel_.read(1).empty()) return failed("application data behind our close_notify");
    return engine.error() ? failed(*engine.error()) : EXIT_SUCCESS;
  }

  const Flags& flags_;
  bool resuming_;
  Shared& shared_;
  Seen& seen_;
  Channel& channel_;
};

Result<Engine> engine_of(const Flags& flags, Shared& shared, Seen& seen, Signer& signer) {
  if (flags.server) {
    const auto context = server_context(flags, shared, seen);
    if (!context) return fail(context.error());
    return Engine::server(*context);
  }
  const auto context = client_context(flags, shared, seen, signer);
  if (!context) return fail(context.error());
  return Engine::client(*context, flags.host_name.value_or(flags.verify_peer ? kCertificateName : kNoName));
}

int connect(const Flags& flags, bool resuming, Shared& shared) {
  Seen seen;
  Signer signer;
  shared.sessions->kept = 0;
  auto engine = engine_of(flags, shared, seen, signer);
  if (!engine) return failed(engine.error());
  const int descriptor = connect_to_runner(flags.port, flags.ipv6, flags.shim_id);
  if (descriptor < 0) return failed("the runner does not answer");
  Channel channel(descriptor, std::move(*engine), flags.async, signer, [&](Engine& asking) { judge(flags, shared, asking); });
  return Connection(flags, resuming, shared, seen, channel).run();
}

int run(std::span<const char* const> arguments) {
  const auto first = parse_flags(arguments, false), later = parse_flags(arguments, true);
  if (!first) return std::fprintf(stderr, "no such flag: %s\n", first.error().c_str()), kUnimplemented;
  Shared shared;
  for (unsigned i = 0; i <= first->resume_count; ++i)
    if (const int outcome = connect(i == 0 ? *first : *later, i != 0, shared); outcome != EXIT_SUCCESS) return outcome;
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace tls12::bogo

int main(int count, char** arguments) {
  const std::span flags(arguments + 1, static_cast<std::size_t>(count - 1));
  // Whether handshakes can be split between processes, as BoringSSL's can.
  if (std::ranges::find(flags, std::string_view("-is-handshaker-supported")) != flags.end()) return std::puts("No"), EXIT_SUCCESS;
  return tls12::bogo::run(flags);
}
