import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
    expect(await found.credentialsFor(host)).toEqual({ kind: 'password', user: 'me', password: 'pass:word' })
    expect(await found.credentialsFor('other.example')).toBeUndefined()
  })

  it('are tokens where the registry gave one', async () => {
    const found = await logins({ auths: { 'a.example': { auth, identitytoken: 'token' } } })
    expect(await found.credentialsFor('a.example')).toEqual({ kind: 'identityToken', token: 'token' })
  })

  it('that a program keeps are asked of it, once, and of nobody else', async () => {
    const program = join(folder, 'docker-credential-lab')
    writeFileSync(
      program,
      `#!/bin/sh\nread -r server\necho "$1 $server" >> ${folder}/asked\n` +
        `case $server in none.example) echo 'credentials not found'; exit 1;; token.example) user='<token>';; *) user=me;; esac\n` +
        `printf '{"ServerURL":"x","Username":"%s","Secret":"of %s"}' "$user" "$server"\n`,
    )
    chmodSync(program, 0o755)
    const config = {
      auths: { 'file.example': { auth }, 'a.example': {} },
      credsStore: 'lab',
      credHelpers: { 'b.example': 'gone' },
    }
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
    const found = await readLogins({ DOCKER_CONFIG: folder, PATH: `${folder}:${process.env['PATH']}` })
    expect(await found.credentialsFor('file.example')).toMatchObject({ password: 'pass:word' })
    expect(await found.credentialsFor('a.example')).toEqual({ kind: 'password', user: 'me', password: 'of a.example' })
    expect(await found.credentialsFor('a.example')).toMatchObject({ user: 'me' })
    expect(await found.credentialsFor('token.example')).toEqual({ kind: 'identityToken', token: 'of token.example' })
    expect(await found.credentialsFor('registry-1.docker.io')).toMatchObject({
      password: 'of https://index.docker.io/v1/',
    })
    expect(await found.credentialsFor('none.example')).toBeUndefined()
    // A program that is not installed has none.
    expect(await found.credentialsFor('b.example')).toBeUndefined()
    expect(found.helperFor('b.example')).toBe('docker-credential-gone')
    const asked = readFileSync(join(folder, 'asked'), 'utf8')
    expect(asked).toBe('get a.example\nget token.example\nget https://index.docker.io/v1/\nget none.example\n')
  })

  it('run no program by a path', async () => {
    const found = await logins({ credsStore: '../../tmp/evil', credHelpers: { 'a.example': 'x/y' } })
    expect([found.helperFor('a.example'), found.helperFor('b.example')]).toEqual([undefined, undefined])
    expect(await found.credentialsFor('a.example')).toBeUndefined()
  })

  it('are nobody’s where there is no file, and a broken one is told without its content', async () => {
    const none = await readLogins({ DOCKER_CONFIG: join(folder, 'none') })
    expect(await none.credentialsFor('a.example')).toBeUndefined()
    await expect(logins('{"auths": "pass:word"')).rejects.toThrow('no configuration of Docker')
    await expect(logins({ auths: { 'a.example': { auth: ['pass:word'] } } })).rejects.not.toThrow('pass:word')
    await expect(readLogins({ REGISTRY_AUTH_FILE: join(folder, 'none') })).rejects.toThrow('cannot be read')
  })
})
