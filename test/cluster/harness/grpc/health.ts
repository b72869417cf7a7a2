import { connect, constants } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'
import { callHeaders, frame, messagesOf } from './frames.ts'
import { bytesOf, fieldsOf, message, numberOf } from './wire.ts'

/** gRPC Health Checking Protocol (grpc.io, health-checking.md). */
export const healthPath = '/grpc.health.v1.Health/Check'

const serving = 1
const notServing = 2
/** Of a service that nobody knows. */
export const notFound = 5

/** The service that a question is about; empty for the server as a whole. */
export const askedService = (question: Buffer): string => bytesOf(fieldsOf(question), 1).toString()

/** An answer. */
export const healthAnswer = (isServing: boolean): Buffer => message([1, isServing ? serving : notServing])

/** Asks a server about a service, as a kubelet does; undefined when it serves, else what is wrong. */
export async function askHealth(
  host: string,
  port: number,
  service: string,
  withinMs: number,
): Promise<string | undefined> {
  const session = connect(`http://${host}:${port}`)
  const late = new AbortController()
  try {
    return await Promise.race([
      check(session, service),
      delay(withinMs, `timeout: health rpc did not complete within ${withinMs / 1000}s`, { signal: late.signal }),
    ])
  } catch (error) {
    return `timeout: failed to connect service "${host}:${port}": ${error instanceof Error ? error.message : String(error)}`
  } finally {
    late.abort()
    session.destroy()
  }
}

async function check(session: ReturnType<typeof connect>, service: string): Promise<string | undefined> {
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {})
  session.on('error', broken.reject)
  const call = session.request(callHeaders(healthPath))
  call.on('error', broken.reject)
  let code = 0
  const heed = (headers: object) => {
    const status = (headers as Record<string, unknown>)['grpc-status']
    if (status !== undefined) code = Number(status)
  }
  call.on('response', heed)
  call.on('trailers', heed)
  call.end(frame(service === '' ? Buffer.alloc(0) : message([1, service])))
  let state = 0
  const read = async () => {
    for await (const answer of messagesOf(call)) state = numberOf(fieldsOf(answer), 1)
  }
  await Promise.race([read(), broken.promise])
  if (call.rstCode !== constants.NGHTTP2_NO_ERROR) return `stream ended with ${call.rstCode}`
  if (code === notFound) return `error: this server does not know service "${service}"`
  if (code !== 0) return `error: health rpc failed with code ${code}`
  return state === serving
    ? undefined
    : `service unhealthy (responded with "${state === notServing ? 'NOT_SERVING' : state}")`
}
