import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lintManifests } from '../../lint/index.ts'
import { readManifests } from '../../manifests/index.ts'
import { askNames } from './ask-names.ts'

let server: Server
let host: string
let asked: string[]
/** What is answered, by method and path; 404 for anything else. */
let answers: Record<
  string,
  { readonly status?: number; readonly body?: unknown; readonly text?: string; readonly header?: string }
>

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
      text = body === undefined ? '' : JSON.stringify(body),
      header,
    } = (isLoggedIn ? answers[`${key} granted`] : undefined) ?? answers[key] ?? { status: 404 }
    response.writeHead(status, header === undefined ? {} : { 'www-authenticate': header })
    response.end(text)
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
      `${host}/own/vllm:1 could not be asked for: ${host} does not let us at own/vllm: it asks for a login`,
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

/** What a run with `--online` finds in a script. */
async function lintedScript(content: string) {
  const manifests = readManifests([{ path: 'install.sh', content: `#!/bin/sh\n${content}\n` }])
  const { facts, notes } = await askNames(manifests, { environment: {}, signal: new AbortController().signal })
  const { findings } = lintManifests(manifests, { rules: ['chart-not-found'], online: facts })
  return { told: findings.map(({ line, message, fix }) => `${line}: ${message} ${fix}`), notes }
}

// proves A10 (stand-in)
describe('asking whether charts exist', () => {
  it('asks a registry for the version as a tag, and for the repository where none is named', async () => {
    answers = {
      'HEAD /v2/charts/router/manifests/1.2.3_build1': {},
      'GET /v2/charts/router/tags/list?n=1000': { body: { tags: ['1.2.3_build1', '1.2.4'] } },
      'GET /v2/charts/pool/tags/list?n=1': { body: { tags: ['0.1.0'] } },
    }
    const { told, notes } = await lintedScript(
      [
        `helm install a oci://${host}/charts/router --version 1.2.3+build1`,
        `helm upgrade --install b oci://${host}/charts/router \\\n  --version=1.2.9 --wait`,
        `helm template oci://${host}/charts/pool`,
        `helm template oci://${host}/charts/gone -f values.yaml`,
        `helm template oci://${host}/charts/$NAME`,
      ].join('\n'),
    )
    expect(told).toEqual([
      `3: There is no chart oci://${host}/charts/router 1.2.9. Write 1.2.4, or 1.2.3_build1.`,
      `6: There is no chart oci://${host}/charts/gone. Take chart and version from the project’s own instructions.`,
    ])
    expect(notes).toEqual([])
  })

  it('reads the index of a chart repository that the script adds or names', async () => {
    const index =
      'apiVersion: v1\nentries:\n  vllm-stack:\n  - apiVersion: v2\n    dependencies:\n    - name: redis\n      version: 9.9.9\n    version: 0.1.8\n  - version: 0.1.7\ngenerated: now\n'
    answers = { 'GET /charts/index.yaml': { text: index } }
    const { told } = await lintedScript(
      [
        `helm repo add vllm http://${host}/charts`,
        'helm install stack vllm/vllm-stack --version 0.1.8 -f values.yaml',
        'helm install stack vllm/vllm-stack --version 9.9.9',
        'helm install stack vllm/vllm-stak && echo done',
        `helm install stack vllm-stack --repo http://${host}/charts --namespace ai`,
        'helm install other somebody/chart',
      ].join('\n'),
    )
    expect(told).toEqual([
      '4: There is no chart vllm/vllm-stack 9.9.9. Write 0.1.8, or 0.1.7.',
      '5: There is no chart vllm/vllm-stak. Write vllm-stack.',
    ])
    expect(asked).toEqual(['GET /charts/index.yaml'])
  })

  it('calls no chart missing where the repository answers with something else', async () => {
    const { told, notes } = await lintedScript(`helm install a chart --repo http://${host}/nothing`)
    expect(told).toEqual([])
    expect(notes).toEqual([
      `chart of http://${host}/nothing could not be asked for: http://${host}/nothing answered 404 without an index of charts`,
    ])
  })
})
