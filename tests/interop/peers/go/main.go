// Go's crypto/tls as a peer: see ../README.md.
package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"strings"
)

type object map[string]interface{}

const greeting = "hello over there\n"

var groups = map[string]tls.CurveID{
	"x25519": tls.X25519, "secp256r1": tls.CurveP256,
	"secp384r1": tls.CurveP384, "secp521r1": tls.CurveP521,
}

var schemes = map[string]tls.SignatureScheme{
	"ed25519":                tls.Ed25519,
	"ecdsa_secp256r1_sha256": tls.ECDSAWithP256AndSHA256,
	"ecdsa_secp384r1_sha384": tls.ECDSAWithP384AndSHA384,
	"ecdsa_secp521r1_sha512": tls.ECDSAWithP521AndSHA512,
	"rsa_pss_rsae_sha256":    tls.PSSWithSHA256,
	"rsa_pss_rsae_sha384":    tls.PSSWithSHA384,
	"rsa_pss_rsae_sha512":    tls.PSSWithSHA512,
	"rsa_pkcs1_sha256":       tls.PKCS1WithSHA256,
	"rsa_pkcs1_sha384":       tls.PKCS1WithSHA384,
	"rsa_pkcs1_sha512":       tls.PKCS1WithSHA512,
	"rsa_pkcs1_sha1":         tls.PKCS1WithSHA1,
	"ecdsa_sha1":             tls.ECDSAWithSHA1,
}

func suites() map[string]uint16 {
	found := map[string]uint16{}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		for _, version := range suite.SupportedVersions {
			if version == tls.VersionTLS12 {
				found[suite.Name] = suite.ID
			}
		}
	}
	return found
}

func keysOf(table interface{}) []string {
	var names []string
	for _, key := range reflect.ValueOf(table).MapKeys() {
		names = append(names, key.String())
	}
	return names
}

func can() object {
	keys := []string{"rsa", "p256", "p384", "p521", "ed25519"}
	both := []string{
		"alpn", "groups", "bytes", "cert", "connections", "export", "no-ems", "no-etm", "no-resumption",
		"tickets", "identities", "half-close", "truncate", "old", "tls13",
	}
	role := func(features ...string) object {
		return object{
			"suites": keysOf(suites()), "groups": keysOf(groups), "schemes": keysOf(schemes),
			"keys": keys, "verifies": keys, "features": append(features, both...),
		}
	}
	return object{
		"library": "Go crypto/tls", "version": runtime.Version(),
		"client": role("address", "want-staple", "allow-renegotiation"),
		"server": role("schemes", "client-auth", "staple"),
	}
}

// ------------------------------------------------------------------------------------------
// options

type options struct {
	role         string
	port         int
	host         string
	connections  int
	bytes        int64 // -1: the greeting
	exportLabel  string
	exportLength int
	halfClose    bool
	truncate     bool
	config       *tls.Config
}

func finish(code int, line object) {
	print(line)
	os.Exit(code)
}

func print(line object) {
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

func unsupported(why string) { finish(3, object{"unsupported": why}) }

// What went wrong, on its way to whoever tells it.
type failure struct{ line object }

func check(err error) {
	if err == nil {
		return
	}
	var alert interface{}
	var remote *net.OpError
	if errors.As(err, &remote) && remote.Op == "remote error" {
		alert = reflect.ValueOf(remote.Err).Uint()
	}
	panic(failure{object{"error": err.Error(), "alert": alert}})
}

// Whether all went well; what did not is told.
func well(play func()) (ok bool) {
	defer func() {
		if failed, known := recover().(failure); known {
			print(failed.line)
		}
	}()
	play()
	return true
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	check(err)
	return value
}

// The lowest and the highest of a list.
func versions(list string) (uint16, uint16) {
	known := map[string]uint16{
		"1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13,
	}
	names := strings.Split(list, ",")
	return known[names[0]], known[names[len(names)-1]]
}

func read(file string) []byte {
	data, err := os.ReadFile(file)
	check(err)
	return data
}

func parse(arguments []string) *options {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, InsecureSkipVerify: true,
	}
	o := &options{role: arguments[0], connections: 1, bytes: -1, config: config}
	var certificates, keys []string
	var signing []tls.SignatureScheme
	var staple []byte
	authority, clientAuth := "", "none"
	config.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	rest := arguments[1:]
	next := func() string {
		if len(rest) == 0 {
			unsupported("an option without its value")
		}
		value := rest[0]
		rest = rest[1:]
		return value
	}
	for len(rest) > 0 {
		switch option := next(); option {
		case "--port":
			o.port = number(next())
		case "--host":
			o.host = next()
			config.ServerName = o.host
		case "--cert":
			certificates = append(certificates, next())
		case "--key":
			keys = append(keys, next())
		case "--ca":
			authority = next()
		case "--versions":
			config.MinVersion, config.MaxVersion = versions(next())
		case "--suites":
			for _, name := range strings.Split(next(), ",") {
				id, known := suites()[name]
				if !known {
					unsupported(name)
				}
				config.CipherSuites = append(config.CipherSuites, id)
			}
		case "--groups":
			for _, name := range strings.Split(next(), ",") {
				id, known := groups[name]
				if !known {
					unsupported(name)
				}
				config.CurvePreferences = append(config.CurvePreferences, id)
			}
		case "--schemes":
			for _, name := range strings.Split(next(), ",") {
				id, known := schemes[name]
				if !known || o.role == "client" {
					unsupported("the choice of the scheme " + name)
				}
				signing = append(signing, id)
			}
		case "--alpn":
			config.NextProtos = strings.Split(next(), ",")
		case "--client-auth":
			clientAuth = next()
		case "--tickets", "--want-staple", "--no-ems", "--no-etm": // it knows nothing else
		case "--no-resumption":
			config.SessionTicketsDisabled = true
			config.ClientSessionCache = nil
		case "--connections":
			o.connections = number(next())
		case "--staple":
			staple = read(next())
		case "--allow-renegotiation":
			config.Renegotiation = tls.RenegotiateFreelyAsClient
		case "--export":
			value := next()
			colon := strings.LastIndex(value, ":")
			o.exportLabel, o.exportLength = value[:colon], number(value[colon+1:])
		case "--half-close":
			o.halfClose = true
		case "--truncate":
			o.truncate = true
		case "--bytes":
			o.bytes = int64(number(next()))
		default:
			unsupported(option)
		}
	}
	for i, file := range certificates {
		identity, err := tls.LoadX509KeyPair(file, keys[i])
		check(err)
		identity.SupportedSignatureAlgorithms = signing
		identity.OCSPStaple = staple
		config.Certificates = append(config.Certificates, identity)
	}
	if authority != "" {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(read(authority))
		config.RootCAs, config.ClientCAs, config.InsecureSkipVerify = pool, pool, false
	}
	config.ClientAuth = map[string]tls.ClientAuthType{
		"none": tls.NoClientCert, "request": tls.RequestClientCert, "require": tls.RequireAnyClientCert,
	}[clientAuth]
	if authority != "" && clientAuth != "none" {
		config.ClientAuth = map[string]tls.ClientAuthType{
			"request": tls.VerifyClientCertIfGiven, "require": tls.RequireAndVerifyClientCert,
		}[clientAuth]
	}
	return o
}

// ------------------------------------------------------------------------------------------ one
// connection

func (o *options) facts(connection *tls.Conn) object {
	state := connection.ConnectionState()
	line := object{
		"version": versionName(state.Version), "suite": tls.CipherSuiteName(state.CipherSuite),
		"resumed": state.DidResume, "alpn": nil, "peer_certificate_sha256": nil,
		"ems": false, "etm": false, "stapled": len(state.OCSPResponse) > 0,
	}
	if state.NegotiatedProtocol != "" {
		line["alpn"] = state.NegotiatedProtocol
	}
	if len(state.PeerCertificates) > 0 {
		digest := sha256.Sum256(state.PeerCertificates[0].Raw)
		line["peer_certificate_sha256"] = hex.EncodeToString(digest[:])
	}
	if o.exportLabel != "" {
		exported, err := state.ExportKeyingMaterial(o.exportLabel, nil, o.exportLength)
		check(err)
		line["exported"] = hex.EncodeToString(exported)
	}
	return line
}

func versionName(version uint16) string {
	return "TLS 1." + strconv.Itoa(int(version)-tls.VersionTLS10)
}

func pattern(position int64, into []byte) {
	for i := range into {
		into[i] = byte((position + int64(i)) % 251)
	}
}

func sendPattern(to io.Writer, count int64) error {
	chunk, expected := make([]byte, 1<<15), int64(0)
	for ; expected < count; expected += int64(len(chunk)) {
		if count-expected < int64(len(chunk)) {
			chunk = chunk[:count-expected]
		}
		pattern(expected, chunk)
		if _, err := to.Write(chunk); err != nil {
			return err
		}
	}
	return nil
}

func receivePattern(from io.Reader, count int64) error {
	chunk, expected := make([]byte, 1<<15), make([]byte, 1<<15)
	for done := int64(0); done < count; {
		if count-done < int64(len(chunk)) {
			chunk = chunk[:count-done]
		}
		n, err := from.Read(chunk)
		if err != nil {
			return err
		}
		pattern(done, expected[:n])
		if string(chunk[:n]) != string(expected[:n]) {
			return fmt.Errorf("wrong bytes from %d on", done)
		}
		done += int64(n)
	}
	return nil
}

func (o *options) clientTalks(connection *tls.Conn, from *bufio.Reader) (sent, received int64) {
	if o.bytes >= 0 {
		sending := make(chan error)
		go func() { sending <- sendPattern(connection, o.bytes) }()
		check(receivePattern(from, o.bytes))
		check(<-sending)
		return o.bytes, o.bytes
	}
	_, err := io.WriteString(connection, greeting)
	check(err)
	if o.halfClose {
		check(connection.CloseWrite())
	}
	line, err := from.ReadString('\n')
	check(err)
	if line != greeting {
		check(fmt.Errorf("wrong answer %q", line))
	}
	return int64(len(greeting)), int64(len(line))
}

func (o *options) serverTalks(connection *tls.Conn, from *bufio.Reader) (sent, received int64) {
	if o.bytes >= 0 {
		check(receivePattern(from, o.bytes))
		check(sendPattern(connection, o.bytes))
		return o.bytes, o.bytes
	}
	line, err := from.ReadString('\n')
	if err == io.EOF && line == "" {
		return 0, 0
	}
	check(err)
	if o.halfClose {
		end(from)
	}
	_, err = io.WriteString(connection, line)
	check(err)
	return int64(len(line)), int64(len(line))
}

// Between two records Go calls every end an end, with close_notify or without.
func end(from io.Reader) string {
	_, err := from.Read(make([]byte, 1))
	if err == nil {
		check(errors.New("more data than expected"))
	}
	if err != io.EOF {
		check(err)
	}
	return "unknown"
}

// The transport's end alone; then whatever the peer still says is taken, lest it be answered with a
// reset.
func truncate(socket *net.TCPConn) string {
	check(socket.CloseWrite())
	_, _ = io.Copy(io.Discard, socket)
	return "unread"
}

func (o *options) talk(connection *tls.Conn) {
	check(connection.Handshake())
	from := bufio.NewReader(connection)
	line := o.facts(connection)
	if o.role == "client" {
		line["sent"], line["received"] = o.clientTalks(connection, from)
	} else {
		line["sent"], line["received"] = o.serverTalks(connection, from)
	}
	if o.truncate {
		line["eof"] = truncate(connection.NetConn().(*net.TCPConn))
	} else {
		if o.role == "client" {
			check(connection.CloseWrite())
		}
		line["eof"] = end(from)
		connection.Close()
	}
	print(line)
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "can" {
		print(can())
		return
	}
	if len(os.Args) < 2 || os.Args[1] != "client" && os.Args[1] != "server" {
		fmt.Fprintln(os.Stderr, "usage: can | client [options] | server [options]")
		os.Exit(2)
	}
	if !well(func() { play(parse(os.Args[1:])) }) {
		os.Exit(1)
	}
}

func play(o *options) {
	address := "127.0.0.1:" + strconv.Itoa(o.port)
	if o.role == "client" {
		for i := 0; i < o.connections; i++ {
			socket, err := net.Dial("tcp", address)
			check(err)
			o.talk(tls.Client(socket, o.config))
		}
		return
	}
	listener, err := net.Listen("tcp", address)
	check(err)
	print(object{"port": listener.Addr().(*net.TCPAddr).Port})
	for i := 0; i < o.connections; i++ {
		socket, err := listener.Accept()
		check(err)
		well(func() { o.talk(tls.Server(socket, o.config)) })
		socket.Close()
	}
}
