import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import type { Container, ExecAction, HTTPGetAction, Probe } from '../../../../src/kubernetes/index.ts'
import { askHealth } from '../grpc/health.ts'

/** What one probe found: undefined when all is well, else what is wrong, in a kubelet's words. */
export type ProbeFailure = string | undefined

/** Runs a command in the container; resolves to its exit code and output. */
export type Execute = (command: readonly string[], timeoutMs: number) => Promise<{ code: number; output: string }>

/** Where a probe goes. */
export interface ProbedContainer {
  readonly container: Container
  readonly podAddress: string
  readonly execute: Execute
}

function portOf({ ports = [] }: Container, port: number | string): number {
  if (typeof port === 'number') return port
  const named = ports.find(({ name }) => name === port)
  if (named === undefined) throw new Error(`no port is called ${port}`)
  return named.containerPort
}

function get(url: string, action: HTTPGetAction, timeoutMs: number): Promise<ProbeFailure> {
  const headers = Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value]))
  const { promise, resolve } = Promise.withResolvers<ProbeFailure>()
  const send = action.scheme === 'HTTPS' ? httpsRequest : httpRequest
  const options = { headers: { 'user-agent': 'kube-probe/test', ...headers }, agent: false, rejectUnauthorized: false }
  const asked = send(url, { ...options, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
    answer.resume()
    const status = answer.statusCode ?? 0
    resolve(status >= 200 && status < 400 ? undefined : `HTTP probe failed with statuscode: ${status}`)
  })
  asked.on('error', (error) => resolve(`Get "${url}": ${error.message}`))
  asked.end()
  return promise
}

function dial(host: string, port: number, timeoutMs: number): Promise<ProbeFailure> {
  const { promise, resolve } = Promise.withResolvers<ProbeFailure>()
  const socket = connect({ host, port, timeout: timeoutMs })
  const settle = (failure: ProbeFailure) => {
    socket.destroy()
    resolve(failure)
  }
  socket.on('connect', () => settle(undefined))
  socket.on('timeout', () => settle(`dial tcp ${host}:${port}: i/o timeout`))
  socket.on('error', (error) => settle(`dial tcp ${host}:${port}: ${error.message}`))
  return promise
}

async function execute({ command = [] }: ExecAction, run: Execute, timeoutMs: number): Promise<ProbeFailure> {
  const { code, output } = await run(command, timeoutMs)
  return code === 0 ? undefined : output.trim() || `command exited with ${code}`
}

/** Asks once. */
export async function ask(
  probe: Probe,
  { container, podAddress, execute: run }: ProbedContainer,
): Promise<ProbeFailure> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000
  if (probe.httpGet !== undefined) {
    const { host = podAddress, port, path = '/', scheme = 'HTTP' } = probe.httpGet
    const url = `${scheme.toLowerCase()}://${host}:${portOf(container, port)}${path.startsWith('/') ? path : `/${path}`}`
    return get(url, probe.httpGet, timeoutMs)
  }
  if (probe.tcpSocket !== undefined) {
    return dial(probe.tcpSocket.host ?? podAddress, portOf(container, probe.tcpSocket.port), timeoutMs)
  }
  if (probe.exec !== undefined) return execute(probe.exec, run, timeoutMs)
  if (probe.grpc !== undefined) return askHealth(podAddress, probe.grpc.port, probe.grpc.service ?? '', timeoutMs)
  return 'the kubelet of tests has no probes of this kind'
}
