import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { sooner } from './after-start.ts'

/** What a process of its own prints. */
const printed = (...args: readonly string[]) => execFileSync(process.execPath, args, { encoding: 'utf8' })

describe('what a gateway does for its process once it has started', () => {
  it('names what tells this Node.js when to compile', () => {
    // It says nothing of flags that it does not know once it runs, and does not start with them.
    expect(printed(...sooner, '-e', "process.stdout.write('started')")).toBe('started')
  })

  it('collects what the start left', () => {
    const file = fileURLToPath(new URL('after-start.ts', import.meta.url))
    const code = `
      import { setImmediate } from 'node:timers/promises'
      const { collectStart } = await import(${JSON.stringify(file)})
      let left = new Uint8Array(1000)
      const ref = new WeakRef(left)
      left = null
      await setImmediate()
      const before = ref.deref() !== undefined
      await setImmediate()
      collectStart()
      console.log(JSON.stringify([before, ref.deref() !== undefined]))
    `
    expect(JSON.parse(printed('--input-type=module', '-e', code))).toEqual([true, false])
  })
})
