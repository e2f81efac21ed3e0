// Java's JSSE as a peer: see README.md.
import com.sun.net.httpserver.HttpServer;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

public class Peer {
    static final String GREETING = "hello over there\n";
    static final List<String> GROUPS = List.of(
        "x25519", "secp256r1", "secp384r1", "secp521r1", "ffdhe2048", "ffdhe3072", "ffdhe4096");
    // None can be chosen: the choice would hold for the signatures in certificates, too.
    static final List<String> SCHEMES = List.of("ed25519", "ecdsa_secp256r1_sha256",
        "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512", "rsa_pss_rsae_sha256",
        "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512", "rsa_pss_pss_sha256", "rsa_pss_pss_sha384",
        "rsa_pss_pss_sha512", "rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512",
        "rsa_pkcs1_sha1", "ecdsa_sha1");
    static final List<String> KEYS = List.of("rsa", "rsa-pss", "p256", "p384", "p521", "ed25519");
    static final List<String> FEATURES = List.of("alpn", "bytes", "cert", "connections", "ems",
        "groups", "identities", "no-ems", "no-etm", "no-resumption", "old", "renegotiate",
        "session-ids", "tickets", "tls13", "truncate");
    static final List<String> CLIENT_FEATURES =
        List.of("address", "allow-renegotiation", "half-close", "max-fragment", "want-staple");
    static final List<String> SERVER_FEATURES =
        List.of("accepts-max-fragment", "client-auth", "staple");

    // RFC 5246 §7.2, RFC 6066 §9, RFC 7301 §3.2, by JSSE's names.
    static final Map<String, Integer> ALERTS = Map.ofEntries(Map.entry("close_notify", 0),
        Map.entry("unexpected_message", 10), Map.entry("bad_record_mac", 20),
        Map.entry("record_overflow", 22), Map.entry("handshake_failure", 40),
        Map.entry("bad_certificate", 42), Map.entry("unsupported_certificate", 43),
        Map.entry("certificate_revoked", 44), Map.entry("certificate_expired", 45),
        Map.entry("certificate_unknown", 46), Map.entry("illegal_parameter", 47),
        Map.entry("unknown_ca", 48), Map.entry("access_denied", 49), Map.entry("decode_error", 50),
        Map.entry("decrypt_error", 51), Map.entry("protocol_version", 70),
        Map.entry("insufficient_security", 71), Map.entry("internal_error", 80),
        Map.entry("user_canceled", 90), Map.entry("no_renegotiation", 100),
        Map.entry("unsupported_extension", 110), Map.entry("unrecognized_name", 112),
        Map.entry("bad_certificate_status_response", 113),
        Map.entry("no_application_protocol", 120));

    static class Unsupported extends Exception {
        Unsupported(String why) { super(why); }
    }

    // ---------------------------------------------------------------------------------- the report

    static String json(Object value) {
        if (value instanceof Map<?, ?> map) {
            var parts = new ArrayList<String>();
            map.forEach((key, of) -> parts.add(json(key) + ": " + json(of)));
            return "{" + String.join(", ", parts) + "}";
        }
        if (value instanceof List<?> list)
            return "[" + String.join(", ", list.stream().map(Peer::json).toList()) + "]";
        if (value instanceof String text)
            return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")
                + '"';
        return String.valueOf(value);
    }

    static void print(Object... pairs) {
        var line = new LinkedHashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) line.put((String) pairs[i], pairs[i + 1]);
        System.out.println(json(line));
        System.out.flush();
    }

    static Integer alertIn(Throwable error) {
        for (; error != null; error = error.getCause()) {
            var found = Pattern.compile("Received fatal alert: (\\w+)")
                            .matcher(String.valueOf(error.getMessage()));
            if (found.find()) return ALERTS.get(found.group(1));
        }
        return null;
    }

    // ------------------------------------------------------------------------------------- options

    final boolean server;
    final Map<String, String> given = new LinkedHashMap<>();
    final List<String> certificates = new ArrayList<>();
    final List<String> keys = new ArrayList<>();

    Peer(String[] arguments) throws Unsupported {
        server = arguments[0].equals("server");
        var features = new ArrayList<>(FEATURES);
        features.addAll(server ? SERVER_FEATURES : CLIENT_FEATURES);
        features.addAll(List.of("port", "host", "ca", "versions", "suites", "key"));
        var flags = List.of("no-ems", "no-etm", "session-ids", "tickets", "no-resumption",
            "want-staple", "renegotiate", "allow-renegotiation", "half-close", "truncate");
        for (int i = 1; i < arguments.length; i++) {
            var option = arguments[i].replaceFirst("^--", "");
            if (!features.contains(option)) throw new Unsupported(arguments[i]);
            var value = flags.contains(option) ? "" : arguments[++i];
            if (option.equals("cert")) certificates.add(value);
            if (option.equals("key")) keys.add(value);
            given.put(option, value);
        }
    }

    boolean has(String option) { return given.containsKey(option); }

    String[] list(String option, List<String> known) throws Unsupported {
        var names = given.get(option).split(",");
        for (var name : names)
            if (known != null && !known.contains(name)) throw new Unsupported(name);
        return names;
    }

    /** What JSSE takes as properties, which it reads once: before anything of it is used. */
    void setProperties() throws Unsupported {
        Security.setProperty("jdk.tls.disabledAlgorithms", "");
        Security.setProperty("jdk.certpath.disabledAlgorithms", "");
        System.setProperty("com.sun.net.ssl.requireCloseNotify", "true");
        System.setProperty("jsse.enableMFLNExtension", "true");
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        System.setProperty(
            "jdk.tls.client.enableStatusRequestExtension", String.valueOf(has("want-staple")));
        System.setProperty("jdk.tls.useExtendedMasterSecret", String.valueOf(!has("no-ems")));
        System.setProperty(
            "jdk.tls.client.enableSessionTicketExtension", String.valueOf(!has("session-ids")));
        System.setProperty(
            "jdk.tls.server.enableSessionTicketExtension", String.valueOf(!has("session-ids")));
        if (has("groups"))
            System.setProperty("jdk.tls.namedGroups", String.join(",", list("groups", GROUPS)));
    }

    /** JSSE fetches what it staples: from here. */
    void offerStaple() throws IOException {
        var response = Files.readAllBytes(Path.of(given.get("staple")));
        var responder =
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        responder.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/ocsp-response");
            exchange.sendResponseHeaders(200, response.length);
            exchange.getResponseBody().write(response);
            exchange.close();
        });
        responder.start();
        System.setProperty("jdk.tls.server.enableStatusRequestExtension", "true");
        System.setProperty("jdk.tls.stapling.responderOverride", "true");
        System.setProperty("jdk.tls.stapling.responderURI",
            "http://127.0.0.1:" + responder.getAddress().getPort());
    }

    // --------------------------------------------------------------------------------- the context

    static Certificate[] readCertificates(String file) throws Exception {
        try (var in = Files.newInputStream(Path.of(file))) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).toArray(
                new Certificate[0]);
        }
    }

    static PrivateKey readKey(String file) throws Exception {
        var body = Files.readString(Path.of(file)).replaceAll("-----[^-]*-----|\\s", "");
        var encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
        for (var algorithm : List.of("RSA", "RSASSA-PSS", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException anotherKind) { continue; }
        }
        throw new IOException(file + ": no key");
    }

    KeyManager[] identities() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < keys.size(); i++)
            store.setKeyEntry("identity" + i, readKey(keys.get(i)), new char[0],
                readCertificates(certificates.get(i)));
        var factory = KeyManagerFactory.getInstance("NewSunX509");
        factory.init(new javax.net.ssl.KeyStoreBuilderParameters(
            KeyStore.Builder.newInstance(store, new KeyStore.PasswordProtection(new char[0]))));
        return factory.getKeyManagers();
    }

    TrustManager[] trust() throws Exception {
        if (!has("ca")) return new TrustManager[] {new Trusting()};
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (var authority : readCertificates(given.get("ca")))
            store.setCertificateEntry("ca" + store.size(), authority);
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }

    static class Trusting extends X509ExtendedTrustManager {
        public void checkClientTrusted(X509Certificate[] chain, String type) {}
        public void checkServerTrusted(X509Certificate[] chain, String type) {}
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}
        public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    }

    SSLContext context() throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(identities(), trust(), null);
        return context;
    }

    /** All that it has for TLS 1.2. */
    static List<String> suites() throws Exception {
        var usable = SSLContext.getInstance("TLSv1.2");
        usable.init(null, null, null);
        return Arrays.stream(usable.getSupportedSSLParameters().getCipherSuites())
            .filter(name -> name.contains("_WITH_") && !name.matches(".*(anon|KRB5|NULL|EXPORT).*"))
            .toList();
    }

    SSLSocket secured(SSLContext context, Socket plain) throws Exception {
        plain.setTcpNoDelay(true);
        plain.setSoTimeout(30_000);
        var factory = context.getSocketFactory();
        var socket = (SSLSocket) (server
                ? factory.createSocket(plain, null, true)
                : factory.createSocket(
                      plain, given.getOrDefault("host", "127.0.0.1"), plain.getPort(), true));
        var parameters = socket.getSSLParameters();
        parameters.setProtocols(Arrays.stream(given.getOrDefault("versions", "1.2").split(","))
                .map(version -> "TLSv" + version)
                .toArray(String[] ::new));
        parameters.setCipherSuites(
            has("suites") ? list("suites", suites()) : suites().toArray(new String[0]));
        if (has("alpn")) parameters.setApplicationProtocols(list("alpn", null));
        // JSSE takes 325 bytes off for what protection may add.
        if (has("max-fragment"))
            parameters.setMaximumPacketSize(Integer.parseInt(given.get("max-fragment")) + 325);
        if (server) {
            var how = given.getOrDefault("client-auth", "none");
            if (how.equals("request")) parameters.setWantClientAuth(true);
            if (how.equals("require")) parameters.setNeedClientAuth(true);
        } else if (has("host")) {
            if (!given.get("host").matches("[0-9.]+"))
                parameters.setServerNames(List.of(new SNIHostName(given.get("host"))));
            if (has("ca")) parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    // -------------------------------------------------------------------------------- the exchange

    // Of the connection that is under way; JSSE gives out no stream once its end was seen.
    InputStream in;
    OutputStream out;
    long sent;
    long received;
    boolean renegotiated;

    static byte[] pattern(long from, int count) {
        var chunk = new byte[count];
        for (int i = 0; i < count; i++) chunk[i] = (byte) ((from + i) % 251);
        return chunk;
    }

    void sendPattern(long total) throws IOException {
        for (sent = 0; sent < total;) {
            int count = (int) Math.min(1 << 15, total - sent);
            out.write(pattern(sent, count));
            sent += count;
        }
    }

    void receivePattern(long total) throws IOException {
        var chunk = new byte[1 << 15];
        for (received = 0; received < total;) {
            int count = in.read(chunk, 0, (int) Math.min(chunk.length, total - received));
            if (count < 0) throw new EOFException("the end after " + received + " bytes");
            if (!Arrays.equals(chunk, 0, count, pattern(received, count), 0, count))
                throw new IOException("wrong bytes from " + received + " on");
            received += count;
        }
    }

    /** A line, or what came of it before the end. */
    String readLine() throws IOException {
        var line = new StringBuilder();
        for (int octet; (octet = in.read()) >= 0;) {
            line.append((char) octet);
            if (octet == '\n') break;
        }
        received = line.length();
        return line.toString();
    }

    void send(String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.ISO_8859_1));
        sent = line.length();
    }

    void ask(SSLSocket socket) throws Exception {
        if (has("bytes")) {
            long total = Long.parseLong(given.get("bytes"));
            var sending = new FutureTask<Void>(() -> {
                sendPattern(total);
                return null;
            });
            new Thread(sending).start();
            receivePattern(total);
            sending.get();
            return;
        }
        send(GREETING);
        if (has("half-close")) socket.shutdownOutput();
        var answer = readLine();
        if (!answer.equals(GREETING)) throw new IOException("wrong answer: " + answer);
    }

    void serve(SSLSocket socket) throws Exception {
        if (has("bytes")) {
            long total = Long.parseLong(given.get("bytes"));
            receivePattern(total);
            if (has("renegotiate")) renegotiate(socket);
            sendPattern(total);
            return;
        }
        var line = readLine();
        if (has("half-close") && !end().equals("close_notify"))
            throw new IOException("no close_notify before the answer");
        if (has("renegotiate")) renegotiate(socket);
        if (line.endsWith("\n")) send(line);
    }

    /**
     * The first octet of a stream is fetched in the background: reading is what moves a second
     * handshake on.
     */
    static class Ahead extends FilterInputStream {
        private final FutureTask<Integer> first;
        private boolean taken;

        Ahead(InputStream from) {
            super(from);
            first = new FutureTask<>(from::read);
            new Thread(first).start();
        }

        boolean waits() { return !first.isDone(); }

        /** The octet, or why there is none. */
        int octet() throws IOException {
            try {
                return first.get();
            } catch (ExecutionException failed) {
                throw (IOException) failed.getCause();
            } catch (InterruptedException never) { throw new IOException(never); }
        }

        @Override
        public int read() throws IOException {
            if (taken) return super.read();
            taken = true;
            return octet();
        }

        @Override
        public int read(byte[] into, int from, int count) throws IOException {
            if (taken) return super.read(into, from, count);
            int octet = read();
            if (octet >= 0) into[from] = (byte) octet;
            return octet < 0 ? -1 : 1;
        }
    }

    /**
     * With the session gone: to resume it would be a handshake too, but not the one that is asked
     * for.
     */
    void renegotiate(SSLSocket socket) throws Exception {
        var done = new CountDownLatch(1);
        socket.addHandshakeCompletedListener(event -> done.countDown());
        socket.getSession().invalidate();
        socket.startHandshake();
        var ahead = new Ahead(in);
        in = ahead;
        do {
            renegotiated = done.await(10, TimeUnit.MILLISECONDS);
        } while (!renegotiated && ahead.waits());
        if (!renegotiated) ahead.octet();
    }

    /** JSSE tells an end without close_notify as an error, which `requireCloseNotify` asks for. */
    String end() throws IOException {
        try {
            if (in.read() >= 0) throw new IOException("more data than expected");
            return "close_notify";
        } catch (IOException error) {
            if (String.valueOf(error.getMessage()).equals("Remote host terminated the connection"))
                return "truncated";
            throw error;
        }
    }

    /**
     * The transport's end alone; then whatever the peer still says is taken, lest it be answered
     * with a reset.
     */
    static String truncate(Socket plain) throws IOException {
        plain.shutdownOutput();
        plain.getInputStream().transferTo(OutputStream.nullOutputStream());
        plain.close();
        return "unread";
    }

    Object certificate(SSLSocket socket) throws Exception {
        try {
            var leaf = socket.getSession().getPeerCertificates()[0];
            return HexFormat.of().formatHex(
                MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded()));
        } catch (SSLPeerUnverifiedException none) { return null; }
    }

    void talk(SSLContext context, Socket plain) throws Exception {
        var socket = secured(context, plain);
        sent = received = 0;
        in = socket.getInputStream();
        out = socket.getOutputStream();
        long start = System.currentTimeMillis();
        socket.startHandshake();
        // JSSE does not tell, but a session that is older than the connection was resumed.
        boolean resumed = socket.getSession().getCreationTime() < start;
        var suite = socket.getSession().getCipherSuite();
        var version = socket.getSession().getProtocol().replace("TLSv", "TLS ");
        if (server) {
            serve(socket);
        } else {
            if (has("renegotiate")) renegotiate(socket);
            ask(socket);
        }
        var certificate = certificate(socket);
        boolean stapled =
            !server && !((ExtendedSSLSession) socket.getSession()).getStatusResponses().isEmpty();
        var protocol = socket.getApplicationProtocol();
        String end;
        if (has("truncate")) {
            end = truncate(plain);
        } else {
            if (!server) socket.shutdownOutput();
            end = end();
            socket.close();
        }
        print("version", version, "suite", suite, "resumed", resumed, "alpn",
            protocol.isEmpty() ? null : protocol, "peer_certificate_sha256", certificate, "etm",
            false, "stapled", server ? null : stapled, "renegotiated",
            has("renegotiate") ? renegotiated : null, "sent", sent, "received", received, "eof",
            end);
    }

    void play() throws Exception {
        setProperties();
        if (has("staple")) offerStaple();
        int port = Integer.parseInt(given.getOrDefault("port", "0"));
        int count = Integer.parseInt(given.getOrDefault("connections", "1"));
        var context = context();
        if (!server) {
            for (int i = 0; i < count; i++) {
                talk(has("no-resumption") ? context() : context,
                    new Socket(InetAddress.getLoopbackAddress(), port));
            }
            return;
        }
        try (var listener = new ServerSocket()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            print("port", listener.getLocalPort());
            for (int i = 0; i < count; i++)
                serveNext(has("no-resumption") ? context() : context, listener);
        }
    }

    /** Whatever becomes of one connection, the next is served. */
    void serveNext(SSLContext context, ServerSocket listener) throws IOException {
        try (var plain = listener.accept()) {
            talk(context, plain);
        } catch (Exception error) { tell(error); }
    }

    static void tell(Exception error) {
        print("error", String.valueOf(error.getMessage()), "alert", alertIn(error));
    }

    // --------------------------------------------------------------------------------- what it can

    static Map<String, Object> role(List<String> more) throws Exception {
        var role = new LinkedHashMap<String, Object>();
        var features = new ArrayList<>(FEATURES);
        features.addAll(more);
        role.put("suites", suites());
        role.put("groups", GROUPS);
        role.put("schemes", SCHEMES);
        role.put("keys", KEYS);
        role.put("verifies", KEYS);
        role.put("features", features);
        return role;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 1 && arguments[0].equals("can")) {
            Security.setProperty("jdk.tls.disabledAlgorithms", "");
            print("library", "JSSE", "version", System.getProperty("java.version"), "client",
                role(CLIENT_FEATURES), "server", role(SERVER_FEATURES));
            return;
        }
        if (arguments.length == 0 || !List.of("client", "server").contains(arguments[0])) {
            System.err.println("usage: can | client [options] | server [options]");
            System.exit(2);
        }
        try {
            new Peer(arguments).play();
        } catch (Unsupported refusal) {
            print("unsupported", refusal.getMessage());
            System.exit(3);
        } catch (Exception error) {
            tell(error);
            System.exit(1);
        }
        System.exit(0);
    }
}
