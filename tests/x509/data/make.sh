#!/bin/sh
# Writes the certificates and keys of this folder anew, with OpenSSL and GnuTLS as the independent
# writers. Tests read what is committed; this script says where it comes from. Run it in an empty
# folder.
set -eu
long=36500
key() { name=$1; shift; openssl genpkey "$@" -out "$name.key.pem" 2>/dev/null; }
key rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
key rsa1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
key rsa_pss -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
key rsa_pss_sha384 -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 \
  -pkeyopt rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 \
  -pkeyopt rsa_pss_keygen_saltlen:48
key p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
key p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
key p521 -algorithm EC -pkeyopt ec_paramgen_curve:P-521
key ed25519 -algorithm ED25519
key k256 -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1
openssl rsa -in rsa.key.pem -traditional -out rsa.pkcs1.pem 2>/dev/null
openssl ecparam -name prime256v1 -out p256.sec1.pem
openssl ec -in p256.key.pem >>p256.sec1.pem 2>/dev/null
openssl ec -in p521.key.pem -out p521.sec1.pem 2>/dev/null
openssl pkey -in p256.key.pem -aes128 -passout pass:x -out p256.encrypted.pem
openssl rsa -in rsa.key.pem -traditional -aes128 -passout pass:x -out rsa.encrypted_pkcs1.pem \
  2>/dev/null
for k in rsa rsa_pss rsa_pss_sha384 p256 p384 p521 ed25519; do
  openssl pkey -in $k.key.pem -pubout -out $k.public.pem
done

# A chain of three: RSA root, P-384 intermediate, P-256 leaf.
ca='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash'
leaf='basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid'
# issue NAME KEY SUBJECT ISSUER ISSUER_KEY EXTENSIONS [options]: signed by OpenSSL.
issue() {
  name=$1 key=$2 subject=$3 issuer=$4 issuer_key=$5; printf '%s\n' "$6" >ext.cnf; shift 6
  openssl req -new -utf8 -key $key.key.pem -subj "$subject" -out tmp.csr
  if [ "$issuer" = self ]; then
    openssl x509 -req -in tmp.csr -days $long -signkey $key.key.pem -extfile ext.cnf \
      -out $name.pem "$@" 2>/dev/null
  else
    openssl x509 -req -in tmp.csr -days $long -CA $issuer.pem -CAkey $issuer_key.key.pem \
      -CAcreateserial -extfile ext.cnf -out $name.pem "$@" 2>/dev/null
  fi
}
issue root rsa "/C=DE/O=Example, Inc./CN=Example Root" self rsa "$ca"
issue intermediate p384 "/C=DE/O=Example, Inc./CN=Example Intermediate" root rsa "$ca
authorityKeyIdentifier=keyid"
issue leaf p256 "/CN=example.org" intermediate p384 "$leaf
subjectAltName=DNS:example.org,DNS:*.example.org,IP:192.0.2.1,IP:2001:db8::1,\
email:a@example.org,URI:https://example.org/,dirName:who
[who]
CN=somebody"
issue leaf_sha1 p256 "/CN=sha1.example" root rsa "$leaf
subjectAltName=DNS:example.org" -sha1
issue leaf_md5 p256 "/CN=md5.example" root rsa "$leaf
subjectAltName=DNS:example.org" -md5
issue leaf_rsa1024 rsa1024 "/CN=short.example" root rsa "$leaf
subjectAltName=DNS:example.org"
issue leaf_p521 p521 "/CN=p521.example" root rsa "$leaf
subjectAltName=DNS:example.org" -sha512
issue leaf_k256 k256 "/CN=k256.example" root rsa "$leaf
subjectAltName=DNS:example.org"
issue leaf_pss_signed p256 "/CN=pss.example" root rsa "$leaf
subjectAltName=DNS:example.org" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sha256
issue root_pss rsa_pss_sha384 "/CN=PSS Root" self rsa_pss_sha384 "$ca" -sha384 \
  -sigopt rsa_pss_saltlen:48
issue leaf_of_root_pss p256 "/CN=pss2.example" root_pss rsa_pss_sha384 "$leaf
subjectAltName=DNS:example.org" -sha384 -sigopt rsa_pss_saltlen:48
issue root_ed25519 ed25519 "/CN=Ed25519 Root" self ed25519 "$ca"
issue leaf_ed25519 ed25519 "/CN=ed25519.example" root_ed25519 ed25519 "$leaf
subjectAltName=DNS:example.org"
issue constrained p384 "/CN=Constrained CA" root rsa "$ca
nameConstraints=critical,permitted;DNS:example.org"
issue leaf_constrained p256 "/CN=example.org" constrained p384 "$leaf
subjectAltName=DNS:example.org"
issue names p256 \
  '/C=DE/O=Müller \+ Söhne, "KG"/OU=#1/OU= left/CN=a;b<c>d\\e/emailAddress=x@example.org+UID=u1' \
  self p256 "$leaf" -days 9131

# GnuTLS: a CA and a leaf.
certtool --generate-privkey --key-type ecdsa --curve secp384r1 --outfile gnutls_ca.key.pem \
  2>/dev/null
certtool --generate-privkey --key-type ecdsa --curve secp256r1 --outfile gnutls_leaf.key.pem \
  2>/dev/null
printf 'cn = "GnuTLS CA"\norganization = "Example"\nca\ncert_signing_key\nexpiration_days = -1\n' \
  >ca.tmpl
printf '%s\n' 'cn = "gnutls.example"' 'dns_name = "gnutls.example"' 'ip_address = "198.51.100.7"' \
  tls_www_server tls_www_client signing_key 'expiration_days = -1' >leaf.tmpl
certtool --generate-self-signed --load-privkey gnutls_ca.key.pem --template ca.tmpl \
  --outfile gnutls_ca.pem 2>/dev/null
certtool --generate-certificate --load-privkey gnutls_leaf.key.pem \
  --load-ca-certificate gnutls_ca.pem --load-ca-privkey gnutls_ca.key.pem --template leaf.tmpl \
  --outfile gnutls_leaf.pem 2>/dev/null

# CRLs: OpenSSL's of the root (complete with reasons, delta, of one distribution point) and of the
# intermediate (version 1), and GnuTLS's.
serial() { openssl x509 -in "$1.pem" -noout -serial | cut -d= -f2; }
cat >crl.cnf <<EOF
[ca]
default_ca=ca_default
[ca_default]
database=index.txt
crlnumber=crlnumber
default_md=sha256
unique_subject=no
[crl_complete]
authorityKeyIdentifier=keyid
freshestCRL=URI:http://crl.example.org/delta.crl
[crl_delta]
authorityKeyIdentifier=keyid
2.5.29.27=critical,DER:02:02:10:00
[crl_point]
authorityKeyIdentifier=keyid
issuingDistributionPoint=critical,@point
[point]
fullname=URI:http://crl.example.org/1.crl
onlyuser=TRUE
onlysomereasons=keyCompromise,CACompromise
EOF
crl() { name=$1 number=$2 issuer=$3 key=$4; shift 4; echo "$number" >crlnumber
  openssl ca -config crl.cnf -gencrl -cert "$issuer.pem" -keyfile "$key.key.pem" -crldays $long \
    -out "$name.pem" "$@" 2>/dev/null; }
revoked() {
  printf 'R\t21260101000000Z\t260102030405Z%s\t%s\tunknown\t/CN=x\n' "$2" "$(serial "$1")"
}
{
  revoked leaf_md5 ",keyCompromise"
  revoked leaf_rsa1024 ""
  revoked leaf_p521 ",holdInstruction,holdInstructionReject"
  revoked leaf_sha1 ",keyTime,20260101000000Z"
} >index.txt
crl crl_complete 1000 root rsa -crlexts crl_complete
{ revoked leaf_k256 ",CACompromise"; revoked leaf_p521 ",superseded"; } >index.txt
crl crl_delta 1001 root rsa -crlexts crl_delta
crl crl_point 1002 root rsa -crlexts crl_point
: >index.txt
sed -i /^crlnumber/d crl.cnf
crl crl_version1 00 intermediate p384
printf 'crl_next_update = 36500\ncrl_number = 5\nexpiration_days = 36500\n' >crl.tmpl
certtool --generate-crl --load-ca-privkey rsa.key.pem --load-ca-certificate root.pem \
  --load-certificate leaf_md5.pem --template crl.tmpl --outfile crl_gnutls.pem >/dev/null 2>&1
certtool --generate-crl --load-ca-privkey rsa.key.pem --load-ca-certificate root.pem \
  --template crl.tmpl --outfile crl_gnutls_empty.pem >/dev/null 2>&1

# OCSP responses of OpenSSL's responder: of the issuer itself and of one that it delegated to.
printf '%s\n' 'keyUsage=critical,digitalSignature' 'extendedKeyUsage=OCSPSigning' \
  'noCheck=ignored' 'subjectKeyIdentifier=hash' >ext.cnf
openssl req -new -key p521.key.pem -subj "/CN=Example Responder" -out tmp.csr
openssl x509 -req -in tmp.csr -days $long -CA intermediate.pem -CAkey p384.key.pem -CAcreateserial \
  -extfile ext.cnf -out responder.pem 2>/dev/null
entry() { printf '%s\t21260101000000Z\t%s\t%s\tunknown\t/CN=x\n' "$1" "$2" "$(serial leaf)"; }
ocsp() { name=$1 signer=$2 key=$3; shift 3
  openssl ocsp -index index.txt -CA intermediate.pem -rsigner "$signer.pem" -rkey "$key.key.pem" \
    -issuer intermediate.pem "$@" -cert leaf.pem -ndays $long -respout "$name.der" -noverify \
    >/dev/null; }
entry V "" >index.txt
ocsp ocsp_good intermediate p384
ocsp ocsp_good_sha256 intermediate p384 -resp_key_id -sha256
ocsp ocsp_good_delegated responder p521 -rmd sha512
entry R 260102030405Z,keyCompromise >index.txt
ocsp ocsp_revoked intermediate p384
: >index.txt
ocsp ocsp_unknown intermediate p384
rm -f index.txt* crlnumber* crl.cnf crl.tmpl tmp.csr ext.cnf ca.tmpl leaf.tmpl ./*.srl \
  rsa1024.key.pem k256.public.pem gnutls_ca.key.pem
