/**
 * NOT llm-d's endpoint picker: a stand-in for tests that takes its command line and serves what the rendered pod and Envoy's
 * configuration ask of it: gRPC health, and external processing over TLS with a certificate of its own making. It follows the
 * InferencePool and its pods with its account's rights.
 *
 * What it does otherwise: of its configuration it takes only whether prompts are prefilled elsewhere; no scorer, no flow
 * control, no objectives, no rewrites, no metrics of engines and none of its own. The member with the fewest requests under
 * way gets the next one. Answers of engines pass it by; that a request is over it learns from the end of the stream.
 */
import { readFileSync } from 'node:fs'
import { createSecureServer, createServer } from 'node:http2'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { connectToCluster } from '../../../../../src/kubernetes/index.ts'
import { askedService, healthAnswer, healthPath, notFound } from '../../grpc/health.ts'
import { CallFailure, serveMethods } from '../../grpc/serve.ts'
import { selfSigned } from '../../../../../src/gateway/testing/self-signed.ts'
import { processPath, readRequest, verdictMessage, type Verdict } from './external-processing.ts'
import { Members, type Member } from './members.ts'

const text = { type: 'string' } as const
// A flag that is not here is an error, as with the picker itself.
const { values } = parseArgs({
  options: {
    'pool-name': text,
    'pool-namespace': text,
    'pool-group': text,
    'config-file': text,
    'grpc-health-port': text,
    'zap-encoder': text,
    tracing: text,
    'metrics-endpoint-auth': text,
  },
})
const processingPort = 9002
const healthService = 'inference-extension'

interface PickerConfig {
  readonly kind: string
  readonly schedulingProfiles: readonly { readonly name: string }[]
}
const config = parse(readFileSync(values['config-file'] ?? '', 'utf8')) as PickerConfig
if (config.kind !== 'EndpointPickerConfig') throw new Error(`${config.kind} is no configuration of a picker`)
const isSplit = config.schedulingProfiles.some(({ name }) => name === 'prefill')

const client = await connectToCluster({}, process.env)
const members = new Members(
  client,
  values['pool-group'] ?? '',
  values['pool-namespace'] ?? '',
  values['pool-name'] ?? '',
)
/** Requests under way, by name of the member. */
const busy = new Map<string, number>()
const busyOf = ({ name }: Member) => busy.get(name) ?? 0

function choose(role: string): Member | undefined {
  const able = members.list().filter((member) => !isSplit || member.role === role)
  return able.toSorted((a, b) => busyOf(a) - busyOf(b))[0]
}

const unavailable: Verdict = { kind: 'answer', status: 503, body: 'no member of the pool is ready' }

async function* decide(asked: AsyncIterable<Buffer>, ended: AbortSignal): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = []
  for await (const bytes of asked) {
    const said = readRequest(bytes)
    if (said === undefined) continue
    if (said.kind === 'body') pieces.push(Buffer.from(said.body))
    if (!said.isEnd) continue
    const member = choose('decode')
    const prefill = isSplit && said.kind === 'body' ? choose('prefill') : undefined
    if (member === undefined) {
      yield verdictMessage(unavailable)
      return
    }
    busy.set(member.name, busyOf(member) + 1)
    ended.addEventListener('abort', () => busy.set(member.name, busyOf(member) - 1), { once: true })
    const at = ({ address }: Member) => `${address}:${members.port}`
    const set = new Map([['x-gateway-destination-endpoint', at(member)]])
    if (prefill !== undefined) set.set('x-prefiller-host-port', at(prefill))
    yield verdictMessage({ kind: 'headers', set })
    if (said.kind === 'body') yield verdictMessage({ kind: 'body', body: Buffer.concat(pieces), isEnd: true })
  }
}

async function* health(asked: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const question of asked) {
    const service = askedService(question)
    if (service !== healthService) throw new CallFailure(notFound, `no service ${service}`)
    yield healthAnswer(members.areKnown)
  }
}

const processing = createSecureServer({ ...selfSigned(), ALPNProtocols: ['h2'] })
processing.on('stream', serveMethods({ [processPath]: decide }))
const asking = createServer()
asking.on('stream', serveMethods({ [healthPath]: health }))
processing.listen(processingPort)
asking.listen(Number(values['grpc-health-port']))
process.stdout.write(`picker of ${values['pool-namespace']}/${values['pool-name']} listens\n`)
process.on('SIGTERM', () => process.exit(0))
