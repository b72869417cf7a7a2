import { describe, expect, it } from 'vitest'
import { ExactKnowledge } from './exact.ts'

describe('ExactKnowledge', () => {
  it('knows of a prompt that is coming, however often it was sent and not computed yet', () => {
    const knowledge = new ExactKnowledge({ replicas: 1, unitTokens: 64, blockTokens: 16, indexTokens: 4096 })
    const prompt = { units: [1], namedTokens: 64, tokens: 64 }
    for (let request = 0; request < 65_536; request += 1) knowledge.sent(prompt, 0)
    const held = new Int32Array(1)
    knowledge.match(prompt, held)
    expect([...held]).toEqual([48])
  })
})
