import { describe, expect, it } from 'vitest'
import { vllmArguments } from './arguments.ts'
import { checkArguments } from '../arguments/index.ts'
import { vllmFacts } from './facts.ts'

const base = { model: 'owner/name' }
const gib = 1024 ** 3
const nixl = { kv_connector: 'NixlConnector', kv_role: 'kv_producer' }

/** What `--kv-transfer-config` says; undefined where it is not given. */
function configOf(line: readonly string[]): unknown {
  const at = line.indexOf('--kv-transfer-config')
  return at === -1 ? undefined : JSON.parse(line[at + 1] ?? '')
}

describe('where KV blocks of vLLM go', () => {
  it('is the host’s memory by one short flag', () => {
    expect(vllmArguments({ ...base, kvOffloadBytes: 64 * gib })).toEqual(['owner/name', '--kv-offloading-size', '64'])
  })

  it('is the disk behind the memory', () => {
    const line = vllmArguments({ ...base, kvOffloadBytes: 8 * gib, kvOffloadFolder: '/kv' })
    expect(configOf(line)).toEqual({
      kv_connector: 'OffloadingConnector',
      kv_role: 'kv_both',
      kv_connector_extra_config: {
        spec_name: 'TieringOffloadingSpec',
        cpu_bytes_to_use: 8 * gib,
        secondary_tiers: [{ type: 'fs', root_dir: '/kv' }],
      },
    })
    expect(line).not.toContain('--kv-offloading-size')
    expect(checkArguments(vllmFacts, line.slice(1))).toEqual([])
  })

  it.each([undefined, '/kv'])(
    'is another replica all the same: a tier (%s) never takes its connector’s place',
    (folder) => {
      const tiers = { kvOffloadBytes: gib, ...(folder !== undefined && { kvOffloadFolder: folder }) }
      const line = vllmArguments({ ...base, ...tiers, kvTransfer: nixl })
      expect(line).not.toContain('--kv-offloading-size')
      expect(configOf(line)).toMatchObject({
        kv_connector: 'MultiConnector',
        kv_role: 'kv_producer',
        kv_connector_extra_config: { connectors: [nixl, { kv_connector: 'OffloadingConnector' }] },
      })
    },
  )

  it('is no disk without memory above it', () => {
    expect(() => vllmArguments({ ...base, kvOffloadFolder: '/kv' })).toThrow('without a tier in memory')
  })
})
