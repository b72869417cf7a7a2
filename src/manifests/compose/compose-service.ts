import type {
  Container,
  ContainerPort,
  EngineInvocation,
  EnvironmentEntry,
  GpuRequest,
  Mount,
  Path,
  Placed,
  Probe,
} from '../contract.ts'
import { mountOf, portOf } from '../docker/short-syntax.ts'
import { assignedEntries, startOf } from '../engine/container-start.ts'
import { parseImage } from '../engine/image-reference.ts'
import { makeInvocation } from '../engine/invocation.ts'
import { expandWord } from '../shell/expand.ts'
import { lexScript } from '../shell/lex-script.ts'
import { interpolate, type Interpolated } from '../text/interpolate.ts'
import { parseDockerSize, parseDurationSeconds } from '../text/quantities.ts'
import { wordOf, type Word } from '../text/word.ts'
import { fieldsAt, isFields, listAt, numberAt, placedNumberAt, templatesIn, textAt } from '../tree/look.ts'
import type { TreeDocument } from '../tree/tree-document.ts'

/** Services of a Compose file as containers; `values` are those of its `.env` file. */
export function readComposeServices(
  document: TreeDocument,
  values: ReadonlyMap<string, string>,
  files: EnvironmentFiles,
): Container[] {
  return Object.keys(fieldsAt(document, ['services'])).flatMap((name) =>
    isFields(document.get(['services', name])) ? [new ServiceReader(document, name, values, files).read()] : [],
  )
}

/** Environment files of the set, found by the path that a service names. */
export type EnvironmentFiles = (path: string) => ReadonlyMap<string, string> | undefined

/** Of the Compose specification (compose-spec, 2025); fields of the older file format 2 and 3 mean the same. */
class ServiceReader {
  readonly #document: TreeDocument
  readonly #path: Path
  readonly #name: string
  readonly #values: ReadonlyMap<string, string>
  readonly #files: EnvironmentFiles

  constructor(document: TreeDocument, name: string, values: ReadonlyMap<string, string>, files: EnvironmentFiles) {
    this.#document = document
    this.#path = ['services', name]
    this.#name = name
    this.#values = values
    this.#files = files
  }

  read(): Container {
    const document = this.#document
    const entrypoint = this.#words('entrypoint')
    const argv = [...entrypoint, ...this.#words('command')]
    const image = this.#placed('image')
    const environment = this.#environment()
    const start = startOf(argv, image?.text, entrypoint.length > 0, environment)
    const replicas =
      placedNumberAt(document, this.#at('deploy', 'replicas')) ?? placedNumberAt(document, this.#at('scale'))
    const shared = this.#placed('shm_size')
    let invocation: EngineInvocation | undefined
    const container: Container = {
      name: this.#text('container_name') ?? this.#name,
      description: 'compose',
      document,
      path: this.#path,
      position: document.at(this.#path, 'key'),
      isInit: false,
      podPath: undefined,
      workload: { kind: 'service', name: this.#name, replicas },
      image: image === undefined ? undefined : parseImage(image),
      argv,
      overridesEntrypoint: entrypoint.length > 0,
      environment,
      gpus: this.#gpus(),
      requests: {},
      limits: this.#limits(),
      mounts: this.#mounts(),
      sharedMemory:
        shared === undefined ? undefined : { bytes: parseDockerSize(shared.text), position: shared.position },
      usesHostIpc: this.#text('ipc') === 'host',
      ports: this.#ports(),
      probes: this.#probes(),
      nodeSelector: {},
      get invocation() {
        return invocation
      },
    }
    if (start !== undefined) {
      invocation = makeInvocation(start.recognised, {
        document,
        position: start.recognised.program[0]?.position ?? image?.position ?? container.position,
        environment: [...environment, ...assignedEntries(start.assignments)],
        container,
        replicas,
      })
    }
    return container
  }

  #at(...rest: readonly (string | number)[]): Path {
    return [...this.#path, ...rest]
  }

  /** A scalar with its variables put in. */
  #interpolated(path: Path): Interpolated | undefined {
    const mapped = this.#document.textAt(path)
    return mapped === undefined ? undefined : interpolate(mapped, this.#values)
  }

  #text(...path: readonly (string | number)[]): string | undefined {
    return this.#interpolated(this.#at(...path))?.text.text
  }

  #placed(...path: readonly (string | number)[]): Placed | undefined {
    const text = this.#text(...path)
    return text === undefined ? undefined : { text, position: this.#document.at(this.#at(...path)) }
  }

  /** A command as a list, or as a string that is split as a shell splits it. */
  #words(field: string): Word[] {
    const at = this.#at(field)
    if (Array.isArray(this.#document.get(at))) {
      return listAt(this.#document, at).flatMap((_, index): Word[] => {
        const found = this.#interpolated([...at, index])
        if (found === undefined) return []
        const position = this.#document.at([...at, index])
        return [
          {
            ...wordOf(found.text, [...templatesIn(found.text.text), ...found.unresolved]),
            written: this.#document.textAt([...at, index])?.text ?? '',
            position,
          },
        ]
      })
    }
    const found = this.#interpolated(at)
    if (found === undefined) return []
    // Compose splits a string into words and does not run it: signs of a shell are words like others.
    return lexScript(found.text.text.replaceAll('\n', ' ')).flatMap((token) =>
      token.kind === 'word' ? expandWord(token, found.text, new Map()) : [],
    )
  }

  #environment(): EnvironmentEntry[] {
    const document = this.#document
    const at = this.#at('environment')
    const entries = this.#fromFiles()
    if (isFields(document.get(at))) {
      for (const name of Object.keys(fieldsAt(document, at))) {
        const found = this.#interpolated([...at, name])
        const value = found === undefined || found.unresolved.length > 0 ? undefined : found.text.text
        entries.push({
          name,
          position: document.at([...at, name], 'key'),
          valuePosition: document.at([...at, name]),
          value,
          source: found === undefined ? { kind: 'inherited' } : valueSource(found),
        })
      }
      return entries
    }
    for (const index of listAt(document, at).keys()) {
      const found = this.#interpolated([...at, index])
      if (found === undefined) continue
      const { text } = found.text
      const equals = text.indexOf('=')
      const position = document.at([...at, index])
      const name = equals === -1 ? text : text.slice(0, equals)
      if (equals === -1)
        entries.push({
          name,
          position,
          valuePosition: position,
          value: this.#values.get(name),
          source: { kind: 'inherited' },
        })
      else {
        const value = found.unresolved.length > 0 ? undefined : text.slice(equals + 1)
        entries.push({
          name,
          position,
          valuePosition: found.text.position(equals + 1, text.length),
          value,
          source: valueSource(found),
        })
      }
    }
    return entries
  }

  #fromFiles(): EnvironmentEntry[] {
    const at = this.#at('env_file')
    const paths: Path[] = Array.isArray(this.#document.get(at))
      ? Array.from(listAt(this.#document, at).keys(), (index) => at.concat(index))
      : [at]
    return paths.flatMap((path) => {
      const isLong = isFields(this.#document.get(path))
      const file = textAt(this.#document, isLong ? [...path, 'path'] : path)
      if (file === undefined) return []
      const position = this.#document.at(path)
      const source = { kind: 'file', path: file } as const
      return [...(this.#files(file) ?? [])].map(([name, value]) => ({
        name,
        position,
        valuePosition: position,
        value,
        source,
      }))
    })
  }

  #gpus(): GpuRequest[] {
    const document = this.#document
    const devices = this.#at('deploy', 'resources', 'reservations', 'devices')
    const reserved = listAt(document, devices).flatMap((_, index): GpuRequest[] => {
      const at = [...devices, index]
      const capabilities = listAt(document, [...at, 'capabilities'])
        .flat()
        .map(scalarText)
      const driver = textAt(document, [...at, 'driver'])
      if (!capabilities.includes('gpu') && driver !== 'nvidia' && driver !== 'amd') return []
      const ids = listAt(document, [...at, 'device_ids']).length
      const count = ids > 0 ? ids : numberOf(this.#interpolated([...at, 'count'])?.text.text)
      return [{ resource: 'docker', position: document.at(at), count }]
    })
    if (reserved.length > 0) return reserved
    const short = this.#at('gpus')
    if (document.get(short) !== undefined) {
      const count = Array.isArray(document.get(short))
        ? numberAt(document, [...short, 0, 'count'])
        : numberOf(textAt(document, short))
      return [{ resource: 'docker', position: document.at(short, 'key'), count }]
    }
    return this.#text('runtime') === 'nvidia'
      ? [{ resource: 'docker', position: document.at(this.#at('runtime'), 'key'), count: undefined }]
      : []
  }

  #limits(): Record<string, Placed> {
    const limits: Record<string, Placed> = {}
    const memory = this.#placed('deploy', 'resources', 'limits', 'memory') ?? this.#placed('mem_limit')
    const cpu = this.#placed('deploy', 'resources', 'limits', 'cpus') ?? this.#placed('cpus')
    if (memory !== undefined) limits['memory'] = memory
    if (cpu !== undefined) limits['cpu'] = cpu
    return limits
  }

  #mounts(): Mount[] {
    const at = this.#at('volumes')
    const mounts = listAt(this.#document, at).flatMap((value, index): Mount[] => {
      const path = [...at, index]
      const position = this.#document.at(path)
      if (!isFields(value)) {
        const text = this.#interpolated(path)?.text.text
        return text === undefined ? [] : [mountOf(text, position)]
      }
      const type = textAt(this.#document, [...path, 'type'])
      const source = this.#interpolated([...path, 'source'])?.text.text
      const mountPath = this.#interpolated([...path, 'target'])?.text.text ?? ''
      const sizeBytes = parseDockerSize(textAt(this.#document, [...path, 'tmpfs', 'size']))
      return [
        {
          name: source ?? '',
          mountPath,
          position,
          kind: type === 'bind' ? 'host' : type === 'tmpfs' ? 'memory' : 'named',
          source,
          sizeBytes,
        },
      ]
    })
    return mounts
  }

  #ports(): ContainerPort[] {
    const at = this.#at('ports')
    return listAt(this.#document, at).flatMap((value, index): ContainerPort[] => {
      const path = [...at, index]
      const position = this.#document.at(path)
      if (!isFields(value)) {
        const text = this.#interpolated(path)?.text.text
        return text === undefined ? [] : portOf(text, position)
      }
      const port = numberAt(this.#document, [...path, 'target'])
      const hostPort = numberAt(this.#document, [...path, 'published'])
      return port === undefined ? [] : [{ name: undefined, port, hostPort, position }]
    })
  }

  /** The health check, which only tells whether the container is healthy: nothing restarts it by itself. */
  #probes(): Probe[] {
    const at = this.#at('healthcheck')
    if (!isFields(this.#document.get(at)) || this.#document.get([...at, 'disable']) === true) return []
    const test = [this.#document.get([...at, 'test'])].flat().map(scalarText).join(' ')
    const url = /https?:\/\/[^/\s:"']+(?::(\d+))?(\/[^\s"'|&;)]*)?/.exec(test)
    const seconds = (name: string) => parseDurationSeconds(textAt(this.#document, [...at, name]))
    return [
      {
        kind: 'readiness',
        position: this.#document.at(at, 'key'),
        httpPath: url === null ? undefined : (url[2] ?? '/'),
        port: url?.[1] === undefined ? undefined : Number(url[1]),
        // Defaults of the Dockerfile reference, HEALTHCHECK.
        initialDelaySeconds: seconds('start_period') ?? 0,
        periodSeconds: seconds('interval') ?? 30,
        timeoutSeconds: seconds('timeout') ?? 30,
        failureThreshold: numberAt(this.#document, [...at, 'retries']) ?? 3,
      },
    ]
  }
}

const numberOf = (text: string | undefined) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined)

/** Text of a scalar; none of what is a map or a list, which has no text (and no prototype to make one). */
const scalarText = (value: unknown) => (typeof value === 'object' ? '' : String(value))

/** Where the value of a variable is from: what an .env file fills in does not stand in the Compose file. */
const valueSource = ({ isFilledIn }: Interpolated): EnvironmentEntry['source'] =>
  isFilledIn ? { kind: 'value', isFilledIn } : { kind: 'value' }
