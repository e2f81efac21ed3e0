#!/usr/bin/env bash
# What scripts rely on in the tls12 command: exit codes, one line of reason, first lines, and how
# connections end. run.sh TLS12
set -uo pipefail
tls12=$(realpath "$1")
timeout=$(command -v timeout)
work=$(mktemp -d)
failures=0
servers=()
cleanup() {
  for pid in "${servers[@]}"; do kill -CONT "$pid"; kill -TERM "$pid"; done 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT
cd "$work" || exit 1

# ------------------------------------------------------------------------------------------ telling

ok() { echo "ok: $1"; }
bad() { echo "FAILED: $1"; shift; printf '    %s\n' "$@"; failures=$((failures + 1)); }

# run COMMAND...: keeps output, errors and the exit code of what must end within 20 seconds;
# standard input is what the caller gives.
run() { "$timeout" 20 "$@" >out 2>err; code=$?; }

# ends WHAT CODE [PATTERN]: the last run ended with this code; a failure said one line, which
# matches.
ends() {
  local what=$1 wanted=$2 pattern=${3-}
  if [ "$code" != "$wanted" ]; then bad "$what" "exit code $code instead of $wanted" "$(cat err)"
  elif [ "$wanted" != 0 ] && [ "$(wc -l <err)" != 1 ]; then
    bad "$what" "not one line of reason:" "$(cat err)"
  elif [ -n "$pattern" ] && ! grep -qE -- "$pattern" err; then
    bad "$what" "no '$pattern' in: $(cat err)"
  else ok "$what"
  fi
}

# says WHAT PATTERN: the output of the last run has a line that matches.
says() {
  if grep -qE -- "$2" out; then ok "$1"; else bad "$1" "no '$2' in:" "$(head -c 600 out)"; fi
}
lacks() { if grep -qE -- "$2" out; then bad "$1" "there is '$2'"; else ok "$1"; fi; }

# start FILE OPTION...: a server whose output goes to FILE.out; sets `address` and `server`.
start() {
  local file=$1
  shift
  : >"$file.out"
  "$tls12" serve --listen 127.0.0.1:0 "$@" >"$file.out" 2>"$file.err" </dev/null &
  server=$!
  servers+=("$server")
  until grep -q . "$file.out"; do
    kill -0 "$server" 2>/dev/null || { bad "a server starts" "$(cat "$file.err")"; exit 1; }
  done
  address=$(sed -n '1s/^listening on //p' "$file.out")
}
# ask REQUEST: sends it, with printf's escapes, and reads the answer.
ask() {
  printf "$1" >request
  run "$tls12" connect "$address" --ca pki/ca.pem --quiet --timeout 10 <request
}

# ----------------------------------------------------------------------------------- wrong usage: 2

for line in "" "frobnicate" "connect" "connect localhost" "connect localhost:99999" \
  "connect ::1:443" "connect localhost:1 --timeout -1" "connect localhost:1 --suites TLS_NULL" \
  "connect localhost:1 --ca x --insecure" "serve --listen 80" "serve --cert only.pem" \
  "serve --www . --echo" "cert --key-type dsa" "backends --colour"; do
  # shellcheck disable=SC2086
  run "$tls12" $line </dev/null
  ends "wrong usage is exit code 2: tls12 $line" 2
done
# A variable that a script did not set switches nothing off, and stands for no default.
for line in 'connect localhost:1 --ca ""' 'connect localhost:1 --servername ""' \
  'connect localhost:1 --cert "" --key k' 'connect localhost:1 --cert c --key ""' \
  'connect localhost:1 --alpn ""' 'connect localhost:1 --peer-key ""' \
  'connect localhost:1 --psk ""' 'connect localhost:1 --psk-text ""' \
  'connect localhost:1 --psk-text me:' 'connect localhost:1 --keylog ""' \
  'connect localhost:1 --suites ""' 'connect localhost:1 --policy ""' 'connect ""' \
  'serve --listen ""' 'serve --www ""' 'serve --cert "" --key ""' 'serve --client-ca ""' \
  'serve --staple ""' 'serve --ticket-keys ""' 'serve --psk-hint ""' 'serve --ca-out ""' \
  'serve --client-auth ""' 'verify --trust r --name "" leaf' 'verify --trust "" leaf' \
  'verify --trust r ""' 'verify --trust r --crl "" leaf' 'verify --trust r --ocsp "" leaf' \
  'verify --trust r --time "" leaf' 'verify --trust r --require-policy "" leaf' \
  'verify --trust r --untrusted "" leaf' 'verify --trust r --batch ""' 'cert ""' \
  'cert --issuer "" x' 'cert --key "" x' 'cert --show ""' 'show ""' 'suites --policy ""'; do
  eval "run \"\$tls12\" $line" </dev/null
  ends "an empty value is wrong usage: tls12 $line" 2
done
run "$tls12" --help
ends "help is no error" 0

# -------------------------------------------------------------------------------------------- files

run "$tls12" cert --out pki localhost 127.0.0.1
ends "cert makes a CA and a leaf" 0
[ "$(stat -c %a pki/localhost-key.pem)" = 600 ] && ok "a private key is its owner's alone" ||
  bad "a private key is its owner's alone"
cp pki/ca.pem before.pem
run "$tls12" cert --out pki other.example
cmp -s before.pem pki/ca.pem && ok "a CA that is there is used again" ||
  bad "a CA that is there is used again"
run "$tls12" cert --show pki/localhost.pem
says "cert --show names the issuer" '^issuer +CN=tls12 development CA$'
run "$tls12" cert --show pki/localhost.pem --json
says "cert --show --json lists the names" '"127.0.0.1"'
run "$tls12" cert --out /proc/nowhere
ends "a folder that cannot be made is named" 1 '/proc/nowhere'
echo nonsense >bad.pem
run "$tls12" cert --show bad.pem
ends "bad PEM is named" 1 'bad\.pem'
run "$tls12" cert --show absent.pem
ends "an unreadable file is named, with the system's reason" 1 'absent\.pem.*No such file'

run "$tls12" serve --listen 127.0.0.1:0 --cert bad.pem --key pki/localhost-key.pem
ends "serve names a bad certificate file" 1 'bad\.pem'
run "$tls12" serve --listen 127.0.0.1:0 --cert pki/localhost.pem --key bad.pem
ends "serve names a bad key file" 1 'bad\.pem'
run "$tls12" serve --listen 127.0.0.1:0 --cert pki/localhost.pem --key absent.pem
ends "serve names an unreadable key file" 1 'absent\.pem'
run "$tls12" serve --listen 127.0.0.1:0 --cert pki/localhost.pem --key pki/other.example-key.pem
ends "serve refuses a key that is not the certificate's" 1 'key'
run "$tls12" serve --listen 127.0.0.1:0 --www absent
ends "serve names a folder that is none" 1 'absent'
run "$tls12" connect 127.0.0.1:1 --ca absent.pem </dev/null
ends "connect names an unreadable CA file" 1 'absent\.pem'
run "$tls12" connect 127.0.0.1:1 --ca bad.pem </dev/null
ends "connect names a bad CA file" 1 'bad\.pem'
run "$tls12" connect 127.0.0.1:1 --ca pki/ca.pem --keylog /proc/nowhere/log </dev/null
ends "connect names a key log that cannot be written" 1 '/proc/nowhere/log'

# -------------------------------------------------------------------------------------------- peers

run "$tls12" connect 127.0.0.1:1 --ca pki/ca.pem </dev/null
ends "a port that nobody listens on is one line" 1 '127\.0\.0\.1'
run "$tls12" connect nowhere.invalid:443 --ca pki/ca.pem --timeout 10 </dev/null
ends "a host that cannot be found is named" 1 'nowhere\.invalid'

start echo --echo --cert pki/localhost.pem --key pki/localhost-key.pem
echo_address=$address echo_server=$server
run "$tls12" serve --listen "$echo_address" --cert pki/localhost.pem --key pki/localhost-key.pem
ends "a port in use is named" 1 "${echo_address##*:}"
head -c 3000000 /dev/urandom >blob
run "$tls12" connect "$echo_address" --ca pki/ca.pem --half-close --timeout 10 <blob
ends "an echo of 3 MB ends properly" 0
cmp -s blob out && ok "the echo is the same, byte for byte" ||
  bad "the echo is the same, byte for byte"
grep -q 'verified *yes' err && ok "connect says what was negotiated" ||
  bad "connect says what was negotiated" "$(cat err)"
run "$tls12" connect "$echo_address" </dev/null
ends "a CA that the system does not know is refused" 1 'unknown_ca|issuer|anchor'
run "$tls12" connect "$echo_address" --ca pki/ca.pem --servername other.example </dev/null
ends "a name that the certificate lacks is refused" 1 'name'
run "$tls12" connect "$echo_address" --insecure --quiet --half-close </dev/null
grep -q 'WARNING.*NOT verified' err && [ $code = 0 ] &&
  ok "--insecure works, and says so loudly" ||
  bad "--insecure works, and says so loudly" "$(cat err)"
echo hello >request
run "$tls12" connect "$echo_address" --ca pki/ca.pem --json --half-close \
  --suites TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 --groups secp256r1 <request
cp err out
says "--json tells suite, group and bytes" \
  '"cipher_suite":"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256","group":"secp256r1".*'\
'"sent":6,"received":6,"ok":true'

kill -STOP "$echo_server"
run "$tls12" connect "$echo_address" --ca pki/ca.pem --timeout 0.5 </dev/null
ends "a silent peer ends the handshake at --timeout" 1 'deadline.*handshake'
kill -CONT "$echo_server"
mkfifo open_pipe
exec 9<>open_pipe
run "$tls12" connect "$echo_address" --ca pki/ca.pem --quiet --timeout 0.5 <open_pipe
ends "a peer that says nothing later ends the wait at --timeout" 1 'deadline.*read'

# An idle connection is closed properly when the server stops.
"$tls12" connect "$echo_address" --ca pki/ca.pem <open_pipe >idle.out 2>idle.err &
idle=$!
until grep -q verified idle.err; do kill -0 $idle 2>/dev/null || break; done
kill -TERM "$echo_server"
wait "$echo_server"; code=$?
[ $code = 0 ] && ok "SIGTERM ends the server with exit code 0" ||
  bad "SIGTERM ends the server with exit code 0" "$code"
wait $idle; code=$?
[ $code = 0 ] && ok "a stopping server says close_notify" ||
  bad "a stopping server says close_notify" "$(cat idle.err)"
exec 9>&-

# ------------------------------------------------------------------------------------- a cut stream

start cut --echo --cert pki/localhost.pem --key pki/localhost-key.pem
mkfifo cut_pipe
exec 8<>cut_pipe
"$tls12" connect "$address" --ca pki/ca.pem --quiet --timeout 10 <cut_pipe >out 2>err &
client=$!
echo "before the cut" >&8
until grep -q cut out; do kill -0 $client 2>/dev/null || break; done
kill -KILL "$server"
wait "$server" 2>/dev/null
wait $client; code=$?
ends "a stream that is cut is no end: exit code 1" 1 'close_notify|cut|truncated|ended|reset'
says "what came before the cut is delivered" '^before the cut$'
exec 8>&-

# --------------------------------------------------------------------------------------------- HTTP

mkdir -p www/folder www/indexed
echo 'plain text' >www/file.txt
echo '<p>index' >www/indexed/index.html
echo 'a name' >'www/folder/a name & more.css'
echo secret >outside
ln -s ../outside www/link
echo hidden >www/.hidden
start www --www www --cert pki/localhost.pem --key pki/localhost-key.pem
ask 'GET /file.txt HTTP/1.0\r\n\r\n'
ends "HTTP/1.0 is answered, and both ends close" 0
says "a file has its type" '^Content-Type: text/plain; charset=utf-8'
says "a file has its content" '^plain text$'
ask 'GET /file.txt HTTP/1.0\n\n'
says "bare LF ends lines, too" '^plain text$'
ask 'GET /file.txt HTTP/1.1\r\nHost: localhost\r\n\r\n'\
'GET /indexed/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
says "the first of two requests is answered" '^plain text$'
says "a folder shows its index.html, on the same connection" '^<p>index$'
ask 'HEAD /file.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
says "HEAD tells the length" '^Content-Length: 11'
lacks "HEAD has no body" '^plain text$'
ask 'GET /folder HTTP/1.0\r\n\r\n'
says "a folder without its slash is redirected" '^Location: /folder/'
ask 'GET /folder/ HTTP/1.0\r\n\r\n'
says "a folder is listed, its names escaped" \
  "href='./a%20name%20%26%20more.css'>a name &amp; more.css"
ask 'GET / HTTP/1.0\r\n\r\n'
lacks "hidden files are not listed" 'hidden'
for target in /../outside /%%2e%%2e/outside /folder/../../outside /link /.hidden //../outside \
  /file.txt%%00 /absent http://localhost/../outside; do
  ask "GET $target HTTP/1.0\\r\\n\\r\\n"
  says "nothing outside the folder is served: $target" '^HTTP/1.0 40[04] '
done
ask 'GET http://localhost/file.txt HTTP/1.0\r\n\r\n'
says "an absolute target is understood" '^plain text$'
ask 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc'
says "other methods are refused" '^HTTP/1.1 405 Method Not Allowed'
ask 'GET / HTTP/1.1\r\n\r\n'
says "HTTP/1.1 without a Host is refused" '^HTTP/1.1 400 '
ask 'nonsense\r\n\r\n'
says "nonsense is refused" '^HTTP/1.1 400 '
ask "GET / HTTP/1.0\\r\\nLong: $(head -c 20000 /dev/zero | tr '\0' x)\\r\\n\\r\\n"
says "a head that is too large is refused" '^HTTP/1.1 431 '
exec 7<>"/dev/tcp/127.0.0.1/${address##*:}"
printf 'GET / HTTP/1.0\r\n\r\n' >&7
timeout 10 cat <&7 >out
exec 7>&-
says "plain HTTP is told what to do" '^This port speaks HTTPS'

start page --cert pki/localhost.pem --key pki/localhost-key.pem --timeout 0.3
ask 'GET /state.json HTTP/1.0\r\n\r\n'
says "the page about the connection has the suite" '"cipher_suite": "TLS_ECDHE_ECDSA_WITH_'
mkfifo idle_pipe
exec 6<>idle_pipe
run "$tls12" connect "$address" --ca pki/ca.pem --timeout 10 <idle_pipe
ends "a client that never asks is closed, properly, at the server's --timeout" 0
exec 6>&-
start own --ca-out own-ca.pem
printf 'GET / HTTP/1.0\r\n\r\n' >request
run "$tls12" connect "${address/127.0.0.1/localhost}" --ca own-ca.pem --timeout 10 <request
ends "a server without --cert makes one, whose CA --ca-out keeps" 0

# ----------------------------------------------------------------------------------------- the rest

run "$tls12" backends --no-speed --json
says "backends --json marks the chosen one" '"chosen": true'
run "$tls12" connect "${address/127.0.0.1/localhost}" --ca own-ca.pem --trace --keylog keys \
  --timeout 10 <request
for field in ClientHello ServerKeyExchange verify_data ChangeCipherSpec close_notify; do
  grep -q "$field" err && ok "--trace tells $field" || bad "--trace tells $field"
done
grep -q $'\x1b' err && bad "no colour off a terminal" || ok "no colour off a terminal"
grep -qE '^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$' keys &&
  ok "--keylog keeps the master secret" || bad "--keylog keeps the master secret" "$(cat keys)"
run "$tls12" connect "${address/127.0.0.1/localhost}" --ca own-ca.pem --trace --color always \
  --timeout 10 <request
grep -q $'\x1b' err && ok "--color always colours" || bad "--color always colours"
run "$tls12" demo
ends "the demo runs to its end" 0
PATH=/nowhere run "$tls12" demo
if [ $code = 0 ]; then
  says "the demo skips what is not installed, and says so" '^skipped: curl is not installed'
else
  bad "the demo runs without other programs" "$(cat err)"
fi

[ $failures = 0 ]
