import { UserError } from '../../../errors/index.ts'
import type { Environment } from '../../../files/index.ts'
import type { Target } from '../../contract.ts'
import { applyProject, asOnlyOperator, projectOf } from './apply.ts'
import { findProject, listProjects } from './containers.ts'
import { deleteCompose } from './delete.ts'
import { Docker } from './docker.ts'
import { readComposeEvents } from './events.ts'
import { readComposeEvidence } from './evidence.ts'
import { debugCompose, execCompose } from './exec.ts'
import { readComposeLogs } from './logs.ts'
import { planCompose } from './plan.ts'
import { usualFolder } from './project-folder.ts'
import { composeSecrets, setComposeSecret } from './secrets.ts'
import { restartCompose } from './restart.ts'
import { readRevisions, shownRevisions } from './revisions.ts'
import { rollbackCompose, rolloutCompose } from './roll.ts'
import { scaleCompose } from './scale.ts'
import { readComposeStatus } from './status.ts'

/** What the target is made of. */
export interface ComposeTargetParts {
  readonly environment: Environment
  /** Folder of the project; where it lies already, else one of the Fleet’s state, when absent. */
  readonly folder?: string
}

/** Target `compose`: containers of one Docker host, by `docker compose`. */
export function createComposeTarget({ environment, folder: asked }: ComposeTargetParts): Target {
  const docker = new Docker(environment)
  const folderFor = async (fleet: string): Promise<string> => {
    if (asked !== undefined) return asked
    const running = (await findProject(fleet, docker))?.folder ?? ''
    if (running !== '') return running
    const [last] = await readRevisions(fleet, environment)
    return last?.folder ?? usualFolder(fleet, environment)
  }
  return {
    name: 'compose',
    plan: async (source) => planCompose(source, environment, await folderFor(source.fleet.name), docker),
    secrets: async (source) => composeSecrets(source, await folderFor(source.fleet.name), environment),
    setSecret: async (source, request, context) => {
      const { name } = source.fleet
      const alone = <Result>(work: () => Promise<Result>) => asOnlyOperator(name, context, work)
      return setComposeSecret(source, await folderFor(name), request, environment, alone)
    },
    async apply(source, context) {
      const { name } = source.fleet
      const folder = await folderFor(name)
      const applied = projectOf(source, folder, context.options?.reason ?? 'apply')
      await asOnlyOperator(name, context, () => applyProject(applied, context, docker))
    },
    status: (fleet) => readComposeStatus(fleet, docker, environment['FAIRLEAD_API_KEY']),
    list: () => listProjects(docker),
    logs: (fleet, _environment, query) => readComposeLogs(fleet, query, docker),
    events: (fleet, _environment, query) => readComposeEvents(fleet, query, docker),
    exec: (fleet, _environment, request) => execCompose(fleet, request, docker),
    debug: (fleet, _environment, request) => debugCompose(fleet, request, docker),
    evidence: (fleet) => readComposeEvidence(fleet, environment, docker),
    scale: (fleet, request, context) =>
      asOnlyOperator(fleet, context, () => scaleCompose(fleet, request, context, docker)),
    restart: (fleet, request, context) =>
      asOnlyOperator(fleet, context, () => restartCompose(fleet, request, context, docker)),
    rollout: async (fleet, request, context) => rolloutCompose(fleet, request, await folderFor(fleet), context, docker),
    revisions: async (fleet) => shownRevisions(await readRevisions(fleet, environment)),
    rollback: (fleet, request, context) => rollbackCompose(fleet, request, context, docker),
    delete: (fleet, options, context) =>
      asOnlyOperator(fleet, context, () => deleteCompose(fleet, options, context, docker)),
    async portForward(fleet, _environment, { subject = 'gateway' }) {
      const { gateway } = await readComposeStatus(fleet, docker)
      throw new UserError({
        what: 'Target compose publishes ports, and forwards none',
        why:
          subject === 'gateway' && gateway !== null
            ? `The gateway is at ${gateway.address}, its administration at ${gateway.admin}.`
            : 'An engine is reached by other containers of the project.',
        mend: 'Use the addresses of the status; `fairlead render --without-gateway` publishes engines instead.',
        command: `fairlead status ${fleet} --target compose`,
      })
    },
    close: () => Promise.resolve(),
  }
}
