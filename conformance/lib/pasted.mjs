// A document's commands (its blocks marked `sh tour`), pasted in order into one shell of somebody who has done what the README says
// before its tour: $URL and $TOKEN are set, and the folder is the one that holds `data`.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Server, temporaryFolder } from './server.mjs'

const PASTE_SECONDS = 25

// `cargo run --release --locked -- ARGS` runs the built binary instead of building another.
const CARGO = 'cargo() { while [ "$1" != -- ]; do shift; done; shift; "$PALIMPSEST_BIN" "$@"; }'
// Stands around the number and the exit status of a step, after what it printed.
const MARK = '\u001e'

/** The steps of a document: the commands, the heading they stand under, and what is shown right below as their output, if anything. */
export function steps(document) {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8')
  const blocks = /^#+ ([^\n]*)\n|^```sh tour\n(.*?)^```\n(?:```(?:text|json)\n(.*?)^```\n)?/gms
  const found = []
  let heading = document
  for (const [, title, commands, shown] of text.matchAll(blocks)) {
    if (title === undefined) found.push({ heading, commands, shown })
    else heading = title
  }
  return found
}

/** Pastes them into a shell beside a fresh server, which is stopped after; each then has what it `printed` and its exit `status`. */
export async function paste(steps) {
  const folder = temporaryFolder()
  const server = await Server.start(join(folder, 'data'))
  const lines = steps.flatMap(({ commands }, index) => [commands, `printf '${MARK}%s %s${MARK}' ${index} $?`])
  const script = [CARGO, 'set -u -o pipefail', ...lines].join('\n')
  const env = { ...process.env, URL: server.url, TOKEN: server.token }
  const { stdout, stderr } = await bash(script, { cwd: folder, env, timeout: PASTE_SECONDS * 1000 })
  const pasted = steps.map((step) => ({ ...step, printed: 'nothing: it was not reached', status: undefined }))
  for (const [, printed, index, status] of stdout.matchAll(new RegExp(`([^${MARK}]*)${MARK}(\\d+) (\\d+)${MARK}`, 'g'))) {
    Object.assign(pasted[index], { printed, status: Number(status) })
  }
  return { pasted, stderr, end: await server.stop() }
}

function bash(script, options) {
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], { encoding: 'utf8', ...options }, (_, stdout, stderr) => resolve({ stdout, stderr }))
  })
}

/** Whether something was printed as it is shown: white space does not count, and `…` stands for anything. */
export function isAsShown(printed, shown) {
  const dense = (text) => text.replace(/\s+/g, '')
  const pieces = dense(shown).split('…').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${pieces.join('.*?')}$`).test(dense(printed))
}
