/** Requests as they come on the wire, and what a server must make of them. */
export interface WireRequest {
  readonly title: string
  readonly wire: string
  readonly method: string
  readonly target: string
  readonly body: string
  /** Whether another request may follow on the connection. */
  readonly isKeptAlive: boolean
}

/** Requests that are refused, with the status that tells it. */
export interface HostileRequest {
  readonly title: string
  readonly wire: string
  readonly status: number
  /** Whether Node's parser lets it pass: where ours is stricter on purpose. */
  readonly isFineElsewhere?: true
}

const host = 'Host: a\r\n'
const get = (fields = '') => `GET /x HTTP/1.1\r\n${host}${fields}\r\n`
const post = (fields: string, body: string) => `POST /y?q=1 HTTP/1.1\r\n${host}${fields}\r\n${body}`
const chunked = (body: string) => post('Transfer-Encoding: chunked\r\n', body)

const asked = { method: 'GET', target: '/x', body: '', isKeptAlive: true }
const sent = { method: 'POST', target: '/y?q=1', isKeptAlive: true }

/** Well-formed requests. */
export const goodRequests: readonly WireRequest[] = [
  { title: 'a plain GET', wire: get(), ...asked },
  { title: 'empty lines before it', wire: `\r\n\r\n${get()}`, ...asked },
  { title: 'blanks around a value', wire: get('X: \t a b \t\r\n'), ...asked },
  { title: 'an empty value', wire: get('X:\r\n'), ...asked },
  { title: 'a value beyond ASCII', wire: get('X: \xe9\xa0\r\n'), ...asked },
  { title: 'a client that closes', wire: get('Connection: close\r\n'), ...asked, isKeptAlive: false },
  {
    title: 'a client that closes, among other words',
    wire: get('Connection: x, Close\r\n'),
    ...asked,
    isKeptAlive: false,
  },
  { title: 'HTTP/1.0', wire: 'GET /x HTTP/1.0\r\n\r\n', ...asked, isKeptAlive: false },
  { title: 'the absolute form', wire: `GET http://a/x HTTP/1.1\r\n${host}\r\n`, ...asked, target: 'http://a/x' },
  { title: 'the asterisk form', wire: `OPTIONS * HTTP/1.1\r\n${host}\r\n`, ...asked, method: 'OPTIONS', target: '*' },
  { title: 'a length of zero', wire: post('Content-Length: 0\r\n', ''), ...sent, body: '' },
  { title: 'a length', wire: post('content-length: 5\r\n', 'hello'), ...sent, body: 'hello' },
  { title: 'a length with leading zeros', wire: post('Content-Length: 005\r\n', 'hello'), ...sent, body: 'hello' },
  {
    title: 'a body that looks like a request',
    wire: post(`Content-Length: ${get().length}\r\n`, get()),
    ...sent,
    body: get(),
  },
  { title: 'one chunk', wire: chunked('5\r\nhello\r\n0\r\n\r\n'), ...sent, body: 'hello' },
  { title: 'chunks', wire: chunked('1\r\nh\r\n4\r\nello\r\n0\r\n\r\n'), ...sent, body: 'hello' },
  {
    title: 'chunk sizes in both cases',
    wire: chunked(`A\r\n${'x'.repeat(10)}\r\na\r\n${'y'.repeat(10)}\r\n0\r\n\r\n`),
    ...sent,
    body: 'x'.repeat(10) + 'y'.repeat(10),
  },
  { title: 'a chunk extension', wire: chunked('5;a=b\r\nhello\r\n0\r\n\r\n'), ...sent, body: 'hello' },
  { title: 'a trailer', wire: chunked('5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n'), ...sent, body: 'hello' },
  { title: 'no chunk at all', wire: chunked('0\r\n\r\n'), ...sent, body: '' },
  {
    title: 'chunked in capitals',
    wire: post('Transfer-Encoding: CHUNKED\r\n', '1\r\nx\r\n0\r\n\r\n'),
    ...sent,
    body: 'x',
  },
]

/** Requests that two servers might read in two ways, or that are no requests. */
export const hostileRequests: readonly HostileRequest[] = [
  {
    title: 'a length beside chunks',
    wire: post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    status: 400,
  },
  {
    title: 'chunks beside a length',
    wire: post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'),
    status: 400,
  },
  { title: 'two lengths', wire: post('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!'), status: 400 },
  { title: 'two equal lengths', wire: post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'), status: 400 },
  { title: 'a list of lengths', wire: post('Content-Length: 5, 5\r\n', 'hello'), status: 400 },
  { title: 'a signed length', wire: post('Content-Length: +5\r\n', 'hello'), status: 400 },
  { title: 'a negative length', wire: post('Content-Length: -5\r\n', 'hello'), status: 400 },
  { title: 'a length in hexadecimal', wire: post('Content-Length: 0x5\r\n', 'hello'), status: 400 },
  { title: 'a length beyond exact numbers', wire: post('Content-Length: 99999999999999999999\r\n', ''), status: 400 },
  { title: 'an empty length', wire: post('Content-Length:\r\n', ''), status: 400 },
  { title: 'another coding', wire: post('Transfer-Encoding: gzip\r\n', ''), status: 501 },
  { title: 'a tab behind the coding', wire: post('Transfer-Encoding: chunked\t\r\n', '0\r\n\r\n'), status: 400 },
  {
    title: 'blanks and a tab behind the coding',
    wire: post('Transfer-Encoding: CHUNKED \t\r\n', '0\r\n\r\n'),
    status: 400,
  },
  {
    title: 'a coding before chunked',
    wire: post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
    status: 501,
    isFineElsewhere: true,
  },
  { title: 'a coding after chunked', wire: post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'), status: 501 },
  {
    title: 'chunked twice',
    wire: post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    status: 400,
  },
  { title: 'chunked with a vertical tab', wire: post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'), status: 400 },
  {
    title: 'chunks in HTTP/1.0',
    wire: 'POST /y HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    status: 400,
  },
  { title: 'a blank before the colon', wire: get('X : a\r\n'), status: 400 },
  { title: 'a blank before the colon of a length', wire: post('Content-Length : 5\r\n', 'hello'), status: 400 },
  { title: 'a folded line', wire: get('X: a\r\n b\r\n'), status: 400 },
  { title: 'a first field that is folded', wire: `GET /x HTTP/1.1\r\n ${host}\r\n`, status: 400 },
  { title: 'a line without a colon', wire: get('nonsense\r\n'), status: 400 },
  { title: 'an empty name', wire: get(': a\r\n'), status: 400 },
  { title: 'a null byte in a value', wire: get('X: a\0b\r\n'), status: 400 },
  { title: 'a null byte in a name', wire: get('X\0: a\r\n'), status: 400 },
  { title: 'a return in a value', wire: get('X: a\rb\r\n'), status: 400 },
  { title: 'lines that end with LF', wire: 'GET /x HTTP/1.1\nHost: a\n\n', status: 400 },
  { title: 'one line that ends with LF', wire: 'GET /x HTTP/1.1\r\nHost: a\nX: b\r\n\r\n', status: 400 },
  { title: 'no host', wire: 'GET /x HTTP/1.1\r\n\r\n', status: 400 },
  { title: 'two hosts', wire: get('Host: b\r\n'), status: 400, isFineElsewhere: true },
  { title: 'HTTP/2', wire: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: 400 },
  { title: 'HTTP/0.9', wire: 'GET /x\r\n\r\n', status: 400 },
  { title: 'a version of the future', wire: `GET /x HTTP/1.2\r\n${host}\r\n`, status: 400 },
  { title: 'a version in small letters', wire: `GET /x http/1.1\r\n${host}\r\n`, status: 400 },
  {
    title: 'two blanks in the request line',
    wire: `GET  /x HTTP/1.1\r\n${host}\r\n`,
    status: 400,
    isFineElsewhere: true,
  },
  { title: 'a tab in the request line', wire: `GET\t/x HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { title: 'a blank behind the version', wire: `GET /x HTTP/1.1 \r\n${host}\r\n`, status: 400 },
  { title: 'a control character in the target', wire: `GET /\x01 HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { title: 'a target without a slash', wire: `GET x HTTP/1.1\r\n${host}\r\n`, status: 400 },
  {
    title: 'a target of another scheme',
    wire: `GET ftp://a/x HTTP/1.1\r\n${host}\r\n`,
    status: 400,
    isFineElsewhere: true,
  },
  { title: 'a tunnel', wire: `CONNECT a:443 HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { title: 'a method that nobody knows', wire: `SPAM /x HTTP/1.1\r\n${host}\r\n`, status: 501 },
  { title: 'a TLS handshake', wire: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', status: 400 },
  { title: 'an expectation that nobody knows', wire: get('Expect: money\r\n'), status: 417 },
  { title: 'a chunk size that is no number', wire: chunked('z\r\nhello\r\n0\r\n\r\n'), status: 400 },
  { title: 'a chunk size with a sign', wire: chunked('-5\r\nhello\r\n0\r\n\r\n'), status: 400 },
  { title: 'a chunk size with 0x', wire: chunked('0x5\r\nhello\r\n0\r\n\r\n'), status: 400 },
  { title: 'a chunk size with a blank before it', wire: chunked(' 5\r\nhello\r\n0\r\n\r\n'), status: 400 },
  { title: 'an empty chunk size', wire: chunked('\r\nhello\r\n0\r\n\r\n'), status: 400 },
  { title: 'a chunk size that ends with LF', wire: chunked('5\nhello\r\n0\r\n\r\n'), status: 400 },
  { title: 'a chunk size beyond exact numbers', wire: chunked('fffffffffffffffff\r\n'), status: 400 },
  { title: 'a chunk longer than its size', wire: chunked('4\r\nhello\r\n0\r\n\r\n'), status: 400 },
  { title: 'a chunk extension without a name', wire: chunked('5;\r\nhello\r\n0\r\n\r\n'), status: 400 },
  {
    title: 'a chunk extension without a value',
    wire: chunked('5;a=\r\nhello\r\n0\r\n\r\n'),
    status: 400,
    isFineElsewhere: true,
  },
  { title: 'a blank before a chunk extension', wire: chunked('5 ;a\r\nhello\r\n0\r\n\r\n'), status: 400 },
  { title: 'a blank in a chunk extension', wire: chunked('5; a\r\nhello\r\n0\r\n\r\n'), status: 400 },
  { title: 'an open quote in a chunk extension', wire: chunked('5;a="b\r\nhello\r\n0\r\n\r\n'), status: 400 },
  { title: 'a chunk extension with a null byte', wire: chunked('5;\0\r\nhello\r\n0\r\n\r\n'), status: 400 },
  {
    title: 'chunk extensions without end',
    wire: chunked(`5;${'x'.repeat(5_000)}\r\nhello\r\n0\r\n\r\n`),
    status: 400,
    isFineElsewhere: true,
  },
  {
    title: 'many chunk extensions',
    wire: chunked(`${`1;${'x'.repeat(2_000)}\r\nh\r\n`.repeat(10)}0\r\n\r\n`),
    status: 400,
    isFineElsewhere: true,
  },
  { title: 'a trailer that is no field', wire: chunked('0\r\nnonsense\r\n\r\n'), status: 400 },
  { title: 'trailers without end', wire: chunked(`0\r\n${`X: ${'y'.repeat(1_000)}\r\n`.repeat(20)}\r\n`), status: 400 },
  { title: 'a head without end', wire: get(`X: ${'y'.repeat(20_000)}\r\n`), status: 431 },
  { title: 'a request line without end', wire: `GET /${'y'.repeat(20_000)}`, status: 431 },
  { title: 'a flood of fields', wire: get('X: y\r\n'.repeat(300)), status: 400, isFineElsewhere: true },
]
