import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { targetNames } from '../fleet/index.ts'
import { renderTargets } from './commands/render-targets.ts'

/** What the table of commands loads, as paths after `/src/` or names of packages. */
function loaded(): readonly string[] {
  const script = `
    import { registerHooks } from 'node:module'
    const urls = []
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
    await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
    process.stdout.write(JSON.stringify(urls))`
  const text = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
  return (JSON.parse(text) as string[]).filter((url) => url.startsWith('file:'))
}

describe('the table of commands', () => {
  it('loads no library and no other part, since every command waits for it, a container’s health check too', () => {
    const urls = loaded()
    expect(urls.length).toBeGreaterThan(20)
    expect(urls.filter((url) => url.includes('/node_modules/'))).toEqual([])
    const parts = urls.map((url) => /\/src\/([^/]+)\//.exec(url)?.[1])
    expect([...new Set(parts)].sort()).toEqual(['cli', 'errors'])
  })

  it('knows the platforms of the Fleet’s schema without loading it', () => {
    expect(renderTargets).toEqual(targetNames.filter((name) => name !== 'local'))
  })
})
