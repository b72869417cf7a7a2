/**
 * Every command of `fairlead`, as data, in the order in which help lists them.
 */
import type { Command, CommandGroup } from '../command.ts'
import { apply } from './apply.ts'
import { chat } from './chat.ts'
import { completion } from './completion.ts'
import { controller, controllerInstall } from './controller.ts'
import { debug } from './debug.ts'
import { deleteCommand } from './delete.ts'
import { doctor } from './doctor.ts'
import { down } from './down.ts'
import { engineInstall } from './engine-install.ts'
import { engineLlamacpp } from './engine-llamacpp.ts'
import { engineSimulated } from './engine-simulated.ts'
import { events } from './events.ts'
import { exec } from './exec.ts'
import { explain } from './explain.ts'
import { explainRequest } from './explain-request.ts'
import { explainScaling } from './explain-scaling.ts'
import { gateway } from './gateway.ts'
import { gpu } from './gpu.ts'
import { health } from './health.ts'
import { imagesBundle } from './images-bundle.ts'
import { imagesList } from './images-list.ts'
import { imagesMirror } from './images-mirror.ts'
import { importCommand } from './import.ts'
import { init } from './init.ts'
import { lint } from './lint.ts'
import { logs } from './logs.ts'
import { migrate } from './migrate.ts'
import { modelsList } from './models-list.ts'
import { modelsPull } from './models-pull.ts'
import { modelsVerify } from './models-verify.ts'
import { plan } from './plan.ts'
import { portForward } from './port-forward.ts'
import { render } from './render.ts'
import { restart } from './restart.ts'
import { revisions } from './revisions.ts'
import { rollback } from './rollback.ts'
import { rollouts } from './rollout.ts'
import { scale } from './scale.ts'
import { schema } from './schema.ts'
import { secrets } from './secrets.ts'
import { simulate } from './simulate.ts'
import { size } from './size.ts'
import { storagePlan } from './storage-plan.ts'
import { status } from './status.ts'
import { supportBundle } from './support-bundle.ts'
import { up } from './up.ts'
import { version } from './version.ts'

/** All commands. */
export const commands: readonly Command[] = [
  up,
  down,
  plan,
  apply,
  render,
  gateway,
  controller,
  controllerInstall,
  engineSimulated,
  engineLlamacpp,
  engineInstall,
  status,
  health,
  explainRequest,
  explainScaling,
  doctor,
  logs,
  events,
  revisions,
  gpu,
  exec,
  debug,
  portForward,
  supportBundle,
  chat,
  scale,
  restart,
  ...secrets,
  ...rollouts,
  rollback,
  deleteCommand,
  modelsPull,
  modelsList,
  modelsVerify,
  storagePlan,
  imagesList,
  imagesMirror,
  imagesBundle,
  init,
  importCommand,
  size,
  simulate,
  lint,
  explain,
  migrate,
  schema,
  completion,
  version,
]

/** First words that several commands share. */
export const commandGroups: readonly CommandGroup[] = [
  { name: 'engine', summary: 'Run our own engine servers alone, as containers do' },
  { name: 'rollout', summary: 'Update a Fleet that serves, and hold, end or take back the update' },
  { name: 'secrets', summary: 'Check, set and rotate the secrets that a Fleet refers to' },
  { name: 'models', summary: 'Fetch, list and check models in the cache' },
  { name: 'images', summary: 'List and copy the container images that a Fleet needs' },
  { name: 'storage', summary: 'Plan how a cluster keeps models' },
]
