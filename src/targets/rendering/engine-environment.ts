import { diskTierOf, type Fleet, type Model, type SecretReference } from '../../fleet/index.ts'
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
    ...(weights?.by === 'stream' && weights.source.startsWith('s3://') ? s3Entries(fleet.storage.models) : []),
    // Where other replicas fetch its blocks: vLLM tells them this address (vllm/envs.py, VLLM_NIXL_SIDE_CHANNEL_HOST).
    ...(usesNixl
      ? [
          { name: 'VLLM_NIXL_SIDE_CHANNEL_HOST', from: 'address' as const },
          { name: 'VLLM_NIXL_SIDE_CHANNEL_PORT', value: String(nixlPort) },
        ]
      : []),
    // Names of blocks on disk: alike in each replica and after each start, so that what lies there is found again.
    ...(model.engine === 'vllm' && diskTierOf(model.kvCache) !== undefined
      ? [{ name: 'PYTHONHASHSEED', value: '0' }]
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

const entryOf = (name: string, secret: SecretReference | undefined): EnvironmentEntry[] =>
  secret === undefined ? [] : [{ name, secret }]

/** What the streamer’s S3 client reads (Run:ai Model Streamer, environment variables). */
function s3Entries(models: Fleet['storage']['models']): EnvironmentEntry[] {
  const { endpoint, region, accessKeyId, secretAccessKey, sessionToken, pathStyle } = models
  return [
    // Outside of AWS nobody answers at the address of its metadata, and the client would wait for it.
    ...(endpoint === undefined
      ? []
      : [
          { name: 'AWS_ENDPOINT_URL', value: endpoint },
          { name: 'AWS_EC2_METADATA_DISABLED', value: 'true' },
        ]),
    ...(region === undefined ? [] : [{ name: 'AWS_DEFAULT_REGION', value: region }]),
    ...(pathStyle ? [{ name: 'RUNAI_STREAMER_S3_USE_VIRTUAL_ADDRESSING', value: '0' }] : []),
    ...entryOf('AWS_ACCESS_KEY_ID', accessKeyId),
    ...entryOf('AWS_SECRET_ACCESS_KEY', secretAccessKey),
    ...entryOf('AWS_SESSION_TOKEN', sessionToken),
  ]
}
