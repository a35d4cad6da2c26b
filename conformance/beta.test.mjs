// The retired beta API, by a client of its time: written from its description (spec/07), with no version header, no ids of its
// own, and the spellings that clients in the field had.
//
//   PALIMPSEST_BIN=target/debug/palimpsest node conformance/beta.test.mjs

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { chapter, check, finish, must } from './lib/checks.mjs'
import { Client } from './lib/client.mjs'
import { title, UUID } from './lib/content.mjs'
import { guardedCalls } from './lib/endpoints.mjs'
import { operate, refusedCommand, Server, temporaryFolder } from './lib/server.mjs'

/** A client of the beta API. */
class Beta {
  constructor(address, token) {
    Object.assign(this, { address, token })
  }

  async call(method, path, body) {
    const headers = { Authorization: `Bearer ${this.token}`, ...(body && { 'Content-Type': 'application/json' }) }
    const response = await fetch(`${this.address}${path}`, { method, headers, body: body && JSON.stringify(body) })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, line: `${method} ${path} -> ${response.status} ${text.slice(0, 400)}` }
  }

  /** What a call answers that must succeed. */
  async #ok(method, path, body) {
    const answer = await this.call(method, path, body)
    assert.equal(answer.status, 200, answer.line)
    return answer.text === '' ? undefined : JSON.parse(answer.text)
  }

  spaces = async () => (await this.#ok('GET', '/spaces')).spaces
  spaceInfo = async (id, spelling = 'spaceid') => (await this.#ok('GET', `/space-info?${spelling}=${id}`)).structures
  search = async (body) => (await this.#ok('POST', '/search', body)).results
  lookup = async (body) => (await this.#ok('POST', '/lookup', body)).results
  saveWeblink = (body) => this.#ok('POST', '/save-weblink', body)
  saveToDailyNote = (body) => this.#ok('POST', '/save-to-daily-note', body)
}

const folder = temporaryFolder()
const data = join(folder, 'data')
const server = await must('the server starts', () => Server.start(data))
const first = new Client(server.url, server.token)
const alpha = await first.space()
const beta = await must('a second space is made', () => operate(data, 'space', 'create', 'Beta'))
const both = await operate(data, 'token', 'create', '--space', alpha.id, '--space', 'Beta', '--name', 'of the user')
const own = await operate(data, 'token', 'create', '--space', 'Beta', '--name', 'of the space')
const user = new Beta(server.url, both.token)
const second = new Client(server.url, own.token)
const CALLS = {
  'GET /spaces': ['GET', '/spaces'],
  'GET /space-info': ['GET', `/space-info?spaceid=${beta.id}`],
  'POST /search': ['POST', '/search', { searchTerm: 'a', spaceIds: [beta.id] }],
  'POST /lookup': ['POST', '/lookup', { searchTerm: 'a', spaceId: beta.id }],
  'POST /save-weblink': ['POST', '/save-weblink', { spaceId: beta.id, url: 'https://example.org/first' }],
  'POST /save-to-daily-note': ['POST', '/save-to-daily-note', { spaceId: beta.id, mdText: 'first', noTimeStamp: true }],
}

/** The texts of the note of today. */
async function today() {
  const day = new Date().toISOString().slice(0, 10)
  const note = await second.dailyNote(day)
  return Object.values(note.blocks)[0].map(({ tokens }) => (tokens ?? []).map(({ text }) => text).join(''))
}

await chapter('who may call', async () => {
  await check('every call of the document is one of the six', async () =>
    assert.deepEqual(Object.keys(CALLS).sort(), await guardedCalls(server.url, 'beta')))
  for (const [name, call] of Object.entries(CALLS)) {
    await check(`${name} is open to a token of several spaces and to one of one`, async () => {
      for (const token of [both.token, own.token]) {
        const answer = await new Beta(server.url, token).call(...call)
        assert.equal(answer.status, 200, answer.line)
      }
    })
    await check(`${name} turns others away`, async () => {
      const admin = await operate(data, 'admin-token')
      for (const token of ['wrong', admin.token]) assert.equal((await new Beta(server.url, token).call(...call)).status, 401)
      await operate(data, 'admin-token', 'revoke', admin.id)
    })
    if (name !== 'GET /spaces') {
      await check(`${name} finds no space that the token does not open`, async () => {
        const [method, path, body] = JSON.parse(JSON.stringify(call).replaceAll(beta.id, alpha.id))
        const answer = await new Beta(server.url, own.token).call(method, path, body)
        assert.deepEqual([answer.status, JSON.parse(answer.text)], [404, { code: 'cap_not_found', message: 'Space not found' }])
      })
    }
  }
})

await chapter('the six calls', async () => {
  await check('the spaces have an icon each', async () => {
    const spaces = await user.spaces()
    assert.deepEqual(spaces.map(({ id, title }) => [id, title]), [[alpha.id, alpha.title], [beta.id, 'Beta']])
    for (const { icon } of spaces) assert.ok(icon.type && icon.val, JSON.stringify(icon))
  })
  await check('the structures of a space, in both spellings', async () => {
    const structures = await user.spaceInfo(beta.id)
    assert.deepEqual(await user.spaceInfo(beta.id, 'spaceId'), structures)
    const page = structures.find(({ id }) => id === 'RootPage')
    assert.deepEqual(Object.keys(page).sort(), ['collections', 'id', 'labelColor', 'pluralName', 'propertyDefinitions', 'title'])
    for (const one of page.propertyDefinitions) assert.deepEqual(Object.keys(one).sort(), ['dataType', 'id', 'name', 'type'])
  })
  const made = await first.create({ structureId: 'RootPage', properties: { title: title('Enzyme kinetics') } })
  await check('a search over spaces shows where what was found', async () => {
    const found = await user.search({ searchTerm: 'enzyme', spaceIds: [alpha.id, beta.id] })
    assert.deepEqual(found.map(({ id, spaceId, structureId, title }) => ({ id, spaceId, structureId, title })), [
      { id: made.id, spaceId: alpha.id, structureId: 'RootPage', title: 'Enzyme kinetics' },
    ])
    const [{ context, snippets, score }] = found[0].highlights
    assert.deepEqual([context, snippets, typeof score], [{ field: 'title' }, ['Enzyme kinetics'], 'number'])
  })
  await check('a search in other spellings', async () => {
    for (const more of [{ spaceIds: [alpha.id], mode: 'title' }, { spaceid: alpha.id }, { spaceId: alpha.id, filterStructureIds: ['RootPage'] }]) {
      assert.equal((await user.search({ searchTerm: 'enzyme', ...more })).length, 1, JSON.stringify(more))
    }
    assert.deepEqual(await user.search({ searchTerm: 'enzyme', spaceIds: [alpha.id], filterStructureIds: ['RootTag'] }), [])
  })
  await check('a lookup, in both spellings', async () => {
    for (const space of [{ spaceId: alpha.id }, { spaceid: alpha.id }]) {
      assert.deepEqual(await user.lookup({ searchTerm: 'kinetics', ...space }), [{ id: made.id, structureId: 'RootPage', title: 'Enzyme kinetics' }])
    }
  })
  await check('a weblink with all that there is to say', async () => {
    const tag = await second.create({ structureId: 'RootTag', properties: { title: title('reading') } })
    const sent = { url: 'https://example.org/paper', titleOverwrite: 'A paper', descriptionOverwrite: 'About it', tags: ['reading', 'new'], mdText: '- a **note**' }
    const { id, ...shown } = await user.saveWeblink({ spaceId: beta.id, ...sent })
    assert.match(id, UUID)
    assert.deepEqual(shown, { spaceId: beta.id, structureId: 'MediaWebResource', title: 'A paper', description: 'About it', tags: ['reading', 'new'] })
    const object = await second.get(id)
    const tags = object.properties.tags.entity.map((one) => one.id)
    assert.equal(tags[0], tag.id)
    assert.equal((await second.get(tags[1])).properties.title.title.value, 'new')
    assert.match(JSON.stringify(object.blocks.media_notes), /note/)
  })
  await check('a weblink with nothing but its URL, in the other spelling', async () => {
    const shown = await user.saveWeblink({ spaceid: beta.id, url: 'https://example.org' })
    assert.deepEqual([shown.title, shown.description, shown.tags], ['https://example.org', '', []])
  })
  await check('entries of the daily note, stamped and not, in both spellings', async () => {
    assert.equal(await user.saveToDailyNote({ spaceId: beta.id, mdText: 'stamped', origin: 'commandPalette' }), undefined)
    await user.saveToDailyNote({ spaceid: beta.id, mdText: 'one', noTimeStamp: true, origin: 'mcp' })
    await user.saveToDailyNote({ spaceId: beta.id, mdText: 'two', noTimestamp: true })
    const texts = await today()
    assert.deepEqual(texts.filter((text) => ['stamped', 'one', 'two'].includes(text)), ['stamped', 'one', 'two'])
    assert.match(texts[texts.indexOf('stamped') - 1], /^\d\d:\d\d$/)
    assert.deepEqual(texts.slice(-3), ['stamped', 'one', 'two'])
  })
  await check('what is wrong is told in the body of the contract, and nothing is done', async () => {
    const head = await second.head()
    for (const [path, body] of [
      ['/save-weblink', { spaceId: beta.id, url: 'none' }],
      ['/save-weblink', { url: 'https://example.org' }],
      ['/save-weblink', { spaceId: beta.id, url: 'https://example.org', titleOverwrite: 'x'.repeat(501) }],
      ['/save-to-daily-note', { spaceId: beta.id }],
      ['/save-to-daily-note', { spaceId: beta.id, mdText: 'x'.repeat(200_001) }],
      ['/search', { spaceIds: [beta.id] }],
      ['/lookup', { searchTerm: 'a' }],
    ]) {
      const { status, text, line } = await user.call('POST', path, body)
      assert.deepEqual([status, JSON.parse(text).code], [400, 'cap_invalid_input'], line)
    }
    assert.equal(await second.head(), head)
  })
})

await chapter('limits', async () => {
  const strict = await must('a server with the limits of the hosted service starts', () =>
    Server.start(join(folder, 'strict'), { rates: 'capacities' }))
  const api = new Beta(strict.url, strict.token)
  const told = ({ headers }) => ['policy', 'limit', 'remaining', 'reset'].map((name) => headers.get(`ratelimit-${name}`))
  await check('five calls of GET /spaces count down in headers of their own, and the sixth is a 429', async () => {
    for (const left of [4, 3, 2, 1, 0]) {
      const answer = await api.call('GET', '/spaces')
      const [policy, limit, remaining, reset] = told(answer)
      assert.deepEqual([answer.status, policy, limit, remaining], [200, '5;w=60', '5', String(left)], answer.line)
      assert.ok(reset >= 1 && reset <= 60, reset)
      assert.equal(answer.headers.get('ratelimit'), null)
    }
    const answer = await api.call('GET', '/spaces')
    assert.equal(answer.status, 429)
    assert.equal(answer.headers.get('retry-after'), told(answer)[3])
  })
  await check('without limits no answer tells of them', async () =>
    assert.deepEqual(told(await user.call('GET', '/spaces')), [null, null, null, null]))
})

await chapter('off', async () => {
  const off = await must('a server without it starts', () => Server.start(join(folder, 'off'), { args: ['--legacy-api', 'off'] }))
  for (const [name, call] of Object.entries(CALLS)) {
    await check(`${name} is a 404`, async () => assert.equal((await new Beta(off.url, off.token).call(...call)).status, 404))
  }
  await check('the API of today is there', () => new Client(off.url, off.token).space())
  await check('the variable says it too', async () => {
    const other = await Server.start(join(folder, 'variable'), { env: { PALIMPSEST_LEGACY_API: 'off' } })
    assert.equal((await new Beta(other.url, other.token).call('GET', '/spaces')).status, 404)
  })
  await check('another word is refused', () => refusedCommand(join(folder, 'none'), ['serve', '--legacy-api', 'maybe'], /maybe/))
})

await finish()
