// The stack under test, as BoringSSL's test runner drives it: started once for each test, with
// flags that say what to do.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "channel.hpp"
#include "errors.hpp"
#include "expectations.hpp"
#include "flags.hpp"
#include "setup.hpp"
#include "socket.hpp"

namespace tls12::bogo {
namespace {

constexpr int kUnimplemented = 89;
/// An address, so that no server_name is sent if the flags name none; and the name in the runner's
/// certificates, for a client that verifies them.
constexpr const char *kNoName = "127.0.0.1", *kCertificateName = "test";

/// One connection, in the order that the runner expects.
class Connection {
 public:
  Connection(const Flags& flags, bool resuming, Shared& shared, const Credentials& credentials,
             const Seen& seen, Channel& channel)
      : flags_(flags),
        resuming_(resuming),
        shared_(shared),
        credentials_(credentials),
        seen_(seen),
        channel_(channel) {}

  int run() {
    const int outcome = talk();
    channel_.drain();
    return outcome;
  }

 private:
  int talk() {
    if (!flags_.implicit_handshake) {
      if (const auto done = channel_.handshake(); !done) return failed(done.error());
      if (const int checked = check(); checked != EXIT_SUCCESS) return checked;
    }
    if (flags_.export_keying_material != 0)
      if (const auto exported = send_exported(); !exported)
        return failed("failed to export keying material"), failed(exported.error());
    if (flags_.tls_unique)
      if (const auto sent = send_tls_unique(); !sent)
        return failed("failed to get tls-unique"), failed(sent.error());
    if (flags_.send_alert) return channel_.abort(Alert::decompression_failure), EXIT_FAILURE;
    if (flags_.shim_writes_first)
      if (const auto written = channel_.write(bytes_of("hello")); !written)
        return failed(written.error());
    if (!flags_.shim_shuts_down)
      if (const int echoed = echo(); echoed != EXIT_SUCCESS) return echoed;
    if (flags_.implicit_handshake && channel_.state().handshake_complete)
      if (const int checked = check(); checked != EXIT_SUCCESS) return checked;
    return flags_.check_close_notify ? close() : EXIT_SUCCESS;
  }

  int check() {
    const std::string wrong =
        unmet(flags_, resuming_, channel_.state(), seen_, shared_, credentials_);
    return wrong.empty() ? EXIT_SUCCESS : failed("not as expected: " + wrong);
  }

  Result<void> send_exported() {
    std::vector<std::uint8_t> material(flags_.export_keying_material);
    const std::optional<Bytes> context =
        flags_.use_export_context ? std::optional(bytes_of(flags_.export_context)) : std::nullopt;
    const auto exported = channel_.export_keying_material(flags_.export_label, context, material);
    return exported ? channel_.write(material) : exported;
  }

  Result<void> send_tls_unique() {
    const auto unique = channel_.channel_binding(ChannelBinding::tls_unique);
    if (!unique) return fail(unique.error());
    return channel_.write(*unique);
  }

  // Every octet comes back inverted, until the peer closes.
  int echo() {
    for (;;) {
      auto data = channel_.read(flags_.read_size);
      if (!data) {
        const bool just_ended = data.error().code == Errc::truncated && !flags_.check_close_notify;
        return just_ended ? EXIT_SUCCESS : failed(data.error());
      }
      if (data->empty()) return EXIT_SUCCESS;
      for (auto& octet : *data) octet ^= 0xff;
      if (const auto written = channel_.write(*data); !written) return failed(written.error());
    }
  }

  // RFC 5246 §7.2.1: our close_notify, and the peer's. The runner wants no data of the peer's
  // before it.
  int close() {
    if (const auto closed = channel_.close_write(); !closed) return failed(closed.error());
    const auto data = channel_.read(1);
    if (!data) return failed(data.error());
    return data->empty() ? EXIT_SUCCESS : failed(":APPLICATION_DATA_ON_SHUTDOWN:");
  }

  const Flags& flags_;
  bool resuming_;
  Shared& shared_;
  const Credentials& credentials_;
  const Seen& seen_;
  Channel& channel_;
};

Result<std::unique_ptr<Channel>> server_channel(const Flags& flags, const ChannelSettings& settings,
                                                const ServerContext& context) {
  if (flags.implicit_handshake || flags.over_conn) return conn_channel(settings, context);
  return engine_channel(settings, Engine::server(context));
}
Result<std::unique_ptr<Channel>> client_channel(const Flags& flags, const ChannelSettings& settings,
                                                const ClientContext& context) {
  const std::string name = flags.host_name.value_or(flags.verify_peer ? kCertificateName : kNoName);
  if (flags.implicit_handshake || flags.over_conn) return conn_channel(settings, context, name);
  return engine_channel(settings, Engine::client(context, name));
}

int connect(const Flags& flags, bool resuming, Shared& shared) {
  Seen seen;
  shared.sessions->kept = 0;
  const auto credentials = Credentials::of(flags);
  if (!credentials) return failed(credentials.error());
  const auto server =
      flags.server ? server_context(flags, *credentials, shared, seen) : fail(Errc::misuse);
  const auto client =
      flags.server ? fail(Errc::misuse) : client_context(flags, *credentials, shared, seen);
  if (!server && !client) return failed(flags.server ? server.error() : client.error());

  Answers answers(flags, shared, *credentials);
  const ChannelSettings settings{connect_to_runner(flags.port, flags.ipv6, flags.shim_id),
                                 flags.async, answers};
  if (settings.descriptor < 0) return failed("the runner does not answer");
  auto channel = flags.server ? server_channel(flags, settings, *server)
                              : client_channel(flags, settings, *client);
  if (!channel) return failed(channel.error());
  const int outcome = Connection(flags, resuming, shared, *credentials, seen, **channel).run();
  if (outcome != EXIT_SUCCESS) return outcome;
  seen.sessions_kept = shared.sessions->kept;
  const ConnectionState state = (*channel)->state();
  if (flags.renegotiate_explicit && state.renegotiations != answers.renegotiations())
    return failed("not as expected: a renegotiation without leave");
  const std::string wrong = unmet_at_the_end(flags, state, seen);
  return wrong.empty() ? EXIT_SUCCESS : failed("not as expected: " + wrong);
}

/// Whether the values of the flags are such that the shim can do what they say: speak TLS 1.2, and
/// send the names of `client_trust` or none.
bool is_implemented(const Flags& flags) {
  constexpr auto kVersion = static_cast<unsigned>(ProtocolVersion::tls12);
  const bool is_allowed = !flags.no_tls12 && flags.min_version <= kVersion &&
                          (flags.max_version == 0 || flags.max_version >= kVersion);
  return is_allowed && flags.use_client_ca_list.value_or("<NULL>") == "<NULL>";
}

int run(std::span<const char* const> arguments) {
  const auto first = parse_flags(arguments, false), later = parse_flags(arguments, true);
  if (!first)
    return std::fprintf(stderr, "no such flag: %s\n", first.error().c_str()), kUnimplemented;
  if (!is_implemented(*first) || !is_implemented(*later)) return kUnimplemented;
  Shared shared;
  for (unsigned i = 0; i <= first->resume_count; ++i)
    if (const int outcome = connect(i == 0 ? *first : *later, i != 0, shared);
        outcome != EXIT_SUCCESS)
      return outcome;
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace tls12::bogo

int main(int count, char** arguments) {
  const std::span flags(arguments + 1, static_cast<std::size_t>(count - 1));
  // Whether handshakes can be split between processes, as BoringSSL's can.
  if (std::ranges::find(flags, std::string_view("-is-handshaker-supported")) != flags.end())
    return std::puts("No"), EXIT_SUCCESS;
  return tls12::bogo::run(flags);
}
