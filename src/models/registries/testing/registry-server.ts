import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An answer of a registry. A body that is no text is sent as JSON. */
export interface StoredAnswer {
  readonly status: number
  readonly body: unknown
}

/** What goes wrong with each request. */
export type RegistryFault =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body: string
      readonly headers?: Record<string, string>
    }
  | { readonly kind: 'silence' }
  | { readonly kind: 'cut' }

/** A request as the server saw it. */
export interface SeenQuestion {
  readonly path: string
  readonly authorization: string | undefined
}

/** What a real MLflow answered, by path and query: recorded with curl against its tracking server. */
export const mlflowAnswers = (
  JSON.parse(readFileSync(new URL('mlflow-3.17.2.json', import.meta.url), 'utf8')) as {
    readonly answers: Readonly<Record<string, StoredAnswer>>
  }
).answers

const kubeflowApi = '/api/model_registry/v1alpha3'
const created = (at: number) => ({
  createTimeSinceEpoch: String(at),
  lastUpdateTimeSinceEpoch: String(at),
  customProperties: {},
})
const list = (...items: readonly object[]) => ({
  status: 200,
  body: { items, nextPageToken: '', pageSize: 100, size: items.length },
})
const version = (id: string, name: string, at: number, state = 'LIVE') => ({
  id,
  name,
  state,
  registeredModelId: '1',
  ...created(at),
})
const artifact = (uri: string | undefined, state = 'LIVE', artifactType = 'model-artifact') => ({
  artifactType,
  id: '1',
  name: 'weights',
  state,
  uri,
  ...created(1_709_287_972_637),
})
const newestFirst = '?orderBy=CREATE_TIME&sortOrder=DESC&pageSize=100'

/**
 * What Kubeflow’s model registry answers: the shapes that its description (`api/openapi/model-registry.yaml`, v1alpha3) and its guide for KServe
 * (`cmd/csi/GET_STARTED.md`) have, composed; none was recorded.
 */
export const kubeflowAnswers: Readonly<Record<string, StoredAnswer>> = {
  [`${kubeflowApi}/registered_model?name=iris`]: {
    status: 200,
    body: { id: '1', name: 'iris', state: 'LIVE', ...created(1_709_287_882_361) },
  },
  [`${kubeflowApi}/registered_models/1/versions?sortOrder=DESC&pageSize=100`]: list(
    version('4', 'v3', 1_709_287_990_000, 'ARCHIVED'),
    version('2', 'v1', 1_709_287_890_365),
    version('3', 'v2', 1_709_287_980_000),
  ),
  [`${kubeflowApi}/model_version?name=v1&parentResourceId=1`]: {
    status: 200,
    body: version('2', 'v1', 1_709_287_890_365),
  },
  [`${kubeflowApi}/model_version?name=v2&parentResourceId=1`]: {
    status: 200,
    body: version('3', 'v2', 1_709_287_980_000),
  },
  [`${kubeflowApi}/model_version?name=v4&parentResourceId=1`]: {
    status: 200,
    body: version('5', 'v4', 1_709_287_980_000),
  },
  [`${kubeflowApi}/model_version?name=v5&parentResourceId=1`]: {
    status: 200,
    body: version('6', 'v5', 1_709_287_980_000),
  },
  [`${kubeflowApi}/model_versions/2/artifacts${newestFirst}`]: list(
    artifact('s3://elsewhere/card.md', 'LIVE', 'doc-artifact'),
    artifact('s3://weights/iris/1?endpoint=https%3A%2F%2Fs3.example.org&defaultRegion=eu-central-1', 'UNKNOWN'),
  ),
  [`${kubeflowApi}/model_versions/3/artifacts${newestFirst}`]: list(artifact('hf://Qwen/Qwen3-0.6B:main')),
  [`${kubeflowApi}/model_versions/5/artifacts${newestFirst}`]: list(),
  [`${kubeflowApi}/model_versions/6/artifacts${newestFirst}`]: list(artifact('s3://weights/iris/5', 'PENDING')),
}

/** A registry on a port of loopback, which answers what it was given. */
export class RegistryServer {
  readonly answers = new Map<string, StoredAnswer>()
  readonly seen: SeenQuestion[] = []
  /** What every request gets in place of its answer. */
  fault: RegistryFault | undefined
  /** The credentials that it asks for. */
  authorization: string | undefined
  readonly #server: Server

  private constructor(answers: Readonly<Record<string, StoredAnswer>>) {
    for (const [path, answer] of Object.entries(answers)) this.answers.set(path, answer)
    this.#server = createServer((request, response) => {
      const { url = '', headers } = request
      this.seen.push({ path: url, authorization: headers.authorization })
      this.#answer(url, headers.authorization, response)
    })
  }

  static async start(answers: Readonly<Record<string, StoredAnswer>>): Promise<RegistryServer> {
    const server = new RegistryServer(answers)
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #answer(path: string, authorization: string | undefined, response: ServerResponse): void {
    const { fault } = this
    if (fault?.kind === 'silence') return
    if (fault?.kind === 'cut') {
      response.destroy()
      return
    }
    if (fault !== undefined) {
      response.writeHead(fault.status, fault.headers).end(fault.body)
      return
    }
    if (this.authorization !== undefined && authorization !== this.authorization) {
      response.writeHead(authorization === undefined ? 401 : 403).end('You are not authenticated.')
      return
    }
    const { status, body } = this.answers.get(path) ?? {
      status: 404,
      body: { code: 'Not Found', message: `nothing found: ${path}` },
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}
