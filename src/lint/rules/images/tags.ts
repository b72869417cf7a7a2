import type { ImageReference } from '../../../manifests/contract.ts'
import type { Rule } from '../../contract.ts'
import { kubernetesDocs } from '../references.ts'
import { goneImages } from './gone-images.ts'
import type { Subject } from '../../subject/subject.ts'
import { isRecord } from '../../subject/values.ts'

/** Images that containers name, each place once. */
function* imagesOf({ manifests }: Subject): Iterable<ImageReference> {
  for (const { image } of manifests.containers) if (image !== undefined && image.text !== '') yield image
}

const isOpen = ({ text }: ImageReference) => /[{}$<>]/.test(text)

/** Images whose tag or digest a kustomization of the set writes (kustomize 5, `images`). */
function pinnedByKustomize({ manifests }: Subject): ReadonlySet<string> {
  const pinned = new Set<string>()
  for (const document of manifests.documents) {
    const images = document.format === 'kustomization' ? document.get(['images']) : undefined
    for (const image of Array.isArray(images) ? images : []) {
      if (!isRecord(image) || typeof image['name'] !== 'string') continue
      const tag = image['newTag']
      const isPinned = typeof image['digest'] === 'string' || (tag !== undefined && !moving.test(String(tag)))
      if (isPinned) pinned.add(image['name'])
    }
  }
  return pinned
}

/** Tags that move: the newest of something. Tags of llama.cpp's build kinds move with every build. */
const moving = /^(latest|nightly|main|master|dev|edge|stable|latest-.*|.*-latest|nightly-.*)$/
const llamacppMoving = /^(server|full|light)(-(cuda|cuda12|cuda13|rocm|vulkan|intel|musa|openvino))?$/

const floating: Rule = {
  id: 'image-floating-tag',
  severity: 'warning',
  what: 'An image has no tag, or one that moves.',
  why: 'Two replicas may run two versions, a restart may bring a new one that drops a flag or a metric, and there is no way back.',
  since: 'always',
  mend: 'Pin a version such as vllm/vllm-openai:v0.32.0, better a digest.',
  references: [kubernetesDocs('concepts/containers/images/#image-names', 'images')],
  *check(subject) {
    const pinned = pinnedByKustomize(subject)
    for (const image of imagesOf(subject)) {
      if (image.digest !== undefined || isOpen(image) || pinned.has(image.repository)) continue
      const isMoving =
        moving.test(image.tag ?? '') || (image.repository.endsWith('llama.cpp') && llamacppMoving.test(image.tag ?? ''))
      if (image.tag !== undefined && !isMoving) continue
      yield {
        at: image.position,
        message:
          image.tag === undefined
            ? `${image.repository} has no tag, which means latest.`
            : `${image.repository}:${image.tag} is whatever is newest.`,
      }
    }
  },
}

const gone: Rule = {
  id: 'image-gone',
  severity: 'error',
  what: 'An image does not exist, is no longer published, or has moved.',
  why: 'The pull fails, or brings a version that gets no corrections any more.',
  since: 'the date that the finding names',
  mend: 'Take the image that replaced it.',
  references: [
    { title: 'vLLM: Docker', url: 'https://docs.vllm.ai/en/latest/deployment/docker/' },
    {
      title: 'Kubernetes blog: registry.k8s.io',
      url: 'https://kubernetes.io/blog/2023/03/10/image-registry-redirect/',
    },
    { title: 'bitnami/containers #83267', url: 'https://github.com/bitnami/containers/issues/83267' },
    { title: 'llm-d router 0.10', url: 'https://github.com/llm-d/llm-d-router' },
  ],
  *check(subject) {
    for (const image of imagesOf(subject)) {
      const found = goneImages.find(
        ({ pattern, tag }) => pattern.test(image.repository) && (tag === undefined || tag.test(image.tag ?? '')),
      )
      if (found === undefined || isOpen(image)) continue
      yield {
        at: image.position,
        message: `${image.repository}${image.tag === undefined ? '' : `:${image.tag}`}: ${found.message}`,
        fix: `Take ${found.instead}.`,
        ...(found.isUsable === true ? { severity: 'warning' as const } : {}),
      }
    }
  },
}

const pullAlways: Rule = {
  id: 'image-pull-always-large',
  severity: 'note',
  what: 'An engine’s image is pulled anew at each start.',
  why: 'Each start asks the registry, and fails when that is away; a pinned tag does not change in between.',
  since: 'always',
  mend: 'Set imagePullPolicy: IfNotPresent.',
  isFixable: true,
  references: [kubernetesDocs('concepts/containers/images/#image-pull-policy', 'image pull policy')],
  *check({ manifests }) {
    for (const { document, path, description, invocation, image } of manifests.containers) {
      if (
        description !== 'kubernetes' ||
        invocation === undefined ||
        invocation.engine === 'unknown' ||
        image === undefined
      )
        continue
      if (
        document.get([...path, 'imagePullPolicy']) !== 'Always' ||
        image.tag === undefined ||
        moving.test(image.tag) ||
        isOpen(image)
      )
        continue
      const at = document.at([...path, 'imagePullPolicy'])
      const written = (manifests.texts.get(at.file) ?? '').slice(at.offset, at.end)
      yield {
        at,
        message: `${image.text} is pinned, and asked for at each start.`,
        edits: written === 'Always' ? [{ file: at.file, start: at.offset, end: at.end, text: 'IfNotPresent' }] : [],
      }
    }
  },
}

/** Images and their tags. */
export const imageRules: readonly Rule[] = [floating, gone, pullAlways]
