// The official SDK with its eyes open: every answer is parsed with the SDK's own schema, must hold no key that the schema does
// not know, must carry the headers that are promised, and what a write answers must be byte for byte what GET answers.

import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

if (!process.env.PALIMPSEST_SDK) throw new Error('PALIMPSEST_SDK names the module of the SDK')

/** The official SDK. */
export const sdk = await import(pathToFileURL(process.env.PALIMPSEST_SDK))

/** The zod that the SDK brings. */
export const { z } = await import(pathToFileURL(createRequire(process.env.PALIMPSEST_SDK).resolve('zod')))

const REQUEST_SECONDS = 25

const listening = new AsyncLocalStorage()
const network = globalThis.fetch
globalThis.fetch = async (url, init = {}) => {
  const response = await network(url, { ...init, signal: AbortSignal.timeout(REQUEST_SECONDS * 1000) })
  const { pathname, search } = new URL(url)
  listening.getStore()?.push(new Exchange(init.method ?? 'GET', pathname + search, response, await response.clone().text()))
  return response
}

/** A request and its answer, as they went over the wire. */
export class Exchange {
  constructor(method, path, response, text) {
    Object.assign(this, { method, path, status: response.status, headers: response.headers, text })
  }

  get json() {
    return JSON.parse(this.text)
  }

  /** The revision the answer was computed at. */
  get revision() {
    const revision = this.headers.get('palimpsest-revision')
    assert.match(revision ?? '', /^[1-9][0-9]*$/, `${this.line}\nhas no Palimpsest-Revision`)
    return Number(revision)
  }

  get line() {
    return `${this.method} ${this.path} -> ${this.status} ${this.text.slice(0, 400)}`
  }
}

const exchanges = new WeakMap()

/** The exchange that brought an answer of a `Client`. */
export function exchangeOf(answer) {
  return exchanges.get(answer)
}

/** The revision of an answer of a `Client`. */
export function revisionOf(answer) {
  return exchangeOf(answer).revision
}

/** Parses an answer with a schema of the SDK; a key that the schema does not know is an error. */
export function parseExactly(schema, answer) {
  const parsed = schema.safeParse(answer)
  assert.ok(parsed.success, parsed.success || `the answer does not fit the SDK's schema:\n${z.prettifyError(parsed.error)}`)
  const known = JSON.parse(JSON.stringify(parsed.data))
  assert.deepStrictEqual(answer, known, 'the answer holds what the SDK\'s schema does not know')
  return answer
}

/** Calls on one server with one token. With `concurrent` a write is not compared with a GET after it. */
export class Client {
  constructor(url, token, { concurrent = false, made = new Set() } = {}) {
    Object.assign(this, { url, token, concurrent, made })
    this.sdk = new sdk.CapacitiesClient({ baseUrl: url, apiToken: token })
  }

  /** The same, for calls that others make at the same time. */
  get amongOthers() {
    return new Client(this.url, this.token, { concurrent: true, made: this.made })
  }

  async space() {
    return parseExactly(sdk.getSpaceResponseSchema, await this.#answer(() => this.sdk.space.get()))
  }

  async structures() {
    const answer = await this.#answer(() => this.sdk.space.structures())
    return parseExactly(sdk.getSpaceStructuresResponseSchema, answer).structures
  }

  get(id) {
    return this.#object(() => this.sdk.object.get({ id }))
  }

  /** Creates an object and remembers its id in `made`. */
  async create(body) {
    return this.#remembered(await this.#written(() => this.sdk.object.create(body)))
  }

  update(body) {
    return this.#written(() => this.sdk.object.update(body))
  }

  append(body) {
    return this.#written(() => this.sdk.blocks.append(body))
  }

  updateBlock(body) {
    return this.#written(() => this.sdk.blocks.block.update(body))
  }

  deleteBlock(params) {
    return this.#written(() => this.sdk.blocks.block.delete(params))
  }

  /** The rows that a search finds. */
  async search(body) {
    const answer = await this.#answer(() => this.sdk.objects.search(body))
    return parseExactly(sdk.searchObjectsResponseSchema, answer).results
  }

  /** The text of an object. */
  async markdown(id) {
    const answer = parseExactly(sdk.objectMarkdownResponseSchema, await this.#answer(() => this.sdk.object.markdown.get({ id })))
    assert.equal(answer.id, id)
    return answer.markdown
  }

  /** Creates an object of a text and remembers its id in `made`. */
  async createOfMarkdown(body) {
    return this.#remembered(await this.#written(() => this.sdk.object.markdown.create(body)))
  }

  /** Creates an object of a URL and remembers its id in `made`. */
  async createFromUrl(body) {
    return this.#remembered(await this.#written(() => this.sdk.object.createFromUrl(body)))
  }

  /** PATCH /object/markdown, which this SDK has no method for. */
  updateOfMarkdown(body) {
    return this.#written(async () => (await fetch(`${this.url}/object/markdown`, this.#request('PATCH', body))).json())
  }

  /** Appends to a daily note; answers the exchange, for there is nothing else. */
  async appendDaily(body) {
    const { value, exchange } = await this.#call(() => this.sdk.blocks.dailyNote.append(body))
    assert.equal(value, undefined)
    assert.deepEqual([exchange.status, exchange.text], [200, ''], exchange.line)
    assert.ok(exchange.revision)
    return exchange
  }

  /** The note of a day (`YYYY-MM-DD`), found as clients find it. */
  async dailyNote(day) {
    const rows = await this.search({ query: day, structureIds: ['RootDailyNote'] })
    const row = rows.find((one) => one.title.startsWith(day)) ?? assert.fail(`no note of ${day}: ${JSON.stringify(rows)}`)
    this.made.add(row.id)
    return this.get(row.id)
  }

  /** PATCH with `deleteRequested: true`, which answers the object as it was. */
  trash(id) {
    return this.#object(() => this.sdk.object.update({ id, deleteRequested: true }))
  }

  /** DELETE; answers the exchange, for there is nothing else. */
  async remove(params) {
    const { value, exchange } = await this.#call(() => this.sdk.object.delete(params))
    assert.equal(value, undefined)
    assert.equal(exchange.text, '', 'DELETE /object answers no body')
    assert.ok(exchange.revision)
    return exchange
  }

  /** A request that the SDK would not send. */
  async raw(method, path, body, more = {}) {
    const { exchange } = await this.#call(() => fetch(this.url + path, this.#request(method, body, more)))
    if (exchange.text) checkHeaders(exchange)
    return exchange
  }

  /** The revision of the space now. */
  async head() {
    return (await this.raw('GET', '/space')).revision
  }

  #request(method, body, more = {}) {
    const headers = { Authorization: `Bearer ${this.token}`, 'X-Capacities-Api-Version': '1.0.0', ...more }
    if (body !== undefined) headers['Content-Type'] = 'application/json'
    return { method, headers, body: body && JSON.stringify(body) }
  }

  #remembered(object) {
    this.made.add(object.id)
    return object
  }

  async #call(perform) {
    const heard = []
    const listen = () => listening.run(heard, perform)
    const value = await listen().catch((error) => { throw Object.assign(error, { exchange: heard.at(-1) }) })
    return { value, exchange: heard.at(-1) }
  }

  async #answer(perform) {
    const { value, exchange } = await this.#call(perform)
    assert.equal(exchange.status, 200, exchange.line)
    checkHeaders(exchange)
    assert.ok(exchange.revision)
    exchanges.set(value, exchange)
    return value
  }

  async #object(perform) {
    const object = parseExactly(sdk.getObjectResponseSchema, await this.#answer(perform))
    const { headers } = exchangeOf(object)
    assert.equal(headers.get('content-location'), `/object?id=${object.id}`, 'Content-Location of an answer that shows an object')
    return object
  }

  async #written(perform) {
    const object = await this.#object(perform)
    if (!this.concurrent) {
      const read = await this.get(object.id)
      assert.equal(exchangeOf(read).text, exchangeOf(object).text, 'GET after a write answers what the write answered')
      assert.equal(revisionOf(read), revisionOf(object))
    }
    return object
  }
}

function checkHeaders({ headers, line }) {
  assert.match(headers.get('content-type') ?? '', /^application\/json\b/, `content type of ${line}`)
  assert.ok(headers.get('x-request-id'), `request id of ${line}`)
}

/** A call of the SDK that must be refused with one of these statuses and codes; answers the error. */
export async function refused(promise, statuses, codes) {
  const error = await promise.then((answer) => assert.fail(`it was answered: ${JSON.stringify(answer)?.slice(0, 300)}`), (error) => error)
  if (!(error instanceof sdk.CapacitiesApiError)) throw error
  checkRefusal(error.exchange, statuses, codes)
  return error
}

/** A raw exchange that must be a refusal; answers its body. */
export function checkRefusal(exchange, statuses, codes) {
  assert.ok([statuses].flat().includes(exchange.status), `expected ${statuses}: ${exchange.line}`)
  checkHeaders(exchange)
  const body = exchange.json
  assert.ok([codes].flat().includes(body.code), `expected ${codes}: ${exchange.line}`)
  assert.ok(typeof body.message === 'string' && body.message, `no message: ${exchange.line}`)
  assert.ok(Object.keys(body).every((key) => ['code', 'message', 'details'].includes(key)), exchange.line)
  if (exchange.status === 404) assert.ok(exchange.revision)
  return body
}
