import { execFile } from 'node:child_process'
import { z } from 'zod'
import type { Environment } from '../../files/index.ts'
import type { RegistryCredentials } from './contract.ts'

const answerWithinMs = 30_000
const answerLimitBytes = 64 * 1024
const answer = z.object({ Username: z.string().max(4096), Secret: z.string().min(1).max(65_536) })

/** What a name of a program may be, so that no path is run. */
export const helperName = /^[A-Za-z0-9][\w.-]{0,63}$/

/**
 * Asks a program that keeps logins, as Docker does (docker/docker-credential-helpers: `get` with the server on standard input, JSON
 * on standard output; the user `<token>` says that the secret is an identity token).
 * @returns undefined where it has none, is not installed, or does not answer; nothing of what it says is told
 */
export function askCredentialHelper(
  program: string,
  server: string,
  environment: Environment,
): Promise<RegistryCredentials | undefined> {
  return new Promise((resolve) => {
    const options = { env: { ...environment }, timeout: answerWithinMs, maxBuffer: answerLimitBytes }
    const child = execFile(program, ['get'], options, (error, stdout) => {
      const parsed = error === null ? answer.safeParse(parseJson(stdout)) : undefined
      if (parsed?.data === undefined) return resolve(undefined)
      const { Username: user, Secret: secret } = parsed.data
      resolve(
        user === '<token>' ? { kind: 'identityToken', token: secret } : { kind: 'password', user, password: secret },
      )
    })
    // One that ends before it has read is told by its exit.
    child.stdin?.on('error', () => {})
    child.stdin?.end(`${server}\n`)
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
