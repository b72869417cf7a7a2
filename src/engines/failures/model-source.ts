import type { EngineFailure } from './contract.ts'
import { issue, recorded, upstream, vllm } from './sources.ts'

const hub = (place: string) => upstream('huggingface/huggingface_hub', place, '2.4.0')
const transformers = (place: string) => upstream('huggingface/transformers', place, '5.19.0')

/** Where models come from: the hub, tokens, the network. */
export const modelSourceFailures: readonly EngineFailure[] = [
  {
    id: 'model-gated',
    engines: [],
    rank: 'cause',
    patterns: [
      /You are trying to access a gated repo/,
      /Cannot access gated repo for url \S{0,40}?\/(?<model>[\w.-]{1,96}\/[\w.-]{1,96})\/resolve/,
      /Cannot access gated repo for url/,
      /is a gated repository\. Make sure to request access/,
      /Access to model (?<model>\S{1,200}) is restricted/,
    ],
    meaning: 'the model is gated, and no token that may read it was sent',
    mend: {
      text: 'Accept the licence on the page of the model, and name a token of that account with `token`. The model is {model}.',
      fields: ['models[].token'],
      command: 'fairlead models pull',
    },
    sources: [
      hub('utils/_http.py:890'),
      transformers('utils/hub.py:611'),
      issue('sgl-project/sglang', 14644),
      issue('ariG23498/gemma3-object-detection', 5),
    ],
  },
  {
    id: 'hub-token-invalid',
    engines: [],
    rank: 'cause',
    patterns: [/Invalid user token/, /Invalid username or password/, /Invalid credentials in Authorization header/],
    meaning: 'the hub does not know the token',
    mend: {
      text: 'Make a new token and put it where `token` of the model points.',
      fields: ['models[].token'],
      command: 'fairlead models pull',
    },
    sources: [hub('hf_api.py:2269'), hub('errors.py:335')],
  },
  {
    id: 'model-not-found',
    engines: [],
    rank: 'cause',
    patterns: [
      /Repository Not Found for url/,
      /is not a local folder and is not a valid model identifier/,
      /Revision Not Found for url/,
    ],
    meaning: 'the hub has no such model or revision, or the token may not see it',
    mend: {
      text: 'Correct `source` or `revision`; for a private model name a `token`.',
      fields: ['models[].source', 'models[].revision', 'models[].token'],
      command: 'fairlead models pull',
    },
    sources: [hub('utils/_http.py:947'), hub('utils/_http.py:881'), transformers('utils/hub.py:570')],
  },
  {
    id: 'hub-unreachable',
    engines: [],
    rank: 'cause',
    patterns: [
      /We couldn't connect to '[^']{1,200}' to load (?:the files|this file)/,
      /offline mode is enabled\. To disable it, please unset the `HF_HUB_OFFLINE`/,
      /outgoing traffic has been disabled/,
      /Temporary failure in name resolution/,
      /\[Errno -[23]\] Name or service not known/,
      /Cannot find an appropriate cached snapshot folder/,
      /Cannot find the requested files in the disk cache/,
    ],
    meaning: 'the hub cannot be reached from where the engine runs, and the files are not in its cache',
    mend: {
      text: 'Let the engine reach the hub, name a mirror with `storage.models.hubMirror`, or fetch the model beforehand into `storage.models.path` and set `storage.models.offline`.',
      fields: ['storage.models.hubMirror', 'storage.models.path', 'storage.models.offline'],
      command: 'fairlead models pull',
    },
    sources: [
      transformers('utils/hub.py:621'),
      hub('utils/_http.py:294'),
      hub('_snapshot_download.py:384'),
      recorded('vllm', '0.32.0'),
    ],
  },
  {
    id: 'hub-rate-limited',
    engines: [],
    rank: 'cause',
    patterns: [/429 Client Error: Too Many Requests for url: https:\/\/huggingface\.co/i],
    meaning: 'the hub refuses more requests from this address for a while',
    mend: {
      text: 'Name a `token`, which has a limit of its own, or a mirror with `storage.models.hubMirror`; fetch the model once and share it with `storage.models.kind`.',
      fields: ['models[].token', 'storage.models.hubMirror', 'storage.models.kind'],
    },
    sources: [issue('huggingface/transformers', 34841), issue('huggingface/transformers', 21129)],
  },
  {
    id: 'model-folder-invalid',
    engines: ['vllm'],
    rank: 'symptom',
    patterns: [/Invalid repository ID or local directory specified/],
    meaning: 'the source names neither a model of the hub nor a folder with a configuration',
    mend: {
      text: 'Correct `source`; a folder needs its config.json.',
      fields: ['models[].source'],
      command: 'fairlead models list',
    },
    sources: [vllm('vllm/transformers_utils/config.py:849'), recorded('vllm', '0.32.0')],
  },
]
