/** What an API server says of a webhook of its admission that stands in the way of a request. */
export interface WebhookRefusal {
  /** As its configuration names it. */
  readonly webhook: string
  /** What it objects to, or why it did not answer. */
  readonly why: string
  /** Whether it decided; otherwise it could not be asked, and its configuration lets nothing pass then. */
  readonly hasDecided: boolean
}

/** Texts of k8s.io/apiserver 1.36, pkg/admission/plugin/webhook/errors/statuserror.go and pkg/util/webhook/error.go. */
const denied = /admission webhook "([^"]+)" denied the request(?:: | (?=without explanation))([^]*)$/
const failed = /failed calling webhook "([^"]+)": (?:failed to call webhook: )?([^]*)$/

/** Which webhook a refusal is of; undefined where it is of none. */
export function readWebhookRefusal(message: string): WebhookRefusal | undefined {
  const decided = denied.exec(message)
  const [, webhook, why = ''] = decided ?? failed.exec(message) ?? []
  return webhook === undefined ? undefined : { webhook, why, hasDecided: decided !== null }
}

/** The refusal in words: which webhook, and why. */
export const tellWebhookRefusal = ({ webhook, why, hasDecided }: WebhookRefusal): string =>
  hasDecided ? `webhook ${webhook} refuses it: ${why}` : `webhook ${webhook} cannot be asked: ${why}`

/** What to do about it. */
export const mendWebhookRefusal = ({ webhook, hasDecided }: WebhookRefusal): string =>
  hasDecided
    ? `Change what webhook ${webhook} objects to, or ask whoever runs it.`
    : `Have webhook ${webhook} answer again (its Service, its pods, its certificate), or have whoever administers the cluster remove its configuration; nothing passes until then.`

/** Shows which configuration has which webhook, and whom each asks. */
export const webhooksCommand =
  "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o custom-columns='CONFIGURATION:.metadata.name,WEBHOOKS:.webhooks[*].name,SERVICE:.webhooks[*].clientConfig.service.name,URL:.webhooks[*].clientConfig.url'"
