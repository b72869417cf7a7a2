/** What reading foreign deployment descriptions gives: one model that linting and importing share. */

/** A file as it lies on disk. */
export interface SourceFile {
  /** As the person gave it; used in every position. */
  readonly path: string
  /** Bytes are decoded here (UTF-8, UTF-16 with its mark); a caller that only has text passes that. */
  readonly content: string | Uint8Array
  /** Size of the whole file in bytes, when it was larger than `maxFileBytes` and `content` was therefore not read. */
  readonly size?: number
}

/** A stretch of a file. Lines and columns are 1-based, columns and offsets count UTF-16 code units of the decoded text. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Where the stretch begins in the text of the file (`ManifestSet.texts`). */
  readonly offset: number
  /** Where it ends, exclusive: what a mend replaces. */
  readonly end: number
}

/** Text with the place where it stands. `text` is the meaning (unquoted, variables put in); `position` the writing. */
export interface Placed {
  readonly text: string
  readonly position: Position
}

/** Names of fields and indices of lists. */
export type Path = readonly (string | number)[]

export type DocumentFormat =
  | 'kubernetes'
  | 'kustomization'
  | 'compose'
  | 'helm-values'
  | 'prometheus-rules'
  | 'grafana-dashboard'
  | 'promql'
  | 'env'
  | 'shell'
  | 'markdown'
  /** YAML or JSON of no kind that is known. */
  | 'data'
  | 'unknown'

/** One document: a YAML document of several, an item of a List, a script, a code block, a file inside a ConfigMap. */
export interface ManifestDocument {
  readonly format: DocumentFormat
  readonly file: string
  /** Where the document begins. */
  readonly position: Position
  /** `apiVersion` and `kind` of a Kubernetes object; empty otherwise. */
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
  /** Which chart the values are for, when `format` is helm-values. */
  readonly chart?: 'production-stack' | 'llm-d-modelservice' | 'unknown'
  /** Plain data with aliases and merge keys put in; undefined for text that is no YAML or JSON. */
  readonly value: unknown
  /** The text of the document as it means (block scalars unindented, escapes resolved). */
  readonly text: string
  /** The value at a path; undefined where there is none. */
  get(path: Path): unknown
  /** Where a value stands (or its key, with `at: 'key'`). Of a path that does not exist: the nearest thing around it. */
  at(path: Path, at?: 'value' | 'key'): Position
  /** Where a part of the text of the string at a path stands: offsets into the string's meaning. */
  within(path: Path, start: number, end: number): Position
  /** How a scalar is written. */
  styleOf(path: Path): 'plain' | 'single' | 'double' | 'block' | undefined
  /** The document that holds this one as a string (a dashboard in a ConfigMap, a code block in Markdown). */
  readonly inside?: { readonly document: ManifestDocument; readonly path: Path }
  /** Whether the file is a template that something else fills in (`{{ … }}`): absences prove nothing then. */
  readonly isTemplate: boolean
  /** Whether the file is a patch for objects that stand elsewhere (kustomize): absences prove nothing then. */
  readonly isPatch: boolean
}

export type ReadingProblemCode =
  | 'too-large'
  | 'binary'
  | 'encoding'
  | 'syntax'
  | 'too-deep'
  | 'too-many-values'
  | 'alias'
  | 'duplicate-key'
  | 'template'
  | 'control-character'
  | 'line-too-long'
  | 'too-many-documents'

/** Something that kept a file, or a part of it, from being read as it was meant. */
export interface ReadingProblem {
  readonly code: ReadingProblemCode
  readonly severity: 'error' | 'warning' | 'info'
  readonly position: Position
  /** What is wrong. */
  readonly message: string
  /** What to do. */
  readonly fix: string
}

export type Engine = 'vllm' | 'sglang' | 'llamacpp' | 'tgi' | 'unknown'

/** A word of a command line. */
export interface Argument extends Placed {
  /** As written, with its variables: `${MODEL}`. */
  readonly written: string
  /** Variables and template expressions of which the value is not known; `text` has them as written. */
  readonly unresolved: readonly string[]
}

/** An option of an engine's command line. */
export interface Flag {
  /** With its dashes, as written: `--max-model-len`, `--max_model_len`, `-tp`. */
  readonly name: string
  readonly position: Position
  /** Undefined for a switch that is given without one. Lists are joined by a space; see `values`. */
  readonly value: Argument | undefined
  readonly values: readonly Argument[]
  /** The whole, from the dashes to the end of the last value: in a list of YAML several items, with what stands between them. */
  readonly whole: Position
  /** Whether name and value are one word with a blank between them (`- --model x` as one item of a list), which no engine takes apart. */
  readonly isGlued: boolean
}

/** An environment variable of a container or script. */
export interface EnvironmentEntry {
  readonly name: string
  /** Where the entry stands. */
  readonly position: Position
  /** Where the value stands. */
  readonly valuePosition: Position
  /** What it is, where that can be known: written out, or found in a ConfigMap of the set. */
  readonly value: string | undefined
  readonly source:
    /** `isFilledIn`: Compose put it in from an .env file, so that it does not stand here. */
    | { readonly kind: 'value'; readonly isFilledIn?: true }
    | {
        readonly kind: 'secret' | 'config-map'
        readonly name: string
        readonly key: string
        /** Whether the object is among the files. */
        readonly isFound: boolean
        /** Whether it came through envFrom. */
        readonly isWhole: boolean
      }
    | { readonly kind: 'field'; readonly path: string }
    /** Compose without a value, `docker run -e NAME`: taken from the shell. */
    | { readonly kind: 'inherited' }
    | { readonly kind: 'file'; readonly path: string }
}

export interface ImageReference extends Placed {
  /** With registry: `docker.io/vllm/vllm-openai` is written `vllm/vllm-openai` and kept as written. */
  readonly repository: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

export interface GpuRequest {
  /** Undefined where “all” is asked for, or the number is a template. */
  readonly count: number | undefined
  /** `nvidia.com/gpu`, `amd.com/gpu`, `nvidia.com/mig-1g.10gb`, `docker`. */
  readonly resource: string
  readonly position: Position
}

export interface PlacedNumber {
  readonly value: number
  readonly position: Position
}

export interface Mount {
  readonly name: string
  readonly mountPath: string
  readonly position: Position
  readonly kind: 'persistent-claim' | 'host' | 'memory' | 'empty' | 'config-map' | 'secret' | 'named' | 'other'
  /** The claim, the path on the host, the name of the ConfigMap, Secret or Compose volume. */
  readonly source: string | undefined
  /** Bytes of an emptyDir's limit. */
  readonly sizeBytes: number | undefined
}

export interface Probe {
  readonly kind: 'liveness' | 'readiness' | 'startup'
  readonly position: Position
  readonly httpPath: string | undefined
  readonly port: number | string | undefined
  readonly initialDelaySeconds: number
  readonly periodSeconds: number
  readonly timeoutSeconds: number
  readonly failureThreshold: number
}

export interface ContainerPort {
  readonly name: string | undefined
  readonly port: number
  /** On the host, where it is published. */
  readonly hostPort: number | undefined
  readonly position: Position
}

/** A container, however it is described. Kubernetes defaults are put in for probes only. */
export interface Container {
  readonly name: string
  readonly description: 'kubernetes' | 'compose' | 'docker-run' | 'helm-values'
  readonly document: ManifestDocument
  /** Where it stands in the document; the path of the document itself ([]) for a docker run line. */
  readonly path: Path
  readonly position: Position
  readonly isInit: boolean
  /** Path of the pod spec around it, for Kubernetes. */
  readonly podPath: Path | undefined
  /** The workload around it: kind, name and number of pods that are asked for (undefined: not said, or a template). */
  readonly workload: { readonly kind: string; readonly name: string; readonly replicas: PlacedNumber | undefined }
  readonly image: ImageReference | undefined
  /** Command and arguments as the container runs them, variables put in. */
  readonly argv: readonly Argument[]
  /** Whether `command` (Kubernetes), `entrypoint` (Compose, Docker) replaces what the image starts. */
  readonly overridesEntrypoint: boolean
  readonly environment: readonly EnvironmentEntry[]
  readonly gpus: readonly GpuRequest[]
  readonly requests: Readonly<Record<string, Placed>>
  readonly limits: Readonly<Record<string, Placed>>
  readonly mounts: readonly Mount[]
  /** Bytes of shared memory, where they are set (/dev/shm mount, shm_size, --shm-size). */
  readonly sharedMemory: { readonly bytes: number | undefined; readonly position: Position } | undefined
  /** `ipc: host`, `--ipc=host`, `hostIPC: true`. */
  readonly usesHostIpc: boolean
  readonly ports: readonly ContainerPort[]
  readonly probes: readonly Probe[]
  readonly nodeSelector: Readonly<Record<string, Placed>>
  /** The invocation of an engine in it. */
  readonly invocation: EngineInvocation | undefined
}

/**
 * How a start is written: a program (`vllm serve`), a Python module, an image that starts the engine itself, values of a chart,
 * a custom resource whose controller makes the command, KServe's Hugging Face server (which takes vLLM's flags and some of its own).
 */
export type EngineForm = 'command' | 'module' | 'image' | 'values' | 'custom-resource' | 'kserve-huggingface'

/** A place where an engine is started. */
export interface EngineInvocation {
  readonly engine: Engine
  readonly document: ManifestDocument
  /** Where the command begins; of an image without arguments, the image. */
  readonly position: Position
  /** How it is written. */
  readonly form: EngineForm
  /** The words that start the engine (`vllm serve`, `python -m …`), empty when the image does. */
  readonly program: readonly Argument[]
  /** Everything after them, in order: flags, their values and positional arguments. */
  readonly argv: readonly Argument[]
  readonly flags: readonly Flag[]
  readonly positionals: readonly Argument[]
  /** The model: positional of `vllm serve`, `--model`, `-m`, `--model-path`, `--model-id`, `-hf`, or a field of a chart or custom resource. */
  readonly model: Argument | undefined
  /** Variables of the container, and those that the script sets before the command. */
  readonly environment: readonly EnvironmentEntry[]
  readonly container: Container | undefined
  readonly replicas: PlacedNumber | undefined
}

export interface MetricReference {
  /** As written, with colons: `vllm:num_requests_waiting`. */
  readonly name: string
  readonly position: Position
  readonly where:
    | 'rule'
    | 'recording-rule'
    | 'dashboard-panel'
    | 'dashboard-variable'
    | 'hpa'
    | 'scaled-object'
    | 'promql'
    | 'adapter'
    | 'relabeling'
    | 'other'
  readonly document: ManifestDocument
  /** Path of the expression in the document. */
  readonly path: Path
  /** The whole expression. */
  readonly expression: Placed
  /** Labels that its selector names. */
  readonly labels: readonly Placed[]
  /** Names that recording rules of the set define are no engine's metrics. */
  readonly isRecorded: boolean
}

/** Everything that the files say. */
export interface ManifestSet {
  readonly documents: readonly ManifestDocument[]
  readonly problems: readonly ReadingProblem[]
  readonly containers: readonly Container[]
  readonly engineInvocations: readonly EngineInvocation[]
  readonly metricReferences: readonly MetricReference[]
  /** Decoded text by path of file: for mends and for suppressions in comments. */
  readonly texts: ReadonlyMap<string, string>
}
