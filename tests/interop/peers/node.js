// Node's tls as a peer: see README.md.
'use strict';

const {constants, createHash} = require('crypto');
const fs = require('fs');
const net = require('net');
const path = require('path');
const tls = require('tls');

const GREETING = 'hello over there\n';
const OPENSSL_NAMES =
    JSON.parse(fs.readFileSync(path.join(__dirname, 'openssl_names.json'), 'ascii'));
const GROUPS = {
  x25519: 'X25519',
  secp256r1: 'prime256v1',
  secp384r1: 'secp384r1',
  secp521r1: 'secp521r1'
};
const SCHEMES = [
  'ed25519', 'ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512',
  'rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512', 'rsa_pss_pss_sha256',
  'rsa_pss_pss_sha384', 'rsa_pss_pss_sha512', 'rsa_pkcs1_sha256', 'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512'
];
const KEYS = ['rsa', 'rsa-pss', 'p256', 'p384', 'p521', 'ed25519'];
const FEATURES = [
  'alpn',          'bytes',  'cert',        'connections', 'ems',         'etm',
  'export',        'groups', 'half-close',  'identities',  'no-ems',      'no-etm',
  'no-resumption', 'psk',    'renegotiate', 'schemes',     'session-ids', 'old',
  'tickets',       'tls13',  'truncate'
];
const MORE = {
  client: ['address', 'allow-renegotiation', 'want-staple'],
  server: ['accepts-max-fragment', 'client-auth', 'staple']
};
const ALWAYS = ['port', 'host', 'key', 'ca', 'versions', 'suites'];
const FLAGS = [
  'no-ems', 'no-etm', 'session-ids', 'tickets', 'no-resumption', 'want-staple', 'renegotiate',
  'allow-renegotiation', 'half-close', 'truncate'
];

// Of OpenSSL's options, one for which Node has no name.
const NO_EXTENDED_MASTER_SECRET = 1;

class Unsupported extends Error {}

const tell = (line) => fs.writeSync(1, JSON.stringify(line) + '\n');

function can() {
  const role = (more) => ({
    suites: Object.keys(OPENSSL_NAMES),
    groups: Object.keys(GROUPS),
    schemes: SCHEMES,
    keys: KEYS,
    verifies: KEYS,
    features: [...FEATURES, ...more]
  });
  return {
    library: 'Node',
    version: `${process.version} with OpenSSL ${process.versions.openssl}`,
    client: role(MORE.client),
    server: role(MORE.server)
  };
}

// ----------------------------------------------------------------------------------------- options

function optionsOf(role, rest) {
  const options = {cert: [], key: []};
  while (rest.length > 0) {
    const name = rest.shift().replace(/^--/, '');
    if (![...FEATURES, ...MORE[role], ...ALWAYS].includes(name)) throw new Unsupported(name);
    const value = FLAGS.includes(name) ? true : rest.shift();
    if (name === 'cert' || name === 'key') {
      options[name].push(fs.readFileSync(value));
    } else {
      options[name] = value;
    }
  }
  return options;
}

function translated(names, table) {
  return names.split(',')
      .map((name) => {
        if (!(name in table)) throw new Unsupported(name);
        return table[name];
      })
      .join(':');
}

function contextOf(options) {
  let secureOptions = 0;
  if (options['no-ems']) secureOptions |= NO_EXTENDED_MASTER_SECRET;
  if (options['no-etm']) secureOptions |= constants.SSL_OP_NO_ENCRYPT_THEN_MAC;
  if (options['session-ids'] || options['no-resumption'])
    secureOptions |= constants.SSL_OP_NO_TICKET;
  const versions = (options.versions || '1.2').split(',').map((version) => 'TLSv' + version);
  const context = {
    minVersion: versions[0],
    maxVersion: versions.at(-1),
    secureOptions,
    allowHalfOpen: true,
    rejectUnauthorized: false
  };
  // Below this level OpenSSL's own Diffie-Hellman primes are short; above it, much is forbidden,
  // and old versions with their hashes already here.
  context.ciphers = (options.suites ? translated(options.suites, OPENSSL_NAMES) : 'DEFAULT') +
      ':@SECLEVEL=' + (versions[0] === 'TLSv1.1' ? 0 : 2);
  if (options.groups) context.ecdhCurve = translated(options.groups, GROUPS);
  if (options.schemes)
    context.sigalgs =
        translated(options.schemes, Object.fromEntries(SCHEMES.map((name) => [name, name])));
  if (options.alpn) context.ALPNProtocols = options.alpn.split(',');
  if (options.cert.length > 0) Object.assign(context, {cert: options.cert, key: options.key});
  if (options.ca) context.ca = fs.readFileSync(options.ca);
  return context;
}

function pskOf(options) {
  const colon = options.psk.lastIndexOf(':');
  return {
    identity: options.psk.slice(0, colon),
    psk: Buffer.from(options.psk.slice(colon + 1), 'hex')
  };
}

function exportOf(options, socket) {
  const colon = options.export.lastIndexOf(':');
  return socket
      .exportKeyingMaterial(Number(options.export.slice(colon + 1)), options.export.slice(0, colon))
      .toString('hex');
}

// ------------------------------------------------------------------------------------ a connection

/** What arrives, to be asked for: a chunk, or null at the end. */
class Inbox {
  constructor(socket) {
    this.chunks = [];
    this.wake = () => {};
    const put = (chunk) => {
      this.chunks.push(chunk);
      this.wake();
    };
    socket.on('data', put);
    socket.on('end', () => put(null));
    socket.on('error', put);
  }

  async next() {
    while (this.chunks.length === 0)
      await new Promise((resolve) => {
        this.wake = resolve;
      });
    const chunk = this.chunks[0];
    if (chunk instanceof Error) throw chunk;
    if (chunk !== null) this.chunks.shift();  // the end stays
    return chunk;
  }
}

const pattern = (position, count) => {
  const chunk = Buffer.allocUnsafe(count);
  for (let i = 0; i < count; i++) chunk[i] = (position + i) % 251;
  return chunk;
};

class Talk {
  constructor(options, socket, inbox) {
    Object.assign(this, {options, socket, inbox, sent: 0, received: 0, renegotiated: false});
  }

  say(line) {
    this.socket.write(line);
    this.sent += line.length;
  }

  async line() {
    let text = '';
    while (!text.endsWith('\n')) {
      const chunk = await this.inbox.next();
      if (chunk === null) break;
      text += chunk.toString('latin1');
    }
    this.received = text.length;
    return text;
  }

  async send(count) {
    while (this.sent < count) {
      const chunk = pattern(this.sent, Math.min(1 << 15, count - this.sent));
      this.sent += chunk.length;
      if (!this.socket.write(chunk))
        await new Promise((resolve) => this.socket.once('drain', resolve));
    }
  }

  async receive(count) {
    while (this.received < count) {
      const chunk = await this.inbox.next();
      if (chunk === null) throw new Error(`the end after ${this.received} bytes`);
      if (!chunk.equals(pattern(this.received, chunk.length)))
        throw new Error(`wrong bytes from ${this.received} on`);
      this.received += chunk.length;
    }
  }

  renegotiate() {
    return new Promise((resolve, reject) => {
      this.socket.once('error', reject);
      this.socket.renegotiate(
          {rejectUnauthorized: false},
          (error) => error ? reject(error) : resolve(this.renegotiated = true));
    });
  }

  async ask() {
    if (this.options.renegotiate) await this.renegotiate();
    if (this.options.bytes)
      return Promise.all(
          [this.send(Number(this.options.bytes)), this.receive(Number(this.options.bytes))]);
    this.say(GREETING);
    if (this.options['half-close']) this.socket.end();
    const answer = await this.line();
    if (answer !== GREETING) throw new Error(`wrong answer: ${answer}`);
  }

  async serve() {
    const count = Number(this.options.bytes);
    let line = '';
    if (this.options.bytes) {
      await this.receive(count);
    } else {
      line = await this.line();
    }
    if (this.options['half-close']) await this.end();
    if (this.options.renegotiate) await this.renegotiate();
    if (this.options.bytes) {
      await this.send(count);
    } else if (line.endsWith('\n')) {
      this.say(line);
    }
  }

  async end() {
    if (await this.inbox.next() !== null) throw new Error('more data than expected');
  }
}

function facts(options, socket, stapled) {
  const leaf = socket.getPeerCertificate().raw;
  const group = socket.getEphemeralKeyInfo() && socket.getEphemeralKeyInfo().name;
  return {
    version: socket.getProtocol().replace('TLSv', 'TLS '),
    suite: socket.getCipher().standardName,
    resumed: socket.isSessionReused(),
    alpn: socket.alpnProtocol || null,
    peer_certificate_sha256: leaf ? createHash('sha256').update(leaf).digest('hex') : null,
    ...(group ? {group: Object.keys(GROUPS).find((name) => GROUPS[name] === group) || group} : {}),
    ...(stapled === undefined ? {} : {stapled}),
    ...(options.export ? {exported: exportOf(options, socket)} : {}),
  };
}

/**
 * The transport's end alone; then whatever the peer still says is taken, lest it be answered with
 * a reset.
 */
function truncate(talk, transport) {
  transport.end();
  return new Promise((resolve) => {
    talk.socket.once('close', resolve);
    talk.inbox.next().then(resolve, resolve);
  });
}

async function finish(options, talk, report, client, transport) {
  if (options.truncate) {
    await truncate(talk, transport);
  } else {
    if (client) talk.socket.end();
    await talk.end();
    if (!client) await new Promise((resolve) => talk.socket.end(resolve));
  }
  talk.socket.destroy();
  // Node calls every end an end, with close_notify or without.
  tell({
    ...report,
    renegotiated: options.renegotiate ? talk.renegotiated : null,
    sent: talk.sent,
    received: talk.received,
    eof: options.truncate ? 'unread' : 'unknown'
  });
}

function verify(options, socket) {
  const shown = socket.getPeerCertificate().raw !== undefined;
  if (options['client-auth'] === 'require' && !shown)
    throw new Error('the client shows no certificate');
  if (options.ca && shown && !socket.isSessionReused() && !socket.authorized)
    throw new Error(`the certificate: ${socket.authorizationError}`);
}

// ------------------------------------------------------------------------------------------ client

async function connect(options, session) {
  const transport = net.connect(
      {port: Number(options.port), host: '127.0.0.1', allowHalfOpen: true, noDelay: true});
  const context = contextOf(options);
  if (options.host && !net.isIP(options.host)) context.servername = options.host;
  if (options.psk) context.pskCallback = () => pskOf(options);
  context.rejectUnauthorized = Boolean(options.ca);
  context.checkServerIdentity = (_, certificate) =>
      options.ca && options.host ? tls.checkServerIdentity(options.host, certificate) : undefined;
  const socket =
      tls.connect({...context, socket: transport, session, requestOCSP: options['want-staple']});
  const inbox = new Inbox(socket);
  const kept = {session: undefined};
  let stapled = false;
  socket.on('session', (ticket) => {
    kept.session = ticket;
  });
  socket.on('OCSPResponse', (response) => {
    stapled = response !== null && response.length > 0;
  });
  if (!options.renegotiate && !options['allow-renegotiation']) socket.disableRenegotiation();
  await new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the transport ended during the handshake')));
  });
  const talk = new Talk(options, socket, inbox);
  const report = facts(options, socket, stapled);
  await talk.ask();
  await finish(options, talk, report, true, transport);
  return kept.session;
}

async function play(options) {
  let session;
  for (let i = 0; i < Number(options.connections || 1); i++) {
    const next = await connect(options, session);
    if (!options['no-resumption']) session = next || session;
  }
}

// ------------------------------------------------------------------------------------------ server

function listen(options) {
  const asks = options['client-auth'] || 'none';
  const context = {
    ...contextOf(options),
    dhparam: 'auto',
    honorCipherOrder: true,
    requestCert: asks !== 'none'
  };
  context.rejectUnauthorized = asks === 'require' && Boolean(options.ca);
  if (options.psk)
    context.pskCallback = (_, identity) =>
        identity === pskOf(options).identity ? pskOf(options).psk : null;
  const server = tls.createServer({...context, noDelay: true});
  let rest = Number(options.connections || 1);
  const done = () => {
    if (--rest === 0) process.exit(0);
  };
  const transports = [];
  server.on('connection', (transport) => transports.push(transport));
  if (options['session-ids']) keepSessions(server);
  if (options.staple)
    server.on('OCSPRequest', (_, __, respond) => respond(null, fs.readFileSync(options.staple)));
  server.on('secureConnection', async (socket) => {
    try {
      if (!options.renegotiate) socket.disableRenegotiation();
      verify(options, socket);
      const talk = new Talk(options, socket, new Inbox(socket));
      const report = facts(options, socket);
      await talk.serve();
      await finish(options, talk, report, false, transports.at(-1));
    } catch (error) {
      socket.destroy();
      explain(error);
    }
    done();
  });
  server.on('tlsClientError', (error) => {
    explain(error);
    done();
  });
  server.listen(Number(options.port || 0), '127.0.0.1', () => tell({port: server.address().port}));
}

function keepSessions(server) {
  const sessions = new Map();
  server.on('newSession', (id, data, done) => {
    sessions.set(id.toString('hex'), data);
    done();
  });
  server.on('resumeSession', (id, done) => done(null, sessions.get(id.toString('hex')) || null));
}

// ------------------------------------------------------------------------------------- the command

function fail(error) {
  if (error instanceof Unsupported) {
    tell({unsupported: error.message});
    process.exit(3);
  }
  explain(error);
  process.exit(1);
}

function explain(error) {
  const alert = /alert number (\d+)/.exec(error.message);
  tell({error: error.message, alert: alert ? Number(alert[1]) : null});
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'can') {
  tell(can());
} else if (role === 'client') {
  Promise.resolve().then(() => play(optionsOf(role, rest))).then(() => process.exit(0), fail);
} else if (role === 'server') {
  try {
    listen(optionsOf(role, rest));
  } catch (error) { fail(error); }
} else {
  console.error('usage: can | client [options] | server [options]');
  process.exit(2);
}
