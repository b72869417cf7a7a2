import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { ask, until } from './harness.ts'

/** A load balancer in front of gateways. */
export interface LoadBalancer {
  readonly url: string
  close(): Promise<void>
}

/** Load balancers that a system may bring. */
type Balancer = 'haproxy' | 'nginx'

/** Where they stand when not on PATH. */
const folders = ['', '/usr/sbin/', '/usr/local/sbin/']
const programOf = (name: Balancer) =>
  folders.map((folder) => folder + name).find((path) => !spawnSync(path, ['-v'], { stdio: 'ignore' }).error)

/** Those that are installed here. */
export const installedBalancers = (): readonly Balancer[] =>
  (['haproxy', 'nginx'] as const).filter((name) => programOf(name) !== undefined)

/** How often a balancer looks at /readyz, in milliseconds. */
const checkMs = 100

/** A small balancer of our own: turns, kept connections, and /readyz looked at; it never sends a request twice. */
export async function startOwnBalancer(ports: readonly number[]): Promise<LoadBalancer> {
  const ready = new Map<number, boolean>()
  const look = async (port: number): Promise<void> => {
    const answer = await ask(`http://127.0.0.1:${port}/readyz`).catch(() => null)
    ready.set(port, answer?.status === 200)
  }
  await Promise.all(ports.map(look))
  const timer = setInterval(() => ports.forEach((port) => void look(port)), checkMs)
  const agent = new Agent({ keepAlive: true })
  let turn = 0
  const server = createServer((request, response) => {
    const up = ports.filter((port) => ready.get(port) === true)
    turn += 1
    const { url: path = '/', method, headers } = request
    const onward = httpRequest({ agent, host: '127.0.0.1', port: up[turn % up.length], path, method, headers })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
    request.pipe(onward)
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      clearInterval(timer)
      agent.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
}

const haproxyConfig = (port: number, gateways: readonly number[]) => `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen gateways
  bind 127.0.0.1:${port}
  option httpchk GET /readyz
  http-check expect status 200
  default-server inter ${checkMs}ms fall 1 rise 1
${gateways.map((gateway, index) => `  server g${index} 127.0.0.1:${gateway} check`).join('\n')}
`

const nginxConfig = (port: number, gateways: readonly number[], folder: string) => `
daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1;
events { worker_connections 512; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream gateways {
${gateways.map((gateway) => `    server 127.0.0.1:${gateway} max_fails=1 fail_timeout=1s;`).join('\n')}
    keepalive 16;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://gateways; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off;
      # It looks at nothing but failures: a connection that waits to be accepted when a gateway stops is reset by the kernel.
      proxy_next_upstream error timeout non_idempotent;
    }
  }
}
`

/** HAProxy, which looks at /readyz, or nginx, which only learns from refused connections; as they are installed. */
export async function startInstalledBalancer(program: Balancer, gateways: readonly number[]): Promise<LoadBalancer> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-balancer-'))
  const port = await freePort()
  const file = join(folder, 'config')
  await writeFile(file, program === 'haproxy' ? haproxyConfig(port, gateways) : nginxConfig(port, gateways, folder))
  const args = program === 'haproxy' ? ['-f', file, '-db'] : ['-c', file, '-p', folder, '-e', 'stderr']
  const child = spawn(programOf(program) ?? program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const url = `http://127.0.0.1:${port}`
  await until(`${program} answers`, async () => (await ask(`${url}/livez`).catch(() => null))?.status === 200)
  return {
    url,
    async close() {
      child.kill('SIGTERM')
      await once(child, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
