import { describe, expect, it } from 'vitest'
import { redirectTarget } from './http-client.ts'
import { parseContentRange } from './read-range.ts'
import { parseRetryAfter } from './retry.ts'

describe('parseContentRange', () => {
  it.each([
    ['bytes 0-99/1000', { range: { start: 0, end: 100 }, totalBytes: 1000 }],
    ['bytes 5-5/*', { range: { start: 5, end: 6 }, totalBytes: undefined }],
    ['bytes 5-4/10', undefined],
    ['bytes 0-10/10', undefined],
    ['bytes */10', undefined],
    ['items 0-1/2', undefined],
    ['', undefined],
  ])('reads %j', (value, expected) => {
    expect(parseContentRange(value)).toEqual(expected)
  })
})

describe('parseRetryAfter', () => {
  it.each([
    [undefined, undefined],
    ['3', 3000],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 10_000],
    ['soon', undefined],
  ])('reads %j', (value, expected) => {
    expect(parseRetryAfter(value, 0)).toBe(expected)
  })
})

describe('redirectTarget', () => {
  it.each([
    ['https://hub/a', '/b', 'https://hub/b'],
    ['https://hub/a', 'https://cdn/b?sig=1', 'https://cdn/b?sig=1'],
    ['http://hub/a', 'https://cdn/b', 'https://cdn/b'],
  ])('goes from %s by %s', (from, location, target) => {
    expect(redirectTarget(new URL(from), location).href).toBe(target)
  })

  it.each([
    ['https://hub/a', 'http://hub/a', 'It leads from https to http.'],
    ['https://hub/a', 'file:///etc/passwd', 'It leads to file:.'],
    ['https://hub/a', 'https://u:p@cdn/b', 'It carries credentials.'],
    ['https://hub/a', 'http://[', 'Its location is not an address.'],
  ])('refuses to go from %s to %s, where a model could be swapped on the way', (from, location, why) => {
    expect(() => redirectTarget(new URL(from), location)).toThrow(
      expect.objectContaining({ parts: expect.objectContaining({ why }) }),
    )
  })
})
