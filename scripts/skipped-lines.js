// What did not run, as `npm test` says it at its end.

/** As many tests with one reason are told one by one. */
const mostApart = 3

/** A line for each test that did not run, or one line for many that did not for the same reason. */
export function skippedLines(skipped) {
  const byReason = new Map()
  for (const test of skipped) byReason.set(test.reason, [...(byReason.get(test.reason) ?? []), test])
  return [...byReason].flatMap(([reason, tests]) => {
    if (tests.length <= mostApart) return tests.map(({ name }) => `${name}: ${reason}`)
    const files = [...new Set(tests.map(({ name }) => name.split(' > ')[0]))]
    return [`${tests.length} tests of ${files.join(', ')}: ${reason}`]
  })
}
