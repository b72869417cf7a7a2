import { z } from 'zod'
import { UserError } from '../../../errors/index.ts'
import type { ScaleRequest, ScaleResult, WorkContext } from '../../contract.ts'
import { labelKey } from '../labels.ts'
import { requireProject } from './containers.ts'
import type { Docker } from './docker.ts'
import { untilReady } from './wait-ready.ts'

/** Of `docker compose config --format json`, what scaling asks. */
const config = z.object({
  services: z.record(
    z.string(),
    z.object({
      labels: z.record(z.string(), z.string()).nullish(),
      deploy: z
        .object({
          resources: z
            .object({ reservations: z.object({ devices: z.array(z.unknown()).nullish() }).nullish() })
            .nullish(),
        })
        .nullish(),
    }),
  ),
})

/** A service of a model, and whether it has GPUs. */
interface ModelService {
  readonly name: string
  readonly hasGpus: boolean
}

async function servicesOf(
  fleet: string,
  folder: string,
  { model, role }: ScaleRequest,
  docker: Docker,
): Promise<readonly ModelService[]> {
  const { services } = config.parse(JSON.parse(await docker.run(['compose', 'config', '--format', 'json'], { folder })))
  const all = Object.entries(services).map(([name, { labels, deploy }]) => ({
    name,
    model: labels?.[labelKey('model')],
    role: labels?.[labelKey('role')] ?? 'both',
    hasGpus: (deploy?.resources?.reservations?.devices ?? []).length > 0,
  }))
  const ofModel = all.filter((service) => service.model === model)
  if (ofModel.length === 0) {
    const known = [...new Set(all.flatMap((service) => service.model ?? []))].join(', ')
    throw new UserError({ what: `Fleet “${fleet}” has no model “${model}”`, mend: `It has ${known}.` })
  }
  const meant = role === undefined ? ofModel : ofModel.filter((service) => service.role === role)
  if (meant.length === 0 || new Set(meant.map((service) => service.role)).size > 1) {
    throw new UserError({
      what: meant.length === 0 ? `Model ${model} has no role ${role ?? ''}` : `Model ${model} has two roles`,
      mend: `Say one with --role: ${[...new Set(ofModel.map((service) => service.role))].join(', ')}.`,
    })
  }
  return meant
}

/** Docker gives every container of a service the same GPUs, so that more of them would share. */
function refuseMoreGpus(model: string, most: number): UserError {
  return new UserError({
    what: `Model ${model} has GPUs for ${most === 1 ? 'one replica' : `${most} replicas`} in this project`,
    why: 'Docker hands out GPUs by their index, and the rendered project says which replica has which.',
    mend: 'Write `replicas` in the Fleet and apply it: each replica gets GPUs of its own.',
    command: 'fairlead apply --target compose',
  })
}

/**
 * Sets the containers of a model. One that is scaled is one service; replicas with GPUs of their own are services, of which the
 * first ones run.
 */
export async function scaleCompose(
  fleet: string,
  request: ScaleRequest,
  context: WorkContext,
  docker: Docker,
): Promise<ScaleResult> {
  const { model, replicas } = request
  const { signal, progress } = context
  const { project, folder, containers } = await requireProject(fleet, docker, signal)
  const services = await servicesOf(fleet, folder, request, docker)
  const [first] = services
  if (first === undefined) throw new Error('a model has a service')
  const names = new Set(services.map(({ name }) => name))
  const before = containers.filter(({ service, state }) => names.has(service) && state !== 'stopped').length
  const hasGpus = services.some((service) => service.hasGpus)
  if (hasGpus && replicas > services.length) throw refuseMoreGpus(model, services.length)
  const up = (args: readonly string[]) =>
    docker.run(['compose', 'up', '--detach', '--no-deps', '--no-recreate', ...args], { folder, signal })
  const step = progress.step(`Scaling ${model} to ${replicas}`)
  try {
    if (services.length === 1) await up(['--scale', `${first.name}=${replicas}`, first.name])
    else {
      const [wanted, rest] = [services.slice(0, replicas), services.slice(replicas)]
      if (wanted.length > 0) await up(wanted.map(({ name }) => name))
      if (rest.length > 0) {
        const gone = rest.map(({ name }) => name)
        await docker.run(['compose', '-p', project, 'rm', '--force', '--stop', ...gone], { folder, signal })
      }
    }
    step.succeed()
  } catch (error) {
    step.fail('failed')
    throw error
  }
  if (replicas > 0) await untilReady(fleet, docker, context, ({ service }) => names.has(service))
  return {
    subject: `${services.length === 1 ? `service ${first.name}` : `services of ${model}`}`,
    before,
    after: replicas,
    note: 'The Fleet file says it again at the next `fairlead apply`.',
  }
}
