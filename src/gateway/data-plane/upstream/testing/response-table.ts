/** A response as bytes, and what a client is to make of it. */
export interface ResponseCase {
  readonly title: string
  /** One character a byte. */
  readonly wire: string
  readonly status: number
  readonly body: string
  /** Whether the engine closes after it, as the framing needs. */
  readonly closes?: boolean
  /** What undici makes of it, where that is not the same. */
  readonly undici?: 'refuses 100' | 'keeps blanks'
}

const ok = 'HTTP/1.1 200 OK\r\n'
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`

/** Responses that RFC 9112 allows. */
export const goodResponses: readonly ResponseCase[] = [
  { title: 'a length', wire: `${ok}Content-Length: 5\r\n\r\nhello`, status: 200, body: 'hello' },
  { title: 'a length of zero', wire: `${ok}Content-Length: 0\r\n\r\n`, status: 200, body: '' },
  { title: 'no reason phrase', wire: 'HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx', status: 200, body: 'x' },
  { title: 'an error', wire: 'HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno', status: 503, body: 'no' },
  { title: 'chunks', wire: `${chunked}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`, status: 200, body: 'hello world' },
  { title: 'chunks that hold line ends', wire: `${chunked}4\r\n\r\n\r\n\r\n0\r\n\r\n`, status: 200, body: '\r\n\r\n' },
  {
    title: 'chunk sizes in both cases, with zeros before',
    wire: `${chunked}00A\r\n0123456789\r\n0b\r\n0123456789a\r\n0\r\n\r\n`,
    status: 200,
    body: '01234567890123456789a',
  },
  { title: 'chunk extensions', wire: `${chunked}2;a=b;c="d e"\r\nhi\r\n0;last\r\n\r\n`, status: 200, body: 'hi' },
  { title: 'trailers', wire: `${chunked}2\r\nhi\r\n0\r\nDigest: x\r\nB: c\r\n\r\n`, status: 200, body: 'hi' },
  { title: 'no chunk but the last', wire: `${chunked}0\r\n\r\n`, status: 200, body: '' },
  {
    title: 'nothing that tells an end',
    wire: `${ok}A: b\r\n\r\nuntil the close`,
    status: 200,
    body: 'until the close',
    closes: true,
  },
  { title: 'HTTP/1.0', wire: 'HTTP/1.0 200 OK\r\n\r\nold', status: 200, body: 'old', closes: true },
  {
    title: 'HTTP/1.0 that keeps the connection',
    wire: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nold',
    status: 200,
    body: 'old',
  },
  { title: '204', wire: 'HTTP/1.1 204 No Content\r\n\r\n', status: 204, body: '' },
  {
    title: '304 with the length of what it stands for',
    wire: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
    status: 304,
    body: '',
  },
  {
    title: '100 though nothing was expected',
    wire: `HTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 1\r\n\r\nx`,
    status: 200,
    body: 'x',
    undici: 'refuses 100',
  },
  {
    title: 'informational answers before it',
    wire: `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${ok}Content-Length: 1\r\n\r\nx`,
    status: 200,
    body: 'x',
  },
  {
    title: 'blanks around values, empty values, bytes above 127',
    wire: `${ok}A: \t b \t\r\nB:\r\nC:\xe9\r\nContent-Length:1 \r\n\r\nx`,
    status: 200,
    body: 'x',
    undici: 'keeps blanks',
  },
  { title: 'the same field twice', wire: `${ok}A: 1\r\nA: 2\r\nContent-Length: 1\r\n\r\nx`, status: 200, body: 'x' },
  {
    title: 'a connection that closes after it',
    wire: `${ok}Connection: close\r\nContent-Length: 1\r\n\r\nx`,
    status: 200,
    body: 'x',
    closes: true,
  },
]

/** A response that is refused. */
export interface HostileCase {
  readonly title: string
  readonly wire: string
  /** Body bytes that come before what is wrong. */
  readonly body?: string
  /** What undici makes of it where it is more lenient; our client is stricter on purpose. */
  readonly undici?: 'accepts' | 'waits'
}

const many = (count: number) => Array.from({ length: count }, (_, index) => `A${index}: b\r\n`).join('')

/** Responses that could be read in two ways, or that cost more than they are worth. */
export const hostileResponses: readonly HostileCase[] = [
  { title: 'two lengths that differ', wire: `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx` },
  { title: 'two lengths that are the same', wire: `${ok}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx` },
  { title: 'a list of lengths', wire: `${ok}Content-Length: 1, 1\r\n\r\nx` },
  { title: 'a negative length', wire: `${ok}Content-Length: -1\r\n\r\n` },
  { title: 'a length with a sign', wire: `${ok}Content-Length: +1\r\n\r\nx` },
  { title: 'a length in hexadecimal', wire: `${ok}Content-Length: 0x1\r\n\r\nx` },
  { title: 'an empty length', wire: `${ok}Content-Length:\r\n\r\n` },
  { title: 'a length that no number holds', wire: `${ok}Content-Length: 99999999999999999999\r\n\r\nx` },
  { title: 'a length beside chunks', wire: `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n` },
  { title: 'chunks beside a length', wire: `${ok}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n` },
  { title: 'a coding that nobody asked for', wire: `${ok}Transfer-Encoding: gzip\r\n\r\n`, undici: 'waits' },
  {
    title: 'a coding before chunks',
    wire: `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    undici: 'accepts',
  },
  {
    title: 'chunked twice',
    wire: `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    undici: 'accepts',
  },
  { title: 'a tab behind the coding', wire: `${ok}Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n`, undici: 'accepts' },
  { title: 'a coding with a disguise', wire: `${ok}Transfer-Encoding: xchunked\r\n\r\n`, undici: 'waits' },
  {
    title: 'chunks in HTTP/1.0',
    wire: 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    undici: 'accepts',
  },
  { title: 'a folded field', wire: `${ok}A: b\r\n c\r\nContent-Length: 0\r\n\r\n`, undici: 'accepts' },
  { title: 'a fold before the first field', wire: `${ok} A: b\r\n\r\n`, undici: 'waits' },
  { title: 'a blank before the colon', wire: `${ok}Content-Length : 1\r\n\r\nx` },
  { title: 'a name that is no token', wire: `${ok}A(b): c\r\n\r\n` },
  { title: 'no name', wire: `${ok}: c\r\n\r\n` },
  { title: 'no colon', wire: `${ok}Abc\r\n\r\n` },
  { title: 'a control character in a value', wire: `${ok}A: b\x00c\r\n\r\n` },
  { title: 'a bare CR in a value', wire: `${ok}A: b\rContent-Length: 1\r\n\r\n` },
  { title: 'a bare LF between fields', wire: `${ok}A: b\nContent-Length: 1\r\n\r\nx` },
  { title: 'a bare LF at the end of the head', wire: `${ok}A: b\r\n\nHTTP/1.1 200 OK\r\n\r\n` },
  { title: 'another protocol', wire: 'SSH-2.0-OpenSSH_9.9\r\n\r\n' },
  { title: 'another version', wire: 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n', undici: 'accepts' },
  { title: 'a status of two digits', wire: 'HTTP/1.1 20 OK\r\n\r\n' },
  { title: 'a status of four digits', wire: 'HTTP/1.1 2000 OK\r\n\r\n' },
  { title: 'a status that begins with zero', wire: 'HTTP/1.1 099 OK\r\n\r\n', undici: 'waits' },
  { title: 'two blanks before the status', wire: 'HTTP/1.1  200 OK\r\n\r\n' },
  {
    title: 'a change of protocol',
    wire: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
  },
  { title: 'informational answers without end', wire: 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100), undici: 'waits' },
  { title: 'a flood of fields', wire: `${ok}${many(1_000)}\r\n`, undici: 'waits' },
  { title: 'a head without end', wire: `${ok}A: ${'b'.repeat(200_000)}` },
  { title: 'a chunk size that is no number', wire: `${chunked}xyz\r\n` },
  { title: 'an empty chunk size', wire: `${chunked}\r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk size with a sign', wire: `${chunked}+5\r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk size in C', wire: `${chunked}0x5\r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk size with a blank behind it', wire: `${chunked}5 \r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk size that ends with a bare LF', wire: `${chunked}5\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk size that no number holds', wire: `${chunked}fffffffffffffffff\r\n` },
  { title: 'a chunk extension without end', wire: `${chunked}5;${'a'.repeat(100_000)}`, undici: 'waits' },
  { title: 'a control character in a chunk extension', wire: `${chunked}5;a\x01\r\nhello\r\n0\r\n\r\n` },
  { title: 'a chunk longer than its size', wire: `${chunked}5\r\nhello!\r\n0\r\n\r\n`, body: 'hello' },
  { title: 'a chunk that ends with a bare LF', wire: `${chunked}5\r\nhello\n0\r\n\r\n`, body: 'hello' },
  { title: 'a trailer that is no field', wire: `${chunked}5\r\nhello\r\n0\r\nabc\r\n\r\n`, body: 'hello' },
  { title: 'trailers without end', wire: `${chunked}0\r\n${'A: bcdefgh\r\n'.repeat(10_000)}`, undici: 'waits' },
]
