import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readLogins } from './docker-credentials.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-logins-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const auth = Buffer.from('me:pass:word').toString('base64')
function logins(config: unknown) {
  writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  return readLogins({ DOCKER_CONFIG: folder })
}

describe('logins of docker login', () => {
  it.each([
    ['registry.example:5000', 'registry.example:5000'],
    ['https://registry.example/v2/', 'registry.example'],
    ['https://index.docker.io/v1/', 'registry-1.docker.io'],
  ])('are found by any name of the host: %s', async (key, host) => {
    const found = await logins({ auths: { [key]: { auth } } })
    expect(found.credentialsFor(host)).toEqual({ kind: 'password', user: 'me', password: 'pass:word' })
    expect(found.credentialsFor('other.example')).toBeUndefined()
  })

  it('are tokens where the registry gave one', async () => {
    const found = await logins({ auths: { 'a.example': { auth, identitytoken: 'token' } } })
    expect(found.credentialsFor('a.example')).toEqual({ kind: 'identityToken', token: 'token' })
  })

  it('that a program keeps are told by its name', async () => {
    const found = await logins({
      auths: { 'a.example': {} },
      credsStore: 'desktop',
      credHelpers: { 'b.example': 'ecr-login' },
    })
    expect(found.credentialsFor('a.example')).toBeUndefined()
    expect(found.helperFor('a.example')).toBe('docker-credential-desktop')
    expect(found.helperFor('b.example')).toBe('docker-credential-ecr-login')
  })

  it('are nobody’s where there is no file, and a broken one is told without its content', async () => {
    expect((await readLogins({ DOCKER_CONFIG: join(folder, 'none') })).credentialsFor('a.example')).toBeUndefined()
    await expect(logins('{"auths": "pass:word"')).rejects.toThrow('no configuration of Docker')
    await expect(logins({ auths: { 'a.example': { auth: ['pass:word'] } } })).rejects.not.toThrow('pass:word')
    await expect(readLogins({ REGISTRY_AUTH_FILE: join(folder, 'none') })).rejects.toThrow('cannot be read')
  })
})
