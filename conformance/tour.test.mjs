// The README's tour: its commands, pasted in order into one shell against a fresh server, all succeed and show what the text says.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const binary = process.env.PALIMPSEST_BIN
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
// The first one defines `api`, for all that follow.
const [define, ...steps] = [...readme.matchAll(/```sh tour\n([\s\S]*?)```/g)].map((match) => match[1])
let passed = 0
let failed = 0
const check = (sentence, holds, shown = '') => {
  holds ? passed++ : failed++
  console.log(`${holds ? 'ok  ' : 'FAIL'}  ${sentence}${holds ? '' : `\n      ${shown}`}`)
}

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-tour-'))
const server = spawn(binary, ['serve', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] })
const greeting = await new Promise((resolve, reject) => {
  let text = ''
  const late = setTimeout(() => reject(new Error('the server did not greet within 30 s')), 30_000)
  server.stdout.on('data', (data) => {
    text += data
    if (/^token .*\n/m.test(text)) { clearTimeout(late); resolve(text) }
  })
})
const [, url] = /^address (.*)$/m.exec(greeting)
const [, token] = /^token (.*)$/m.exec(greeting)

// `cargo run --release --locked -- ARGS` runs the built binary instead of building another.
const shell = (script) => spawnSync('bash', ['-euo', 'pipefail', '-c', `cargo() { while [ "$1" != -- ]; do shift; done; shift; "$PALIMPSEST_BIN" "$@"; }\n${define}\n${script}`], {
  cwd: folder, encoding: 'utf8', timeout: 120_000,
  env: { ...process.env, URL: url, TOKEN: token, ID: '3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11' },
})
const expected = [
  [/"title":"My space".*"id":"RootPage"/s, 'the space and its structures are shown'],
  [/"value":"Reagents"/, 'a page is made under the id that was chosen'],
  [/"text":"#lab","entityId":.*"isDone":true/, 'Markdown is appended, and its tag made'],
  [/^\{"results":\[\{"id":"3f0d6f2e-[^}]*"title":"Reagents"\}\]\}\s*$/, 'the page is found by a mistyped title'],
  [/"text":"#lab".*"text":"order filter tips".*"isDone":true/, 'the page is edited as Markdown'],
  [/"structureId":"RootDailyNote","title":"\d{4}-\d\d-\d\dT/, 'the note of today takes a line and is found'],
  [/^40\s*$/, 'two writers collide and all forty appends are there'],
  [/palimpsest-revision: \d+/i, 'the revision is told'],
  [/cap_not_found.*"value":"Reagents"/s, 'a page is thrown away and taken back'],
  [/(?=.*at properties\.date\.date\.start)(?=.*at properties\.title\.title\.value)/s, 'a mistake is answered with paths'],
  [/cap-api-[\w-]{43}\n.*reader.*Lab notes/s, 'a token and a collection are made, and the token is revoked'],
]
check('the tour has as many steps as this test knows', steps.length === expected.length, `${steps.length} steps`)
steps.forEach((step, index) => {
  const [shows, sentence] = expected[index] ?? [/./, `step ${index + 1}`]
  const run = shell(step)
  check(sentence, run.status === 0 && shows.test(run.stdout), `exit ${run.status}: ${run.stdout.slice(0, 500)}${run.stderr}`)
})

const ended = new Promise((resolve) => server.on('exit', (code) => resolve(code)))
server.kill('SIGTERM')
check('the server ends gracefully', (await ended) === 0)
rmSync(folder, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
