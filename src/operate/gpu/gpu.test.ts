import { describe, expect, it } from 'vitest'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecRequest, Target } from '../../targets/index.ts'
import { gpuQuestion, readGpuAnswer, type Gpu } from './parse-smi.ts'
import { readGpus } from './read-gpus.ts'

const cut = '\n--- fairlead ---\n'
const answer = (gpus: string, processes = '', visible = 'all') => `${gpus}${cut}${processes}${cut}${visible}`

/** Lines as nvidia-smi of drivers 535 to 580 prints them, by what is particular about each. */
const gpuLines: readonly (readonly [string, string, Partial<Gpu>])[] = [
  [
    'a GPU of a data centre under load',
    '0, GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059, 98, 74709, 81559, 61, 612.34, 700.00, NVIDIA H100 80GB HBM3',
    {
      index: 0,
      name: 'NVIDIA H100 80GB HBM3',
      use: 0.98,
      usedBytes: 74_709 * 2 ** 20,
      totalBytes: 81_559 * 2 ** 20,
      temperature: 61,
      powerWatts: 612.34,
      powerLimitWatts: 700,
    },
  ],
  [
    'an idle one',
    '3, GPU-fd189414-e0f6-58a0-7031-fefe0ce43b1d, 0, 2, 81920, 33, 61.89, 400.00, NVIDIA A800-SXM4-80GB',
    { index: 3, use: 0, powerWatts: 61.89 },
  ],
  [
    'one with MIG, whose use is not told',
    '0, GPU-4eac38f2-1a70-662a-f6f4-9b62d1778ef4, [N/A], 4321, 40960, 44, 80.12, 400.00, NVIDIA A100-PCIE-40GB',
    { use: null, usedBytes: 4_321 * 2 ** 20 },
  ],
  [
    'one with the memory of its machine',
    '0, GPU-0f1c5ad6-9b1f-7e6c-6b51-5e4a0e0fbd4f, 12, [N/A], [N/A], 45, 9.87, [N/A], NVIDIA GB10',
    { usedBytes: null, totalBytes: null, powerLimitWatts: null, use: 0.12 },
  ],
  [
    'an old driver’s',
    '2, GPU-50205d95-57b6-f541-2bcb-86c09afed564, [Not Supported], 8520, 12287, 71, [Not Supported], [Not Supported], GeForce GTX TITAN X',
    { use: null, temperature: 71, powerWatts: null },
  ],
  [
    'one whose driver fails',
    '0, GPU-50205d95-57b6-f541-2bcb-86c09afed564, [Unknown Error], [GPU requires reset], 24576, [Unknown Error], [Unknown Error], [N/A], Quadro, with comma',
    { use: null, usedBytes: null, temperature: null, name: 'Quadro, with comma' },
  ],
]

const h100 = gpuLines[0]?.[1] ?? ''
const second = gpuLines[1]?.[1] ?? ''

// proves B7 (stand-in)
describe('what nvidia-smi prints', () => {
  it.each(gpuLines)('is read of %s', (_what, line, expected) => {
    expect(readGpuAnswer(0, answer(line), '')).toEqual({ gpus: [expect.objectContaining(expected)] })
  })

  it('has the processes of each GPU', () => {
    const processes = [
      'GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059, 3891903, 74698, VLLM::EngineCore',
      'GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059, 192453, [N/A], /usr/bin/python3, -m, x',
      'GPU-ffffffff-b7f5-b1d2-78ea-68826f778059, 7, 1, other',
      'GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059, [Not Supported], [Not Supported], [Not Found]',
    ].join('\n')
    expect(readGpuAnswer(0, answer(h100, processes), '')).toMatchObject({
      gpus: [
        {
          processes: [
            { pid: 3_891_903, name: 'VLLM::EngineCore', usedBytes: 74_698 * 2 ** 20 },
            { pid: 192_453, name: '/usr/bin/python3, -m, x', usedBytes: null },
          ],
        },
      ],
    })
  })

  it.each([
    ['all', [0, 3]],
    ['3', [3]],
    ['3,0', [3, 0]],
    ['GPU-f7c1', [0]],
    ['0,9,3', [0]],
    ['MIG-1f', [0, 3]],
  ])('is narrowed to what CUDA_VISIBLE_DEVICES=%s leaves', (visible, expected) => {
    const read = readGpuAnswer(0, answer(`${h100}\n${second}`, '', visible), '')
    expect('gpus' in read ? read.gpus.map(({ index }) => index) : read).toEqual(expected)
  })

  it.each([
    [127, '', '', 'there is no nvidia-smi'],
    [0, answer(h100, '', '-1'), '', 'it sees no GPU'],
    [0, answer('No devices were found'), '', 'No devices were found'],
    [
      1,
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\nMake sure that the latest NVIDIA driver is installed and running.\n",
      '',
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
    ],
    [
      1,
      '',
      'Failed to initialize NVML: Driver/library version mismatch',
      'Failed to initialize NVML: Driver/library version mismatch',
    ],
    [3, '', '', 'nvidia-smi ended with exit code 3'],
  ])('says with exit code %i and %j why nothing is told', (code, stdout, stderr, missing) => {
    expect(readGpuAnswer(code, stdout, stderr)).toEqual({ missing })
  })
})

const ask = (path: string) => {
  const [program = '', ...args] = gpuQuestion
  const env = { PATH: path, CUDA_VISIBLE_DEVICES: '0' }
  try {
    return readGpuAnswer(0, execFileSync(program, args, { env, encoding: 'utf8' }), '')
  } catch (error) {
    return readGpuAnswer((error as { status: number }).status, '', '')
  }
}

describe('the question', () => {
  it('is one that a shell understands, with an nvidia-smi and without', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-smi-'))
    try {
      const smi = join(folder, 'nvidia-smi')
      writeFileSync(
        smi,
        `#!/bin/sh\ncase "$1" in --query-gpu=*) echo '${h100}';; *) echo 'GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059, 7, 1, x';; esac\n`,
      )
      chmodSync(smi, 0o755)
      expect(ask(`${folder}:/bin:/usr/bin`)).toMatchObject({ gpus: [{ index: 0, processes: [{ pid: 7 }] }] })
      rmSync(smi)
      expect(ask(`${folder}:/bin`)).toEqual({ missing: 'there is no nvidia-smi' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

const replica = (id: string, state = 'ready') => ({ id, model: 'small', state })

describe('the GPUs of a Fleet', () => {
  it('are asked of each replica, and one that cannot be asked keeps no other out', async () => {
    const target = {
      status: async () => ({ replicas: [replica('small-0'), replica('small-1', 'starting')] }),
      exec: async (_fleet: string, _environment: object, { subject, streams }: ExecRequest) => {
        if (subject === 'small-1') throw new Error('no container')
        streams.output.write(answer(h100))
        return 0
      },
    } as unknown as Target
    expect(await readGpus('lab', {}, target, new AbortController().signal)).toMatchObject([
      { replica: 'small-0', gpus: [{ index: 0 }], missing: null },
      { replica: 'small-1', gpus: [], missing: 'it is starting: Error: no container' },
    ])
  })
})
