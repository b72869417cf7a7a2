import type { Engine, EngineInvocation } from '../contract.ts'
import type { Word } from '../text/word.ts'

/** What a command line starts. */
export interface Recognised {
  readonly engine: Engine
  readonly form: EngineInvocation['form']
  readonly program: readonly Word[]
  readonly argv: readonly Word[]
}

interface Program {
  readonly engine: Engine
  /** Last part of the program's path. */
  readonly program: RegExp
  /** The word after it, where there must be one. */
  readonly subcommand?: string
}

const programs: readonly Program[] = [
  { engine: 'vllm', program: /^vllm$/, subcommand: 'serve' },
  { engine: 'sglang', program: /^sglang$/, subcommand: 'serve' },
  { engine: 'llamacpp', program: /^llama-server(?:\.exe)?$/ },
  { engine: 'tgi', program: /^text-generation-launcher$/ },
  { engine: 'unknown', program: /^ollama$/, subcommand: 'serve' },
  { engine: 'unknown', program: /^lmdeploy$/, subcommand: 'serve' },
  { engine: 'unknown', program: /^aphrodite$/, subcommand: 'run' },
  { engine: 'unknown', program: /^(?:trtllm-serve|tritonserver)$/ },
]

const modules: readonly { readonly engine: Engine; readonly module: RegExp }[] = [
  { engine: 'vllm', module: /^vllm\.entrypoints\.(?:openai\.api_server|api_server|openai\.cli_args|launchers\..*)$/ },
  { engine: 'sglang', module: /^sglang\.launch_server$/ },
  { engine: 'llamacpp', module: /^llama_cpp\.server$/ },
  {
    engine: 'unknown',
    module: /^(?:lmdeploy\.serve\..*|aphrodite\.endpoints\..*|fastchat\.serve\.(?:vllm_worker|model_worker))$/,
  },
]

/** Images by the part of their name that tells the engine; what they start is the engine's server. */
const images: readonly { readonly engine: Engine; readonly image: RegExp; readonly form?: EngineInvocation['form'] }[] =
  [
    { engine: 'vllm', image: /(?:^|\/)huggingfaceserver(?:[-:@]|$)/, form: 'kserve-huggingface' },
    { engine: 'sglang', image: /(?:^|\/)sglang(?:[-:@]|$)|lmsysorg\/sglang/ },
    {
      engine: 'vllm',
      image:
        /(?:^|\/)(?:vllm-openai|vllm|vllm-cpu[\w-]*|vllm-rocm|vllm-tpu)(?:[:@-]|$)|(?:^|\/)llm-d(?:-(?:cuda|rocm|xpu|hpu|cpu|aws|gke|dev)[\w-]*)?(?:[:@]|$)/,
    },
    {
      engine: 'llamacpp',
      image: /(?:^|\/)llama\.cpp:(?:server|full)|(?:^|\/)llama-server(?:[:@]|$)|(?:^|\/)llama\.cpp(?:@|$)/,
    },
    { engine: 'tgi', image: /(?:^|\/)text-generation-inference(?:[:@-]|$)/ },
    {
      engine: 'unknown',
      image: /(?:^|\/)(?:ollama|lmdeploy|aphrodite-engine|tritonserver|tabbyapi|localai)(?:[:@]|$)/,
    },
  ]

/** Commands that only speak of an engine. */
const speakers =
  /^(?:echo|printf|grep|egrep|pkill|pgrep|pip3?|uvx?-?pip|which|man|cat|kill|killall|apt(?:-get)?|conda|brew|tee|sed|awk|git|cd|mkdir|wget|type|command|alias|systemctl)$/

/** The engine that a command starts, wherever in it the program stands (`numactl … vllm serve`, `uv run vllm serve`). */
export function recogniseCommand(words: readonly Word[]): Recognised | undefined {
  const head = baseName(words[0]?.text ?? '')
  if (speakers.test(head) && !(head === 'conda' && words[1]?.text === 'run')) return undefined
  const limit = Math.min(words.length, 40)
  for (let index = 0; index < limit; index += 1) {
    const found = programAt(words, index)
    if (found !== undefined) return found
  }
  return undefined
}

function programAt(words: readonly Word[], index: number): Recognised | undefined {
  const text = words[index]?.text ?? ''
  if (text === '-m') {
    const module = words[index + 1]?.text ?? ''
    const found = modules.find((each) => each.module.test(module))
    return found === undefined
      ? undefined
      : split(words, index > 0 ? index - 1 : index, index + 2, found.engine, 'module')
  }
  const base = baseName(text)
  if (/^api_server\.py$/.test(base) && text.includes('vllm')) return split(words, index, index + 1, 'vllm', 'module')
  for (const { engine, program, subcommand } of programs) {
    if (!program.test(base)) continue
    if (subcommand === undefined) return split(words, index, index + 1, engine, 'command')
    if (words[index + 1]?.text === subcommand) return split(words, index, index + 2, engine, 'command')
  }
  return undefined
}

/** The engine of an image that starts one by itself. */
export function recogniseImage(
  image: string,
): { readonly engine: Engine; readonly form: EngineInvocation['form'] } | undefined {
  const found = images.find((each) => each.image.test(image))
  return found === undefined ? undefined : { engine: found.engine, form: found.form ?? 'image' }
}

function split(
  words: readonly Word[],
  from: number,
  to: number,
  engine: Engine,
  form: EngineInvocation['form'],
): Recognised {
  return { engine, form, program: words.slice(from, to), argv: words.slice(to) }
}

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1)
