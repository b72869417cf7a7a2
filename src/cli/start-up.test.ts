import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { targetNames } from '../fleet/index.ts'
import { renderTargets } from './commands/render-targets.ts'

/** What some modules load, as URLs of files. */
function loadedBy(...modules: readonly string[]): readonly string[] {
  const urls = modules.map((path) => new URL(path, import.meta.url).href)
  const script = `
    import { registerHooks } from 'node:module'
    const urls = []
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
    for (const url of ${JSON.stringify(urls)}) await import(url)
    process.stdout.write(JSON.stringify(urls))`
  const text = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
  return (JSON.parse(text) as string[]).filter((url) => url.startsWith('file:'))
}

describe('the table of commands', () => {
  it('loads no library and no other part, since every command waits for it, a container’s health check too', () => {
    const urls = loadedBy('index.ts')
    expect(urls.length).toBeGreaterThan(20)
    expect(urls.filter((url) => url.includes('/node_modules/'))).toEqual([])
    const parts = urls.map((url) => /\/src\/([^/]+)\//.exec(url)?.[1])
    expect([...new Set(parts)].sort()).toEqual(['cli', 'errors'])
  })

  it('knows the platforms of the Fleet’s schema without loading it', () => {
    expect(renderTargets).toEqual(targetNames.filter((name) => name !== 'local'))
  })
})

describe('a command that only looks at a cluster', () => {
  it('loads nothing that plans, renders, routes, or exports metrics', () => {
    const looking = '../targets/cluster/looking'
    const urls = loadedBy('handlers/status.ts', 'handlers/logs.ts', 'handlers/events.ts', `${looking}/read-status.ts`)
    expect(urls.some((url) => url.includes('/src/targets/cluster/looking/'))).toBe(true)
    const needless =
      /\/src\/(?:sizing|plan|scheduling|lint|manifests|targets\/(?:rendering|local|compose|kubernetes|kserve|llmd))\/|\/node_modules\/(?:prom-client|pino)\//
    expect(urls.filter((url) => needless.test(url))).toEqual([])
  })
})
