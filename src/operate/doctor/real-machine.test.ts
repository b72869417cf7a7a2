import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readGpus, seeGpus } from './nvidia.ts'
import { realMachine } from './real-machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-machine-'))
const server = createServer((request, response) =>
  response.end(`you are ${request.headers['authorization'] ?? 'nobody'}`),
)
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const program = (name: string, script: string) => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}
const machine = realMachine({ PATH: `${folder}:/usr/bin:/bin` }, new AbortController().signal)

describe('this machine as checks see it', () => {
  it('knows which ports are taken', async () => {
    expect(await machine.whyTaken('127.0.0.1', port)).toBe('EADDRINUSE')
    expect(await machine.whyTaken('127.0.0.1', 0)).toBeUndefined()
  })

  it('runs programs, and tells apart what is not there and what fails', async () => {
    program('works', 'echo "$1"; echo oops >&2; exit 3')
    expect(await machine.run('works', ['hello world'])).toEqual({ code: 3, stdout: 'hello world\n', stderr: 'oops\n' })
    expect(await machine.run('no-such-program', [])).toBeUndefined()
    expect(await machine.findProgram('works')).toBe(join(folder, 'works'))
  })

  it('asks addresses', async () => {
    expect(await machine.ask(`http://127.0.0.1:${port}/`, { authorization: 'Bearer t' })).toEqual({
      status: 200,
      body: 'you are Bearer t',
    })
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port: closedPort } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    expect(await machine.ask(`http://127.0.0.1:${closedPort}/`)).toEqual({ problem: 'ECONNREFUSED' })
  })

  it('finds the space of a folder that is yet to be made', async () => {
    expect(await machine.freeDiskBytes(join(folder, 'not', 'yet', 'there'))).toBeGreaterThan(0)
  })

  it('reads GPUs from nvidia-smi, and what it says where the driver is broken', async () => {
    expect(await seeGpus(realMachine({ PATH: '' }, new AbortController().signal))).toEqual({ kind: 'missing' })
    program(
      'nvidia-smi',
      'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9',
    )
    expect(await seeGpus(machine)).toMatchObject({ kind: 'broken', problem: expect.stringContaining('has failed') })
    program('nvidia-smi', 'echo "0, NVIDIA L40S, 46068, 45500, 580.95.05, 8.9"')
    expect(await seeGpus(machine)).toEqual({
      kind: 'gpus',
      gpus: [
        { index: 0, name: 'NVIDIA L40S', memoryMiB: 46_068, freeMiB: 45_500, driver: '580.95.05', capability: 8.9 },
      ],
    })
    expect(readGpus('rubbish\n,,,\n')).toEqual([])
  })
})
