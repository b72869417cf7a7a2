import type { Fleet, Model, SecretReference } from '../../fleet/index.ts'
import { modelCachePath, type WeightsPlace } from './weights-place.ts'

/** A variable of a container: a plain value, a secret by reference, or what the platform knows of the container. */
export type EnvironmentEntry =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secret: SecretReference }
  | { readonly name: string; readonly from: 'address' }

/** The variables of an engine, the person’s own last so that they win. */
export function engineEnvironment(
  model: Model,
  context: {
    readonly fleet: Fleet
    readonly weights: WeightsPlace | null
    readonly usesNixl: boolean
    readonly nixlPort: number
  },
): EnvironmentEntry[] {
  const { fleet, weights, usesNixl, nixlPort } = context
  const { hubMirror, offline } = fleet.storage.models
  const fetches = weights?.by === 'engine'
  const entries: EnvironmentEntry[] = [
    ...(fetches ? [{ name: 'HF_HOME', value: `${modelCachePath}/huggingface` }] : []),
    ...(fetches && hubMirror !== undefined ? [{ name: 'HF_ENDPOINT', value: hubMirror }] : []),
    ...(fetches && offline ? [{ name: 'HF_HUB_OFFLINE', value: '1' }] : []),
    ...(fetches && model.token !== undefined ? [{ name: 'HF_TOKEN', secret: model.token }] : []),
    // Where other replicas fetch its blocks: vLLM tells them this address (vllm/envs.py, VLLM_NIXL_SIDE_CHANNEL_HOST).
    ...(usesNixl
      ? [
          { name: 'VLLM_NIXL_SIDE_CHANNEL_HOST', from: 'address' as const },
          { name: 'VLLM_NIXL_SIDE_CHANNEL_PORT', value: String(nixlPort) },
        ]
      : []),
    ...(model.engine === 'vllm' && model.adapters.some(({ preload }) => !preload)
      ? [{ name: 'VLLM_ALLOW_RUNTIME_LORA_UPDATING', value: 'True' }]
      : []),
  ]
  const own = model.env.map(({ name, value, from }): EnvironmentEntry =>
    from === undefined ? { name, value: value ?? '' } : { name, secret: from },
  )
  const names = new Set(own.map(({ name }) => name))
  return [...entries.filter(({ name }) => !names.has(name)), ...own]
}
