import { z } from 'zod'
import { bytes, duration } from './units.ts'
import { dnsLabel, httpUrl, list, secretReference, text } from './names.ts'

/** Where models lie once fetched. */
const models = z.strictObject({
  path: text(4096).optional().describe('Folder of the model cache; under XDG_CACHE_HOME when absent.'),
  kind: z
    .enum(['folder', 'hostPath', 'sharedClaim', 'claimPerModel', 'imageVolume'])
    .default('folder')
    .describe('How a cluster keeps models.'),
  storageClass: dnsLabel().optional().describe('Kubernetes StorageClass of the claims.'),
  size: bytes().optional().describe('Size of the claims; from the models when absent.'),
  offline: z.boolean().default(false).describe('Never fetches; models must be there.'),
  hubMirror: httpUrl().optional().describe('Mirror of the Hugging Face hub.'),
  endpoint: httpUrl().optional().describe('S3-compatible endpoint for s3:// sources.'),
  region: text(63).optional().describe('Its region.'),
  accessKeyId: secretReference().optional().describe('Access key of the endpoint.'),
  secretAccessKey: secretReference().optional().describe('Its secret half.'),
  sessionToken: secretReference().optional().describe('Token of a session that ends.'),
  pathStyle: z.boolean().default(false).describe('Whether buckets stand in the path.'),
  caFile: text(4096).optional().describe('Certificate authorities of the endpoint (PEM).'),
  mlflow: httpUrl().optional().describe('MLflow’s address, for models:/ sources; MLFLOW_TRACKING_URI when absent.'),
  mlflowToken: secretReference().optional().describe('Token that MLflow is asked with.'),
  mlflowUser: text(253).optional().describe('Name that MLflow is asked with, where it takes names.'),
  mlflowPassword: secretReference().optional().describe('Its password.'),
  modelRegistry: httpUrl().optional().describe('Address of the registry, for model-registry:// sources.'),
  modelRegistryToken: secretReference().optional().describe('Token that it is asked with.'),
})

/** Where counters, keys and jobs lie. */
const state = z.strictObject({
  kind: z.enum(['embedded', 'redis']).default('embedded').describe('In each gateway, or shared by all.'),
  url: text(2048)
    .regex(/^rediss?:\/\/[^\s]+$/, 'expected a URL that starts with redis:// or rediss://')
    .optional()
    .describe('For redis: its address; the target runs one when absent.'),
  password: secretReference().optional().describe('For redis: its password.'),
  prefix: text(63).default('fairlead:').describe('For redis: what every name in it starts with.'),
})

/** Images by the name that they have without a registry of the Fleet, with the digest that each is taken by. */
const digests = z
  .record(text(512), text(71).regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits'))
  .refine((map) => Object.keys(map).length <= 512, 'expected at most 512 entries')
  .meta({ maxProperties: 512 })

/** Where container images come from. */
const images = z.strictObject({
  registry: text(253).optional().describe('Prefix of every image, such as registry.example.org/mirror.'),
  digests: digests
    .default({})
    .describe(
      'Digests that images are pinned by; one of models[].image that is named here comes from the registry too. `fairlead images mirror --write` fills it.',
    ),
  pullSecrets: list(dnsLabel(), 16).default([]).describe('Kubernetes Secrets to pull with.'),
  pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent').describe('When images are pulled.'),
  prePull: z
    .boolean()
    .default(false)
    .describe('Whether each node that engines may go to has their images before they come, and keeps them.'),
})

/** Copies of the model cache. */
const backup = z.strictObject({
  to: text(2048).describe('Folder, s3:// or oci:// that backups go to.'),
  schedule: text(63).default('0 3 * * *').describe('When, as a cron expression.'),
  keep: z.int().min(1).max(1000).default(7).describe('Backups that are kept.'),
  maxAge: duration().prefault('8d').describe('Age of the last one that raises an alert.'),
})

/** Where things are kept. */
export const storage = z.strictObject({
  models: models.prefault({}).describe('The model cache.'),
  state: state.prefault({}).describe('Counters, keys and jobs.'),
  images: images.prefault({}).describe('Container images.'),
  backup: backup.optional().describe('Backups of the model cache.'),
})
