import { BodyBuffer } from '../body-buffer.ts'
import type { ClientRequest } from '../downstream/client-request.ts'
import { Refusal } from '../refusal.ts'
import type { FormBody } from './form-body.ts'
import { FormRest } from './form-rest.ts'
import { boundaryOf, scanForm } from './scan-form.ts'

/** Who waits for a form; one of the first three is called once, the last one also later. */
export interface FormReceiver {
  onForm(form: FormBody): void
  onRefused(refusal: Refusal): void
  onBodyTooLarge(): void
}

/**
 * A form up to this size is collected whole, so that it can be sent again; of a larger one this much is searched for
 * its fields. Clients put the few text fields before the file, or else the form is collected up to the body limit.
 */
const beginningBytes = 64 * 1024

/** Collects a form, or as much of it as tells the model. */
export function collectForm(request: ClientRequest, limitBytes: number, receiver: FormReceiver): void {
  const contentType = request.header('content-type')
  const boundary = boundaryOf(contentType)
  if (boundary === null || contentType === undefined) {
    const message = 'This path takes a form: send it as multipart/form-data with a boundary.'
    receiver.onRefused(new Refusal('bad_request', message, { status: 415 }))
    return
  }
  const body = new BodyBuffer(request.head.contentLength)
  let isSearched = false

  const handOver = (isWhole: boolean): void => {
    // For good: where the model was not found, what still comes is added behind it, and perhaps elsewhere.
    body.memory.hold()
    const bytes = body.whole()
    const fields = scanForm(bytes, boundary)
    if (fields === null || (isWhole && !fields.isComplete)) {
      request.discard(limitBytes)
      receiver.onRefused(new Refusal('bad_request', 'The request body is not a complete multipart/form-data form.'))
      return
    }
    // One `model` behind the file would go unseen; one before it is what counts.
    if (!isWhole && fields.model === null) return
    const rest = isWhole
      ? null
      : new FormRest(request, { receivedBytes: bytes.length, limitBytes }, () => receiver.onBodyTooLarge())
    receiver.onForm({ kind: 'form', bytes, fields, boundary, contentType, rest })
  }
  request.receive({
    onBody: (piece) => {
      body.add(piece)
      if (body.length > limitBytes) {
        body.clear()
        request.discard(limitBytes)
        receiver.onBodyTooLarge()
      } else if (!isSearched && body.length > beginningBytes) {
        isSearched = true
        handOver(false)
      }
    },
    onBodyEnd: () => handOver(true),
  })
}
