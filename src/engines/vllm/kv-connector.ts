import { UserError } from '../../errors/index.ts'
import type { EngineSettings } from '../contract.ts'
import { json, type FlagRow } from '../settings/flag-rows.ts'

const gibibyte = 1024 ** 3

/** A connector as `--kv-transfer-config` names it (vllm/config/kv_transfer.py). */
type Connector = Readonly<Record<string, unknown>>

/**
 * Where KV blocks go that leave the GPU. vLLM has one connector: `--kv-offloading-size` sets it, in place of what
 * `--kv-transfer-config` says (vllm/config/vllm.py, _post_init_kv_transfer_config). So the short flag is for memory alone; a disk
 * below it, or another replica beside it, takes the long one.
 */
export const kvConnectorRow: FlagRow = {
  settings: ['kvOffloadBytes', 'kvOffloadFolder', 'kvTransfer'],
  flags: ['--kv-offloading-size', '--kv-transfer-config'],
  write: ({ kvOffloadBytes, kvOffloadFolder, kvTransfer }) => {
    const tiers = tiersOf(kvOffloadBytes, kvOffloadFolder)
    if (tiers === undefined) return kvTransfer === undefined ? [] : ['--kv-transfer-config', json(kvTransfer)]
    if (kvTransfer !== undefined) return ['--kv-transfer-config', json(both(kvTransfer, tiers))]
    if (kvOffloadFolder !== undefined) return ['--kv-transfer-config', json(tiers)]
    return ['--kv-offloading-size', String(Number(((kvOffloadBytes ?? 0) / gibibyte).toFixed(3)))]
  },
}

/**
 * Tiers below the GPU. Blocks reach the disk by way of the host’s memory and nowhere else (vLLM, KV Offloading Usage Guide).
 * @throws UserError for a disk without memory above it.
 */
function tiersOf(bytes: EngineSettings['kvOffloadBytes'], folder: string | undefined): Connector | undefined {
  if (bytes === undefined && folder === undefined) return undefined
  if (bytes === undefined) {
    throw new UserError({
      what: 'vLLM cannot keep KV blocks on disk without a tier in memory above it.',
      why: 'Blocks go to the disk and come back by way of the host’s memory.',
      mend: 'Put a tier with `medium: memory` before it in `kvCache.tiers`, some GiB at the least.',
    })
  }
  const disk = folder === undefined ? {} : { spec_name: 'TieringOffloadingSpec' }
  const below = folder === undefined ? {} : { secondary_tiers: [{ type: 'fs', root_dir: folder }] }
  return {
    kv_connector: 'OffloadingConnector',
    kv_role: 'kv_both',
    kv_connector_extra_config: { ...disk, cpu_bytes_to_use: bytes, ...below },
  }
}

/** Another replica first: a prompt that it has computed comes from there as a whole. */
const both = (transfer: NonNullable<EngineSettings['kvTransfer']>, tiers: Connector): Connector => ({
  kv_connector: 'MultiConnector',
  kv_role: transfer['kv_role'],
  kv_connector_extra_config: { connectors: [transfer, tiers] },
})
