import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { getJson } from './harness/fleet.ts'
import { until } from './harness/until.ts'
import { freePort } from '../src/gateway/testing/free-port.ts'
import { openWorld, repository, stop } from './harness/world.ts'

/** Copies what a clone of the working tree would hold. */
function cloneInto(folder: string): void {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: repository,
  })
  for (const file of files.toString().split('\0').filter(Boolean)) {
    const copy = join(folder, file)
    mkdirSync(dirname(copy), { recursive: true })
    cpSync(join(repository, file), copy)
  }
}

/** PATH without this repository's own tools, as a newcomer has it. */
const newcomersPath = (process.env['PATH'] ?? '')
  .split(':')
  .filter((folder) => !folder.includes('node_modules'))
  .join(':')

describe('from a fresh clone and an empty home to an answer of a real model', () => {
  // proves A5, B1, C1, E5, G1, G3 (real part)
  it('takes one command, and a second start needs no download', { timeout: 600_000 }, async () => {
    const world = await openWorld({ cache: 'empty' })
    try {
      const clone = join(world.folder, 'fairlead')
      cloneInto(clone)
      const port = await freePort()
      const url = `http://127.0.0.1:${port}`

      /** `npm start` until it answers; the seconds that took, and the answer. */
      const firstAnswer = async () => {
        const from = performance.now()
        const running = world.start('npm', ['start', '--', '--port', String(port)], {
          cwd: clone,
          environment: { PATH: newcomersPath },
        })
        await until(
          async () => {
            if (running.child.exitCode !== null) throw new Error(`npm start ended:\n${running.output()}`)
            return (await getJson<{ status: string }>(`${url}/health`))?.body.status === 'ok'
          },
          () => `the laptop Fleet is healthy; it said:\n${running.output()}`,
          500_000,
        )
        const response = await fetch(`${url}/v1/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            model: 'smollm2',
            messages: [{ role: 'user', content: 'What is the capital of France? Answer in one sentence.' }],
            temperature: 0,
            max_tokens: 20,
          }),
        })
        const answer = (await response.json()) as { choices: { message: { content: string } }[] }
        const seconds = (performance.now() - from) / 1000
        await until(
          () => running.output().includes('curl '),
          () => `it prints what to paste; it said:\n${running.output()}`,
        )
        await stop(running.child)
        return { text: answer.choices[0]?.message.content, seconds, said: running.output() }
      }

      const first = await firstAnswer()
      expect(first.text).toMatch(/Paris/)
      expect(first.said).toContain(url)
      expect(first.said).toContain('smollm2')

      const second = await firstAnswer()
      expect(second.text).toBe(first.text)
      expect(second.said, 'a second start downloads nothing').not.toMatch(/download|MB\/s/i)
      process.stderr.write(
        `clone to answer ${first.seconds.toFixed(1)} s, second start ${second.seconds.toFixed(1)} s\n`,
      )
    } finally {
      await world.close()
    }
  })
})
