import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lintManifests } from '../../lint/index.ts'
import { readManifests } from '../../manifests/index.ts'
import { askNames } from './ask-names.ts'
import { imagePlace } from './image-registry.ts'

let server: Server
let host: string
let asked: string[]
/** What is answered, by method and path; 404 for anything else. */
let answers: Record<string, { readonly status?: number; readonly body?: unknown; readonly header?: string }>

beforeEach(async () => {
  asked = []
  answers = {}
  server = createServer(({ method, url = '', headers }, response) => {
    const key = `${method} ${url}`
    asked.push(`${key} ${headers.authorization ?? ''}`.trim())
    const isLoggedIn = headers.authorization === 'Bearer granted'
    const {
      status = 200,
      body,
      header,
    } = (isLoggedIn ? answers[`${key} granted`] : undefined) ?? answers[key] ?? { status: 404 }
    response.writeHead(status, header === undefined ? {} : { 'www-authenticate': header })
    response.end(body === undefined ? '' : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => void server.close())

/** What a run with `--online` finds in a Compose file of one engine. */
async function linted(image: string, model: string, environment = {}) {
  const content = JSON.stringify({ services: { vllm: { image, command: ['--model', model] } } })
  const manifests = readManifests([{ path: 'compose.yaml', content }])
  const { facts, notes } = await askNames(manifests, {
    environment: { HF_ENDPOINT: `http://${host}`, ...environment },
    signal: new AbortController().signal,
  })
  const rules = ['model-not-on-hub', 'image-not-in-registry']
  const { findings } = lintManifests(manifests, { rules, online: facts })
  return { told: findings.map(({ rule, message, fix }) => `${rule}: ${message} ${fix}`), notes }
}

// proves A10 (stand-in)
describe('asking whether names exist', () => {
  it('tells of a model that the hub does not have, with the ones that are like it', async () => {
    answers = {
      [`HEAD /v2/vllm/vllm-openai/manifests/v0.32.0`]: {},
      'GET /api/models/Qwen/Qwen3-8b-Instruct': { status: 401 },
      'GET /api/models?search=Qwen3-8b-Instruct&limit=20': { body: [{ id: 'Other/thing' }, { id: 'Qwen/Qwen3-8B' }] },
    }
    const { told, notes } = await linted(`${host}/vllm/vllm-openai:v0.32.0`, 'Qwen/Qwen3-8b-Instruct')
    expect(told).toEqual([
      'model-not-on-hub: The hub has no Qwen/Qwen3-8b-Instruct, or hides it. Write Other/thing, or Qwen/Qwen3-8B.',
    ])
    expect(notes).toEqual([])
  })

  it('says nothing of what exists, and asks for each name once', async () => {
    answers = { 'HEAD /v2/vllm/manifests/latest': {}, 'GET /api/models/a/b': {} }
    expect(await linted(`${host}/vllm`, 'hf://a/b')).toEqual({ told: [], notes: [] })
    expect(asked.toSorted()).toEqual(['GET /api/models/a/b', 'HEAD /v2/vllm/manifests/latest'])
  })

  it('calls nothing missing that could not be asked for, and says why', async () => {
    answers = {
      'HEAD /v2/own/vllm/manifests/1': { status: 403 },
      'GET /api/models/a/b': { status: 500 },
    }
    const { told, notes } = await linted(`${host}/own/vllm:1`, 'a/b')
    expect(told).toEqual([])
    expect(notes).toEqual([
      `${host}/own/vllm:1 could not be asked for: http://${host} answered 403 (it asks for a login)`,
      `a/b could not be asked for: http://${host} answered 500`,
    ])
  })

  it('gets the token that a registry gives to anybody', async () => {
    answers = {
      'HEAD /v2/vllm/manifests/v9': {
        status: 401,
        header: `Bearer realm="http://${host}/token",service="registry",scope="repository:vllm:pull"`,
      },
      'HEAD /v2/vllm/manifests/v9 granted': {},
      'GET /token?service=registry&scope=repository%3Avllm%3Apull': { body: { token: 'granted' } },
      'GET /api/models/a/b': {},
    }
    expect(await linted(`${host}/vllm:v9`, 'a/b')).toEqual({ told: [], notes: [] })
  })

  it('gives the hub’s token to the hub alone', async () => {
    answers = { 'HEAD /v2/vllm/manifests/latest': {}, 'GET /api/models/a/b': {} }
    await linted(`${host}/vllm`, 'a/b', { HF_TOKEN: 'hf_test' })
    expect(asked.filter((line) => line.includes('hf_test'))).toEqual(['GET /api/models/a/b Bearer hf_test'])
  })
})

describe('where an image is asked for', () => {
  it.each([
    ['redis', 'https://registry-1.docker.io library/redis latest'],
    ['docker.io/vllm/vllm-openai:v0.32.0', 'https://registry-1.docker.io vllm/vllm-openai v0.32.0'],
    ['vllm/vllm-openai', 'https://registry-1.docker.io vllm/vllm-openai latest'],
    ['ghcr.io/a/b/c:1@sha256:' + 'a'.repeat(64), `https://ghcr.io a/b/c sha256:${'a'.repeat(64)}`],
    ['localhost:5000/a', 'http://localhost:5000 a latest'],
    ['registry.example.org:5000/a:b', 'https://registry.example.org:5000 a b'],
  ])('%s: %s', (image, place) => {
    const { registry, repository, reference } = imagePlace(image) ?? {}
    expect(`${registry} ${repository} ${reference}`).toBe(place)
  })

  it.each(['', 'Upper/Case', 'a b', '../x', 'a//b', 'host.example.org/../../etc:x'])('nowhere for %j', (image) => {
    expect(imagePlace(image)).toBeUndefined()
  })
})
