// What a suite is made of: checks, each a sentence that holds or does not, and the counts that are its last line.

const CHECK_SECONDS = 30
const SUITE_SECONDS = 200

let passed = 0
let failed = 0
const endings = []

const alarm = setTimeout(() => abandon(new Error(`the suite has not ended after ${SUITE_SECONDS} s`)), SUITE_SECONDS * 1000)
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, abandon)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => abandon(new Error(`the suite got ${signal}`)))

/** One check: prints its sentence with the verdict, and why it failed. True when it holds. */
export async function check(sentence, body) {
  try {
    await within(CHECK_SECONDS, body(), 'the check')
    passed++
    console.log(`ok    ${sentence}`)
    return true
  } catch (error) {
    fail(sentence, error)
    return false
  }
}

/** A check that everything after it stands on: answers what the body made, or ends the suite. */
export async function must(sentence, body) {
  let made
  const held = await check(sentence, async () => { made = await body() })
  if (!held) await finish()
  return made
}

/** A part of the suite; when it breaks, the next one is still run. */
export async function chapter(name, body) {
  console.log(`-- ${name}`)
  try {
    await body()
  } catch (error) {
    fail(`the chapter "${name}" runs to its end`, error)
  }
}

/** Does something when the suite ends, however it ends; the last asked for comes first. */
export function atEnd(ending) {
  endings.push(ending)
}

/** Ends the suite: cleans up, prints the counts, exits. */
export async function finish() {
  clearTimeout(alarm)
  for (const ending of endings.splice(0).reverse()) {
    try {
      await within(CHECK_SECONDS, ending(), 'cleaning up')
    } catch (error) {
      fail('the suite cleans up', error)
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
}

/** What a promise comes to, or an error when that takes too long. */
export async function within(seconds, promise, what) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${seconds} s`)), seconds * 1000)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

let abandoned = false
async function abandon(error) {
  fail('the suite runs to its end', error)
  if (abandoned) process.exit(1)
  abandoned = true
  await finish()
}

function fail(sentence, error) {
  failed++
  const told = error?.name === 'AssertionError' || error?.exchange ? error.message : (error?.stack ?? String(error))
  const exchange = error?.exchange ? `\n${error.exchange.line}` : ''
  const lines = `${told}${exchange}`.split('\n').slice(0, 20).map((line) => `      ${line.slice(0, 500)}`)
  console.log([`FAIL  ${sentence}`, ...lines].join('\n'))
}
