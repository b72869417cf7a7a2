import type { EngineInvocation, Flag } from '../../../manifests/contract.ts'
import type { Report, Rule } from '../../contract.ts'
import { flagOf, invocationsOf, isBefore, pinnedVersion } from '../../subject/invocations.ts'
import { isRecord, textOf } from '../../subject/values.ts'
import { vllmFile, vllmPull } from '../references.ts'

/** The JSON of a flag; undefined where it is not given or cannot be read. */
function jsonOf(
  invocation: EngineInvocation,
  name: string,
): { flag: Flag; value: Record<string, unknown> } | undefined {
  const flag = flagOf(invocation, name)
  if (flag?.value === undefined || flag.value.unresolved.some((variable) => !flag.value?.text.includes(variable)))
    return undefined
  try {
    const value: unknown = JSON.parse(flag.value.text)
    return isRecord(value) ? { flag, value: { ...value } } : undefined
  } catch {
    return undefined
  }
}

/** The connectors of a configuration: one, or those that a MultiConnector has in it. */
function connectorsOf(config: Record<string, unknown>): string[] {
  const name = textOf(config['kv_connector'])
  const extra = config['kv_connector_extra_config']
  const nested: unknown = isRecord(extra) ? { ...extra }['connectors'] : undefined
  const within = Array.isArray(nested) ? nested.filter((each) => isRecord(each)) : []
  return [...(name === undefined ? [] : [name]), ...within.flatMap((each) => connectorsOf({ ...each }))]
}

const check = (look: (invocation: EngineInvocation) => Iterable<Report>): Rule['check'] =>
  function* ({ manifests }) {
    for (const invocation of invocationsOf(manifests.engineInvocations, 'vllm')) yield* look(invocation)
  }

/** Connectors that vLLM had. */
const goneConnectors: Readonly<Record<string, { readonly from: readonly number[]; readonly mend: string }>> = {
  P2pNcclConnector: { from: [0, 23, 0], mend: 'Use NixlConnector, with kv_producer and kv_consumer.' },
  SharedStorageConnector: {
    from: [0, 13, 0],
    mend: 'It is called ExampleConnector now; use OffloadingConnector or LMCacheConnectorV1 for real work.',
  },
  PyNcclConnector: { from: [0, 11, 0], mend: 'Use NixlConnector, with kv_producer and kv_consumer.' },
  LMCacheConnector: { from: [0, 11, 0], mend: 'Use LMCacheConnectorV1.' },
}

const connectorGone: Rule = {
  id: 'vllm-kv-connector-gone',
  severity: 'error',
  what: '`--kv-transfer-config` names a connector that vLLM does not have any more.',
  why: 'vLLM looks the connector up by name at its start and exits.',
  since: 'vLLM 0.11 (V0 connectors), 0.13 (SharedStorageConnector), 0.23 (P2pNcclConnector)',
  mend: 'Use a connector of the current factory, such as NixlConnector.',
  references: [
    vllmFile('vllm/distributed/kv_transfer/kv_connector/factory.py'),
    vllmPull(44854, 'P2pNcclConnector is removed'),
  ],
  check: check(function* (invocation) {
    const config = jsonOf(invocation, '--kv-transfer-config')
    const name = connectorsOf(config?.value ?? {}).find((each) => each in goneConnectors)
    const gone = name === undefined ? undefined : goneConnectors[name]
    if (config === undefined || gone === undefined) return
    const pinned = pinnedVersion(invocation)
    if (pinned !== undefined && isBefore(pinned, gone.from)) return
    yield { at: config.flag.position, message: `vLLM has no KV connector ${name} any more.`, fix: gone.mend }
  }),
}

const roleMissing: Rule = {
  id: 'vllm-kv-role-missing',
  severity: 'error',
  what: '`--kv-transfer-config` names a connector and no `kv_role`.',
  why: 'vLLM refuses a connector without a role.',
  since: 'vLLM 0.7',
  mend: 'Add `"kv_role":"kv_producer"` to prefill and `"kv_role":"kv_consumer"` to decode replicas.',
  references: [vllmFile('vllm/config/kv_transfer.py')],
  check: check(function* (invocation) {
    const config = jsonOf(invocation, '--kv-transfer-config')
    const name = textOf(config?.value['kv_connector'])
    if (config === undefined || name === undefined || config.value['kv_role'] !== undefined) return
    yield { at: config.flag.position, message: `The KV connector ${name} has no kv_role.` }
  }),
}

const sideChannel: Rule = {
  id: 'vllm-nixl-side-channel',
  severity: 'error',
  what: 'A NIXL connector runs in a pod without `VLLM_NIXL_SIDE_CHANNEL_HOST`.',
  why: 'The side channel listens on localhost then, so no other pod can fetch KV blocks and every decode fails or recomputes.',
  since: 'vLLM 0.9',
  mend: 'Set VLLM_NIXL_SIDE_CHANNEL_HOST from the field status.podIP.',
  references: [
    vllmFile('vllm/envs.py'),
    { title: 'vLLM: NixlConnector', url: 'https://docs.vllm.ai/en/latest/features/nixl_connector_usage/' },
  ],
  check: check(function* (invocation) {
    const config = jsonOf(invocation, '--kv-transfer-config')
    const name = connectorsOf(config?.value ?? {}).find((each) => each.startsWith('Nixl'))
    const isInPod =
      invocation.container?.description === 'kubernetes' &&
      !invocation.document.isTemplate &&
      !invocation.document.isPatch
    if (config === undefined || name === undefined || !isInPod) return
    if (invocation.environment.some((entry) => entry.name === 'VLLM_NIXL_SIDE_CHANNEL_HOST')) return
    yield {
      at: config.flag.position,
      message: `${name} needs VLLM_NIXL_SIDE_CHANNEL_HOST: its side channel listens on localhost.`,
    }
  }),
}

const connectorReplaced: Rule = {
  id: 'vllm-kv-connector-replaced',
  severity: 'error',
  what: '`--kv-offloading-size` stands beside `--kv-transfer-config` with another connector.',
  why: 'The size sets the connector to OffloadingConnector and the role to kv_both, whatever the JSON says: prefill and decode replicas hand nothing over any more, and nothing tells.',
  since: 'vLLM 0.13',
  mend: 'Leave `--kv-offloading-size` out and put both connectors into a MultiConnector, the offloading one with `cpu_bytes_to_use`.',
  references: [
    vllmFile('vllm/config/vllm.py'),
    { title: 'vLLM: KV offloading', url: 'https://docs.vllm.ai/en/latest/features/kv_offloading_usage/' },
  ],
  check: check(function* (invocation) {
    const config = jsonOf(invocation, '--kv-transfer-config')
    const size = flagOf(invocation, '--kv-offloading-size')
    const name = connectorsOf(config?.value ?? {})[0]
    if (size === undefined || name === undefined || name === 'OffloadingConnector') return
    yield { at: size.position, message: `--kv-offloading-size takes the place of the KV connector ${name}.` }
  }),
}

const eventsOff: Rule = {
  id: 'vllm-kv-events-off',
  severity: 'warning',
  what: '`--kv-events-config` does not switch the events on.',
  why: '`enable_kv_cache_events` is false unless it is set: the engine publishes nothing and prefix routing falls back to guesses.',
  since: 'vLLM 0.9',
  mend: 'Add `"enable_kv_cache_events":true`.',
  references: [vllmFile('vllm/config/kv_events.py')],
  check: check(function* (invocation) {
    const config = jsonOf(invocation, '--kv-events-config')
    if (config === undefined || config.value['enable_kv_cache_events'] === true) return
    yield {
      at: config.flag.position,
      message: '--kv-events-config has no "enable_kv_cache_events":true, so no event is sent.',
    }
  }),
}

const prefixCachingOff: Rule = {
  id: 'vllm-kv-events-without-prefix-cache',
  severity: 'warning',
  what: 'KV events are on and prefix caching is off.',
  why: 'Without a prefix cache no block is stored under a hash, so there is nothing to tell.',
  since: 'vLLM 0.9',
  mend: 'Remove `--no-enable-prefix-caching`, or the events.',
  references: [vllmFile('vllm/distributed/kv_events.py')],
  check: check(function* (invocation) {
    const config = jsonOf(invocation, '--kv-events-config')
    const off = invocation.flags.find(({ name }) => name.replaceAll('_', '-') === '--no-enable-prefix-caching')
    if (config === undefined || off === undefined) return
    yield { at: off.position, message: 'KV events need prefix caching, which is switched off here.' }
  }),
}

/** KV transfer between replicas, and KV events. */
export const vllmTransferRules: readonly Rule[] = [
  connectorGone,
  roleMissing,
  connectorReplaced,
  sideChannel,
  eventsOff,
  prefixCachingOff,
]
