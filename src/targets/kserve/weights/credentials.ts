import type { Fleet, Model, SecretReference } from '../../../fleet/index.ts'
import type { EnvironmentEntry } from '../../rendering/index.ts'

/** How KServe’s storage initializer gets at a model: by the account’s Secrets, or by variables of its own. */
export interface Credentials {
  /** Secrets whose keys KServe knows: a ServiceAccount that lists them is enough (pkg/credentials). */
  readonly accountSecrets: readonly string[]
  /** Variables for what KServe’s Secrets cannot say: other keys, an endpoint, a mirror. */
  readonly environment: readonly EnvironmentEntry[]
}

/** Key under which KServe looks for a token of the hub (pkg/credentials/hf/hf_secret.go). */
const hubKey = 'HF_TOKEN'
/** Keys of S3 credentials in KServe’s own configuration (config/configmap/inferenceservice.yaml, `credentials`). */
const s3Keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const

/** What fetching a model’s weights asks for. */
export function credentialsOf(model: Model, fleet: Fleet, secretsName: string): Credentials {
  const sources = [model.source ?? '', ...model.adapters.map(({ source }) => source)]
  const hub = sources.some((source) => source.startsWith('hf://')) ? hubCredentials(model, fleet, secretsName) : none
  const s3 = sources.some((source) => source.startsWith('s3://')) ? s3Credentials(fleet, secretsName) : none
  return {
    accountSecrets: [...new Set([...hub.accountSecrets, ...s3.accountSecrets])].toSorted(),
    environment: [...hub.environment, ...s3.environment],
  }
}

const none: Credentials = { accountSecrets: [], environment: [] }

/** Where a reference’s value lies in the cluster; null for a file, which is told as an error. */
function placeOf(reference: SecretReference, secretsName: string): { name: string; key: string } | null {
  if (reference.secretRef !== undefined) return reference.secretRef
  return reference.env === undefined ? null : { name: secretsName, key: reference.env }
}

function hubCredentials({ token }: Model, { storage }: Fleet, secretsName: string): Credentials {
  const { hubMirror } = storage.models
  const mirror = hubMirror === undefined ? [] : [{ name: 'HF_ENDPOINT', value: hubMirror }]
  if (token === undefined) return { accountSecrets: [], environment: mirror }
  const place = placeOf(token, secretsName)
  return place?.key === hubKey
    ? { accountSecrets: [place.name], environment: mirror }
    : { accountSecrets: [], environment: [...mirror, { name: hubKey, secret: token }] }
}

function s3Credentials({ storage }: Fleet, secretsName: string): Credentials {
  const { accessKeyId, secretAccessKey, sessionToken, endpoint, region, pathStyle } = storage.models
  const settings = [
    ...(endpoint === undefined ? [] : [{ name: 'AWS_ENDPOINT_URL', value: endpoint }]),
    ...(region === undefined ? [] : [{ name: 'AWS_DEFAULT_REGION', value: region }]),
    ...(endpoint === undefined || pathStyle ? [] : [{ name: 'S3_USER_VIRTUAL_BUCKET', value: 'true' }]),
    ...(sessionToken === undefined ? [] : [{ name: 'AWS_SESSION_TOKEN', secret: sessionToken }]),
  ]
  const places = [accessKeyId, secretAccessKey].map((each) => (each === undefined ? null : placeOf(each, secretsName)))
  const [id, secret] = places
  const isKnown = id?.name === secret?.name && places.every((place, index) => place?.key === s3Keys[index])
  if (isKnown && id !== null && id !== undefined) return { accountSecrets: [id.name], environment: settings }
  const keys = [accessKeyId, secretAccessKey].flatMap((reference, index) =>
    reference === undefined ? [] : [{ name: s3Keys[index] ?? '', secret: reference }],
  )
  return { accountSecrets: [], environment: [...settings, ...keys] }
}
