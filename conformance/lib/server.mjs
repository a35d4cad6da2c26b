// The program under test: a server on a folder of its own, and the command line beside it.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd, within } from './checks.mjs'

const BINARY = process.env.PALIMPSEST_BIN
if (!BINARY) throw new Error('PALIMPSEST_BIN names the program to test')

const START_SECONDS = 20
const STOP_SECONDS = 20

const running = new Set()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/** A fresh folder that is gone when the suite ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'palimpsest-'))
  atEnd(async () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A running `palimpsest serve` on a free port. */
export class Server {
  #child
  #closed
  #changed = new EventEmitter()
  #end

  /** Starts one on a data folder and waits until it tells its address (and, on an empty folder, the token). */
  static async start(data, { args = [], env = {}, rates = 'off' } = {}) {
    const server = new Server(data, ['--rate-limits', rates, ...args], env)
    const fresh = !existsSync(join(data, 'palimpsest.db'))
    await server.#until(() => server.url && (server.token || !fresh), 'telling the address')
    return server
  }

  constructor(data, args, env) {
    this.data = data
    this.stdout = ''
    this.log = ''
    const options = { env: { ...environment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] }
    this.#child = spawn(BINARY, ['serve', '--data', data, '--listen', '127.0.0.1:0', ...args], options)
    running.add(this.#child)
    this.#closed = once(this.#child, 'close').then(([code, signal]) => {
      running.delete(this.#child)
      this.#end = { code, signal }
      this.#changed.emit('change')
      return this.#end
    })
    const collect = (stream, name) => {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        this[name] += text
        this.#changed.emit('change')
      })
    }
    collect(this.#child.stdout, 'stdout')
    collect(this.#child.stderr, 'log')
    atEnd(() => this.kill())
  }

  /** Where it listens. */
  get url() {
    return /^address (http:\/\/\S+)\n/m.exec(this.stdout)?.[1]
  }

  /** The token it printed, if it did. */
  get token() {
    return /^token (\S+)\n/m.exec(this.stdout)?.[1]
  }

  /** Asks it to stop; answers `{code, signal}` once it is gone and all it wrote was read. */
  async stop() {
    this.#child.kill('SIGTERM')
    return within(STOP_SECONDS, this.#closed, 'stopping')
  }

  /** Kills it on the spot; nothing is left for it to do. */
  async kill() {
    this.#child.kill('SIGKILL')
    return within(STOP_SECONDS, this.#closed, 'dying')
  }

  /** Waits until the log matches a pattern; answers the match. */
  async logged(pattern) {
    await this.#until(() => pattern.test(this.log), `logging ${pattern}`)
    return pattern.exec(this.log)
  }

  async #until(holds, what) {
    const told = async () => {
      while (!holds()) {
        if (this.#end) throw new Error(`the server ended (${JSON.stringify(this.#end)}) before ${what}\n${this.log}`)
        await once(this.#changed, 'change')
      }
    }
    await within(START_SECONDS, told(), what)
  }
}

/** Runs a command of the operator on a data folder; answers `{code, stdout, stderr}`. */
export async function command(data, ...args) {
  const child = spawn(BINARY, [...args, '--data', data], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  const told = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => { told[name] += text })
  const [code] = await within(START_SECONDS, once(child, 'close'), `palimpsest ${args.join(' ')}`)
  running.delete(child)
  return { code, ...told }
}

/** What a command that must succeed answers with `--json`. */
export async function operate(data, ...args) {
  const { code, stdout, stderr } = await command(data, ...args, '--json')
  assert.equal(code, 0, `palimpsest ${args.join(' ')}: ${stderr}`)
  return JSON.parse(stdout)
}

/** A command that must fail, and tell why in words that match; answers them. */
export async function refusedCommand(data, args, words) {
  const { code, stderr } = await command(data, ...args)
  assert.notEqual(code, 0, `palimpsest ${args.join(' ')} succeeded`)
  assert.match(stderr, words)
  assert.doesNotMatch(stderr, /panicked|RUST_BACKTRACE/)
  return stderr
}

/** The environment without settings that would reach the server from outside; weblinks are not looked at unless a flag says so. */
function environment() {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PALIMPSEST_'))
  return { ...Object.fromEntries(inherited), PALIMPSEST_FETCH_LINKS: 'off' }
}
