import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const scripts = fileURLToPath(new URL('../scripts', import.meta.url))

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-install-'))
  mkdirSync(join(folder, 'scripts'))
  for (const name of ['ensure-install.js', 'lock.js']) cpSync(join(scripts, name), join(folder, 'scripts', name))
  mkdirSync(join(folder, 'part'))
  writeFileSync(join(folder, 'part', 'package.json'), '{"name":"part","version":"1.0.0"}')
  writePackage()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A package whose one dependency is a folder beside it, so that nothing is downloaded. */
function writePackage(more: object = {}): void {
  const base = { name: 'clone', version: '1.0.0', type: 'module', dependencies: { part: 'file:part' }, ...more }
  const packages = { '': base, 'node_modules/part': { resolved: 'part', link: true }, part: { version: '1.0.0' } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(base))
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ ...base, lockfileVersion: 3, requires: true, packages }),
  )
}

function ensureInstall(): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [join(folder, 'scripts', 'ensure-install.js')], {
    // Set by an `npm test` around us; the scripts are to find npm by themselves.
    env: { ...process.env, npm_execpath: undefined },
  })
  let text = ''
  child.stdout.on('data', (piece) => (text += String(piece)))
  child.stderr.on('data', (piece) => (text += String(piece)))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })))
}

const stamp = () => readFileSync(join(folder, 'node_modules', '.fairlead-install'), 'utf8')

describe('scripts/ensure-install.js', () => {
  it('installs once, then only when package.json or the lock file change', async () => {
    const first = await ensureInstall()
    expect(first).toMatchObject({ code: 0, text: expect.stringContaining('Installed in') })
    const before = stamp()
    expect(await ensureInstall()).toEqual({ code: 0, text: '' })
    writePackage({ description: 'changed' })
    expect((await ensureInstall()).code).toBe(0)
    expect(stamp()).not.toBe(before)
  })

  it('takes what npm has installed already, so that a person who ran it waits for nothing', async () => {
    await ensureInstall()
    rmSync(join(folder, 'node_modules', '.fairlead-install'))
    expect(await ensureInstall()).toEqual({ code: 0, text: '' })
  })

  it('installs once when two start at the same time', async () => {
    const results = await Promise.all([ensureInstall(), ensureInstall()])
    expect(results.map(({ code }) => code)).toEqual([0, 0])
    expect(results.filter(({ text }) => text.includes('Installed in'))).toHaveLength(1)
  })

  it('is not stopped by the lock of a process that died', async () => {
    mkdirSync(join(folder, '.cache'))
    writeFileSync(join(folder, '.cache', 'install.lock'), '999999999')
    expect((await ensureInstall()).code).toBe(0)
  })

  it('shows the whole of what npm says when it fails, and claims nothing', async () => {
    writePackage({ dependencies: { part: 'file:missing.tgz' } })
    const { code, text } = await ensureInstall()
    expect(code).toBe(1)
    expect(text).toContain('npm error')
    expect(text).toContain('the npm dependencies cannot be installed')
    expect(existsSync(join(folder, 'node_modules', '.fairlead-install'))).toBe(false)
  })
})
