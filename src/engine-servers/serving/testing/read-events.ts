/** The data of each server-sent event in a whole stream: parsed, `[DONE]` as it stands. */
export function splitEvents(text: string): unknown[] {
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^data: /, ''))
    .map((data) => (data === '[DONE]' ? data : JSON.parse(data)))
}

/** Reads a response's events to their end. */
export async function readEvents(response: Response): Promise<unknown[]> {
  return splitEvents(await response.text())
}
