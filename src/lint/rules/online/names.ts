import type { OnlineAnswer, Rule } from '../../contract.ts'
import { chartsNamed } from './charts-asked.ts'
import { imagesNamed, modelsNamed } from './names-asked.ts'

const instead = ({ near: [first, ...more] }: OnlineAnswer, otherwise: string): string =>
  first === undefined ? otherwise : `Write ${[first, ...more.slice(0, 2)].join(', or ')}.`

const modelNotThere: Rule = {
  id: 'model-not-on-hub',
  severity: 'error',
  what: 'The hub was asked and has no such model.',
  why: 'The download ends with 404, or with 401, which the hub also answers for what does not exist, and the engine exits.',
  since: 'always',
  mend: 'Take the id from the model’s page; for a private one, set HF_TOKEN.',
  asks: 'hub',
  references: [{ title: 'Hugging Face Hub API', url: 'https://huggingface.co/docs/hub/api' }],
  *check({ manifests, online }) {
    for (const { name, at } of modelsNamed(manifests)) {
      const answer = online.models.get(name)
      if (answer === undefined || answer.exists) continue
      yield { at, message: `The hub has no ${name}, or hides it.`, fix: instead(answer, modelNotThere.mend) }
    }
  },
}

const imageNotThere: Rule = {
  id: 'image-not-in-registry',
  severity: 'error',
  what: 'The registry was asked and has no such image.',
  why: 'The pod waits in ImagePullBackOff, and nothing says so to clients.',
  since: 'always',
  mend: 'Take the tag from the registry’s list.',
  asks: 'registry',
  references: [
    {
      title: 'OCI Distribution Specification 1.1: pulling manifests',
      url: 'https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests',
    },
  ],
  *check({ manifests, online }) {
    for (const { name, at } of imagesNamed(manifests)) {
      const answer = online.images.get(name)
      if (answer === undefined || answer.exists) continue
      yield { at, message: `The registry has no ${name}.`, fix: instead(answer, imageNotThere.mend) }
    }
  },
}

const chartNotThere: Rule = {
  id: 'chart-not-found',
  severity: 'error',
  what: 'The registry or the chart repository was asked and has no such chart, or no such version of it.',
  why: 'Helm ends with “not found”, and nothing is installed.',
  since: 'always',
  mend: 'Take chart and version from the project’s own instructions.',
  asks: 'registry',
  references: [
    { title: 'Helm: use OCI-based registries', url: 'https://helm.sh/docs/topics/registries/' },
    { title: 'Helm: the chart repository guide', url: 'https://helm.sh/docs/topics/chart_repository/' },
  ],
  *check({ manifests, online }) {
    for (const { name, at } of chartsNamed(manifests)) {
      const answer = online.charts.get(name)
      if (answer === undefined || answer.exists) continue
      yield { at, message: `There is no chart ${name}.`, fix: instead(answer, chartNotThere.mend) }
    }
  },
}

/** What only others know: whether what is named exists. */
export const onlineRules: readonly Rule[] = [modelNotThere, imageNotThere, chartNotThere]
