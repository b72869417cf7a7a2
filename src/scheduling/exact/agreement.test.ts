import { describe, expect, it } from 'vitest'
import { Agreement } from './index.ts'

describe('predicted and reported tokens', () => {
  it('agree within two blocks: the last one may be cut elsewhere', () => {
    const agreement = new Agreement()
    for (let answer = 0; answer < 200; answer += 1) agreement.compare(1024, 1024 - (answer % 3) * 16, 16)
    expect(agreement.state).toEqual({ isTrusted: true, compared: 64, wrongShare: 0 })
  })

  it('that disagree cost the index its trust, once, and win it back when they agree again', () => {
    const agreement = new Agreement()
    const turns: number[] = []
    for (let answer = 0; answer < 400; answer += 1) {
      const reported = answer < 200 ? 0 : 1024
      if (agreement.compare(1024, reported, 16)) turns.push(answer)
    }
    expect(turns).toHaveLength(2)
    expect(turns[0]).toBe(31)
    expect(turns[1]).toBeGreaterThan(200)
    expect(agreement.state.isTrusted).toBe(true)
  })

  it('that disagree now and then cost nothing: blocks are evicted between the choice and the prefill', () => {
    const agreement = new Agreement()
    for (let answer = 0; answer < 1000; answer += 1) agreement.compare(1024, answer % 10 === 0 ? 0 : 1024, 16)
    expect(agreement.state.isTrusted).toBe(true)
  })

  it('are judged by four threads as by one, whichever of them hears of an answer', () => {
    const words = new Int32Array(new SharedArrayBuffer(8))
    const four = Array.from({ length: 4 }, () => new Agreement(words, 1))
    const one = new Agreement()
    const turns: boolean[] = []
    for (const wrongPercent of [2, 60, 10, 30, 0]) {
      for (let answer = 0; answer < 400; answer += 1) {
        const reported = (answer * 7919) % 100 < wrongPercent ? 0 : 1024
        const hasTurned = one.compare(1024, reported, 16)
        expect(four[(answer * 31) % 4]?.compare(1024, reported, 16)).toBe(hasTurned)
        expect(four[answer % 4]?.state).toEqual(one.state)
        if (hasTurned) turns.push(one.state.isTrusted)
      }
    }
    expect(turns).toEqual([false, true])
    expect(words[0]).toBe(0)
  })

  it('stay within a word when all are wrong', () => {
    const agreement = new Agreement()
    for (let answer = 0; answer < 1000; answer += 1) agreement.compare(1024, 0, 16)
    expect(agreement.state).toEqual({ isTrusted: false, compared: 64, wrongShare: 1 })
  })
})
