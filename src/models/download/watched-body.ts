import type { HttpAnswer } from './http-client.ts'
import { PassingFailure } from './retry.ts'
import type { DownloadSettings } from './settings.ts'

/** The body's pieces as they come. Fails with `PassingFailure` when it stalls or only trickles. */
export async function* watchedBody(answer: HttpAnswer, settings: DownloadSettings): AsyncGenerator<Buffer> {
  let received = 0
  let receivedBefore = 0
  const watch = setInterval(() => {
    if (received - receivedBefore < settings.stallBytes) {
      answer.body.destroy(new PassingFailure(`${answer.url.host} stopped sending`))
    }
    receivedBefore = received
  }, settings.stallMs)
  try {
    for await (const piece of answer.body) {
      received += (piece as Buffer).length
      yield piece as Buffer
    }
  } finally {
    clearInterval(watch)
    answer.body.destroy()
  }
}
