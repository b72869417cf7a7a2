import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLoopback, parseListenAddress } from './index.ts'
import { readListenAddress } from './listen-address.ts'
import { counterexample } from './testing/counterexample.ts'

describe('parseListenAddress', () => {
  it.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['localhost:0', 'localhost', 0],
    ['[::1]:8080', '::1', 8080],
    ['[::]:65535', '::', 65535],
    ['gpu-1.example.org:443', 'gpu-1.example.org', 443],
  ])('reads %s', (text, host, port) => expect(parseListenAddress(text)).toEqual({ host, port }))

  it.each([
    '',
    '8080',
    ':8080',
    '*:8080',
    '::1:8080',
    'http://localhost:80',
    'a:65536',
    'a b:80',
    '[::g]:80',
    '1.2.3:80',
    '-a:1',
  ])('refuses %j and says what to write', (text) => {
    expect(() => parseListenAddress(text)).toThrow(
      expect.objectContaining({ parts: expect.objectContaining({ mend: expect.stringMatching(/^write /) }) }),
    )
  })

  it('reads every host and port back', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('localhost'), fc.domain())
    expect(
      counterexample(
        fc.property(host, fc.nat(65_535), (name, port) => {
          const text = name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`
          expect(parseListenAddress(text)).toEqual({ host: name, port })
        }),
      ),
    ).toBeUndefined()
  })

  it('never does more than read or refuse', () => {
    expect(
      counterexample(
        fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
          const read = readListenAddress(text)
          expect('message' in read ? 0 : read.port).toBeLessThanOrEqual(65_535)
        }),
      ),
    ).toBeUndefined()
  })
})

describe('isLoopback', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'a.localhost',
  ])('says that only this machine reaches %s', (host) => expect(isLoopback(host)).toBe(true))
  it.each([
    '0.0.0.0',
    '::',
    '',
    '10.0.0.1',
    '127.0.0.1.example.org',
    '127.1',
    '127.0.0.999',
    'localhost.example.org',
    '::2',
    '::ffff:10.0.0.1',
    '1270.0.0.1',
  ])('says that others may reach %j, so that nothing is opened by mistake', (host) =>
    expect(isLoopback(host)).toBe(false),
  )
})
