import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { getJson } from './harness/fleet.ts'
import { until } from './harness/until.ts'
import { freePort } from '../src/gateway/testing/free-port.ts'
import { openWorld, repository, stop } from './harness/world.ts'

const yaml = `
name: packed
models:
  - name: swift
    engine: simulated
`

/** Bytes of a folder. */
function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

describe('the packed npm package in a clean directory', () => {
  // proves Q8 (real part)
  it('installs small, shows its version and serves a Fleet', { timeout: 300_000 }, async () => {
    const world = await openWorld({ cache: 'empty' })
    try {
      const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', world.folder], { cwd: repository })
      const tarball = join(world.folder, packed.toString().trim().split('\n').at(-1) ?? '')
      const install = await world.start('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball])
        .finished
      expect(install).toMatchObject({ code: 0 })
      expect(folderBytes(join(world.folder, 'node_modules', 'fairlead'))).toBeLessThan(60e6)

      const bin = join(world.folder, 'node_modules', '.bin', 'fairlead')
      const version = await world.start(bin, ['version', '--json']).finished
      expect(JSON.parse(version.stdout)).toMatchObject({ fairlead: '0.1.0' })

      const port = await freePort()
      const up = world.start(bin, ['up', await world.write('fleet.yaml', yaml), '--port', String(port)])
      await until(
        async () => {
          if (up.child.exitCode !== null) throw new Error(`up ended:\n${up.output()}`)
          return (await getJson<{ status: string }>(`http://127.0.0.1:${port}/health`))?.body.status === 'ok'
        },
        () => `the packed package serves; it said:\n${up.output()}`,
      )
      await stop(up.child)
    } finally {
      await world.close()
    }
  })
})
