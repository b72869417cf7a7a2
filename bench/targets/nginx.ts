import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onCore } from '../measure/pinning.ts'
import type { Workshop } from '../measure/workshop.ts'
import { targetNames, type Target } from './contract.ts'

/** The version of the nginx on PATH; undefined when there is none. */
export function nginxVersion(): string | undefined {
  const { stderr } = spawnSync('nginx', ['-v'], { encoding: 'utf8' })
  return /nginx\/(\S+)/.exec(stderr ?? '')?.[1]
}

/** nginx as a reverse proxy to one engine, or several in turn: one worker, connections kept on both sides, nothing buffered or logged. */
export async function startNginx(workshop: Workshop, key: string, enginePorts: readonly number[]): Promise<Target> {
  const { machine } = workshop
  const folder = join(workshop.folder, `nginx-${enginePorts.length}`)
  mkdirSync(folder)
  const port = await workshop.freePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configuration({ folder, port, enginePorts }))
  const command = onCore(machine, machine.gatewayCore, [
    'nginx',
    '-p',
    folder,
    '-c',
    file,
    '-e',
    join(folder, 'error.log'),
  ])
  // Large bodies are kept in the heap, in place of being mapped and unmapped for each request.
  const environment = {
    ...process.env,
    MALLOC_MMAP_THRESHOLD_: String(32 << 20),
    MALLOC_TRIM_THRESHOLD_: String(256 << 20),
  }
  return {
    name: targetNames.nginx,
    port,
    key,
    process: workshop.start(`nginx-${enginePorts.length}`, command, environment),
  }
}

interface Configured {
  readonly folder: string
  readonly port: number
  readonly enginePorts: readonly number[]
}

function configuration({ folder, port, enginePorts }: Configured): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${folder}/temp;`,
  )
  return `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 16000; }
http {
${temporary.join('\n')}
  access_log off;
  tcp_nodelay on;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  client_max_body_size 64m;
  client_body_buffer_size 1m;
  upstream engine {
${enginePorts.map((each) => `    server 127.0.0.1:${each} max_fails=0;`).join('\n')}
    keepalive 2000;
    keepalive_timeout 1h;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://engine;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_read_timeout 10m;
    }
  }
}
`
}
