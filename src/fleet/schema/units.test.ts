import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBytes, parseCpus, parseDuration, parseTokens } from './units.ts'
import { counterexample } from '../testing/counterexample.ts'

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['5s', 5_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
  ])('reads %s', (text, expected) => expect(parseDuration(text)).toBe(expected))

  it.each(['', '5', 's', '5 s', '-5s', '5S', '1e3s', '5s,', '.5s'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  it('refuses what no number holds', () => {
    expect(parseDuration(`${'9'.repeat(400)}d`)).toBeUndefined()
  })

  it('adds its parts, whatever they are', () => {
    const parts = fc.tuple(fc.nat(99), fc.nat(59), fc.nat(59), fc.nat(999))
    expect(
      counterexample(
        fc.property(parts, ([hours, minutes, seconds, milliseconds]) => {
          const text = `${hours}h${minutes}m${seconds}s${milliseconds}ms`
          expect(parseDuration(text)).toBe(((hours * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds)
        }),
      ),
    ).toBeUndefined()
  })
})

describe('parseBytes', () => {
  it.each([
    ['1048576', 1_048_576],
    ['8Gi', 8 * 2 ** 30],
    ['500M', 500e6],
    ['1.5Ki', 1_536],
  ])('reads %s', (text, expected) => expect(parseBytes(text)).toBe(expected))

  it.each(['', 'Gi', '8GB', '8 Gi', '-1', '8gi'])('refuses %j', (text) => expect(parseBytes(text)).toBeUndefined())

  it('reads every whole number of Ki back', () => {
    expect(
      counterexample(fc.property(fc.nat(), (amount) => void expect(parseBytes(`${amount}Ki`)).toBe(amount * 1024))),
    ).toBeUndefined()
  })
})

describe('parseTokens', () => {
  it.each([
    ['4096', 4_096],
    ['32k', 32_768],
    ['32K', 32_768],
    ['1M', 1_048_576],
    ['0.5k', 512],
  ])('reads %s', (text, expected) => expect(parseTokens(text)).toBe(expected))

  it('gives numbers back as they are', () => {
    expect(
      counterexample(fc.property(fc.nat(), (amount) => void expect(parseTokens(String(amount))).toBe(amount))),
    ).toBeUndefined()
  })
})

describe('parseCpus', () => {
  it.each([
    ['4', 4],
    ['500m', 0.5],
    ['1.5', 1.5],
  ])('reads %s', (text, expected) => expect(parseCpus(text)).toBe(expected))
})

describe('units', () => {
  it('give a finite amount that is not negative, or nothing, for any text', () => {
    expect(
      counterexample(
        fc.property(fc.string({ maxLength: 32 }), (text) => {
          for (const parse of [parseDuration, parseBytes, parseTokens, parseCpus]) {
            const amount = parse(text)
            expect(amount === undefined || (Number.isFinite(amount) && amount >= 0)).toBe(true)
          }
        }),
      ),
    ).toBeUndefined()
  })
})
